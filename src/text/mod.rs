//! What people wrote, as it may be repeated to them.

mod render;
pub mod suggest;

use miette::Diagnostic;

pub use render::render;

/// Longer texts are cut when they are repeated, in characters.
const SHOWN: usize = 80;
/// Nobody slips in names longer than this, in bytes; comparing them takes long.
const GUESSED: usize = 200;

/// A text in backquotes: cut if it is long, and without anything that a terminal would obey.
pub fn quoted(text: &str) -> String {
    let mut shown = String::from("`");
    for (count, character) in text.chars().enumerate() {
        if count == SHOWN {
            shown.push('…');
            break;
        }
        if is_safe(character) {
            shown.push(character);
        } else {
            shown.extend(character.escape_unicode());
        }
    }
    shown.push('`');
    shown
}

/// Whether a character changes nothing but its own place in a line.
pub fn is_safe(character: char) -> bool {
    // Marks that turn the direction of writing make a text read other than it is.
    let turns =
        matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    !character.is_control() && !turns && !matches!(character, '\u{2028}' | '\u{2029}')
}

pub fn meant<'a>(wrong: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if wrong.len() > GUESSED { None } else { suggest::nearest(wrong, candidates) }
}

/// `a`, `b` and `c`.
pub fn list<T: AsRef<str>>(names: impl IntoIterator<Item = T>) -> String {
    let names: Vec<_> = names.into_iter().map(|name| quoted(name.as_ref())).collect();
    match names.split_last() {
        None => String::new(),
        Some((only, [])) => only.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    }
}

/// A number with its noun: `1 file`, `2 files`.
pub fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// An error's words and those of its causes.
pub fn with_causes(error: &dyn Diagnostic, between: &str) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let words = inner.to_string();
        // A transparent error repeats its cause's words.
        if !text.contains(&words) {
            text.push_str(between);
            text.push_str(&words);
        }
        cause = inner.source();
    }
    text
}

/// A text as it may stand in XML and HTML, between tags and in the value of an attribute.
pub fn xml(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            // XML has no way to write most of these.
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_texts_lose_their_teeth() {
        assert_eq!(quoted("a b"), "`a b`");
        assert_eq!(quoted("\u{1b}[31m"), "`\\u{1b}[31m`");
        assert_eq!(quoted("a\u{202e}b"), "`a\\u{202e}b`");
        assert_eq!(quoted(&"x".repeat(1000)).chars().count(), SHOWN + 3);
        assert_eq!(meant(&"x".repeat(1000), ["x"]), None);
    }

    #[test]
    fn markup_loses_its_meaning() {
        assert_eq!(xml("<a b='\"'>&\u{1}"), "&lt;a b=&#39;&quot;&#39;&gt;&amp;\u{fffd}");
    }

    #[test]
    fn lists_read_as_a_sentence() {
        assert_eq!(list([] as [&str; 0]), "");
        assert_eq!(list(["a"]), "`a`");
        assert_eq!(list(["a", "b", "c"]), "`a`, `b` and `c`");
    }
}
