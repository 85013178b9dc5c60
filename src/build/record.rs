//! What a component was last built from, kept beside its artifact: decides what has to be built again, and why.
//!
//! A record is in the project, where others may have put it: it counts only with a seal by this user's key. The key is
//! outside of all projects, so nobody else can claim that something was built here.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::files::{self, FileError};
use crate::progress::{Reason, WhatChanged};
use crate::trust::Key;

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
    /// When anything of it was last changed, in nanoseconds since 1970: no program can set this back.
    pub touched: i128,
    /// The SHA-256 of its content, in hexadecimal.
    pub sha256: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// How the function was compiled and wrapped.
    pub compiled: Option<Step>,
    pub composed: Option<Step>,
}

/// A record as it is kept: what it says, and the seal on that.
#[derive(Serialize, Deserialize)]
struct Sealed {
    record: Record,
    seal: String,
}

/// What the seals of records are good for.
const PURPOSE: &str = "build record";

impl Record {
    /// Reads a component's record. One that is missing, unreadable or not this user's is an empty one: everything is
    /// built again.
    pub fn read(folder: &Path, key: &Key) -> Self {
        let generated = folder.parent().unwrap_or(folder);
        let text = files::read(generated, &folder.join(FILE), files::TEXT).unwrap_or_default();
        let sealed = serde_json::from_slice::<Sealed>(&text).ok();
        let own = sealed.filter(|sealed| {
            let said = sealed.record.to_seal();
            said.is_ok_and(|said| key.has_sealed(PURPOSE, &said, &sealed.seal))
        });
        own.map(|sealed| sealed.record).unwrap_or_default()
    }

    /// Writes the record of the component in a folder.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, folder: &Path, key: &Key) -> Result<(), FileError> {
        let path = folder.join(FILE);
        let bytes = || -> serde_json::Result<_> {
            let seal = key.seal(PURPOSE, &self.to_seal()?);
            let mut bytes = serde_json::to_vec_pretty(&Sealed { record: self.clone(), seal })?;
            bytes.push(b'\n');
            Ok(bytes)
        };
        files::overwrite(
            folder,
            &path,
            &bytes().map_err(|error| FileError::io("write", &path, error.into()))?,
        )
    }

    /// Everything that it claims. That is true wherever the record is: a project that was moved or copied keeps it.
    fn to_seal(&self) -> serde_json::Result<Vec<u8>> {
        serde_json::to_vec(self)
    }
}

impl Stamp {
    /// The stamp of a file with this content.
    ///
    /// # Errors
    /// When the file is not there.
    pub fn of(path: &Path, content: &[u8]) -> std::io::Result<Self> {
        let (bytes, modified, touched) = size_and_times(path)?;
        Ok(Self { bytes, modified, touched, sha256: digest(content) })
    }

    /// Whether the file is still the one that was made. Same size and times are taken for the same content: whoever
    /// writes into a file or puts another in its place cannot help that the system notes the time. If only a time
    /// differs, the content decides.
    pub fn still_holds(&self, path: &Path) -> bool {
        match size_and_times(path) {
            Ok((bytes, ..)) if bytes != self.bytes => false,
            Ok((_, modified, touched)) if (modified, touched) == (self.modified, self.touched) => true,
            Ok(_) => files::read(path.parent().unwrap_or(path), path, files::COMPONENT)
                .is_ok_and(|content| digest(&content) == self.sha256),
            Err(_) => false,
        }
    }
}

fn size_and_times(path: &Path) -> std::io::Result<(u64, u128, i128)> {
    let metadata = std::fs::symlink_metadata(path)?;
    if !metadata.is_file() {
        return Err(std::io::ErrorKind::InvalidData.into());
    }
    let modified = metadata.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
    Ok((metadata.len(), modified, touched(&metadata)))
}

#[cfg(unix)]
fn touched(metadata: &std::fs::Metadata) -> i128 {
    use std::os::unix::fs::MetadataExt;
    i128::from(metadata.ctime()) * 1_000_000_000 + i128::from(metadata.ctime_nsec())
}

#[cfg(not(unix))]
fn touched(_: &std::fs::Metadata) -> i128 {
    0
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
    use crate::trust::Store;

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

    /// A record, the folder that it is in, and this user's key.
    fn recorded() -> (tempfile::TempDir, Record, Key) {
        let above = tempfile::tempdir().unwrap();
        let (folder, file) = (above.path().join("c"), above.path().join("c/a.wasm"));
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(&file, "x").unwrap();
        let made = Stamp::of(&file, b"x").unwrap();
        let record = Record { compiled: Some(Step { from: Ingredients::new(), made }), composed: None };
        let key = Store::new(above.path().join("state")).key().unwrap();
        record.write(&folder, &key).unwrap();
        (above, record, key)
    }

    #[test]
    fn a_record_counts_where_this_user_made_it() {
        let (above, record, key) = recorded();
        let folder = above.path().join("c");
        assert_eq!(Record::read(&folder, &key), record);
        let other = Store::new(above.path().join("other")).key().unwrap();
        assert_eq!(Record::read(&folder, &other), Record::default(), "somebody else's");
        let moved = above.path().join("moved");
        std::fs::rename(&folder, &moved).unwrap();
        assert_eq!(Record::read(&moved, &key), record);
    }

    #[test]
    fn a_record_that_was_changed_or_damaged_counts_as_none() {
        let (above, _, key) = recorded();
        let folder = above.path().join("c");
        let text = std::fs::read_to_string(folder.join(FILE)).unwrap();
        for (old, new) in [
            ("\"bytes\": 1", "\"bytes\": 2"),
            ("\"composed\": null", "\"composed\": 3"),
            ("\"seal\"", "\"s\""),
        ] {
            assert!(text.contains(old), "{text}");
            std::fs::write(folder.join(FILE), text.replace(old, new)).unwrap();
            assert_eq!(Record::read(&folder, &key), Record::default(), "{old}");
        }
        std::fs::write(folder.join(FILE), "{\"record\": 3").unwrap();
        assert_eq!(Record::read(&folder, &key), Record::default());
    }

    #[test]
    fn another_file_of_the_same_size_and_time_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.wasm");
        std::fs::write(&file, "x").unwrap();
        let stamp = Stamp::of(&file, b"x").unwrap();
        let modified = file.metadata().unwrap().modified().unwrap();
        std::fs::write(&file, "y").unwrap();
        std::fs::File::options().write(true).open(&file).unwrap().set_modified(modified).unwrap();
        assert!(!stamp.still_holds(&file));
        #[cfg(unix)]
        {
            std::fs::rename(&file, folder.path().join("b")).unwrap();
            std::os::unix::fs::symlink("b", &file).unwrap();
            assert!(!stamp.still_holds(&file), "a link is not what was made");
        }
    }
}
