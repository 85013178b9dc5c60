//! Text from outside (functions, compilers, files, messages) must not steer the terminal.

use std::borrow::Cow;

use crate::text::is_safe;

/// The text without anything that a terminal would obey but line ends, tabs and, where colour is on, colours of letters.
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
    // What follows is not the text's own any more.
    if result.rfind("\u{1b}[").is_some_and(|at| !result[at..].starts_with(PLAIN)) {
        let end = result.trim_end_matches('\n').len();
        result.insert_str(end, PLAIN);
    }
    Cow::Owned(result)
}

/// Ends all colours.
const PLAIN: &str = "\u{1b}[0m";

/// The length of a sequence that only sets the colour of letters or their weight: `ESC [ digits ; … m`.
fn colour_length(text: &str) -> Option<usize> {
    let rest = text.strip_prefix("\u{1b}[")?;
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != ';')?;
    let is_colour = rest[end..].starts_with('m') && is_visible(&rest[..end]);
    is_colour.then_some(2 + end + 1)
}

/// Whether letters can be read afterwards: no background, nothing hidden, not the colour of a dark terminal.
fn is_visible(codes: &str) -> bool {
    let letters = |code: u8| matches!(code, 0..=4 | 22..=24 | 31..=37 | 39 | 91..=97);
    let mut codes = codes.split(';').map(|code| if code.is_empty() { Ok(0) } else { code.parse::<u8>() });
    while let Some(code) = codes.next() {
        match code {
            // One of the terminal's own 16 colours, as compilers choose them.
            Ok(38) => match (codes.next(), codes.next()) {
                (Some(Ok(5)), Some(Ok(1..=7 | 9..=15))) => {}
                _ => return false,
            },
            Ok(code) if letters(code) => {}
            _ => return false,
        }
    }
    true
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
        assert_eq!(
            safe("\u{1b}[1m\u{1b}[38;5;9me\u{1b}[m\u{1b}[0m", true),
            "\u{1b}[1m\u{1b}[38;5;9me\u{1b}[m\u{1b}[0m"
        );
        assert_eq!(safe("\u{1b}[31mred\n", true), "\u{1b}[31mred\u{1b}[0m\n");
        assert_eq!(safe("\u{1b}[31m", false), "\u{fffd}[31m");
        for hidden in ["8", "30", "40;31", "38;5;0", "38;2;0;0;0", "7", "999"] {
            assert_eq!(safe(&format!("\u{1b}[{hidden}mx"), true), format!("\u{fffd}[{hidden}mx"));
        }
        assert_eq!(safe("\u{1b}[2J\u{1b}[", true), "\u{fffd}[2J\u{fffd}[");
    }
}
