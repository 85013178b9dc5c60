//! NATS subjects: what is one, and which patterns take which.

/// Longer subjects are refused, in bytes: a server reads no more than 4096 for a whole line.
pub const MAX_BYTES: usize = 255;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SubjectError {
    #[error("is empty")]
    Empty,
    /// Longer than [`MAX_BYTES`].
    #[error("has {0} bytes; a subject may have {MAX_BYTES}")]
    TooLong(usize),
    /// A character that ends a subject, in NATS or in a list of subscriptions.
    #[error("contains {0}")]
    Character(&'static str),
    /// Two dots in a row, or one at an end.
    #[error("has an empty token: dots separate tokens")]
    EmptyToken,
    /// `a*` or `>b`.
    #[error("has `{0}` next to other characters: a wildcard must be a whole token")]
    PartialWildcard(char),
    /// `>` before the end.
    #[error("has `>` before its end: it must be the last token")]
    EarlyRest,
}

/// Sees whether a text is a subject; wildcards (`*` for one part, `>` for all that follow) are allowed.
///
/// # Errors
/// When it is none.
pub fn validate(subject: &str) -> Result<(), SubjectError> {
    if subject.is_empty() {
        return Err(SubjectError::Empty);
    }
    if subject.len() > MAX_BYTES {
        return Err(SubjectError::TooLong(subject.len()));
    }
    for character in subject.chars() {
        match character {
            // Hosts are given lists of subscriptions as `subject|queue,subject|queue`.
            ',' => return Err(SubjectError::Character("a comma")),
            '|' => return Err(SubjectError::Character("a `|`")),
            c if c.is_whitespace() => return Err(SubjectError::Character("whitespace")),
            c if c.is_control() => return Err(SubjectError::Character("a control character")),
            _ => {}
        }
    }
    let mut tokens = subject.split('.').peekable();
    while let Some(token) = tokens.next() {
        match token {
            "" => return Err(SubjectError::EmptyToken),
            ">" if tokens.peek().is_some() => return Err(SubjectError::EarlyRest),
            "*" | ">" => {}
            _ => {
                if let Some(wildcard) = token.chars().find(|c| matches!(c, '*' | '>')) {
                    return Err(SubjectError::PartialWildcard(wildcard));
                }
            }
        }
    }
    Ok(())
}

/// Whether a text can be one token of a subject.
pub fn is_token(text: &str) -> bool {
    !text.contains('.') && !has_wildcards(text) && validate(text).is_ok()
}

/// Whether a (valid) subject has wildcards.
pub fn has_wildcards(subject: &str) -> bool {
    subject.split('.').any(|token| matches!(token, "*" | ">"))
}

/// Whether a message to `subject` (without wildcards) reaches a subscription to `pattern`.
pub fn matches(pattern: &str, subject: &str) -> bool {
    let mut subject = subject.split('.');
    for token in pattern.split('.') {
        match (token, subject.next()) {
            (_, None) => return false,
            (">", Some(_)) => return true,
            ("*", Some(_)) => {}
            (expected, Some(found)) if expected == found => {}
            _ => return false,
        }
    }
    subject.next().is_none()
}

/// Whether some subject reaches both patterns.
pub fn overlaps(one: &str, other: &str) -> bool {
    let (mut one, mut other) = (one.split('.'), other.split('.'));
    loop {
        match (one.next(), other.next()) {
            (None, None) => return true,
            (None, Some(_)) | (Some(_), None) => return false,
            (Some(">"), Some(_)) | (Some(_), Some(">")) => return true,
            (Some(a), Some(b)) if a == b || a == "*" || b == "*" => {}
            _ => return false,
        }
    }
}

/// Whether every subject that reaches `part` reaches `pattern` too.
pub fn covers(pattern: &str, part: &str) -> bool {
    let (mut pattern, mut part) = (pattern.split('.'), part.split('.'));
    loop {
        match (pattern.next(), part.next()) {
            (None, None) => return true,
            (Some(">"), Some(_)) => return true,
            (Some("*"), Some(token)) if token != ">" => {}
            (Some(expected), Some(token)) if expected == token => {}
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_pattern_covers_another() {
        for (pattern, part) in
            [("a", "a"), ("*", "a"), ("a.*", "a.*"), ("a.>", "a.*.b"), (">", "a.>"), ("a.>", "a.>")]
        {
            assert!(covers(pattern, part), "{pattern} {part}");
        }
        for (pattern, part) in
            [("a", "b"), ("a", "*"), ("a.*", "a.>"), ("a.>", "a"), ("a.b", "a"), ("a", "a.b"), ("*", ">")]
        {
            assert!(!covers(pattern, part), "{pattern} {part}");
        }
    }

    #[test]
    fn subjects_are_told_from_other_texts() {
        for good in ["a", "a.b", "*", ">", "a.*.c", "a.>", "living_room-1", "räume.küche", "$X"] {
            assert_eq!(validate(good), Ok(()), "{good}");
        }
        let bad = [
            ("", "is empty"),
            (".a", "has an empty token: dots separate tokens"),
            ("a..b", "has an empty token: dots separate tokens"),
            ("a.", "has an empty token: dots separate tokens"),
            ("a b", "contains whitespace"),
            ("a\u{7}", "contains a control character"),
            ("a,b", "contains a comma"),
            ("a|b", "contains a `|`"),
            ("a*", "has `*` next to other characters: a wildcard must be a whole token"),
            ("a.>b", "has `>` next to other characters: a wildcard must be a whole token"),
            (">.a", "has `>` before its end: it must be the last token"),
        ];
        for (subject, words) in bad {
            assert_eq!(validate(subject).unwrap_err().to_string(), words, "{subject:?}");
        }
        assert_eq!(validate(&"a".repeat(256)), Err(SubjectError::TooLong(256)));
    }

    #[test]
    fn patterns_take_what_nats_says() {
        for (pattern, subject, expected) in [
            ("a.b", "a.b", true),
            ("a.b", "a.c", false),
            ("a.*", "a.b", true),
            ("a.*", "a", false),
            ("a.*", "a.b.c", false),
            ("a.>", "a.b.c", true),
            ("a.>", "a", false),
            (">", "a", true),
            ("*.*", "a.b", true),
        ] {
            assert_eq!(matches(pattern, subject), expected, "{pattern} {subject}");
        }
        assert!(overlaps("a.*", "*.b"));
        assert!(overlaps("a.>", "*.b.c"));
        assert!(!overlaps("a.>", "a"));
        assert!(!overlaps("a.*", "b.*"));
    }

    fn pattern() -> impl Strategy<Value = String> {
        let token = prop_oneof![Just("a"), Just("b"), Just("*")];
        (prop::collection::vec(token, 0..4), any::<bool>()).prop_map(|(mut tokens, rest)| {
            if rest || tokens.is_empty() {
                tokens.push(">");
            }
            tokens.join(".")
        })
    }

    fn subject() -> impl Strategy<Value = String> {
        prop::collection::vec(prop_oneof![Just("a"), Just("b")], 1..5).prop_map(|tokens| tokens.join("."))
    }

    proptest! {
        #[test]
        fn a_subject_takes_exactly_itself(a in subject(), b in subject()) {
            prop_assert_eq!(matches(&a, &b), a == b);
        }

        #[test]
        fn what_reaches_both_proves_an_overlap(p in pattern(), q in pattern(), s in subject()) {
            prop_assert!(validate(&p).is_ok() && validate(&q).is_ok());
            prop_assert_eq!(overlaps(&p, &q), overlaps(&q, &p));
            if matches(&p, &s) && matches(&q, &s) {
                prop_assert!(overlaps(&p, &q));
            }
        }

        #[test]
        fn every_overlap_has_a_subject(p in pattern(), q in pattern()) {
            // Both have at most four parts, so that five are enough to try.
            let mut all = vec![String::new()];
            let mut found = false;
            for _ in 0..5 {
                all = all.iter().flat_map(|s| ["a", "b"].map(|t| if s.is_empty() { t.into() } else { format!("{s}.{t}") })).collect();
                found |= all.iter().any(|s: &String| matches(&p, s) && matches(&q, s));
            }
            prop_assert_eq!(overlaps(&p, &q), found);
        }

        #[test]
        fn no_text_makes_it_panic(text in ".{0,40}", other in ".{0,40}") {
            let _ = validate(&text);
            matches(&text, &other);
            overlaps(&text, &other);
        }
    }
}
