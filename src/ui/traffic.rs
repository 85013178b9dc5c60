//! Messages on topics, for people.

use super::Ui;
use crate::clock;
use crate::pelato::{Heard, Record, RecordKind};
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

    /// Something that a function wrote, or that became of one of its calls, in one line.
    pub fn logged(&self, record: &Record) {
        let text = one_line(&record.text);
        let said = match record.kind {
            RecordKind::Failed => format!("failed: {text}"),
            RecordKind::Trapped => format!("trapped: {text}"),
            RecordKind::Cut => format!("the rest is left out: {text}"),
            _ => text.into_owned(),
        };
        let who = [&record.component, &record.version, &record.topic];
        let who: Vec<_> =
            who.into_iter().filter(|word| !word.is_empty()).map(|word| one_line(word)).collect();
        self.result(format!("{}  {}  {said}", clock::written(record.time_ms), who.join(" ")));
    }
}
