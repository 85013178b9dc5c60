//! What people wrote, as it may be repeated to them.

pub mod placeholders;
mod render;
pub mod suggest;
mod yaml;

use std::borrow::Cow;

use miette::Diagnostic;

pub use render::{fill, render};
pub use yaml::yaml;

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

/// Whether a character changes nothing but its own place in a line, and is seen there. The joiners and variations of
/// emoji and of some scripts are: without them these read otherwise.
pub fn is_safe(character: char) -> bool {
    !character.is_control() && !is_invisible(character)
}

/// Whether a character may be in a text by which somebody decides: nothing of it can be overlooked.
pub fn is_plain(character: char) -> bool {
    let joins =
        matches!(character, '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}');
    is_safe(character) && !joins
}

/// Characters that are not seen, or that turn the direction of writing: a text with them reads other than it is.
fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e00ff}' | '\u{e01f0}'..='\u{e0fff}'
    )
}

/// A text as one line: what would begin another one, or could not be seen, is written out.
pub fn one_line(text: &str) -> Cow<'_, str> {
    // The beginning of a colour is the front end's own, or is made harmless where it is printed.
    let stays = |c: char| c == '\u{1b}' || is_safe(c);
    if text.chars().all(stays) {
        return Cow::Borrowed(text);
    }
    let mut line = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' => line.push_str("\\n"),
            '\t' => line.push_str("\\t"),
            '\r' => line.push_str("\\r"),
            other if stays(other) => line.push(other),
            other => line.extend(other.escape_unicode()),
        }
    }
    Cow::Owned(line)
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

/// The last lines of what a program printed, each on a line of its own, as part of a message.
pub fn last_lines(text: &str, count: usize) -> String {
    let lines: Vec<_> = text.lines().collect();
    lines[lines.len().saturating_sub(count)..].iter().map(|line| format!("\n  {line}")).collect()
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
    fn what_cannot_be_seen_is_written_out() {
        assert_eq!(one_line("a b ü"), "a b ü");
        assert_eq!(one_line("a\nb\tc\r"), "a\\nb\\tc\\r");
        for hidden in
            ['\u{200b}', '\u{feff}', '\u{2060}', '\u{202e}', '\u{ad}', '\u{e0041}', '\u{3164}', '\u{7f}']
        {
            let text = format!("a{hidden}b");
            let written = format!("a{}b", hidden.escape_unicode());
            assert_eq!(one_line(&text), written);
            assert_eq!(quoted(&text), format!("`{written}`"));
            assert!(!is_plain(hidden));
        }
        assert!(is_safe('\u{200d}') && !is_plain('\u{200d}') && is_plain('é') && is_plain('温'));
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
