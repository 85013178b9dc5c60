//! Text from outside (functions, compilers, files, messages) must not steer the terminal.

use std::borrow::Cow;

use crate::text::is_safe;

/// The text without anything that a terminal would obey but line ends, tabs and, where colour is on, colours.
pub fn safe(text: &str, coloured: bool) -> Cow<'_, str> {
    let harmless = |c: char| is_safe(c) || matches!(c, '\n' | '\t');
    if text.chars().all(harmless) {
        return Cow::Borrowed(text);
    }
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        let colour = if coloured { colour_length(rest) } else { None };
        let length = colour.unwrap_or(character.len_utf8());
        match colour {
            Some(length) => result.push_str(&rest[..length]),
            None if harmless(character) => result.push(character),
            // The end of a Windows line is no more than that.
            None if character == '\r' && rest[1..].starts_with('\n') => {}
            None => result.push('\u{fffd}'),
        }
        rest = &rest[length..];
    }
    Cow::Owned(result)
}

/// The length of a sequence that only sets colour or weight: `ESC [ digits ; … m`.
fn colour_length(text: &str) -> Option<usize> {
    let rest = text.strip_prefix("\u{1b}[")?;
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != ';')?;
    rest[end..].starts_with('m').then_some(2 + end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_taken_out() {
        assert_eq!(safe("a\tb\nü", false), "a\tb\nü");
        assert_eq!(safe("\u{1b}]0;owned\u{7}x", true), "\u{fffd}]0;owned\u{fffd}x");
        assert_eq!(safe("a\r\nb\rc", false), "a\nb\u{fffd}c");
        assert_eq!(safe("\u{202e}x", false), "\u{fffd}x");
    }

    #[test]
    fn colours_stay_where_there_is_colour() {
        assert_eq!(safe("\u{1b}[1;31mred\u{1b}[0m\u{7}", true), "\u{1b}[1;31mred\u{1b}[0m\u{fffd}");
        assert_eq!(safe("\u{1b}[31m", false), "\u{fffd}[31m");
        assert_eq!(safe("\u{1b}[2J\u{1b}[", true), "\u{fffd}[2J\u{fffd}[");
    }
}
