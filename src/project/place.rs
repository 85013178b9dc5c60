//! Where a value stands in a YAML file. Only asked for when there is something to say about it.

use std::ops::Range;

use yamlpath::{Component, Document, Route};

/// The way from the top of the file to a value: `tasks`, `2`, `version`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    steps: Vec<Step>,
    of_key: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Key(String),
    Index(usize),
}

impl Place {
    /// The whole file.
    pub fn top() -> Self {
        Self::default()
    }

    #[must_use]
    pub fn key(&self, key: impl Into<String>) -> Self {
        self.step(Step::Key(key.into()))
    }

    /// The item of a list, counted from 0.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        self.step(Step::Index(index))
    }

    /// The key itself instead of its value: for a key that should not be there.
    #[must_use]
    pub fn name(mut self) -> Self {
        self.of_key = true;
        self
    }

    /// Whether this is the place of `other` or one below it.
    pub fn is_within(&self, other: &Place) -> bool {
        self.steps.starts_with(&other.steps)
    }

    /// For a place in an item of a list at the top: the item's number, and the place in the list of it alone.
    pub(super) fn in_item(&self, list: &str) -> Option<(usize, Self)> {
        match self.steps.as_slice() {
            [Step::Key(key), Step::Index(index), rest @ ..] if key == list => {
                let steps = [&[Step::Index(0)], rest].concat();
                Some((*index, Self { steps, of_key: self.of_key }))
            }
            _ => None,
        }
    }

    fn step(&self, step: Step) -> Self {
        let mut steps = self.steps.clone();
        steps.push(step);
        Self { steps, of_key: false }
    }

    /// The route for `yamlpath` and `yamlpatch`.
    pub fn route(&self) -> Route<'_> {
        let steps = self.steps.iter().map(|step| match step {
            Step::Key(key) => Component::Key(key.as_str().into()),
            Step::Index(index) => Component::Index(*index),
        });
        Route::default().with_keys(steps)
    }

    /// The bytes of the place in a document; none if it is not there.
    pub fn span(&self, document: &Document) -> Option<Range<usize>> {
        if self.steps.is_empty() {
            return None;
        }
        let route = self.route();
        let feature = if self.of_key {
            document.query_key_only(&route).ok()?
        } else {
            match document.query_exact(&route).ok()? {
                Some(feature) => feature,
                // A key without a value: the key is all there is to point at.
                None => document.query_key_only(&route).ok()?,
            }
        };
        let (start, end) = feature.location.byte_span;
        Some(start..end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_keys_and_empty_values_are_found() {
        let text = "tasks:\n  - name: a\n    code:\n    list: [x, y]\n";
        let document = Document::new(text).unwrap();
        let task = Place::top().key("tasks").index(0);
        let at = |place: Place| place.span(&document).map(|span| &text[span]);
        assert_eq!(at(task.key("name")), Some("a"));
        assert_eq!(at(task.key("name").name()), Some("name"));
        assert_eq!(at(task.key("code")), Some("code"));
        assert_eq!(at(task.key("list").index(1)), Some("y"));
        assert_eq!(at(task.key("none")), None);
        assert!(task.key("list").index(1).is_within(&task.key("list")));
        assert!(!task.key("list").is_within(&task.key("name")));
        assert_eq!(at(Place::top()), None);
    }
}
