//! Adding a pack of others: what is offered is shown first, and written when somebody has agreed.

use std::fs;
use std::path::Path;

use toml_edit::{DocumentMut, Item, TableLike, Value};

use super::{Home, PackError, Source, content, fetch, find};
use crate::catalog::{Catalog, Folder, Origin, Pack, Unit, pack::MANIFEST};
use crate::files::{self, FileError, Files};
use crate::project::lock_file::Pin;

#[derive(Debug)]
pub struct Offer {
    pub name: String,
    pub summary: String,
    pub pin: Pin,
    /// What is in its place now.
    pub before: Before,
    /// Everything in its manifest that decides what is run, and with what environment: key and value.
    pub runs: Vec<[String; 2]>,
    /// Whether it takes the place of a built-in pack.
    pub hides: bool,
    /// Where it goes.
    pub home: Home,
    files: Files,
}

/// What is in the place of a pack that could be added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Before {
    Nothing,
    /// The same, with the same pin.
    Same,
    /// Another state of it.
    Other,
    /// What was added before, and changed since.
    Edited,
}

/// Reads or fetches a pack, and says what adding it would mean. Nothing of it is run, and nothing is written.
///
/// # Errors
/// When it cannot be had, is not a pack, or somebody's own pack has its name.
pub fn offer(source: &Source, wanted: Option<&str>, home: Home) -> Result<Offer, PackError> {
    match source {
        Source::Folder { path, named } => offered(path, wanted, named, None, source, home),
        Source::Git { url, revision } => {
            let checkout = fetch::fetch(url, revision.as_deref())?;
            offered(checkout.folder.path(), wanted, url, Some(checkout.commit), source, home)
        }
    }
}

fn offered(
    root: &Path,
    wanted: Option<&str>,
    place: &str,
    commit: Option<String>,
    source: &Source,
    home: Home,
) -> Result<Offer, PackError> {
    let folder = Folder::Disk(find::find(root, wanted, place)?);
    let pack = Pack::load(folder, home.origin.clone())?;
    let files = content::read(&pack.folder)?;
    let pin = Pin {
        source: source.named().to_owned(),
        revision: source.revision().map(str::to_owned),
        commit,
        content: content::digest(&files),
    };
    let name = pack.name().to_owned();
    let before = before(&home, &name, &pin)?;
    let manifest = pack.folder.read(MANIFEST).unwrap_or_default();
    Ok(Offer {
        summary: pack.summary().to_owned(),
        runs: runs(&String::from_utf8_lossy(&manifest)),
        hides: Catalog::built_in().packs.get(&name).is_ok(),
        name,
        pin,
        before,
        home,
        files,
    })
}

fn before(home: &Home, name: &str, pin: &Pin) -> Result<Before, PackError> {
    let folder = home.folder(name);
    if fs::symlink_metadata(&folder).is_err() {
        return Ok(Before::Nothing);
    }
    let lock_file = home.lock_file()?;
    let Some(old) = lock_file.pack(name) else {
        return Err(PackError::NotManaged { folder: folder.display().to_string() });
    };
    let now = content::digest(&content::read(&Folder::Disk(folder))?);
    Ok(match (now == old.content, old == pin) {
        (false, _) => Before::Edited,
        (true, true) => Before::Same,
        (true, false) => Before::Other,
    })
}

impl Offer {
    /// Puts the pack into its place and pins it.
    ///
    /// # Errors
    /// When something cannot be written.
    pub fn accept(&self) -> Result<(), PackError> {
        let folder = self.home.folder(&self.name);
        let packs = folder.parent().unwrap_or(&self.home.root);
        let failed = |error| FileError::io("write", packs, error);
        fs::create_dir_all(packs).map_err(failed)?;
        let staging =
            tempfile::Builder::new().prefix(files::TEMPORARY).tempdir_in(&self.home.root).map_err(failed)?;
        let (new, old) = (staging.path().join("new"), staging.path().join("old"));
        files::create_tree(&new, &self.files)?;
        // If this is interrupted, what is there differs from its pin, and is not used.
        if fs::symlink_metadata(&folder).is_ok() {
            fs::rename(&folder, &old).map_err(failed)?;
        }
        fs::rename(&new, &folder).map_err(|error| {
            let _ = fs::rename(&old, &folder);
            failed(error)
        })?;
        Ok(self.home.lock_file()?.pin(&self.name, Some(&self.pin))?)
    }

    /// Where it is kept, for a person.
    pub fn place(&self) -> &'static str {
        if self.home.origin == Origin::User { "your own folder" } else { "this project" }
    }
}

/// Everything in the sections about programs, but what is only read or told. By the file and not by the types: a key that
/// comes later is shown, too.
fn runs(manifest: &str) -> Vec<[String; 2]> {
    const TOLD: [&str; 9] = [
        "version",
        "requires",
        "explain",
        "produces",
        "fail",
        "dependencies",
        "leaves",
        "reproducible",
        "help",
    ];
    let mut rows = Vec::new();
    if let Ok(document) = manifest.parse::<DocumentMut>() {
        for section in ["toolchain", "build"] {
            if let Some(table) = document.get(section).and_then(Item::as_table_like) {
                flatten(section, table, &mut rows);
            }
        }
    }
    // A variable of an environment may have any name.
    let is_told = |key: &str| !key.contains(".env.") && key.split('.').any(|part| TOLD.contains(&part));
    rows.retain(|[key, _]| !is_told(key));
    rows
}

fn flatten(prefix: &str, table: &dyn TableLike, rows: &mut Vec<[String; 2]>) {
    for (key, item) in table.iter() {
        let key = format!("{prefix}.{key}");
        if let Some(table) = item.as_table_like() {
            flatten(&key, table, rows);
        } else if let Some(tables) = item.as_array_of_tables() {
            tables.iter().for_each(|table| flatten(&key, table, rows));
        } else if let Some(value) = item.as_value() {
            // A list of commands is one row for each.
            let commands = value.as_array().filter(|items| items.iter().any(|item| item.is_array()));
            let each = commands.map_or(vec![value], |items| items.iter().collect());
            let texts = each.into_iter().map(words).filter(|text| !text.is_empty());
            rows.extend(texts.map(|text| [key.clone(), text]));
        }
    }
}

/// A value as a shell would be told it.
fn words(value: &Value) -> String {
    match value {
        Value::String(text) => shell_words::quote(text.value()).into_owned(),
        Value::Array(items) => items.iter().map(words).collect::<Vec<_>>().join(" "),
        other => other.to_string().trim().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_is_run_is_shown() {
        let rows = runs(
            "[toolchain]\nprogram = \"zig\"\ncheck = [\"zig\", \"version\"]\nversion = 'x(.)'\n\
             [toolchain.later]\nhook = [\"rm\", \"-rf\", \"a b\"]\n[build]\ncommand = [\"sh\", \"-c\", \"echo {output}\"]\n\
             before = [[\"mkdir\", \"x\"], [\"ls\"]]\ncache = []\nenv = { A = \"1 2\", help = \"me\" }\n[[build.explain]]\npattern = \"p\"\nhelp = \"h\"\n",
        );
        let shown: Vec<_> = rows.iter().map(|[key, value]| format!("{key}: {value}")).collect();
        assert_eq!(
            shown,
            [
                "toolchain.program: zig",
                "toolchain.check: zig version",
                "toolchain.later.hook: rm -rf 'a b'",
                "build.command: sh -c 'echo {output}'",
                "build.before: mkdir x",
                "build.before: ls",
                "build.env.A: '1 2'",
                "build.env.help: me",
            ]
        );
    }
}
