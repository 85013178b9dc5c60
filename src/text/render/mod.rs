//! Filling in files that are Liquid templates.
//!
//! A template can come from somebody else. Liquid as such can loop, double a text and nest without end; here each has a
//! limit: loops and filters draw on one supply of steps, and what takes no steps runs once.

mod assign;
mod filter;
mod limits;
mod repeat;

use std::io;
use std::sync::OnceLock;

use liquid::model::ValueView;
use liquid_lib::stdlib;

use filter::Bounded;
use limits::{DEEPEST, MOST_BLANKS, MOST_DIGITS, MOST_INPUT, MOST_LINKS, MOST_OUTPUT, MOST_VALUE};

/// A template of PELATO's own or of a pack, filled in.
///
/// # Errors
/// When it is not text, not a template, or exceeds a limit; in words.
pub fn render(bytes: &[u8], values: &liquid::Object) -> Result<Vec<u8>, String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "is not UTF-8 text".to_owned())?;
    guard(text)?;
    for (name, value) in values {
        let most = if value.is_scalar() { MOST_VALUE } else { MOST_INPUT };
        if limits::size(value) > most {
            return Err(format!("the value of `{name}` has more than {} KiB", most >> 10));
        }
    }
    let parser = language(text.len()).build().map_err(|error| error.to_string())?;
    let template = parser.parse(text).map_err(|error| error.to_string())?;
    let mut output = Output(Vec::new());
    template.render_to(&mut output, values).map_err(|error| output.failure(error.to_string()))?;
    Ok(output.0)
}

/// A text in which only values are filled in: no tags and no filters.
///
/// # Errors
/// When it is not a template, names an unknown value, or exceeds a limit; in words.
pub fn fill(text: &str, values: &liquid::Object) -> Result<String, String> {
    // Most texts are only words.
    if !text.contains('{') {
        return Ok(text.to_owned());
    }
    guard(text)?;
    let in_words = |error: liquid::Error| {
        let words = error.to_string();
        let line = words.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
        line.trim_start_matches("liquid: ").to_owned()
    };
    let mut output = Output(Vec::new());
    let template = plain().and_then(|parser| parser.parse(text)).map_err(in_words)?;
    template.render_to(&mut output, values).map_err(|error| output.failure(in_words(error)))?;
    String::from_utf8(output.0).map_err(|_| "is not UTF-8 text".to_owned())
}

/// The reader of texts without tags and filters, made once: it takes longer than the texts.
fn plain() -> Result<&'static liquid::Parser, liquid::Error> {
    static PARSER: OnceLock<liquid::Parser> = OnceLock::new();
    if let Some(parser) = PARSER.get() {
        return Ok(parser);
    }
    let made = liquid::ParserBuilder::new().build()?;
    Ok(PARSER.get_or_init(|| made))
}

/// The tags and filters of Liquid whose work has a bound. For each step of a loop as much is charged as the whole text
/// could do in it.
fn language(length: usize) -> liquid::ParserBuilder {
    liquid::ParserBuilder::new()
        .tag(assign::Assign)
        .tag(stdlib::BreakTag)
        .tag(stdlib::ContinueTag)
        .block(repeat::For { cost: length })
        .block(stdlib::RawBlock)
        .block(stdlib::IfBlock)
        .block(stdlib::UnlessBlock)
        .block(stdlib::CaseBlock)
        .block(stdlib::CommentBlock)
        .filter(Bounded::new(stdlib::Append))
        .filter(Bounded::new(stdlib::Capitalize))
        .filter(Bounded::new(stdlib::Compact))
        .filter(Bounded::new(stdlib::Concat))
        .filter(Bounded::new(stdlib::Default))
        .filter(Bounded::new(stdlib::Downcase))
        .filter(Bounded::new(stdlib::Escape))
        .filter(Bounded::new(stdlib::First))
        .filter(Bounded::new(stdlib::Join))
        .filter(Bounded::new(stdlib::Last))
        .filter(Bounded::new(stdlib::Lstrip))
        .filter(Bounded::new(stdlib::Map))
        .filter(Bounded::new(stdlib::Prepend))
        .filter(Bounded::new(stdlib::Remove))
        .filter(Bounded::new(stdlib::RemoveFirst))
        .filter(Bounded::new(stdlib::Replace))
        .filter(Bounded::new(stdlib::ReplaceFirst))
        .filter(Bounded::new(stdlib::Reverse))
        .filter(Bounded::new(stdlib::Rstrip))
        .filter(Bounded::new(stdlib::Size))
        .filter(Bounded::new(stdlib::Slice))
        .filter(Bounded::new(stdlib::Sort))
        .filter(Bounded::new(stdlib::Split))
        .filter(Bounded::new(stdlib::Strip))
        .filter(Bounded::new(stdlib::StripNewlines))
        .filter(Bounded::new(stdlib::Truncate))
        .filter(Bounded::new(stdlib::Upcase))
        .filter(Bounded::new(stdlib::Where))
}

/// Refuses what the parser itself has no bound for: it calls itself for what is nested and for each link of a chain,
/// looks again and again at blanks, and panics at large numbers and where a block in a comment is not closed
/// (`liquid-core` 0.26).
///
/// # Errors
/// When there is too much of something, or blocks do not fit; in words.
pub fn guard(text: &str) -> Result<(), String> {
    if text.len() > limits::MOST_TEXT {
        return Err(format!("has more than {} KiB", limits::MOST_TEXT >> 10));
    }
    let (mut blocks, mut brackets, mut blanks, mut digits, mut links) =
        (Vec::new(), 0usize, 0usize, 0usize, 0usize);
    let mut is_markup = false;
    for (at, character) in text.char_indices() {
        blanks = if character.is_whitespace() { blanks + 1 } else { 0 };
        is_markup = is_inside(is_markup, &text[at..]);
        digits = if is_markup && character.is_ascii_digit() { digits + 1 } else { 0 };
        links += usize::from(is_markup && is_link(&text[at..]));
        match character {
            '[' => brackets += 1,
            ']' => brackets = brackets.saturating_sub(1),
            // No variable goes on behind it.
            '%' | '}' => brackets = 0,
            _ => {}
        }
        let line = || text[..at].matches('\n').count() + 1;
        match text[at..].strip_prefix("{%").map(tag_name) {
            // Nothing counts in it.
            Some(name) if blocks.last() == Some(&"raw") && name != "endraw" => {}
            Some(name @ ("if" | "unless" | "case" | "for" | "comment" | "raw")) => blocks.push(name),
            Some(name) => {
                if let Some(ended) = name.strip_prefix("end")
                    && blocks.pop() != Some(ended)
                {
                    return Err(format!("line {}: `{name}` ends no `{ended}`", line()));
                }
            }
            None => {}
        }
        if blocks.len() > DEEPEST || brackets > DEEPEST {
            return Err(format!("line {}: more than {DEEPEST} levels are nested", line()));
        }
        if digits > MOST_DIGITS {
            return Err(format!("line {}: a number has more than {MOST_DIGITS} digits", line()));
        }
        if links > MOST_LINKS {
            return Err(format!("line {}: more than {MOST_LINKS} times `elsif`, `and` and `or`", line()));
        }
        if blanks > MOST_BLANKS {
            return Err(format!("line {}: more than {MOST_BLANKS} blanks in a row", line()));
        }
    }
    match blocks.last() {
        Some(open) => Err(format!("`{open}` has no `end{open}`")),
        None => Ok(()),
    }
}

/// Whether a place is within `{{ … }}` or `{% … %}`, by what it was before.
fn is_inside(was: bool, here: &str) -> bool {
    let begins = here.starts_with("{{") || here.starts_with("{%");
    begins || was && !here.starts_with("}}") && !here.starts_with("%}")
}

/// Whether a word begins here that the parser calls itself for.
fn is_link(here: &str) -> bool {
    ["elsif", " and ", " or "].iter().any(|word| here.starts_with(word))
}

fn tag_name(behind: &str) -> &str {
    let tag = behind.trim_start_matches(['-', ' ', '\t', '\r', '\n']);
    tag.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap_or_default()
}

/// Takes no more than a file may have.
struct Output(Vec<u8>);

impl Output {
    /// Why writing to it has failed, else these words.
    fn failure(&self, words: String) -> String {
        match self.0.len() >= MOST_OUTPUT {
            true => format!("its output has more than {} MiB", MOST_OUTPUT >> 20),
            false => words,
        }
    }
}

impl io::Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = MOST_OUTPUT - self.0.len();
        let taken = bytes.len().min(room);
        self.0.extend_from_slice(&bytes[..taken]);
        if taken < bytes.len() { Err(io::ErrorKind::FileTooLarge.into()) } else { Ok(taken) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
