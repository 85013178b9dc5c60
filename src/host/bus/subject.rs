//! Subjects and patterns, by the rules of NATS.

use crate::host::HostError;
use crate::nats::subject;

/// Longer ones do not fit into the control line that a NATS server accepts.
const LONGEST: usize = 2048;

/// A subscription's pattern: `*` stands for one token, a last `>` for one or more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::host) struct Pattern(String);

impl Pattern {
    pub fn parse(text: &str) -> Result<Self, HostError> {
        let early = || text.split('.').rev().skip(1).any(|token| token == ">");
        let verdict = match check_shape(text) {
            Ok(()) if early() => Err("`>` can only be the last token"),
            other => other,
        };
        verdict.map_err(|reason| HostError::Subject { subject: text.to_owned(), reason })?;
        Ok(Self(text.to_owned()))
    }

    /// Whether messages on `subject`, which has no wildcards, are meant.
    pub fn matches(&self, subject: &str) -> bool {
        subject::matches(&self.0, subject)
    }
}

/// Checks that messages can be sent to `text`.
pub(in crate::host) fn check_subject(text: &str) -> Result<(), HostError> {
    let wild = || text.split('.').any(|token| matches!(token, "*" | ">"));
    let verdict = match check_shape(text) {
        Ok(()) if wild() => Err("a message cannot be sent to a wildcard"),
        other => other,
    };
    verdict.map_err(|reason| HostError::Subject { subject: text.to_owned(), reason })
}

fn check_shape(text: &str) -> Result<(), &'static str> {
    if text.is_empty() {
        Err("it is empty")
    } else if text.len() > LONGEST {
        Err("it is too long")
    } else if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
        Err("it contains a space or a control character")
    } else if text.split('.').any(str::is_empty) {
        Err("it has an empty token")
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn matches(pattern: &str, subject: &str) -> bool {
        Pattern::parse(pattern).expect("a pattern").matches(subject)
    }

    #[test]
    fn the_rules_of_nats() {
        for (pattern, subject, expected) in [
            ("a", "a", true),
            ("a", "A", false),
            ("a", "a.b", false),
            ("a.b", "a", false),
            ("*", "a", true),
            ("*", "a.b", false),
            ("a.*", "a.b", true),
            ("a.*", "a", false),
            ("a.*.c", "a.b.c", true),
            ("a.*.c", "a.b.d", false),
            (">", "a", true),
            (">", "a.b.c", true),
            ("a.>", "a", false),
            ("a.>", "a.b", true),
            ("a.>", "a.b.c", true),
            ("a.>", "b.a", false),
            ("*.>", "a", false),
            ("*.>", "a.b", true),
            ("a*", "a*", true),
            ("a*", "ab", false),
        ] {
            assert_eq!(matches(pattern, subject), expected, "{pattern} {subject}");
        }
    }

    #[test]
    fn what_is_no_pattern_and_no_subject() {
        let long = "x".repeat(LONGEST + 1);
        for text in ["", ".", "a.", ".a", "a..b", "a b", "a\tb", "a\r\nb", "\u{a0}", long.as_str()] {
            assert!(Pattern::parse(text).is_err(), "{text:?}");
            assert!(check_subject(text).is_err(), "{text:?}");
        }
        assert!(Pattern::parse(">.a").is_err());
        assert!(Pattern::parse("a.>.b").is_err());
        for text in ["*", ">", "a.*", "a.>", "*.b"] {
            assert!(Pattern::parse(text).is_ok(), "{text}");
            assert!(check_subject(text).is_err(), "{text}");
        }
        assert!(check_subject("a*.b>").is_ok());
    }

    /// The same rules, written as recursion over the ends of the lists.
    fn naive(pattern: &[&str], subject: &[&str]) -> bool {
        match (pattern, subject) {
            ([], []) => true,
            ([">"], [_, ..]) => true,
            (["*", pattern @ ..], [_, subject @ ..]) => naive(pattern, subject),
            ([p, pattern @ ..], [s, subject @ ..]) => p == s && naive(pattern, subject),
            _ => false,
        }
    }

    proptest! {
        // Few words and short lists, so that many cases match.
        #[test]
        fn matching_agrees_with_the_naive_reference(
            mut pattern in prop::collection::vec(prop::sample::select(vec!["a", "b", "*", "a*"]), 1..5),
            rest in any::<bool>(),
            subject in prop::collection::vec(prop::sample::select(vec!["a", "b", "a*"]), 1..6),
        ) {
            if rest { pattern.push(">"); }
            prop_assert_eq!(matches(&pattern.join("."), &subject.join(".")), naive(&pattern, &subject));
        }

        #[test]
        fn any_text_is_judged_without_panic(text in ".{0,40}", subject in ".{0,40}") {
            if let Ok(pattern) = Pattern::parse(&text) { pattern.matches(&subject); }
            let _ = check_subject(&text);
        }
    }
}
