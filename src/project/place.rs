//! Where a value stands in a YAML file. Only asked for when there is something to say about it.

use std::ops::Range;

use super::document::{Document, Found, Step};

/// The way from the top of the file to a value: `tasks`, `2`, `version`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    steps: Vec<Step>,
    of_key: bool,
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

    /// What it is a part of.
    #[must_use]
    pub fn above(&self) -> Self {
        let mut steps = self.steps.clone();
        steps.pop();
        Self { steps, of_key: false }
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

    fn step(&self, step: Step) -> Self {
        let mut steps = self.steps.clone();
        steps.push(step);
        Self { steps, of_key: false }
    }

    /// What stands there in a document; none if nothing does.
    pub(super) fn find(&self, document: &Document) -> Option<Found> {
        document.find(&self.steps)
    }

    /// The bytes of the place in a document; none if it is not there.
    pub fn span(&self, document: &Document) -> Option<Range<usize>> {
        if self.steps.is_empty() {
            return None;
        }
        let found = self.find(document)?;
        match found.key {
            Some(key) if self.of_key => Some(key),
            // A key without a value: the key is all there is to point at.
            Some(key) if found.value.is_empty() => Some(key),
            _ => Some(found.value),
        }
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
