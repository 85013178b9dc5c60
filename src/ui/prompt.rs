//! Questions to a person. Without one, missing values are an error that names their flags.

use dialoguer::theme::SimpleTheme;
use dialoguer::{Confirm, Input, MultiSelect, Select};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::Ui;
use crate::pelato::{MissingValue, PromptError};

impl From<dialoguer::Error> for PromptError {
    fn from(error: dialoguer::Error) -> Self {
        let dialoguer::Error::IO(error) = error;
        match error.kind() {
            std::io::ErrorKind::Interrupted => Self::Cancelled,
            _ => Self::Terminal(error.to_string()),
        }
    }
}

/// A value that a flag may give and a person may be asked for.
pub struct Question<'a> {
    /// What is asked, such as `Name of the project`.
    pub prompt: &'a str,
    /// The flag that answers it, with an example: `--name NAME`.
    pub flag: &'a str,
    /// The answer that is offered.
    pub default: Option<String>,
    /// Says what is wrong with an answer.
    pub check: &'a dyn Fn(&str) -> Result<(), String>,
}

impl Ui {
    /// The given value, else a person's answer. Without a person the default is not assumed.
    ///
    /// # Errors
    /// When nobody may be asked, or nobody answers.
    pub fn ask(&self, given: Option<String>, question: &Question<'_>) -> Result<String, PromptError> {
        if let Some(given) = given {
            return Ok(given);
        }
        self.needs_person(question.prompt, question.flag)?;
        let check = |answer: &String| (question.check)(answer);
        let mut input =
            Input::<String>::with_theme(&SimpleTheme).with_prompt(question.prompt).validate_with(check);
        if let Some(default) = &question.default {
            input = input.default(default.clone());
        }
        Ok(input.interact_text()?)
    }

    /// The given value, else the one that a person chooses from a list of names with a line about each.
    ///
    /// # Errors
    /// When nobody may be asked, or nobody answers.
    pub fn choose(
        &self,
        given: Option<String>,
        prompt: &str,
        flag: &str,
        choices: &[(String, String)],
    ) -> Result<String, PromptError> {
        if let Some(given) = given {
            return Ok(given);
        }
        self.needs_person(prompt, flag)?;
        let lines: Vec<_> = choices.iter().map(|(name, about)| format!("{name:<20} {about}")).collect();
        let select = Select::with_theme(&SimpleTheme).with_prompt(prompt).items(&lines).default(0);
        let index = select.interact_opt()?.ok_or(PromptError::Cancelled)?;
        Ok(choices[index].0.clone())
    }

    /// The given values, else those that a person picks or types.
    ///
    /// # Errors
    /// When nobody may be asked, or nobody answers.
    pub fn pick(
        &self,
        given: Vec<String>,
        prompt: &str,
        flag: &str,
        choices: &[&str],
    ) -> Result<Vec<String>, PromptError> {
        if !given.is_empty() {
            return Ok(given);
        }
        self.needs_person(prompt, flag)?;
        let first: Vec<bool> = (0..choices.len()).map(|index| index == 0).collect();
        let shown = format!("{prompt} (space selects, enter confirms)");
        let select = MultiSelect::with_theme(&SimpleTheme).with_prompt(shown).items(choices).defaults(&first);
        // One has to be chosen: whoever chooses none is asked again.
        let indices = loop {
            let indices = select.clone().interact_opt()?.ok_or(PromptError::Cancelled)?;
            if !indices.is_empty() {
                break indices;
            }
        };
        Ok(indices.into_iter().map(|index| choices[index].to_owned()).collect())
    }

    /// A person's consent. Nobody is taken to have given it.
    ///
    /// # Errors
    /// When nobody may be asked, or the answer is no.
    pub fn agree(&self, question: &str, flag: &str) -> Result<(), PromptError> {
        self.needs_person("consent", flag)?;
        let confirm = Confirm::with_theme(&SimpleTheme).with_prompt(question).default(false);
        match confirm.interact_opt()? {
            Some(true) => Ok(()),
            Some(false) => Err(PromptError::Refused),
            None => Err(PromptError::Cancelled),
        }
    }

    /// Gets something each time when a person presses Enter, from now on.
    ///
    /// # Errors
    /// When nobody may be asked: `flag` is then missing.
    pub fn enter(&self, what: &str, flag: &str) -> Result<UnboundedReceiver<()>, PromptError> {
        self.needs_person(what, flag)?;
        let (pressed, receiver) = unbounded_channel();
        // Nothing ends a read from a terminal: the thread ends with the process, if not before.
        std::thread::spawn(move || {
            for _ in std::io::stdin().lines().map_while(Result::ok) {
                if pressed.send(()).is_err() {
                    return;
                }
            }
        });
        Ok(receiver)
    }

    fn needs_person(&self, what: &str, flag: &str) -> Result<(), PromptError> {
        if self.may_ask() { Ok(()) } else { Err(MissingValue::new(what, flag).into()) }
    }

    /// Questions that belong together.
    pub fn questions(&self) -> Questions<'_> {
        Questions { ui: self, missing: Vec::new() }
    }
}

/// Questions that belong together: without a person, all values that are missing are named at once. Until then, an answer
/// is missing as well.
pub struct Questions<'a> {
    ui: &'a Ui,
    missing: Vec<MissingValue>,
}

impl Questions<'_> {
    /// As [`Ui::ask`].
    ///
    /// # Errors
    /// When nobody answers.
    pub fn ask(
        &mut self,
        given: Option<String>,
        question: &Question<'_>,
    ) -> Result<Option<String>, PromptError> {
        self.answer(self.ui.ask(given, question))
    }

    /// As [`Ui::choose`].
    ///
    /// # Errors
    /// When nobody answers.
    pub fn choose(
        &mut self,
        given: Option<String>,
        prompt: &str,
        flag: &str,
        choices: &[(String, String)],
    ) -> Result<Option<String>, PromptError> {
        self.answer(self.ui.choose(given, prompt, flag, choices))
    }

    /// As [`Ui::pick`].
    ///
    /// # Errors
    /// When nobody answers.
    pub fn pick(
        &mut self,
        given: Vec<String>,
        prompt: &str,
        flag: &str,
        choices: &[&str],
    ) -> Result<Option<Vec<String>>, PromptError> {
        self.answer(self.ui.pick(given, prompt, flag, choices))
    }

    fn answer<T>(&mut self, answer: Result<T, PromptError>) -> Result<Option<T>, PromptError> {
        match answer {
            Err(PromptError::Missing { values }) => {
                self.missing.extend(values);
                Ok(None)
            }
            other => other.map(Some),
        }
    }

    /// Whether all are answered.
    pub fn are_answered(&self) -> bool {
        self.missing.is_empty()
    }

    /// The values that are missing.
    pub fn unanswered(self) -> PromptError {
        PromptError::Missing { values: self.missing }
    }
}
