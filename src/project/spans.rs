//! Places of a workflow → bytes of its file, also when there are thousands of either.
//!
//! A query into a document walks past all tasks before the one asked for. So the tasks are cut apart by their lines,
//! and each is a small document of its own; where that is not certainly right, the whole file is asked.

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::fmt;
use std::ops::Range;

use yamlpath::Document;

use super::place::Place;

/// Looks up places, parsing only what is asked for, and that once.
#[derive(Default)]
pub struct Spans {
    /// How many items `tasks` has.
    count: OnceCell<usize>,
    whole: OnceCell<Option<Document>>,
    items: OnceCell<Option<Vec<Range<usize>>>>,
    parts: RefCell<HashMap<usize, Option<Document>>>,
}

impl fmt::Debug for Spans {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Spans").field("count", &self.count).finish_non_exhaustive()
    }
}

impl Spans {
    /// Says how many items `tasks` has, against which the cutting is checked.
    pub fn expect(&self, count: usize) {
        // Said twice, it is the same number.
        let _ = self.count.set(count);
    }

    /// The bytes of a place in the text; none if it is not there.
    pub fn find(&self, text: &str, place: &Place) -> Option<Range<usize>> {
        match self.find_in_part(text, place) {
            Some(found) => found,
            None => place.span(self.whole.get_or_init(|| Document::new(text).ok()).as_ref()?),
        }
    }

    /// None where the part cannot be trusted.
    fn find_in_part(&self, text: &str, place: &Place) -> Option<Option<Range<usize>>> {
        let (index, rest) = place.in_item("tasks")?;
        let items = self.items.get_or_init(|| items(text, *self.count.get()?)).as_ref()?;
        let range = items.get(index)?;
        let part = text.get(range.clone())?;
        let mut parts = self.parts.borrow_mut();
        let document = parts.entry(index).or_insert_with(|| Document::new(part).ok()).as_ref()?;
        let span = rest.span(document);
        Some(span.map(|span| span.start + range.start..span.end + range.start))
    }
}

/// The bytes of each item of `tasks`, if it is a list with a line `- …` for each.
fn items(text: &str, count: usize) -> Option<Vec<Range<usize>>> {
    if may_have_anchors(text) {
        // What has a name in one part can be used in another.
        return None;
    }
    let mut starts = Vec::new();
    let (mut at, mut indent, mut inside) = (0, None, false);
    let mut end = text.len();
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let content = line.trim_start_matches(' ');
        let depth = line.len() - content.len();
        let content = content.trim_end();
        if content.is_empty() || content.starts_with('#') {
            continue;
        }
        if !inside {
            inside = depth == 0 && content.strip_prefix("tasks:").is_some_and(is_blank);
            continue;
        }
        let is_item = content == "-" || content.starts_with("- ");
        let column = *indent.get_or_insert(depth);
        if is_item && depth == column {
            starts.push(start);
        } else if depth <= column {
            end = start;
            break;
        }
    }
    // Lines that only look like items, or items that do not look like lines, spoil the count.
    if starts.len() != count {
        return None;
    }
    let ends = starts.iter().skip(1).copied().chain([end]);
    Some(starts.iter().zip(ends).map(|(start, end)| *start..end).collect())
}

/// An anchor is `&name` at the beginning of a value.
fn may_have_anchors(text: &str) -> bool {
    let bytes = text.as_bytes();
    let begins =
        |at: usize| at == 0 || matches!(bytes.get(at - 1), Some(b' ' | b'\t' | b'\n' | b'[' | b'{' | b','));
    let goes_on = |at: usize| bytes.get(at + 1).is_some_and(|next| !next.is_ascii_whitespace());
    text.match_indices('&').any(|(at, _)| begins(at) && goes_on(at))
}

fn is_blank(rest: &str) -> bool {
    let rest = rest.trim_start();
    rest.is_empty() || rest.starts_with('#')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn compare(text: &str) -> usize {
        let Ok(serde_yaml::Value::Mapping(top)) = serde_yaml::from_str(text) else { return 0 };
        let Some(serde_yaml::Value::Sequence(tasks)) = top.get("tasks") else { return 0 };
        let spans = Spans::default();
        spans.expect(tasks.len());
        // Where the whole is too odd for the parser, a part may still be right.
        let Ok(whole) = Document::new(text) else { return 0 };
        let mut by_parts = 0;
        for index in 0..tasks.len() {
            let task = Place::top().key("tasks").index(index);
            for place in [
                task.clone(),
                task.key("name"),
                task.key("name").name(),
                task.key("t").index(0),
                task.key("x"),
            ] {
                if let Some(found) = spans.find_in_part(text, &place) {
                    by_parts += 1;
                    let expected = place.span(&whole);
                    // Line ends after a task count as a part of it or not, depending on what follows.
                    let trim = |span: Range<usize>| (span.start, text[span].trim_end());
                    assert_eq!(found.map(trim), expected.map(trim), "{place:?} in\n{text}");
                }
            }
        }
        by_parts
    }

    #[test]
    fn ordinary_files_are_cut_into_parts() {
        let text = "project_name: x\n\ntasks: # all\n  # first\n  - name: a\n    t: [1]\n\n  -\n    name: b\nmore: 1\n";
        assert_eq!(compare(text), 10);
        assert_eq!(compare("tasks:\n- name: a\n- name: b\nx: y\n"), 10);
        assert_eq!(compare("tasks: [{name: a}, {name: b}]\n"), 0, "asked of the whole");
        assert_eq!(compare("tasks:\n  - name: \"a\n\n  - b\"\n    t: [1]\n"), 0, "looks like two");
    }

    proptest! {
        #[test]
        fn parts_and_the_whole_agree(
            pieces in prop::collection::vec(prop_oneof![
                Just("  - name: a\n"), Just("    t: [1, 2]\n"), Just("    name: |\n      - x\n"), Just("\n"),
                Just("  # c\n"), Just("  -\n    name: b\n"), Just("    x: 'a\n  - b'\n"), Just("  - {name: c}\n"),
                Just("  - &a name: d\n"), Just("  - name: \"q\n    - r\"\n"), Just("    t:\n    - 1\n"), Just("end: 1\n"),
                Just("  - - 1\n"), Just("  - name:\n"),
            ], 0..9)
        ) {
            compare(&format!("tasks:\n{}", pieces.concat()));
        }
    }
}
