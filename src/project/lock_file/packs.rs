//! `[packs.NAME]` in `pelato.lock`: what a language pack was when it was added.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml_edit::{DocumentMut, Item, Table, TableLike, TomlError};

use super::{Digest, LockFile, LockFileError, edited, put, section, source, wrong};
use crate::files;

const PACKS: &str = "packs";
const FILES: &str = "files";

/// What a language pack was when it was added.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pin {
    /// Where it came from: a folder or a repository, as it was named.
    pub source: String,
    pub revision: Option<String>,
    pub commit: Option<String>,
    /// The digest of all files.
    pub content: Digest,
    /// The digest of each file, by its path: it tells which one was changed. Older versions of PELATO wrote none.
    #[serde(default)]
    pub files: BTreeMap<String, Digest>,
}

impl Pin {
    /// What `pelato pack add` was told, and would be told again.
    pub fn asked(&self) -> String {
        match &self.revision {
            Some(revision) => format!("{}@{revision}", self.source),
            None => self.source.clone(),
        }
    }

    fn fields(&self) -> [(&'static str, Option<&str>); 4] {
        [
            ("source", Some(&self.source)),
            ("revision", self.revision.as_deref()),
            ("commit", self.commit.as_deref()),
            ("content", Some(self.content.as_str())),
        ]
    }
}

impl LockFile {
    /// What is known about a language pack that was added.
    pub fn pack(&self, name: &str) -> Option<&Pin> {
        self.packs.get(name)
    }

    /// Takes a pin in, or drops it, and writes the file if that changes it.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn pin(&self, name: &str, pin: Option<&Pin>) -> Result<(), LockFileError> {
        let text = pinned(&self.text, name, pin).map_err(|error| wrong(&source(&self.text), &error))?;
        if text != self.text {
            files::replace(self.root(), &self.path, text.as_bytes())?;
        }
        Ok(())
    }
}

pub(super) fn pinned(text: &str, name: &str, pin: Option<&Pin>) -> Result<String, TomlError> {
    if pin.is_none() && !text.parse::<DocumentMut>()?.contains_key(PACKS) {
        return Ok(text.to_owned());
    }
    edited(text, |document| {
        let Some(packs) = section(document, PACKS) else { return };
        match pin {
            None => drop(packs.remove(name)),
            Some(pin) => {
                let entry = packs.entry(name).or_insert(Item::Table(Table::new()));
                entry.as_table_like_mut().into_iter().for_each(|entry| fill(entry, pin));
            }
        }
    })
}

fn fill(entry: &mut dyn TableLike, pin: &Pin) {
    for (key, wanted) in pin.fields() {
        match wanted {
            Some(wanted) => put(entry, key, wanted),
            None => drop(entry.remove(key)),
        }
    }
    let Some(files) = entry.entry(FILES).or_insert(Item::Table(Table::new())).as_table_like_mut() else {
        return;
    };
    let stale: Vec<_> = files.iter().map(|(path, _)| path.to_owned()).collect();
    for path in stale.iter().filter(|path| !pin.files.contains_key(*path)) {
        files.remove(path);
    }
    for (path, digest) in &pin.files {
        put(files, path, digest.as_str());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pin(revision: Option<&str>) -> Pin {
        Pin {
            source: "https://example.org/zig.git".to_owned(),
            revision: revision.map(str::to_owned),
            commit: Some("c".repeat(40)),
            content: Digest::new(&format!("sha256:{}", "1".repeat(64))).unwrap(),
            files: [("pack.toml", "2"), ("shell/a.zig", "3")]
                .map(|(path, digit)| {
                    (path.to_owned(), Digest::new(&format!("sha256:{}", digit.repeat(64))).unwrap())
                })
                .into(),
        }
    }

    #[test]
    fn what_is_pinned_is_read_again_and_can_be_dropped() {
        let text = pinned("", "zig", Some(&pin(Some("v1")))).unwrap();
        assert_eq!(
            text,
            format!(
                "{}schema = 1\n\n[packs.zig]\nsource = \"https://example.org/zig.git\"\nrevision = \"v1\"\n\
                 commit = \"{}\"\ncontent = \"sha256:{}\"\n\n[packs.zig.files]\n\"pack.toml\" = \"sha256:{}\"\n\
                 \"shell/a.zig\" = \"sha256:{}\"\n",
                super::super::HEADER,
                "c".repeat(40),
                "1".repeat(64),
                "2".repeat(64),
                "3".repeat(64)
            )
        );
        let read = super::super::parse(&text).unwrap().packs;
        assert_eq!(read["zig"], pin(Some("v1")));
        assert_eq!(read["zig"].asked(), "https://example.org/zig.git@v1");
        assert_eq!(
            pinned(&text, "zig", Some(&pin(Some("v1")))).unwrap(),
            text,
            "nothing new changes nothing"
        );
        assert!(!pinned(&text, "zig", Some(&pin(None))).unwrap().contains("revision"));
        let mut less = pin(Some("v1"));
        less.files.remove("pack.toml");
        let less = pinned(&text, "zig", Some(&less)).unwrap();
        assert!(!less.contains("pack.toml") && less.contains("shell/a.zig"), "{less}");
        let old = text.split("\n[packs.zig.files]").next().unwrap();
        assert_eq!(super::super::parse(old).unwrap().packs["zig"].files, BTreeMap::new());
        assert!(super::super::parse(&pinned(&text, "zig", None).unwrap()).unwrap().packs.is_empty());
        assert_eq!(pinned("", "zig", None).unwrap(), "");
    }

    #[test]
    fn a_pin_is_in_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let read = || LockFile::read(folder.path()).unwrap();
        read().pin("zig", Some(&pin(None))).unwrap();
        assert_eq!(read().pack("zig"), Some(&pin(None)));
        read().pin("zig", None).unwrap();
        assert_eq!(read().pack("zig"), None);
    }

    #[test]
    fn comments_and_components_stay() {
        let text = pinned("", "zig", Some(&pin(Some("v1")))).unwrap();
        let text = text.replace("\"v1\"", "\"v1\" # reviewed by Ada") + "\n[team]\nowner = \"me\"\n";
        let new = pinned(&text, "zig", Some(&pin(Some("v2")))).unwrap();
        assert!(new.contains("\"v2\" # reviewed by Ada") && new.contains("[team]\nowner = \"me\""), "{new}");
        let new = super::super::updated(&new, &Default::default(), &Default::default()).unwrap();
        assert!(new.contains("[packs.zig]"), "a push leaves the packs alone: {new}");
    }
}
