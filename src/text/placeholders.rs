//! Placeholders in a text: `{name}` stands for a value, `{{name}}` for `{name}` itself. Names are of lower-case letters,
//! digits and `_`, and begin with a letter; other braces are as they stand.

/// A piece of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece<'a> {
    Text(&'a str),
    /// The name.
    Placeholder(&'a str),
}

/// The pieces of a text, in order.
pub fn pieces(text: &str) -> Vec<Piece<'_>> {
    let (mut pieces, mut from, mut at) = (Vec::new(), 0, 0);
    while let Some(open) = text[at..].find('{').map(|found| at + found) {
        let (outer, name) = match text[open..].strip_prefix("{{").and_then(name_before) {
            Some(name) if text[open + 2 + name.len()..].starts_with("}}") => (2, name),
            _ => match name_before(&text[open + 1..]) {
                Some(name) => (1, name),
                None => {
                    at = open + 1;
                    continue;
                }
            },
        };
        let end = open + outer + name.len() + outer;
        pieces.push(Piece::Text(&text[from..open]));
        pieces.push(match outer {
            1 => Piece::Placeholder(name),
            _ => Piece::Text(&text[open + 1..end - 1]),
        });
        (from, at) = (end, end);
    }
    pieces.push(Piece::Text(&text[from..]));
    pieces.retain(|piece| *piece != Piece::Text(""));
    pieces
}

/// The placeholders of a text.
pub fn names(text: &str) -> impl Iterator<Item = &str> {
    pieces(text).into_iter().filter_map(|piece| match piece {
        Piece::Placeholder(name) => Some(name),
        Piece::Text(_) => None,
    })
}

/// A name that a `}` follows.
fn name_before(text: &str) -> Option<&str> {
    let name = &text[..text.find('}')?];
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    (name.starts_with(|c: char| c.is_ascii_lowercase()) && name.chars().all(fits)).then_some(name)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Placeholders in angle brackets.
    fn shown(text: &str) -> String {
        let piece = |piece| match piece {
            Piece::Text(text) => text.to_owned(),
            Piece::Placeholder(name) => format!("<{name}>"),
        };
        pieces(text).into_iter().map(piece).collect()
    }

    #[test]
    fn names_in_braces_are_placeholders_and_other_braces_are_not() {
        for (text, expected) in [
            ("--emit=link={output}", "--emit=link=<output>"),
            ("{home}/x={work}{dir}", "<home>/x=<work><dir>"),
            ("{{home}}", "{home}"),
            ("{{home}", "{<home>"),
            ("{home}}", "<home>}"),
            ("{{{home}}}", "{{home}}"),
            ("a{}b{A}c{1}d{a b}e{.Dir}f{{.Dir}}${HOME}", "a{}b{A}c{1}d{a b}e{.Dir}f{{.Dir}}${HOME}"),
            ("{\"a\": {x1_y}", "{\"a\": <x1_y>"),
            ("{ä}{", "{ä}{"),
            ("", ""),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_escaped_comes_out_as_it_is(text in "[a-c{} ä.]{0,20}") {
            // Every piece is from the text, and nothing but outer braces is left out.
            let out: usize = pieces(&text).iter().map(|piece| match piece {
                Piece::Text(text) => text.len(),
                Piece::Placeholder(name) => name.len() + 2,
            }).sum();
            prop_assert!(out <= text.len() && (text.len() - out).is_multiple_of(2));
            prop_assert_eq!(shown(&text.replace(['{', '}'], "")), text.replace(['{', '}'], ""));
        }
    }
}
