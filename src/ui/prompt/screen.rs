//! One question on the terminal: it is drawn again at every key, and never wider than the terminal.

use std::fmt;

use console::{Term, measure_text_width};
use inquire::autocompletion::Replacement;
use inquire::ui::{RenderConfig, Styled};
use inquire::validator::Validation;
use inquire::{Autocomplete, Confirm, CustomUserError, InquireError, Select, Text};
use miette::Diagnostic;

use super::Question;
use crate::pelato::Error;
use crate::text::{is_plain, with_causes};
use crate::ui::safe::safe;
use crate::ui::table::padded;
use crate::ui::worded;

/// The most lines of a list; longer ones scroll.
const MOST_LINES: usize = 12;
/// Lines of the terminal that a list leaves for the question and the hint.
const OTHER_LINES: usize = 4;

/// Why a question has no answer.
pub enum Stop {
    /// The person pressed Escape.
    Escape,
    /// The person pressed Ctrl-C.
    Interrupted,
    /// The terminal cannot be used, in the operating system's words.
    Failed(String),
}

impl From<InquireError> for Stop {
    fn from(error: InquireError) -> Self {
        match error {
            InquireError::OperationCanceled => Self::Escape,
            InquireError::OperationInterrupted => Self::Interrupted,
            other => Self::Failed(other.to_string()),
        }
    }
}

/// The terminal, as it is when the question begins.
pub struct Screen {
    look: RenderConfig<'static>,
    width: usize,
    lines: usize,
}

impl Screen {
    pub fn new(coloured: bool) -> Self {
        let look = match coloured {
            true => RenderConfig::default_colored(),
            false => RenderConfig::empty().with_answered_prompt_prefix(Styled::new(">")),
        };
        let (height, width) = Term::stderr().size();
        Self {
            look: look.with_canceled_prompt_indicator(Styled::new("-")),
            width: usize::from(width),
            lines: usize::from(height).saturating_sub(OTHER_LINES).clamp(1, MOST_LINES),
        }
    }

    /// A text; an empty one is the default, if there is one.
    pub fn text(&self, question: &Question<'_>, default: Option<&str>, hint: &str) -> Result<String, Stop> {
        let (prompt, default) = (one_line(question.prompt), default.map(one_line));
        let check = |text: &str| match (question.check)(text) {
            Ok(()) => Ok(Validation::Valid),
            Err(error) => Ok(Validation::Invalid(self.refusal(&error).into())),
        };
        let hint = match question.suggestions.is_empty() {
            true => hint.to_owned(),
            false => format!("↑↓: choose, {hint}"),
        };
        let suggestions = Suggestions::new(question);
        let text = Text::new(&prompt).with_help_message(&hint).with_render_config(self.look);
        let text = text.with_validator(check).with_autocomplete(suggestions).with_page_size(self.lines);
        let text = match &default {
            Some(default) => text.with_default(default),
            None => text,
        };
        Ok(text.prompt()?)
    }

    /// One name of a list, which gets shorter as a person types.
    pub fn list(
        &self,
        prompt: &str,
        choices: &[(String, String)],
        chosen: Option<&str>,
        hint: &str,
    ) -> Result<String, Stop> {
        let prompt = one_line(prompt);
        let hint = format!("type to filter, ↑↓: move, {hint}");
        let start = choices.iter().position(|(name, _)| Some(name.as_str()) == chosen).unwrap_or_default();
        let names = choices.iter().map(|(name, _)| measure_text_width(name)).max().unwrap_or(0);
        let entry = |(name, about): &(String, String)| Entry {
            name: name.clone(),
            about: about.to_lowercase(),
            // Two columns are the mark's.
            line: cut(&format!("{}  {about}", padded(name, names)), self.width.saturating_sub(2)),
        };
        let list = Select::new(&prompt, choices.iter().map(entry).collect());
        let list = list.with_help_message(&hint).with_render_config(self.look).with_page_size(self.lines);
        let answer = list
            .with_starting_cursor(start)
            .with_scorer(&|typed, entry: &Entry, _, index| entry.score(typed, index))
            .with_formatter(&|entry| one_line(&entry.value.name))
            .prompt()?;
        Ok(answer.name)
    }

    /// Yes or no; Enter means what is offered.
    pub fn yes_or_no(&self, question: &str, offered: bool, hint: &str) -> Result<bool, Stop> {
        let question = one_line(question);
        let confirm = Confirm::new(&question).with_default(offered).with_help_message(hint);
        let confirm = confirm.with_error_message("answer `y` for yes, or `n` for no");
        Ok(confirm.with_render_config(self.look).prompt()?)
    }

    /// What is wrong with an answer and what to do, as an error says it.
    fn refusal(&self, error: &Error) -> String {
        let help = error.help().map(|help| format!("; {help}")).unwrap_or_default();
        let text = worded(&format!("{}{help}", with_causes(error, ": "))).into_owned();
        wrapped(&one_line(&text), self.width.saturating_sub(2))
    }
}

/// Names from which a text is completed.
#[derive(Clone)]
struct Suggestions {
    all: Vec<String>,
    is_list: bool,
}

impl Suggestions {
    /// Those that are drawn as they are: names of a project that is somebody else's may be anything.
    fn new(question: &Question<'_>) -> Self {
        let safe = question.suggestions.iter().filter(|name| name.chars().all(is_plain));
        Self { all: safe.cloned().collect(), is_list: question.is_list }
    }
}

impl Autocomplete for Suggestions {
    fn get_suggestions(&mut self, typed: &str) -> Result<Vec<String>, CustomUserError> {
        let (before, last) = match typed.rfind(',') {
            Some(comma) if self.is_list => typed.split_at(comma + 1),
            _ => ("", typed),
        };
        let has = |name: &str| before.split(',').any(|other| other.trim() == name);
        let (space, last) = (if before.is_empty() { "" } else { " " }, last.trim_start());
        let fits = |name: &&String| name.starts_with(last) && *name != last && !has(name);
        Ok(self.all.iter().filter(fits).map(|name| format!("{before}{space}{name}")).collect())
    }

    fn get_completion(
        &mut self,
        typed: &str,
        highlighted: Option<String>,
    ) -> Result<Replacement, CustomUserError> {
        Ok(highlighted.or_else(|| self.get_suggestions(typed).ok()?.into_iter().next()))
    }
}

/// A name in a list.
struct Entry {
    name: String,
    about: String,
    line: String,
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.line)
    }
}

impl Entry {
    /// How well it fits what was typed: names that begin with it come first. Equal ones stay in order.
    fn score(&self, typed: &str, index: usize) -> Option<i64> {
        let typed = typed.trim().to_lowercase();
        let name = self.name.to_lowercase();
        let mut words = self.about.split(|c: char| !c.is_alphanumeric());
        let is_told = words.any(|word| word.starts_with(&typed));
        let fits = [name == typed, name.starts_with(&typed), name.contains(&typed), is_told];
        let rank = fits.iter().position(|fits| *fits)?;
        i64::try_from(rank << 32 | index).ok().map(|place| -place)
    }
}

/// Text of files and settings, without anything that a terminal would obey.
pub fn one_line(text: &str) -> String {
    safe(text, false).replace(['\n', '\t'], " ")
}

/// The beginning of a text that is too long for a width.
fn cut(text: &str, width: usize) -> String {
    console::truncate_str(one_line(text).trim_end(), width, "…").into_owned()
}

/// Lines of whole words, as far as words are no longer than a line.
fn wrapped(text: &str, width: usize) -> String {
    let (mut lines, mut at) = (String::new(), 0);
    for word in text.split_whitespace() {
        let length = measure_text_width(word);
        match at {
            0 => at = length,
            _ if at + 1 + length <= width => {
                lines.push(' ');
                at += 1 + length;
            }
            _ => {
                lines.push_str("\n  ");
                at = length;
            }
        }
        lines.push_str(word);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries() -> Vec<Entry> {
        let all = [("c", "C functions, with zig"), ("go", "Go functions"), ("algol", "Old"), ("go2", "New")];
        let entry = |(name, about): (&str, &str)| Entry {
            name: name.to_owned(),
            about: about.to_lowercase(),
            line: name.to_owned(),
        };
        all.map(entry).into()
    }

    fn best(typed: &str) -> Vec<String> {
        let entries = entries();
        let score = |(index, entry): (usize, &Entry)| Some((entry.score(typed, index)?, entry.name.clone()));
        let mut found: Vec<_> = entries.iter().enumerate().filter_map(score).collect();
        found.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
        found.into_iter().map(|(_, name)| name).collect()
    }

    #[test]
    fn what_is_typed_finds_names_first() {
        assert_eq!(best("go"), ["go", "go2", "algol"]);
        assert_eq!(best("ZIG"), ["c"]);
        assert_eq!(best(""), ["c", "go", "algol", "go2"]);
        assert_eq!(best("cobol"), [""; 0]);
    }

    #[test]
    fn lists_are_completed_at_their_end() {
        let all = ["edge", "cloud", "x\u{1b}[2J"].map(str::to_owned);
        let mut names =
            Suggestions::new(&Question { suggestions: &all, is_list: true, ..Question::default() });
        assert_eq!(names.get_suggestions("").unwrap(), ["edge", "cloud"]);
        assert_eq!(names.get_suggestions("edge,").unwrap(), ["edge, cloud"]);
        assert_eq!(names.get_suggestions("edge, c").unwrap(), ["edge, cloud"]);
        assert_eq!(names.get_suggestions("cloud, edge").unwrap(), [""; 0]);
        assert_eq!(names.get_suggestions("x").unwrap(), [""; 0]);
        assert_eq!(names.get_completion("c", None).unwrap(), Some("cloud".to_owned()));
        names.is_list = false;
        assert_eq!(names.get_suggestions("edge,").unwrap(), [""; 0]);
    }

    #[test]
    fn nothing_steers_the_terminal_or_is_wider() {
        assert_eq!(cut("a\u{1b}[2Jb\nc", 80), "a\u{fffd}[2Jb c");
        assert_eq!(cut("go  Go functions", 8), "go  Go …");
        assert_eq!(wrapped("one two three", 8), "one two\n  three");
    }
}
