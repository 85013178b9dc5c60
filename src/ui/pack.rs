//! Language packs that are added and checked.

use super::{Level, Ui, table};
use crate::pack::{Before, Offer};

impl Ui {
    /// What somebody has to know before a pack of others is added. Who has agreed may want to have it quiet.
    pub fn offer(&self, offer: &Offer, agreed: bool) {
        if agreed && self.options.level == Level::Quiet {
            return;
        }
        let row = |key: &str, value: String| [key.to_owned(), value];
        let mut rows = vec![row("summary", offer.summary.clone()), row("from", offer.pin.asked())];
        rows.extend(offer.pin.commit.iter().map(|commit| row("commit", commit.clone())));
        rows.push(row("content", offer.pin.content.as_str().to_owned()));
        rows.push(row("into", offer.place().to_owned()));
        rows.extend(offer.runs.iter().cloned());
        self.line(&table(["language pack", offer.name.as_str()], &rows));
        if offer.hides {
            self.warning(format!("it replaces the built-in pack `{}`", offer.name));
        }
        match &offer.before {
            Before::Edited { changes } => self.warning(format!(
                "the existing pack has changed since it was added, and the changes will be lost: {changes}"
            )),
            Before::Other => self.note("it replaces another version of it"),
            Before::Nothing | Before::Same => {}
        }
    }
}
