//! Tasks written between brackets.

use std::ops::Range;

use super::{Content, Entry, File, Splice, scalar};
use crate::project::document::Document;
use crate::project::place::Place;

/// Words as `[a, b]`.
pub(super) fn list(words: &[String]) -> String {
    let words: Vec<_> = words.iter().map(|word| scalar(word)).collect();
    format!("[{}]", words.join(", "))
}

/// The entry as `{name: value, …}`.
fn braces(entry: &Entry) -> String {
    let fields = entry.0.iter().map(|(name, content)| {
        let value = match content {
            Content::Text(text) => scalar(text),
            Content::Number(number) => number.to_string(),
            Content::Words(words) => list(words),
        };
        format!("{}: {value}", scalar(name))
    });
    format!("{{ {} }}", fields.collect::<Vec<_>>().join(", "))
}

/// After the last of the `count` tasks in the brackets between two bytes.
pub(super) fn append(
    file: &File<'_>,
    document: &Document,
    start: usize,
    end: usize,
    count: usize,
    entry: &Entry,
) -> Vec<Vec<Splice>> {
    let text = braces(entry);
    let inside = start + 1..end - 1;
    let Some(last) = count.checked_sub(1) else {
        // Empty but for blanks or comments.
        let at = file.text[..inside.end].trim_end().len().max(inside.start);
        let is_open = file.text[inside.clone()].contains('\n');
        let before = if is_open { format!("{}  ", file.newline) } else { String::new() };
        return vec![vec![Splice::insert(at, before + &text)]];
    };
    let Some(last_end) = end_of(document, last, inside.clone()) else {
        return Vec::new();
    };
    let comma = next_token(file.text, last_end, inside.end).filter(|at| file.text[*at..].starts_with(','));
    let after = comma.map_or(last_end, |at| at + 1);
    if !file.text[last_end..inside.end].contains('\n') {
        return vec![vec![match comma {
            Some(_) => Splice::insert(after, format!(" {text}")),
            None => Splice::insert(after, format!(", {text}")),
        }]];
    }
    let line = file.line_start(last_end);
    let indent =
        &file.text[line..line + (file.text[line..].len() - file.text[line..].trim_start_matches(' ').len())];
    // Behind a comment that stands in the last item's line.
    let below = file.line_end(after);
    vec![match comma {
        Some(_) => vec![Splice::insert(below, format!("{}{indent}{text},", file.newline))],
        None if below == last_end => {
            vec![Splice::insert(last_end, format!(",{}{indent}{text}", file.newline))]
        }
        None => vec![
            Splice::insert(last_end, ","),
            Splice::insert(below, format!("{}{indent}{text}", file.newline)),
        ],
    }]
}

/// Where an item ends; none if it is an alias: what it stands for is elsewhere.
fn end_of(document: &Document, index: usize, inside: Range<usize>) -> Option<usize> {
    let span = Place::top().key("tasks").index(index).span(document)?;
    (inside.start <= span.start && span.end <= inside.end).then_some(span.end)
}

/// The next byte that is neither blank nor in a comment.
fn next_token(text: &str, mut at: usize, end: usize) -> Option<usize> {
    while at < end {
        match text.as_bytes()[at] {
            b'#' => at += text[at..end].find('\n')?,
            byte if byte.is_ascii_whitespace() => at += 1,
            _ => return Some(at),
        }
    }
    None
}
