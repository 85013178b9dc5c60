//! Rendering: a language pack's starter, and the files of a new project.

use include_dir::{Dir, include_dir};
use liquid::model::Value;

use super::ScaffoldError;
use crate::catalog::Pack;
use crate::files::{Files, RelPath};
use crate::text::render;

static PROJECT: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/templates/project");

/// The extension of files that are rendered; the others are copied.
const LIQUID: &str = ".liquid";

/// The files of a pack's starter for one task, relative to the task's folder.
pub(super) fn files(pack: &Pack, values: &liquid::Object) -> Result<Files, ScaffoldError> {
    files_of(pack, &pack.manifest.task.starter, values)
}

/// The files of a folder of a pack, rendered.
pub(crate) fn files_of(pack: &Pack, folder: &str, values: &liquid::Object) -> Result<Files, ScaffoldError> {
    let broken = |file: &str, reason: String| ScaffoldError::Starter {
        pack: pack.manifest.name.clone(),
        file: pack.folder.shown(&format!("{folder}/{file}")),
        reason,
    };
    let names = pack.folder.files(folder).map_err(|error| broken("", error.to_string()))?;
    if names.is_empty() {
        return Err(broken("", "there is no file".to_owned()));
    }
    let mut files = Files::new();
    for name in names {
        let bytes = pack.folder.read(&format!("{folder}/{name}"));
        let bytes = bytes.map_err(|error| broken(&name, error.to_string()))?;
        let (target, bytes) = match name.strip_suffix(LIQUID) {
            Some(target) => (target, render(&bytes, values).map_err(|reason| broken(&name, reason))?),
            None => (name.as_str(), bytes.into_owned()),
        };
        let target = RelPath::new(target).map_err(|error| broken(&name, error.to_string()))?;
        if files.insert(target, bytes).is_some() {
            return Err(broken(&name, "exists with and without `.liquid`".to_owned()));
        }
    }
    Ok(files)
}

/// One file of `templates/project/`, rendered.
pub(super) fn project_file(name: &str, values: &liquid::Object) -> Result<Vec<u8>, ScaffoldError> {
    let broken = |reason: String| ScaffoldError::BuiltIn { file: name.to_owned(), reason };
    let file = PROJECT.get_file(name).ok_or_else(|| broken("is missing".to_owned()))?;
    render(file.contents(), values).map_err(broken)
}

/// A string as a value for rendering.
pub(super) fn text(text: &str) -> Value {
    Value::scalar(text.to_owned())
}

/// The user's text on one line: in a comment or heading, a second line would have another meaning.
pub(super) fn one_line(words: &str) -> String {
    let blank = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    words.split(blank).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}
