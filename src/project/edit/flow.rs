//! Tasks written between brackets.

use yamlpath::Document;

use super::{Content, Entry, File, Splice, scalar};
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

/// After the last of the tasks in the brackets between two bytes.
pub(super) fn append(
    file: &File<'_>,
    document: &Document,
    start: usize,
    end: usize,
    entry: &Entry,
) -> Vec<Vec<Splice>> {
    let text = braces(entry);
    let inside = start + 1..end - 1;
    let Some(last_end) = last_item(document, file.text, inside.start, inside.end) else {
        // Empty but for blanks or comments.
        let at = file.text[..inside.end].trim_end().len().max(inside.start);
        let newline = if file.text[inside.clone()].contains('\n') { file.newline } else { "" };
        return vec![vec![Splice::insert(at, format!("{newline}{text}"))]];
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

/// Where the last item ends; none if there is none, or it is an alias (which stands elsewhere).
fn last_item(document: &Document, text: &str, start: usize, end: usize) -> Option<usize> {
    let tasks = Place::top().key("tasks");
    let count = (0..).take_while(|index| document.query_exists(&tasks.index(*index).route())).count();
    let span = tasks.index(count.checked_sub(1)?).span(document)?;
    let is_here = start <= span.start && span.end <= end && text.is_char_boundary(span.end);
    is_here.then_some(span.end)
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
