//! The parts of a YAML text and the bytes at which each stands.
//!
//! The tree is flat and is built and searched without recursion: no depth of nesting can exhaust the stack.

use std::collections::HashMap;
use std::ops::Range;

use granit_parser::{Event, Parser, ScalarStyle, StructureStyle};

/// How many aliases and merged mappings one search follows: more than any workflow has, and the end of every circle.
const MOST_ALIASES: usize = 64;
const BOM: &str = "\u{feff}";

/// A YAML text without the mark at its beginning that some editors write.
pub fn without_bom(text: &str) -> &str {
    text.strip_prefix(BOM).unwrap_or(text)
}

/// The first document of a YAML text.
#[derive(Debug)]
pub struct Document {
    nodes: Vec<Node>,
    root: Option<usize>,
}

#[derive(Debug)]
struct Node {
    bytes: Range<usize>,
    tagged: bool,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Scalar(String),
    Sequence(Vec<usize>),
    /// Keys and values in turn.
    Mapping(Vec<usize>),
    /// What it stands for; none for an alias to nothing.
    Alias(Option<usize>),
}

/// One step of a way through a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    Key(String),
    Index(usize),
}

/// A value that was searched for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    /// The key that it belongs to; none for an item of a list.
    pub key: Option<Range<usize>>,
    /// The value, or what the alias stands for that is written there. Empty where nothing is written.
    pub value: Range<usize>,
    pub is_tagged: bool,
    /// Whether it is not written where it is used: an alias is on the way to it, or a merged mapping.
    pub is_elsewhere: bool,
}

impl Document {
    /// # Errors
    /// When the text is not YAML; in words.
    pub fn new(text: &str) -> Result<Self, String> {
        let body = without_bom(text);
        let skipped = text.len() - body.len();
        let mut builder = Builder {
            text,
            document: Self { nodes: Vec::new(), root: None },
            open: Vec::new(),
            anchors: HashMap::new(),
        };
        for event in Parser::new_from_str(body) {
            let (event, span) = event.map_err(|error| error.to_string())?;
            if matches!(event, Event::DocumentEnd) {
                break;
            }
            let bytes = span.byte_range().unwrap_or_default();
            builder.take(event, bytes.start + skipped..bytes.end + skipped);
        }
        Ok(builder.document)
    }

    /// The bytes of everything in the document; none if there is nothing.
    pub fn top(&self) -> Option<Range<usize>> {
        self.root.map(|root| self.nodes[root].bytes.clone())
    }

    pub(super) fn find(&self, steps: &[Step]) -> Option<Found> {
        let mut fuel = MOST_ALIASES;
        let (mut key, mut at, mut is_elsewhere) = (None, self.root?, false);
        for step in steps {
            let holder = self.resolve(at)?;
            is_elsewhere |= holder != at;
            (key, at) = match (step, &self.nodes[holder].kind) {
                (Step::Index(index), Kind::Sequence(items)) => (None, *items.get(*index)?),
                (Step::Key(name), Kind::Mapping(pairs)) => {
                    let (key, value) = match self.entry(pairs, name) {
                        Some(pair) => pair,
                        None => {
                            is_elsewhere = true;
                            self.merged(pairs, name, &mut fuel)?
                        }
                    };
                    (Some(self.nodes[key].bytes.clone()), value)
                }
                _ => return None,
            };
        }
        let value = self.resolve(at).unwrap_or(at);
        let node = &self.nodes[value];
        Some(Found { key, value: node.bytes.clone(), is_tagged: node.tagged, is_elsewhere })
    }

    fn entry(&self, pairs: &[usize], name: &str) -> Option<(usize, usize)> {
        let is_it = |pair: &&[usize]| matches!(&self.nodes[pair[0]].kind, Kind::Scalar(key) if key == name);
        let pair = pairs.chunks_exact(2).find(is_it)?;
        Some((pair[0], pair[1]))
    }

    /// An entry of the mappings that are merged into a mapping (`<<`), the first of them first.
    fn merged(&self, pairs: &[usize], name: &str, fuel: &mut usize) -> Option<(usize, usize)> {
        let mut sources = vec![self.entry(pairs, "<<")?.1];
        while let Some(source) = sources.pop() {
            *fuel = fuel.checked_sub(1)?;
            match &self.nodes[self.resolve(source)?].kind {
                Kind::Sequence(items) => sources.extend(items.iter().rev()),
                Kind::Mapping(pairs) => match self.entry(pairs, name) {
                    Some(found) => return Some(found),
                    None => sources.extend(self.entry(pairs, "<<").map(|(_, value)| value)),
                },
                Kind::Scalar(_) | Kind::Alias(_) => {}
            }
        }
        None
    }

    /// What a node stands for, if it is an alias.
    fn resolve(&self, at: usize) -> Option<usize> {
        match self.nodes[at].kind {
            Kind::Alias(target) => target,
            _ => Some(at),
        }
    }
}

/// Builds the tree from the parser's events.
struct Builder<'a> {
    text: &'a str,
    document: Document,
    /// The lists and mappings that have begun and not ended, the outer ones first.
    open: Vec<usize>,
    /// Of the parser's numbers of anchors.
    anchors: HashMap<usize, usize>,
}

impl Builder<'_> {
    fn take(&mut self, event: Event<'_>, bytes: Range<usize>) {
        match event {
            Event::Scalar(value, style, anchor, tag) => {
                let bytes = match style {
                    // It is read as far as the next line's indentation.
                    ScalarStyle::Literal | ScalarStyle::Folded => bytes.start..self.trimmed(bytes.clone()),
                    _ => bytes,
                };
                self.add(bytes, tag.is_some(), anchor, Kind::Scalar(value.into_owned()));
            }
            Event::Alias(id) => {
                let target = self.anchors.get(&id).copied();
                self.add(bytes, false, 0, Kind::Alias(target));
            }
            Event::SequenceStart(style, anchor, tag) => {
                let bytes = match style {
                    StructureStyle::Block => self.dash(bytes.start)..bytes.end,
                    StructureStyle::Flow => bytes,
                };
                let node = self.add(bytes, tag.is_some(), anchor, Kind::Sequence(Vec::new()));
                self.open.push(node);
            }
            Event::MappingStart(_, anchor, tag) => {
                let node = self.add(bytes, tag.is_some(), anchor, Kind::Mapping(Vec::new()));
                self.open.push(node);
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(bytes),
            _ => {}
        }
    }

    fn add(&mut self, bytes: Range<usize>, tagged: bool, anchor: usize, kind: Kind) -> usize {
        let node = self.document.nodes.len();
        self.document.nodes.push(Node { bytes, tagged, kind });
        if anchor > 0 {
            self.anchors.insert(anchor, node);
        }
        match self.open.last() {
            None => self.document.root = Some(node),
            Some(holder) => match &mut self.document.nodes[*holder].kind {
                Kind::Sequence(children) | Kind::Mapping(children) => children.push(node),
                Kind::Scalar(_) | Kind::Alias(_) => {}
            },
        }
        node
    }

    /// The end of what is written in brackets is the bracket; without, it is the end of what is in it.
    fn close(&mut self, end: Range<usize>) {
        let Some(node) = self.open.pop() else { return };
        let nodes = &self.document.nodes;
        let start = nodes[node].bytes.start;
        let end = match (&nodes[node].kind, self.text.as_bytes().get(start)) {
            (_, Some(b'[' | b'{')) => end.end,
            (Kind::Sequence(children) | Kind::Mapping(children), _) => {
                // The last value may be nothing at all: then its key is what ends the mapping.
                children.iter().rev().take(2).map(|child| nodes[*child].bytes.end).max().unwrap_or(start)
            }
            _ => end.end,
        };
        let trimmed = self.trimmed(start..end.max(start));
        self.document.nodes[node].bytes.end = trimmed;
    }

    /// The first dash of a list of lines: where a list is not indented, the parser begins it behind that.
    fn dash(&self, at: usize) -> usize {
        let mut end = at;
        while let Some(before) = self.text.get(..end).filter(|before| !before.is_empty()) {
            let line = before.trim_end_matches('\n').rfind('\n').map_or(0, |newline| newline + 1);
            // The line of `at` is looked at as a whole.
            let rest = if end == at { &self.text[line..] } else { &before[line..] };
            let blanks = rest.len() - rest.trim_start_matches(' ').len();
            match rest[blanks..].bytes().next() {
                Some(b'-') => return line + blanks,
                Some(b'#' | b'\r' | b'\n') | None => end = line,
                Some(_) => break,
            }
        }
        at
    }

    /// Where a range ends without the blanks at its end.
    fn trimmed(&self, bytes: Range<usize>) -> usize {
        self.text.get(bytes.clone()).map_or(bytes.end, |part| bytes.start + part.trim_end().len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::place::Place;
    use proptest::prelude::*;

    /// What stands at a place.
    fn at<'a>(text: &'a str, place: &Place) -> Option<&'a str> {
        place.span(&Document::new(text).unwrap()).map(|span| &text[span])
    }

    fn task(index: usize) -> Place {
        Place::top().key("tasks").index(index)
    }

    #[test]
    fn every_form_of_a_value_is_found() {
        let text = "\u{feff}p: ü\r\ntasks: # all\r\n  - name: 'a b' # c\r\n    t:\r\n    - x\r\n    - y\r\n\r\n    # end\r\n  \
                    - {name: \"ö\", t: [1, 2] }\r\n  -\r\n    name: |\r\n      long\r\n\r\nz: 1\r\n";
        assert_eq!(at(text, &Place::top().key("p")), Some("ü"));
        assert_eq!(at(text, &task(0).key("name")), Some("'a b'"));
        assert_eq!(at(text, &task(0).key("t")), Some("- x\r\n    - y"));
        assert_eq!(at(text, &task(0)), Some("name: 'a b' # c\r\n    t:\r\n    - x\r\n    - y"));
        assert_eq!(at(text, &task(1)), Some("{name: \"ö\", t: [1, 2] }"));
        assert_eq!(at(text, &task(1).key("t").index(1)), Some("2"));
        assert_eq!(at(text, &task(2).key("name")), Some("long"));
        assert_eq!(at(text, &Place::top().key("z").name()), Some("z"));
        assert_eq!(at(text, &task(3)), None);
    }

    #[test]
    fn aliases_and_merged_mappings_are_followed_to_what_they_stand_for() {
        let text = "x-a: &a {version: 1.10, name: &n base}\ntasks:\n  - <<: *a\n    name: own\n  - *a\n  \
                    - <<: [{k: 1}, *a]\n    k2: *n\n  - &r\n    <<: *r\n";
        assert_eq!(at(text, &task(0).key("version")), Some("1.10"));
        assert_eq!(at(text, &task(0).key("name")), Some("own"));
        assert_eq!(at(text, &task(1).key("name")), Some("base"));
        assert_eq!(at(text, &task(2).key("k")), Some("1"));
        assert_eq!(at(text, &task(2).key("version")), Some("1.10"));
        assert_eq!(at(text, &task(2).key("k2")), Some("base"));
        assert_eq!(at(text, &task(3).key("version")), None, "a circle ends");
    }

    #[test]
    fn lists_begin_with_their_dash() {
        for text in ["t:\n- a: 1\n", "t:\n-\n  # c - d\n\n  a: 1\n", "t:\n  - a: 1\n", "t:\n- - 1\n- 2\n"] {
            assert_eq!(
                at(text, &Place::top().key("t")),
                Some(text.trim_start_matches("t:\n ").trim_start_matches("t:").trim())
            );
        }
    }

    #[test]
    fn depth_and_length_do_not_matter() {
        for deep in
            ["- ".repeat(100_000) + "x", "[".repeat(100_000), "? ".repeat(100_000), "{a: ".repeat(100_000)]
        {
            // An error or not: the program goes on.
            let _ = Document::new(&deep);
        }
        let long = "tasks:\n".to_owned() + &"- a: 1\n".repeat(100_000);
        assert_eq!(at(&long, &task(99_999).key("a")), Some("1"));
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in ".{0,200}") {
            let _ = Document::new(&text);
        }

        #[test]
        fn no_yaml_like_text_makes_it_panic_and_all_bytes_are_in_the_text(
            text in "(tasks|name|  - |- |: |\\? |\\[|\\]|\\{|\\}|,|&a |\\*a|<<|\n|\r\n|'|\"|x|ü|#|\\||>|---|\\.\\.\\.|!t |\t|%){0,40}"
        ) {
            if let Ok(document) = Document::new(&text) {
                for node in &document.nodes {
                    prop_assert!(text.get(node.bytes.clone()).is_some(), "{:?} in {:?}", node, text);
                }
            }
        }
    }
}
