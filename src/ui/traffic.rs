//! Messages on topics, for people.

use std::io;
use std::os::fd::AsFd;

use tokio::io::Interest;
use tokio::net::unix::pipe::Sender;

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

    /// Does what writes results, as long as somebody reads them.
    pub async fn while_read<E>(&self, work: impl Future<Output = Result<(), E>>) -> Result<(), E> {
        tokio::select! {
            ended = work => ended,
            // It may be long until there is something to write.
            () = self.reader_gone() => Ok(()),
        }
    }

    /// Waits until nobody reads stdout any more, as when it was `| head`; for ever if that cannot be known, as of a file.
    pub async fn reader_gone(&self) {
        let opened = io::stdout().as_fd().try_clone_to_owned().and_then(Sender::from_owned_fd_unchecked);
        if let Ok(stdout) = opened
            && stdout.ready(Interest::ERROR).await.is_ok()
        {
            return;
        }
        std::future::pending().await
    }
}
