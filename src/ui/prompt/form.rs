//! Questions that belong together: one can go back to an earlier one, and sees what was answered before it counts.

use std::collections::BTreeMap;

use console::measure_text_width;

use super::screen::one_line;
use super::{Question, Screen, Stop};
use crate::pelato::{Error, MissingValue, PromptError};
use crate::text::count;
use crate::ui::Ui;
use crate::ui::table::padded;

/// More files are only counted.
const MOST_FILES: usize = 10;

/// Questions that belong together. Without a person, all values that are missing are named at once; until then, an
/// answer is missing as well.
pub struct Form<'a> {
    ui: &'a Ui,
    /// What a person has answered, in order.
    answers: Vec<String>,
    /// How many of them this round has used.
    used: usize,
    /// What was answered before the person went back, by question: offered again.
    earlier: BTreeMap<String, String>,
    /// All values of this round: also those that were given.
    rows: Vec<[String; 2]>,
    missing: Vec<MissingValue>,
    begins_anew: bool,
}

impl<'a> Form<'a> {
    pub(super) fn new(ui: &'a Ui) -> Self {
        Self {
            ui,
            answers: Vec::new(),
            used: 0,
            earlier: BTreeMap::new(),
            rows: Vec::new(),
            missing: Vec::new(),
            begins_anew: false,
        }
    }

    /// Whether the person has gone back, which begins a new round.
    pub(super) fn begins_anew(&mut self) -> bool {
        self.used = 0;
        self.rows.clear();
        self.missing.clear();
        std::mem::take(&mut self.begins_anew)
    }

    /// The given value, else a person's answer. Without a person the default is not assumed.
    ///
    /// # Errors
    /// When the given value is wrong, or nobody answers.
    pub fn ask(&mut self, given: Option<String>, question: &Question<'_>) -> Result<Option<String>, Error> {
        given.as_deref().map(question.check).transpose()?;
        let default = question.default.as_deref();
        self.answer(given, question.prompt, question.flag, default, |screen, earlier, hint| {
            screen.text(question, earlier.or(default), hint)
        })
    }

    /// The given value, else the one that a person chooses from a list of names with a line about each.
    ///
    /// # Errors
    /// When nobody answers.
    pub fn choose(
        &mut self,
        given: Option<String>,
        prompt: &str,
        flag: &str,
        choices: &[(String, String)],
    ) -> Result<Option<String>, Error> {
        self.answer(given, prompt, flag, None, |screen, earlier, hint| {
            screen.list(prompt, choices, earlier, hint)
        })
    }

    /// A result that depends on the answers: if it is an error, the person reads it and answers again.
    ///
    /// # Errors
    /// That of the result.
    pub fn admit<T>(&mut self, result: Result<T, Error>) -> Result<T, Error> {
        let error = match result {
            Err(error) if !self.answers.is_empty() => error,
            other => return other,
        };
        self.ui.explain(&error);
        Err(self.back())
    }

    /// Shows all values, and what would be done with them; the person has the last word. Where nothing was asked, this
    /// is not either.
    ///
    /// # Errors
    /// When the person does not agree.
    pub fn confirm(&mut self, question: &str, files: &[String]) -> Result<(), Error> {
        if self.answers.is_empty() {
            return Ok(());
        }
        let files = match files.len() {
            0..=MOST_FILES => files.to_vec(),
            more => vec![count(more, "file")],
        };
        let label = |index| if index == 0 { "Files".to_owned() } else { String::new() };
        let files = files.into_iter().enumerate().map(|(index, file)| [label(index), file]);
        let rows: Vec<_> = self.rows.iter().cloned().chain(files).collect();
        let width = rows.iter().map(|[name, _]| measure_text_width(name)).max().unwrap_or_default();
        let line = |[name, value]: &[String; 2]| format!("  {}  {value}\n", padded(name, width));
        self.ui.line(&format!("\n{}", rows.iter().map(line).collect::<String>()));
        match self.ui.draw(|screen| screen.yes_or_no(question, true, "Enter: yes, Esc: back")) {
            Ok(true) => Ok(()),
            Ok(false) => Err(PromptError::Declined.into()),
            Err(stop) => Err(self.stopped(stop)),
        }
    }

    /// Whether a person is there who may be asked.
    pub fn may_ask(&self) -> bool {
        self.ui.may_ask()
    }

    /// Whether all are answered.
    pub fn is_complete(&self) -> bool {
        self.missing.is_empty()
    }

    /// The values that are missing.
    pub fn unanswered(&mut self) -> Error {
        PromptError::Missing { values: std::mem::take(&mut self.missing) }.into()
    }

    fn answer(
        &mut self,
        given: Option<String>,
        prompt: &str,
        flag: &str,
        default: Option<&str>,
        ask: impl FnOnce(&Screen, Option<&str>, &str) -> Result<String, Stop>,
    ) -> Result<Option<String>, Error> {
        let answer = match (given, self.answers.get(self.used)) {
            (Some(given), _) => given,
            (None, _) if !self.ui.may_ask() => {
                self.missing.push(MissingValue::new(prompt, flag));
                return Ok(None);
            }
            (None, Some(answer)) => {
                self.used += 1;
                answer.clone()
            }
            (None, None) => {
                let hint = if self.answers.is_empty() { "Esc: cancel" } else { "Esc: back" };
                let earlier = self.earlier.get(prompt).map(String::as_str);
                let answer = match self.ui.draw(|screen| ask(screen, earlier, hint)) {
                    Ok(answer) => answer,
                    Err(stop) => return Err(self.stopped(stop)),
                };
                // A default may be another one the next time.
                match default == Some(answer.as_str()) {
                    true => self.earlier.remove(prompt),
                    false => self.earlier.insert(prompt.to_owned(), answer.clone()),
                };
                self.answers.push(answer.clone());
                self.used += 1;
                answer
            }
        };
        self.rows.push([one_line(prompt), one_line(&answer)]);
        Ok(Some(answer))
    }

    fn stopped(&mut self, stop: Stop) -> Error {
        match stop {
            Stop::Escape => self.back(),
            Stop::Interrupted => PromptError::Cancelled.into(),
            Stop::Failed(words) => PromptError::Terminal(words).into(),
        }
    }

    /// Goes back to the last question that was answered; before the first one there is none.
    fn back(&mut self) -> Error {
        self.begins_anew = self.answers.pop().is_some();
        PromptError::Cancelled.into()
    }
}
