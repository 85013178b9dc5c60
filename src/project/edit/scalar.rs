//! Texts as YAML scalars: plain where that is safe for every reader, else quoted.

use std::fmt::Write as _;

use serde_yaml::Value;

/// A text as it is written in a YAML file, in a block or between brackets, on one line.
pub fn scalar(text: &str) -> String {
    if is_plain(text) { text.to_owned() } else { quoted(text) }
}

/// Whether a text may stand without quotes. Strict: quotes never harm.
fn is_plain(text: &str) -> bool {
    let mut chars = text.chars();
    let Some(first) = chars.next() else { return false };
    let begins = first.is_alphanumeric() || first == '_' || first == '/';
    let fits = |c: char| c.is_alphanumeric() || "_-./ ()+*>$".contains(c);
    let ends = !text.ends_with(' ');
    begins && chars.all(fits) && ends && !is_other_type(text)
}

/// Whether readers take the text for something else than a text. YAML 1.1 has more such words than YAML 1.2.
fn is_other_type(text: &str) -> bool {
    const WORDS: [&str; 9] = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"];
    let is_word = WORDS.iter().any(|word| text.eq_ignore_ascii_case(word));
    let parsed: Result<Value, _> = serde_yaml::from_str(text);
    // Dates and numbers such as `1_000` or `12:30:45` are texts here and something else there; `1.0.0` is a text to all.
    let looks_like_number = text.starts_with(|c: char| c.is_ascii_digit())
        && text.chars().all(|c| c.is_ascii_digit() || "_-+.eExXoO".contains(c))
        && text.matches('.').count() < 2;
    is_word || looks_like_number || !matches!(parsed, Ok(Value::String(same)) if same == text)
}

fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        // Writing to a string cannot fail.
        let _ = match c {
            '"' | '\\' => write!(quoted, "\\{c}"),
            '\n' => write!(quoted, "\\n"),
            '\t' => write!(quoted, "\\t"),
            '\r' => write!(quoted, "\\r"),
            c if is_unprintable(c) && (c as u32) < 0x1_0000 => write!(quoted, "\\u{:04X}", c as u32),
            c if is_unprintable(c) => write!(quoted, "\\U{:08X}", c as u32),
            c => write!(quoted, "{c}"),
        };
    }
    quoted.push('"');
    quoted
}

/// What YAML does not allow in a file, what breaks lines, and what hides in an editor.
fn is_unprintable(c: char) -> bool {
    let hidden =
        matches!(c as u32, 0xA0 | 0xAD | 0x200B..=0x200F | 0x2028..=0x202E | 0x2060..=0x206F | 0xFEFF);
    let no_character = (c as u32) & 0xFFFE == 0xFFFE;
    c.is_control() || hidden || no_character
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(written: &str) -> Value {
        serde_yaml::from_str(written).unwrap_or_else(|error| panic!("{written:?}: {error}"))
    }

    #[test]
    fn usual_texts_stay_plain() {
        for text in
            ["Temp data conversion", "a_b", "sensors.*.raw", "1.0.0", "1.0.0-rc.1", "Übung", "/http", "t.>"]
        {
            assert_eq!(scalar(text), text);
            assert_eq!(read(text), Value::from(text));
        }
    }

    const TRICKY: &[&str] = &[
        "",
        " ",
        "a ",
        "-",
        "- a",
        "-x",
        "yes",
        "NO",
        "on",
        "~",
        "null",
        "1",
        "1.10",
        "1e3",
        "0x1F",
        "1_000",
        "2024-01-01",
        "a: b",
        "a #b",
        "*a",
        "&a",
        "!a",
        "[a]",
        "{a}",
        "a, b",
        "'a'",
        "\"a\"",
        "%a",
        "@a",
        "`a`",
        "|",
        ">",
        "? a",
        "a\nb",
        "a\tb",
        "\u{85}",
        "\u{feff}",
        "\u{2028}",
        "\u{0}",
        "---",
        "...",
        ".",
        "y",
        "=",
        "<<",
        ".inf",
        ".nan",
        "0o7",
        "12:30:45",
        "\u{fffe}",
        "\u{1ffff}",
        "\u{7f}",
        "#",
        "a:",
    ];

    #[test]
    fn texts_that_are_something_else_to_somebody_are_quoted() {
        for text in TRICKY {
            let written = scalar(text);
            assert!(written.starts_with('"'), "{text:?} is written {written}");
            assert_eq!(read(&written), Value::from(*text));
            assert_eq!(read(&format!("[{{a: {written}, b: 1}}]"))[0]["a"], Value::from(*text));
        }
    }

    proptest! {
        #[test]
        fn every_text_is_read_back(text in any::<String>()) {
            let written = scalar(&text);
            prop_assert_eq!(written.lines().count(), 1);
            prop_assert_eq!(read(&format!("k: {written} # c\n"))["k"].clone(), Value::from(text.as_str()));
            prop_assert_eq!(read(&format!("[{{k: {written}}}]"))[0]["k"].clone(), Value::from(text.as_str()));
            prop_assert!(crate::project::document::Document::new(&format!("k: {written}\n")).is_ok(), "{}", written);
        }

        #[test]
        fn every_tricky_text_is_read_back(text in "[-?:,\\[\\]{}#&*!|>'\"%@`~. a1=<\n]{0,12}") {
            let written = scalar(&text);
            prop_assert_eq!(read(&format!("k: {written} # c\n"))["k"].clone(), Value::from(text.as_str()));
            prop_assert_eq!(read(&format!("[{{k: {written}}}]"))[0]["k"].clone(), Value::from(text.as_str()));
        }
    }
}
