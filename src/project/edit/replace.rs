//! Other words in place of a value.

use std::fmt;
use std::ops::Range;

use super::{Splice, scalar};
use crate::project::document::Document;
use crate::project::place::Place;

/// Why a value cannot be replaced where it is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotReplaceable {
    /// It is an alias: the value is an anchor's, and may have other readers.
    Alias,
    /// Others read it by an alias.
    Shared,
    /// It is not where it seems to be: its whole task is an alias, or merged from elsewhere.
    Elsewhere,
    /// It is written over several lines, or with a tag.
    Form,
}

impl fmt::Display for NotReplaceable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Alias => "it is taken from elsewhere by an alias (`*…`), so others would change with it",
            Self::Shared => "others take it by an alias (`*…`), so they would change with it",
            Self::Elsewhere => "it is not written in the task itself",
            Self::Form => "it is written over several lines or with a tag (`!…`)",
        })
    }
}

/// Replaces the one-line value at a place by a text; quotes stay as they are.
pub(crate) fn replacement(
    text: &str,
    document: &Document,
    place: &Place,
    new: &str,
) -> Result<Splice, NotReplaceable> {
    let found = place.find(document).filter(|found| !found.is_elsewhere);
    let (key, value) =
        found.and_then(|found| Some((found.key?, found.value))).ok_or(NotReplaceable::Elsewhere)?;
    // The value as it stands behind its key; the tree follows an alias to wherever it leads.
    let behind = text.get(key.end..).ok_or(NotReplaceable::Elsewhere)?.trim_start();
    let behind = behind.strip_prefix(':').ok_or(NotReplaceable::Elsewhere)?.trim_start();
    if behind.starts_with('*') {
        return Err(NotReplaceable::Alias);
    }
    let mut start = text.len() - behind.len();
    if let Some(anchored) = behind.strip_prefix('&') {
        let name = anchored.find(char::is_whitespace).ok_or(NotReplaceable::Form)?;
        start = text.len() - anchored[name..].trim_start().len();
    }
    if !(value.start..=value.end).contains(&start) {
        return Err(NotReplaceable::Form);
    }
    in_place_of(text, start..value.end, new)
}

/// Puts a text in place of the one-line value between two bytes.
pub(super) fn in_place_of(text: &str, old: Range<usize>, new: &str) -> Result<Splice, NotReplaceable> {
    let written = &text[old.clone()];
    let quoted = |quote: char| written.len() > 1 && written.starts_with(quote) && written.ends_with(quote);
    let new = match written.chars().next() {
        _ if written.contains('\n') => return Err(NotReplaceable::Form),
        Some(quote @ ('"' | '\'')) if quoted(quote) && is_plain(new) => format!("{quote}{new}{quote}"),
        Some('"' | '\'' | '|' | '>' | '!' | '&' | '*' | '[' | '{') | None => {
            return Err(NotReplaceable::Form);
        }
        Some(_) => scalar(new),
    };
    Ok(Splice::over(old, new))
}

/// Whether a text means the same between quotes of either kind.
fn is_plain(text: &str) -> bool {
    text.chars().all(|c| c.is_alphanumeric() || "._-".contains(c))
}
