//! Marks: by them a probe that went in is known when it comes out.

use std::collections::BTreeSet;

use regex::bytes::Regex;

use super::DrillError;
use crate::host::TraceId;
use crate::text::quoted;

/// What stands for the mark in an input.
pub const PLACE: &str = "{probe}";
/// The input, if nobody gives one: a reading, as the starters and the examples take them.
pub const INPUT: &str = r#"{"Name":"{probe}","Data":21.5}"#;

#[derive(Debug, Clone)]
pub struct Marks {
    run: String,
    input: String,
    pattern: Regex,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Number {
    /// One that is sent before anything is measured.
    WarmUp(usize),
    /// One that counts, from 0.
    Probe(usize),
}

impl Marks {
    /// Of an input with [`PLACE`] in it, and a name that no other drill has.
    ///
    /// # Errors
    /// When the input has no place for the mark.
    pub fn new(input: &str) -> Result<Self, DrillError> {
        // 32 bits are enough to tell the drills on one topic apart.
        let run: String = TraceId::fresh().to_string().chars().take(8).collect();
        Self::of(&run, input)
    }

    fn of(run: &str, input: &str) -> Result<Self, DrillError> {
        if !input.contains(PLACE) {
            return Err(DrillError::NoPlaceholder { input: quoted(input) });
        }
        // A function may change capitals.
        let pattern = Regex::new(&format!("(?i)pelato-{run}-(w?)([0-9]{{1,9}})-"));
        let pattern = pattern.map_err(|error| DrillError::Pattern { message: error.to_string() })?;
        Ok(Self { run: run.to_owned(), input: input.to_owned(), pattern })
    }

    /// The mark of a probe. Its last character keeps 1 from being found in 17.
    fn mark(&self, number: Number) -> String {
        match number {
            Number::WarmUp(number) => format!("pelato-{}-w{number}-", self.run),
            Number::Probe(number) => format!("pelato-{}-{number}-", self.run),
        }
    }

    pub fn input(&self, number: Number) -> String {
        self.input.replace(PLACE, &self.mark(number))
    }

    /// The probes whose marks are in an output, each once: functions may repeat a text, and put several together.
    pub fn find(&self, output: &[u8]) -> BTreeSet<Number> {
        let found = self.pattern.captures_iter(output).filter_map(|found| {
            let number = std::str::from_utf8(found.get(2)?.as_bytes()).ok()?.parse().ok()?;
            let warm_up = !found.get(1)?.is_empty();
            Some(if warm_up { Number::WarmUp(number) } else { Number::Probe(number) })
        });
        found.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn marks(input: &str) -> Marks {
        Marks::of("0a1b2c3d", input).unwrap()
    }

    #[test]
    fn a_mark_is_found_in_what_became_of_the_input() {
        let marks = marks("{probe};{probe}");
        let input = marks.input(Number::Probe(17));
        assert_eq!(input, "pelato-0a1b2c3d-17-;pelato-0a1b2c3d-17-");
        let one = BTreeSet::from([Number::Probe(17)]);
        assert_eq!(marks.find(input.as_bytes()), one);
        assert_eq!(marks.find(input.to_uppercase().as_bytes()), one);
        assert_eq!(marks.find(b"\xff\x00pelato-0a1b2c3d-17-\xfe"), one);
        assert_eq!(
            marks.find(marks.input(Number::WarmUp(3)).as_bytes()),
            BTreeSet::from([Number::WarmUp(3)])
        );
    }

    #[test]
    fn other_texts_have_no_mark() {
        let marks = marks(INPUT);
        for text in ["", "pelato-0a1b2c3d-17", "pelato-ffffffff-17-", "pelato-0a1b2c3d--", "{probe}"] {
            assert!(marks.find(text.as_bytes()).is_empty(), "{text}");
        }
    }

    #[test]
    fn an_input_has_to_have_a_place_for_it() {
        let refused = Marks::new("21.5").unwrap_err();
        assert_eq!(refused.to_string(), "the input `21.5` has no placeholder for the id of a probe");
        assert_ne!(Marks::new(INPUT).unwrap().run, Marks::new(INPUT).unwrap().run);
    }

    proptest! {
        #[test]
        fn all_marks_of_a_message_are_found(numbers in proptest::collection::btree_set(0usize..1_000_000, 0..9)) {
            let marks = marks(INPUT);
            let text: String = numbers.iter().map(|number| marks.input(Number::Probe(*number))).collect();
            let found: BTreeSet<_> = numbers.into_iter().map(Number::Probe).collect();
            prop_assert_eq!(marks.find(text.as_bytes()), found);
        }
    }
}
