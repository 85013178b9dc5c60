//! Messages on topics, for people.

use super::Ui;
use crate::pelato::Heard;
use crate::text::{count, one_line};

impl Ui {
    /// A message that was heard: its topic and what it says, in one line.
    pub fn heard(&self, heard: &Heard) {
        let said = match std::str::from_utf8(&heard.body) {
            Ok(text) => one_line(text.trim_end()).into_owned(),
            Err(_) => format!("({})", count(heard.body.len(), "byte")),
        };
        self.result(format!("{}  {said}", one_line(&heard.topic)));
    }
}
