//! Dead letters, for people.

use super::Ui;
use super::table::table;
use crate::pelato::{Addressed, Listed, Resent, Unowned};
use crate::stream::DeadLetter;
use crate::text::count;

/// What is not known.
const UNKNOWN: &str = "?";
/// How much of an error a table shows, in characters.
const LONGEST_ERROR: usize = 120;

impl Ui {
    /// The dead letters of a workflow.
    pub fn dead_letters(&self, listed: &Listed) {
        if listed.letters.is_empty() && listed.total == 0 {
            return self.note("there are no dead letters");
        }
        let known = |value: &Option<String>| value.clone().unwrap_or_else(|| UNKNOWN.to_owned());
        let row = |one: &Addressed| {
            let Addressed { component, letter, .. } = one;
            [
                letter.number.to_string(),
                known(component),
                seconds(&letter.time),
                known(&letter.sent_to),
                letter.body.len().to_string(),
                shortened(letter.error.as_deref().unwrap_or_default()),
            ]
        };
        let rows: Vec<_> = listed.letters.iter().map(row).collect();
        if !rows.is_empty() {
            self.result(table(["NUMBER", "COMPONENT", "TIME", "SENT TO", "BYTES", "ERROR"], &rows));
        }
        if listed.total > listed.letters.len() {
            let (shown, all) = (listed.letters.len(), count(listed.total, "dead letter"));
            self.note(format!("{shown} of {all} are shown: `--limit` shows more"));
        }
    }

    /// One dead letter: its bytes are the result.
    pub fn dead_letter(&self, letter: &DeadLetter) {
        self.status("Stored", seconds(&letter.time));
        for (name, value) in &letter.headers {
            self.status("Header", format!("{name}: {value}"));
        }
        self.result_bytes(&letter.body);
    }

    /// What a command left that was to do something with all dead letters of a component, and whether that were none.
    pub fn letters_left(&self, component: &str, none: bool, left: Unowned) {
        match left.count {
            0 if none => self.note(format!("`{component}` has no dead letters")),
            0 => {}
            many => self.note(format!(
                "left: {} without the name of a component, on a topic that several share: name them by number",
                count(many, "dead letter")
            )),
        }
    }

    /// A dead letter that was sent again.
    pub fn resent(&self, resent: &Resent) {
        self.status("Sent", format!("{} to {}", resent.number, resent.topic));
    }
}

/// The beginning of an error that does not fit into a table.
fn shortened(error: &str) -> String {
    match error.char_indices().nth(LONGEST_ERROR) {
        Some((end, _)) => format!("{} …", &error[..end]),
        None => error.to_owned(),
    }
}

/// A time in RFC 3339, without parts of a second.
fn seconds(time: &str) -> String {
    match time.split_once('.') {
        Some((seconds, rest)) => {
            let zone = rest.trim_start_matches(|digit: char| digit.is_ascii_digit());
            format!("{seconds}{zone}")
        }
        None => time.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::seconds;

    #[test]
    fn times_are_shown_by_the_second() {
        assert_eq!(seconds("2026-11-30T23:46:24.123456789Z"), "2026-11-30T23:46:24Z");
        assert_eq!(seconds("2026-11-30T23:46:24.5+01:00"), "2026-11-30T23:46:24+01:00");
        assert_eq!(seconds("2026-11-30T23:46:24Z"), "2026-11-30T23:46:24Z");
    }
}
