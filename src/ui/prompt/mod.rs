//! Questions to a person. Without one, missing values are an error that names their flags.

mod form;
mod screen;

use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::{Ui, is_dumb};
use crate::pelato::{Error, MissingValue, PromptError};
pub use form::Form;
use screen::{Screen, Stop};

/// A value that a flag may give and a person may be asked for.
pub struct Question<'a> {
    /// What is asked, such as `Name of the project`.
    pub prompt: &'a str,
    /// The flag that answers it, with an example: `--name NAME`.
    pub flag: &'a str,
    /// The answer that is offered.
    pub default: Option<String>,
    /// Answers that are shown to choose from; others may be typed.
    pub suggestions: &'a [String],
    /// Whether the answer is a list with commas.
    pub is_list: bool,
    /// What is wrong with an answer, in the words that its flag gets.
    pub check: &'a dyn Fn(&str) -> Result<(), Error>,
}

impl Default for Question<'_> {
    fn default() -> Self {
        Self { prompt: "", flag: "", default: None, suggestions: &[], is_list: false, check: &|_| Ok(()) }
    }
}

impl Ui {
    /// Whether a person is there and may be asked: on a terminal on which a question can be drawn.
    pub fn may_ask(&self) -> bool {
        self.has_person() && !is_dumb()
    }

    /// A person's consent. Nobody is taken to have given it.
    ///
    /// # Errors
    /// When nobody may be asked, or the answer is no.
    pub fn agree(&self, question: &str, flag: &str) -> Result<(), PromptError> {
        if !self.may_ask() {
            return Err(MissingValue::new("consent", flag).into());
        }
        match self.draw(|screen| screen.yes_or_no(question, false, "Esc: cancel")) {
            Ok(true) => Ok(()),
            Ok(false) => Err(PromptError::Refused),
            Err(Stop::Failed(words)) => Err(PromptError::Terminal(words)),
            Err(Stop::Escape | Stop::Interrupted) => Err(PromptError::Cancelled),
        }
    }

    /// Gets something each time when a person presses Enter, from now on.
    ///
    /// # Errors
    /// When nobody may be asked: `flag` is then missing.
    pub fn enter(&self, what: &str, flag: &str) -> Result<UnboundedReceiver<()>, PromptError> {
        if !self.has_person() {
            return Err(MissingValue::new(what, flag).into());
        }
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

    /// Asks questions that belong together, in the order in which `fill` asks them. Whoever goes back to a question has
    /// `fill` begin anew: what was answered before that question is not asked again.
    ///
    /// # Errors
    /// Those of `fill`.
    pub fn form<T>(&self, mut fill: impl FnMut(&mut Form<'_>) -> Result<T, Error>) -> Result<T, Error> {
        let mut form = Form::new(self);
        loop {
            let filled = fill(&mut form);
            if !form.begins_anew() {
                return filled;
            }
        }
    }

    /// Draws a question, with nothing else on the screen that changes. A person who interrupts it ends the command.
    fn draw<T>(&self, ask: impl FnOnce(&Screen) -> Result<T, Stop>) -> Result<T, Stop> {
        let answer = self.aside(|| ask(&Screen::new(self.style_err.coloured)));
        if matches!(answer, Err(Stop::Interrupted)) {
            let _ = self.interrupted.set(());
        }
        answer
    }
}
