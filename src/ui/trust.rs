//! What a user allows, and is asked to allow.

use super::safe::safe;
use super::{Ui, json, table};
use crate::pelato::PromptError;
use crate::trust::{Answer, Consent, Request};

impl Ui {
    pub fn allowed(&self, allowed: &json::Allowed) {
        let rows = allowed.rows();
        if rows.is_empty() {
            self.note("you allow nothing yet");
        } else {
            self.result(table(["ID", "KIND", "WHAT", "SINCE"], &rows));
        }
    }
}

impl Consent for Ui {
    fn ask(&self, request: &Request) -> Answer {
        if !self.may_ask() {
            return Answer::Nobody;
        }
        if let Some((first, rest)) = request.rows.split_first() {
            // Nothing in it is PELATO's own colour.
            self.line(&safe(&table([first[0].as_str(), first[1].as_str()], rest), false));
        }
        request.warnings.iter().for_each(|warning| self.warning(warning));
        match self.agree(&request.question, "--trust") {
            Ok(()) => Answer::Always,
            Err(PromptError::Refused) => Answer::No,
            Err(PromptError::Cancelled) => Answer::Cancelled,
            Err(_) => Answer::Nobody,
        }
    }
}
