//! `pelato.lock`: what each version was when it was pushed, and each language pack when it was added. It is made by
//! PELATO, committed by people, and edited by both: comments and tables of others stay.

mod images;
mod packs;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use semver::Version;
use serde::de::{Error as _, IgnoredAny};
use serde::{Deserialize, Deserializer};
use toml_edit::{DocumentMut, Item, Table, TableLike, Value};

use crate::files::{self, FileError};
use crate::remedy::Operation;
use crate::report::{Problem, Source};

pub use images::LockedImage;
pub use packs::Pin;

/// The file's name in a project's folder.
pub const FILE: &str = "pelato.lock";

const SCHEMA: i64 = 1;
const HEADER: &str = "# Records what was pushed, added and fetched. Written by PELATO; commit this file.\n";
const COMPONENTS: &str = "components";

/// What is known about one component's last push.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Locked {
    pub version: Version,
    /// The digest of everything that decides the artifact.
    pub content: Digest,
    pub artifact: Digest,
    /// The digest of the manifest in the registry.
    pub manifest: Digest,
    /// Where it was pushed to: host and path.
    pub registry: String,
}

/// `sha256:` and 64 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digest(String);

impl Digest {
    /// A digest, if the text is one.
    pub fn new(text: &str) -> Option<Self> {
        let hex = text.strip_prefix("sha256:")?;
        let fits = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        (hex.len() == 64 && hex.bytes().all(fits)).then(|| Self(text.to_owned()))
    }

    /// The digest with these bytes.
    pub fn of(bytes: [u8; 32]) -> Self {
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        Self(format!("sha256:{hex}"))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::new(&text).ok_or_else(|| D::Error::custom("not `sha256:` and 64 hexadecimal digits"))
    }
}

/// Why `pelato.lock` cannot be used. It is as it was.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum LockFileError {
    #[error("cannot read {path}")]
    #[diagnostic(
        code(pelato::lock_file::unreadable),
        help("check that it is a UTF-8 text file and that you have read permission")
    )]
    Unreadable { path: String, source: std::io::Error },
    /// What stands in it makes no sense.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Invalid(#[from] Problem),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Write(#[from] FileError),
}

/// The file of one project, read.
#[derive(Debug, Clone)]
pub struct LockFile {
    path: PathBuf,
    text: String,
    locked: BTreeMap<String, Locked>,
    images: BTreeMap<String, LockedImage>,
    packs: BTreeMap<String, Pin>,
}

/// A version of the format that is known here.
struct Schema;

impl<'de> Deserialize<'de> for Schema {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match i64::deserialize(deserializer)? {
            SCHEMA => Ok(Self),
            newer if newer > SCHEMA => Err(D::Error::custom(NEWER)),
            _ => Err(D::Error::custom(format!(
                "unknown schema; this version of PELATO writes schema {SCHEMA}"
            ))),
        }
    }
}

const NEWER: &str = "a newer version of PELATO wrote this file";

#[derive(Deserialize)]
struct Head {
    schema: Option<Schema>,
    components: Option<IgnoredAny>,
    images: Option<IgnoredAny>,
    packs: Option<IgnoredAny>,
}

#[derive(Debug, Deserialize)]
struct Body {
    #[serde(default)]
    components: BTreeMap<String, Locked>,
    #[serde(default)]
    images: BTreeMap<String, LockedImage>,
    #[serde(default)]
    packs: BTreeMap<String, Pin>,
}

/// More than any workflow has components, in bytes.
const MOST_BYTES: u64 = 16 << 20;

impl LockFile {
    /// Reads the file of the project in `root`. One that is not there is an empty one.
    ///
    /// # Errors
    /// When it cannot be read, is of a newer format, or anything in it is wrong.
    pub fn read(root: &Path) -> Result<Self, LockFileError> {
        let path = root.join(FILE);
        let text = files::text_or_none(root, &path, MOST_BYTES)
            .map_err(|source| LockFileError::Unreadable { path: path.display().to_string(), source })?;
        let Body { components, images, packs } = parse(&text)?;
        Ok(Self { path, text, locked: components, images, packs })
    }

    /// The folder that it is in.
    fn root(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new(""))
    }

    /// What is known about a component.
    pub fn get(&self, component: &str) -> Option<&Locked> {
        self.locked.get(component)
    }

    /// Takes these in, drops components that are not in the workflow any more, and writes the file if that changes it.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn update(
        &self,
        new: &BTreeMap<String, Locked>,
        in_workflow: &BTreeSet<&str>,
    ) -> Result<(), LockFileError> {
        let text =
            updated(&self.text, new, in_workflow).map_err(|error| wrong(&source(&self.text), &error))?;
        if text != self.text {
            files::replace(self.root(), &self.path, text.as_bytes())?;
        }
        Ok(())
    }
}

fn source(text: &str) -> Arc<Source> {
    Source::new(FILE, text)
}

fn parse(text: &str) -> Result<Body, Problem> {
    let source = source(text);
    let head: Head = read(&source)?;
    let ours = [head.components, head.images, head.packs];
    if head.schema.is_none() && ours.iter().any(Option::is_some) {
        return Err(Problem::error("lock-file", &source, "has no `schema`").advise(help()));
    }
    read::<Body>(&source)
}

fn help() -> String {
    format!(
        "after a merge conflict keep the lines of one side for each component; or delete the file: {} writes it again, \
         and the registry's own record of the versions is not affected",
        Operation::Push
    )
}

fn read<T: serde::de::DeserializeOwned>(source: &Arc<Source>) -> Result<T, Problem> {
    toml_edit::de::from_str(&source.text).map_err(|error| {
        let message = error.message().lines().next().unwrap_or_default().to_owned();
        let help = if message == NEWER {
            "use that version of PELATO or a newer one; this one leaves the file unchanged".to_owned()
        } else {
            help()
        };
        Problem::error("lock-file", source, message).at(error.span()).advise(help)
    })
}

fn wrong(source: &Arc<Source>, error: &toml_edit::TomlError) -> Problem {
    let message = error.message().lines().next().unwrap_or_default();
    Problem::error("lock-file", source, message).at(error.span()).advise(help())
}

fn updated(
    text: &str,
    new: &BTreeMap<String, Locked>,
    in_workflow: &BTreeSet<&str>,
) -> Result<String, toml_edit::TomlError> {
    edited(text, |document| {
        let Some(components) = section(document, COMPONENTS) else { return };
        let stale: Vec<_> = components.iter().map(|(name, _)| name.to_owned()).collect();
        for name in stale.iter().filter(|name| !in_workflow.contains(name.as_str())) {
            components.remove(name);
        }
        for (name, locked) in new {
            let entry = components.entry(name).or_insert(Item::Table(Table::new()));
            if let Some(entry) = entry.as_table_like_mut() {
                fill(entry, locked);
            }
        }
    })
}

/// The text after an edit; a new file gets what all have.
fn edited(text: &str, edit: impl FnOnce(&mut DocumentMut)) -> Result<String, toml_edit::TomlError> {
    let is_new = text.trim().is_empty();
    let mut document: DocumentMut = text.parse()?;
    if !document.contains_key("schema") {
        document.insert("schema", toml_edit::value(SCHEMA));
    }
    edit(&mut document);
    let text = document.to_string();
    Ok(if is_new { format!("{HEADER}{text}") } else { text })
}

/// A table of tables, which has no line of its own.
fn section<'a>(document: &'a mut DocumentMut, name: &str) -> Option<&'a mut dyn TableLike> {
    let implicit = || {
        let mut table = Table::new();
        table.set_implicit(true);
        Item::Table(table)
    };
    document.entry(name).or_insert_with(implicit).as_table_like_mut()
}

/// Puts values in where they differ; what stands around them stays.
fn fill(entry: &mut dyn TableLike, locked: &Locked) {
    let version = locked.version.to_string();
    for (key, wanted) in [
        ("version", version.as_str()),
        ("content", locked.content.as_str()),
        ("artifact", locked.artifact.as_str()),
        ("manifest", locked.manifest.as_str()),
        ("registry", &locked.registry),
    ] {
        put(entry, key, wanted);
    }
}

fn put(entry: &mut dyn TableLike, key: &str, wanted: &str) {
    match entry.get_mut(key).and_then(Item::as_value_mut) {
        Some(old) if old.as_str() == Some(wanted) => {}
        Some(old) => {
            let decor = old.decor().clone();
            *old = Value::from(wanted);
            *old.decor_mut() = decor;
        }
        None => {
            entry.insert(key, toml_edit::value(wanted));
        }
    }
}

#[cfg(test)]
mod tests;
