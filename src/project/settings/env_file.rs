//! `.env`: lines of `NAME=value`, read as the original's reader does, but with nothing filled in: a password may have
//! a `$` in it.

use std::collections::BTreeMap;
use std::path::Path;

use super::all::ALL;
use super::error::SettingsError;
use super::keys::ENV_FILE;
use crate::files;
use crate::report::{Problem, Source};
use crate::text;
use crate::text::suggest;

/// What a file sets, and what is suspicious about it.
pub type EnvFile = (BTreeMap<String, String>, Vec<Problem>);

/// Reads the file; one that is not there (or is a folder, as Python's virtual environments have it) sets nothing.
///
/// # Errors
/// When it cannot be read, or a line is none of `NAME=value`.
pub fn read(root: &Path) -> Result<EnvFile, SettingsError> {
    use std::io::ErrorKind::{IsADirectory, NotFound};
    let path = &root.join(ENV_FILE);
    let bytes = match files::read(root, path, files::TEXT) {
        Ok(bytes) => bytes,
        Err(error) if matches!(error.kind(), NotFound | IsADirectory) => return Ok(EnvFile::default()),
        Err(source) => {
            let path = path.display().to_string();
            return Err(SettingsError::Unreadable { path, source });
        }
    };
    let text = String::from_utf8(bytes).map_err(|error| {
        let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        wrong(line, "it is not UTF-8 text").advise("save the file as UTF-8 text")
    })?;
    let (mut values, mut warnings) = EnvFile::default();
    for (index, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let Some((name, value)) = setting(line).map_err(|reason| wrong(index + 1, reason))? else { continue };
        warnings.extend(near_miss(index + 1, name));
        if values.insert(name.to_owned(), value).is_some() {
            warnings.push(twice(index + 1, name));
        }
    }
    Ok((values, warnings))
}

/// The line of the value that counts: the last one of that name.
pub(super) fn line_of(root: &Path, name: &str) -> Option<usize> {
    let text = files::text(root, &root.join(ENV_FILE), files::TEXT).ok()?;
    let sets = |line: &str| matches!(setting(line), Ok(Some((found, _))) if found == name);
    let lines = text.trim_start_matches('\u{feff}').lines().enumerate();
    lines.filter(|(_, line)| sets(line)).last().map(|(index, _)| index + 1)
}

/// The setting on a line, if there is one.
fn setting(line: &str) -> Result<Option<(&str, String)>, &'static str> {
    let line = line.trim();
    if line.is_empty() || line.starts_with('#') {
        return Ok(None);
    }
    let line = line.strip_prefix("export ").unwrap_or(line);
    let (name, value) = line.split_once('=').ok_or("not of the form `NAME=value`")?;
    let name = name.trim();
    if name.is_empty() || name.contains(char::is_whitespace) {
        return Err("not of the form `NAME=value`");
    }
    Ok(Some((name, unquoted(value.trim())?)))
}

fn unquoted(value: &str) -> Result<String, &'static str> {
    match value.chars().next() {
        Some('\'') => closed(&value[1..], '\'', false),
        Some('"') => closed(&value[1..], '"', true),
        // A comment needs a space before it: passwords may have a `#`.
        _ => Ok(value.split(" #").next().unwrap_or_default().trim_end().to_owned()),
    }
}

/// The text up to the closing quote. A backslash stands for the next character, in double quotes only.
fn closed(rest: &str, quote: char, escapes: bool) -> Result<String, &'static str> {
    let mut text = String::new();
    let mut characters = rest.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' if escapes => match characters.next() {
                Some('n') => text.push('\n'),
                Some('t') => text.push('\t'),
                Some(next @ ('"' | '\\' | '$')) => text.push(next),
                Some(other) => text.extend(['\\', other]),
                None => break,
            },
            c if c == quote => return Ok(text),
            c => text.push(c),
        }
    }
    Err("a quote is not closed on its line")
}

/// Names the line without quoting it: it may hold a password.
fn wrong(line: usize, reason: &str) -> Problem {
    // No span: the snippet would print the line, and with it a secret.
    Problem::error("env-file", &Source::new(ENV_FILE, ""), format!("line {line}: {reason}"))
        .advise("write NAME=value; put single quotes around values with quotes, spaces or `#` in them")
}

fn twice(line: usize, name: &str) -> Problem {
    let message = format!("line {line}: {} is there a second time: this line counts", text::quoted(name));
    Problem::warning("env-file", &Source::new(ENV_FILE, ""), message).advise("delete one of the lines")
}

fn near_miss(line: usize, name: &str) -> Option<Problem> {
    let known = ALL.iter().map(|key| key.name);
    if known.clone().any(|key| key == name) {
        return None;
    }
    let meant = suggest::nearest(name, known)?;
    let message = format!("line {line}: {} is not a setting of PELATO", text::quoted(name));
    let problem = Problem::warning("env-file", &Source::new(ENV_FILE, ""), message);
    Some(problem.advise(format!("did you mean `{meant}`?")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(line: &str) -> String {
        setting(line).unwrap().unwrap().1
    }

    #[test]
    fn values_are_taken_as_they_stand() {
        assert_eq!(value("A=pa$$word"), "pa$$word");
        assert_eq!(value("A=$HOME ${X}"), "$HOME ${X}");
        assert_eq!(value("export A = b c # comment"), "b c");
        assert_eq!(value("A=b#c"), "b#c");
        assert_eq!(value("A='b \" # \\n' # c"), "b \" # \\n");
        assert_eq!(value("A=\"b\\\"\\n\\\\\\x\""), "b\"\n\\\\x");
        assert_eq!(value("A="), "");
        assert_eq!(value("MY-KEY=1=2\r"), "1=2");
        assert_eq!(setting("  # A=1").unwrap(), None);
    }

    #[test]
    fn the_last_line_of_a_name_counts() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(ENV_FILE), "A=1\n# A=2\nexport A=3\nB=4\n").unwrap();
        assert_eq!(["A", "B", "C"].map(|name| line_of(folder.path(), name)), [Some(3), Some(4), None]);
    }

    #[test]
    fn a_name_that_is_there_twice_is_a_warning() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(ENV_FILE), "SITE=a\nB=1\nSITE=hunter2\n").unwrap();
        let (values, warnings) = read(folder.path()).unwrap();
        assert_eq!(values["SITE"], "hunter2");
        let warnings: Vec<_> = warnings.iter().map(ToString::to_string).collect();
        assert_eq!(warnings, [".env: line 3: `SITE` is there a second time: this line counts"]);
    }

    #[test]
    fn other_lines_are_refused_by_number_and_not_repeated() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(ENV_FILE);
        for (line, reason) in
            [("hunter2", "NAME=value"), ("A='hunter2", "quote"), ("a b=hunter2", "NAME=value")]
        {
            std::fs::write(&file, format!("\u{feff}X=1\n{line}\n")).unwrap();
            let error = read(folder.path()).unwrap_err().to_string();
            assert!(error.contains("line 2") && error.contains(reason), "{error}");
            assert!(!error.contains("hunter2"), "{error}");
        }
        std::fs::write(&file, b"X=1\nPASSWORD=hunter2\xe9\n").unwrap();
        assert_eq!(read(folder.path()).unwrap_err().to_string(), ".env: line 2: it is not UTF-8 text");
        std::fs::remove_file(&file).unwrap();
        std::fs::create_dir(&file).unwrap();
        assert!(read(folder.path()).unwrap().0.is_empty(), "a folder sets nothing");
    }

    proptest::proptest! {
        #[test]
        fn no_line_makes_it_panic(line in ".{0,40}") {
            let _ = setting(&line);
        }
    }
}
