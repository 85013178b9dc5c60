//! Edits of `workflow.yaml` that leave every byte alone that they are not about.
//!
//! An edit is a few insertions at places found in the syntax tree. The result is read again and must mean exactly
//! what was meant, or the edit is rejected: a clear error, never a damaged file.

mod block;
mod flow;
mod replace;
mod scalar;
mod words;

use std::ops::Range;

use serde_yaml::{Mapping, Value};

pub use replace::NotReplaceable;
pub(crate) use replace::replacement;
pub use scalar::scalar;
pub(crate) use words::{reordered, words};

use super::document::{Document, without_bom};
use super::place::Place;
use super::workflow::MAX_BYTES;
use crate::remedy::Operation;

/// A new entry of `tasks`: its fields in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Entry(pub Vec<(String, Content)>);

/// What a field holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    Text(String),
    Number(u64),
    Words(Vec<String>),
}

/// Why a workflow cannot be edited. The file is as it was.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum EditError {
    /// The text is no workflow to begin with.
    #[error("workflow.yaml cannot be edited, because it cannot be read: {reason}")]
    #[diagnostic(
        code(pelato::edit::unreadable),
        help("{} shows what is wrong: fix it and try again", Operation::Check)
    )]
    Unreadable { reason: String },
    /// `tasks` is written in a way that cannot be added to safely.
    #[error("`tasks` is written in a form to which a task cannot be added safely")]
    #[diagnostic(
        code(pelato::edit::unsupported_layout),
        help("add this to the end of `tasks` yourself:\n\n{paste}")
    )]
    UnsupportedLayout { paste: String },
    /// The file would be larger than any workflow may be.
    #[error("workflow.yaml would have {bytes} bytes; a workflow may have {MAX_BYTES}")]
    #[diagnostic(code(pelato::edit::too_large), help("start a second project for further tasks"))]
    TooLarge { bytes: usize },
}

/// Text to put in at a byte of the file, in place of so many bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Splice {
    at: usize,
    instead_of: usize,
    text: String,
}

impl Splice {
    fn insert(at: usize, text: impl Into<String>) -> Self {
        Self { at, instead_of: 0, text: text.into() }
    }

    fn over(bytes: Range<usize>, text: impl Into<String>) -> Self {
        Self { at: bytes.start, instead_of: bytes.len(), text: text.into() }
    }
}

/// Adds a task at the end of `tasks`.
///
/// # Errors
/// When the text is no workflow, or is written in a way that cannot be added to safely.
pub fn append_task(text: &str, entry: &Entry) -> Result<String, EditError> {
    let before = value(text)?;
    let layout = || EditError::UnsupportedLayout { paste: block::lines(entry, "  ", " ", "\n") };
    let count = before.get("tasks").and_then(Value::as_sequence).map_or(0, Vec::len);
    let wanted = with_entry(before, entry).ok_or_else(layout)?;
    let document = document(text)?;
    let file = File::new(text);
    let tasks = file.tasks(&document).ok_or_else(layout)?;
    let candidates = match tasks {
        Tasks::Flow(start, end) => flow::append(&file, &document, start, end, count, entry),
        Tasks::Block(start, end) => block::append(&file, start, end, entry),
        Tasks::Empty { line_of, value } => block::begin(&file, line_of, value, entry),
        Tasks::Missing { end } => block::add_key(&file, end, entry),
    };
    // More than one place can be right; the first that keeps the meaning of everything is taken.
    let results = candidates.iter().filter_map(|splices| apply(text, splices));
    let means_the_same =
        |new: &String| value(new).is_ok_and(|value| value == wanted) && Document::new(new).is_ok();
    let new = results.into_iter().find(means_the_same).ok_or_else(layout)?;
    match new.len() {
        bytes if bytes as u64 > MAX_BYTES => Err(EditError::TooLarge { bytes }),
        _ => Ok(new),
    }
}

/// What it says, with what is merged (`<<`) in its place.
pub(crate) fn value(text: &str) -> Result<Value, EditError> {
    let unreadable = |error: serde_yaml::Error| EditError::Unreadable { reason: error.to_string() };
    let mut value: Value = serde_yaml::from_str(without_bom(text)).map_err(unreadable)?;
    value.apply_merge().map_err(unreadable)?;
    Ok(value)
}

/// Where its parts stand.
pub(crate) fn document(text: &str) -> Result<Document, EditError> {
    Document::new(text).map_err(|reason| EditError::Unreadable { reason })
}

/// Puts the splices in. None if they overlap or are out of range.
pub(crate) fn apply(text: &str, splices: &[Splice]) -> Option<String> {
    let mut splices: Vec<_> = splices.iter().collect();
    splices.sort_by_key(|splice| splice.at);
    let (mut new, mut done) = (String::with_capacity(text.len() + 256), 0);
    for splice in splices {
        new.push_str(text.get(done..splice.at)?);
        new.push_str(&splice.text);
        done = splice.at + splice.instead_of;
    }
    new.push_str(text.get(done..)?);
    Some(new)
}

/// The workflow's value with the entry added.
fn with_entry(workflow: Value, entry: &Entry) -> Option<Value> {
    let mut top = match workflow {
        Value::Mapping(mapping) => mapping,
        Value::Null => Mapping::new(),
        _ => return None,
    };
    let tasks = top.entry("tasks".into()).or_insert(Value::Null);
    if tasks.is_null() {
        *tasks = Value::Sequence(Vec::new());
    }
    let value = |content: &Content| match content {
        Content::Text(text) => Value::from(text.as_str()),
        Content::Number(number) => Value::from(*number),
        Content::Words(words) => Value::from(words.clone()),
    };
    let fields = entry.0.iter().map(|(name, content)| (Value::from(name.as_str()), value(content)));
    tasks.as_sequence_mut()?.push(Value::Mapping(fields.collect()));
    Some(Value::Mapping(top))
}

/// How `tasks` is written.
enum Tasks {
    /// `- …` lines: from the first dash to the end.
    Block(usize, usize),
    /// `[…]` with something in it: its span.
    Flow(usize, usize),
    /// Nothing in it: the end of its line, and the span of `[]` or `~` if that is written.
    Empty { line_of: usize, value: Option<(usize, usize)> },
    /// There is no such key; where the last one ends.
    Missing { end: usize },
}

/// The text and its habits.
struct File<'a> {
    text: &'a str,
    newline: &'static str,
}

impl<'a> File<'a> {
    fn new(text: &'a str) -> Self {
        Self { text, newline: newline_of(text) }
    }

    /// Finds `tasks`. None where it is written in a way that is not known here.
    fn tasks(&self, document: &Document) -> Option<Tasks> {
        let Some(found) = Place::top().key("tasks").find(document) else {
            return self.without_tasks(document);
        };
        let key = found.key?;
        let colon = key.end + self.text.get(key.end..)?.find(':')?;
        if found.value.is_empty() {
            return Some(Tasks::Empty { line_of: colon, value: None });
        }
        let Range { start, end } = found.value;
        if start < colon || found.is_tagged || found.is_elsewhere {
            // The list stands elsewhere and may have other readers, or is not what it looks like.
            return None;
        }
        match self.text.get(start..end)? {
            "~" | "null" | "Null" | "NULL" => {
                Some(Tasks::Empty { line_of: start, value: Some((start, end)) })
            }
            list if list.starts_with('[') => {
                let inside = list.strip_prefix('[')?.strip_suffix(']')?;
                let is_in_block = !self.text[document.top()?.start..].starts_with('{');
                if inside.trim().is_empty() && !inside.contains('\n') && is_in_block {
                    return Some(Tasks::Empty { line_of: start, value: Some((start, end)) });
                }
                Some(Tasks::Flow(start, end))
            }
            list if list.starts_with('-') => Some(Tasks::Block(start, end)),
            _ => None,
        }
    }

    fn without_tasks(&self, document: &Document) -> Option<Tasks> {
        let Some(top) = document.top() else {
            // Nothing but comments, if anything.
            return Some(Tasks::Missing { end: self.text.len() });
        };
        let is_in_block = !self.text.get(top.clone())?.starts_with('{');
        is_in_block.then_some(Tasks::Missing { end: top.end })
    }

    /// The end of the line that a byte is in, before its line ending.
    fn line_end(&self, at: usize) -> usize {
        line_end(self.text, at)
    }

    /// The start of the line that a byte is in.
    fn line_start(&self, at: usize) -> usize {
        line_start(self.text, at)
    }

    /// The start of the next line; none where the text ends without one.
    fn next_line(&self, at: usize) -> Option<usize> {
        self.text[at..].find('\n').map(|end| at + end + 1)
    }
}

/// How the lines of a text end.
fn newline_of(text: &str) -> &'static str {
    match text.find('\n') {
        Some(at) if text[..at].ends_with('\r') => "\r\n",
        _ => "\n",
    }
}

fn line_end(text: &str, at: usize) -> usize {
    let rest = &text[at..];
    let line = rest.find('\n').map_or(rest, |end| &rest[..end]);
    at + line.strip_suffix('\r').unwrap_or(line).len()
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |newline| newline + 1)
}

#[cfg(test)]
mod tests;
