//! What a component was last built from, kept beside its artifact: decides what has to be built again, and why.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::progress::{Reason, WhatChanged};

/// The file in `gen/<component>/`.
pub const FILE: &str = "build.json";

/// The ingredients of one step, by name, as SHA-256 digests or as the value itself.
pub type Ingredients = BTreeMap<String, String>;

/// One step's ingredients and what came out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    pub from: Ingredients,
    /// The file that was made.
    pub made: Stamp,
}

/// A file as it was when it was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// Its size in bytes.
    pub bytes: u64,
    /// When it was last changed, in nanoseconds since 1970.
    pub modified: u128,
    /// The SHA-256 of its content, in hexadecimal.
    pub sha256: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// How the function was compiled and wrapped.
    pub compiled: Option<Step>,
    pub composed: Option<Step>,
}

impl Record {
    /// Reads a component's record. One that is missing or unreadable is an empty one: everything is built again.
    pub fn read(folder: &Path) -> Self {
        let text = std::fs::read(folder.join(FILE)).unwrap_or_default();
        serde_json::from_slice(&text).unwrap_or_default()
    }

    /// The bytes to write.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = serde_json::to_vec_pretty(self).unwrap_or_default();
        bytes.push(b'\n');
        bytes
    }
}

impl Stamp {
    /// The stamp of a file with this content.
    ///
    /// # Errors
    /// When the file is not there.
    pub fn of(path: &Path, content: &[u8]) -> std::io::Result<Self> {
        let (bytes, modified) = size_and_time(path)?;
        Ok(Self { bytes, modified, sha256: digest(content) })
    }

    /// Whether the file is still the one that was made. Same size and time are taken for the same content, as
    /// every build tool does; if only the time differs, the content decides.
    pub fn still_holds(&self, path: &Path) -> bool {
        match size_and_time(path) {
            Ok((bytes, _)) if bytes != self.bytes => false,
            Ok((_, modified)) if modified == self.modified => true,
            Ok(_) => std::fs::read(path).is_ok_and(|content| digest(&content) == self.sha256),
            Err(_) => false,
        }
    }
}

fn size_and_time(path: &Path) -> std::io::Result<(u64, u128)> {
    let metadata = std::fs::metadata(path)?;
    let since = metadata.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
    Ok((metadata.len(), since.as_nanos()))
}

/// SHA-256 in hexadecimal.
pub fn digest(content: &[u8]) -> String {
    use std::fmt::Write;
    let mut text = String::with_capacity(64);
    for byte in Sha256::digest(content) {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// Why a step has to be done again; `None` if it has not.
pub fn why(step: Option<&Step>, wanted: &Ingredients, file: &Path) -> Option<Reason> {
    let Some(step) = step else {
        return Some(Reason::NotBuilt);
    };
    let name = || file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    difference(&step.from, wanted).or_else(|| match step.made.still_holds(file) {
        true => None,
        false if file.exists() => Some(Reason::Altered { file: name() }),
        false => Some(Reason::Missing { file: name() }),
    })
}

fn difference(old: &Ingredients, new: &Ingredients) -> Option<Reason> {
    let mut changes = Vec::new();
    for (name, value) in new {
        match old.get(name) {
            Some(before) if before == value => {}
            Some(_) => changes.push((name, WhatChanged::Changed)),
            None => changes.push((name, WhatChanged::New)),
        }
    }
    let gone = old.keys().filter(|name| !new.contains_key(*name));
    changes.extend(gone.map(|name| (name, WhatChanged::Gone)));
    let others = changes.len().saturating_sub(1);
    let (name, change) = changes.into_iter().next()?;
    Some(Reason::Ingredient { name: name.clone(), change, others })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ingredients(pairs: &[(&str, &str)]) -> Ingredients {
        pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
    }

    #[test]
    fn the_reason_names_what_differs() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.wasm");
        std::fs::write(&file, "x").unwrap();
        let from = ingredients(&[("convert.go", "1"), ("go", "1.27.3")]);
        let step = Step { from: from.clone(), made: Stamp::of(&file, b"x").unwrap() };
        let reason = |wanted: &[(&str, &str)]| {
            why(Some(&step), &ingredients(wanted), &file).map(|reason| reason.to_string())
        };
        assert_eq!(why(None, &from, &file), Some(Reason::NotBuilt));
        assert_eq!(reason(&[("convert.go", "1"), ("go", "1.27.3")]), None);
        assert_eq!(reason(&[("convert.go", "2"), ("go", "1.27.3")]).as_deref(), Some("convert.go changed"));
        assert_eq!(reason(&[("x.go", "1"), ("go", "1")]).as_deref(), Some("go changed, and 2 more"));
    }

    #[test]
    fn an_artifact_that_was_touched_is_read_and_one_that_was_changed_is_built_again() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.wasm");
        std::fs::write(&file, "x").unwrap();
        let mut stamp = Stamp::of(&file, b"x").unwrap();
        stamp.modified += 1;
        assert!(stamp.still_holds(&file), "another time, the same content");
        std::fs::write(&file, "y").unwrap();
        assert!(!stamp.still_holds(&file));
        std::fs::remove_file(&file).unwrap();
        let step = Step { from: Ingredients::new(), made: stamp };
        let missing = Reason::Missing { file: "a.wasm".to_owned() };
        assert_eq!(why(Some(&step), &Ingredients::new(), &file), Some(missing));
    }

    #[test]
    fn a_damaged_record_counts_as_none() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(FILE), "{\"compiled\": 3").unwrap();
        assert_eq!(Record::read(folder.path()), Record::default());
    }
}
