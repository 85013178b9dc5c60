//! Tasks written as lines that begin with a dash.

use super::{Content, Entry, File, Splice, scalar, without_bom};

/// The entry as lines: `indent`, a dash, `gap`, the fields below each other; without a line ending at the end.
pub(super) fn lines(entry: &Entry, indent: &str, gap: &str, newline: &str) -> String {
    let mut text = String::new();
    for (index, (name, content)) in entry.0.iter().enumerate() {
        let value = match content {
            Content::Text(text) => scalar(text),
            Content::Number(number) => number.to_string(),
            Content::Words(words) => super::flow::list(words),
        };
        match index {
            0 => text.push_str(&format!("{indent}-{gap}")),
            _ => text.push_str(&format!("{newline}{indent} {gap}")),
        }
        text.push_str(&format!("{}: {value}", scalar(name)));
    }
    text
}

/// After the last of the tasks between two bytes.
pub(super) fn append(file: &File<'_>, start: usize, end: usize, entry: &Entry) -> Vec<Vec<Splice>> {
    let indent = &file.text[file.line_start(start)..start];
    if !indent.chars().all(|c| c == ' ') {
        // `tasks:` and its first dash in one line, or something before it: nothing that we know how to go on with.
        return Vec::new();
    }
    let style = Style::of(file, start, end, indent);
    let text = lines(entry, indent, &style.gap, file.newline);
    let last_line = file.line_end(file.text[..end].trim_end().len().max(start));
    let after_comments = after_comments(file, last_line, indent.len());
    // A text that keeps its trailing line ends (`|+`) reaches as far as the blank lines do.
    let blank = file.text[last_line..].len() - file.text[last_line..].trim_start().len();
    let after_blank = file.line_start(last_line + blank);
    let mut places = vec![after_comments, last_line];
    places.dedup();
    let mut candidates: Vec<_> =
        places.into_iter().map(|at| vec![below(file, at, &text, style.spaced)]).collect();
    if after_blank > last_line {
        candidates.push(vec![Splice::insert(after_blank, format!("{text}{}", file.newline))]);
    }
    candidates
}

/// Below a `tasks:` that has nothing in it.
pub(super) fn begin(
    file: &File<'_>,
    line_of: usize,
    value: Option<(usize, usize)>,
    entry: &Entry,
) -> Vec<Vec<Splice>> {
    let key_line = file.line_start(line_of);
    let line = &file.text[key_line..];
    let key_indent = line.len() - line.trim_start_matches(' ').len();
    let indent = " ".repeat(key_indent + 2);
    let end = file.line_end(value.map_or(line_of, |(_, end)| end));
    let after = after_comments(file, end, key_indent + 1);
    let text = lines(entry, &indent, " ", file.newline);
    let mut splices = vec![below(file, after, &text, false)];
    if let Some((start, end)) = value {
        // The blanks before `[]` go with it, unless a comment comes behind.
        let is_last = file.text[end..file.line_end(end)].trim().is_empty();
        let before = file.text[..start].trim_end_matches([' ', '\t']).len();
        let start = if is_last { before } else { start };
        splices.push(Splice { at: start, instead_of: end - start, text: String::new() });
    }
    vec![splices]
}

/// `tasks:` with the entry, after the last key.
pub(super) fn add_key(file: &File<'_>, end: usize, entry: &Entry) -> Vec<Vec<Splice>> {
    let text = format!("tasks:{}{}", file.newline, lines(entry, "  ", " ", file.newline));
    let after_value = file.line_end(file.text[..end].trim_end().len());
    let places = [after_comments(file, after_value, 1), after_value, file.text.trim_end().len()];
    places.into_iter().map(|at| vec![below(file, at, &text, false)]).collect()
}

/// Puts lines below the line that ends at a byte.
fn below(file: &File<'_>, at: usize, text: &str, spaced: bool) -> Splice {
    let newline = file.newline;
    let blank = if spaced { newline } else { "" };
    // At the very start there is no line to be below of.
    match without_bom(&file.text[..at]).is_empty() {
        true => Splice::insert(at, format!("{text}{newline}")),
        false => Splice::insert(at, format!("{newline}{blank}{text}")),
    }
}

/// The end of the last comment below a line that is indented at least so far: such comments belong to what is above.
/// At the left edge only what is indented belongs: the rest is the file's.
fn after_comments(file: &File<'_>, line_end: usize, indent: usize) -> usize {
    let (mut best, mut at) = (line_end, line_end);
    while let Some(start) = file.next_line(at) {
        let line = &file.text[start..file.line_end(start)];
        let trimmed = line.trim_start_matches(' ');
        if trimmed.starts_with('#') && line.len() - trimmed.len() >= indent.max(1) {
            best = file.line_end(start);
        } else if !trimmed.is_empty() {
            break;
        }
        at = start;
    }
    best
}

/// How the existing tasks are laid out.
struct Style {
    /// Between the dash and the first field.
    gap: String,
    /// Whether blank lines stand between tasks.
    spaced: bool,
}

impl Style {
    fn of(file: &File<'_>, start: usize, end: usize, indent: &str) -> Self {
        let first = &file.text[start + 1..file.line_end(start)];
        let blanks = first.len() - first.trim_start_matches(' ').len();
        let gap = if blanks == 0 || first.trim().is_empty() { 1 } else { blanks };
        let dash = format!("{indent}-");
        let lines: Vec<_> = file.text[start..end].lines().collect();
        let begins = |line: &str| {
            line.strip_prefix(&dash).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
        };
        let spaced = lines.windows(2).any(|pair| pair[0].trim().is_empty() && begins(pair[1]));
        Self { gap: " ".repeat(gap), spaced }
    }
}
