//! A task's code: where it is, which files belong to it, and who compiles them.

pub mod error;
mod language;
pub mod walk;

use std::cell::OnceCell;
use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

pub use error::{CodeError, LanguageError};
use walk::Walk;

use super::component::Code;
use crate::catalog::{Catalog, Pack};
use crate::files;
use crate::text;

/// The folder of a project that holds its functions.
pub const TASKS: &str = "tasks";

/// More names than this are not compared when one is missing.
const COMPARED: usize = 200;

/// Code that can be used, and who compiles it.
#[derive(Debug, Clone)]
pub struct Found {
    pub code: Code,
    pub pack: Arc<Pack>,
}

/// What became of a task's `code` and `language`.
pub type Outcome = Rc<Result<Found, CodeError>>;

/// Looks up code, each place once however many tasks use it.
pub struct Resolver<'a> {
    root: &'a Path,
    catalog: &'a Catalog,
    /// `tasks/` without symlinks.
    tasks: OnceCell<Result<PathBuf, CodeError>>,
    names: OnceCell<Vec<String>>,
    done: HashMap<(String, Option<String>), Outcome>,
    packs: HashMap<String, Arc<Pack>>,
}

impl<'a> Resolver<'a> {
    /// For the project in `root`.
    pub fn new(root: &'a Path, catalog: &'a Catalog) -> Self {
        Self {
            root,
            catalog,
            tasks: OnceCell::new(),
            names: OnceCell::new(),
            done: HashMap::new(),
            packs: HashMap::new(),
        }
    }

    /// Looks up the code that a task names.
    pub fn resolve(&mut self, code: &str, language: Option<&str>) -> Outcome {
        let key = (code.to_owned(), language.map(str::to_owned));
        if let Some(known) = self.done.get(&key) {
            return Rc::clone(known);
        }
        let outcome = Rc::new(self.look_up(code, language));
        self.done.insert(key, Rc::clone(&outcome));
        outcome
    }

    fn look_up(&mut self, text: &str, language: Option<&str>) -> Result<Found, CodeError> {
        let path = below_tasks(text)?;
        let tasks = self.tasks.get_or_init(|| tasks_folder(self.root)).clone()?;
        let place = self.root.join(TASKS).join(&path);
        let real = fs::canonicalize(&place).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => self.missing(text, &path),
            _ => walk::unreadable(&shown(&path), &error),
        })?;
        if !real.starts_with(&tasks) {
            return Err(CodeError::Outside {
                text: text.to_owned(),
                why: "points outside of `tasks/` through a link",
            });
        }
        let meta = fs::metadata(&real).map_err(|error| walk::unreadable(&shown(&path), &error))?;
        let (code, pack) = if meta.is_dir() {
            self.folder(&tasks, place, &path, language)?
        } else {
            if !meta.is_file() {
                let (what, help) = walk::SPECIAL;
                return Err(CodeError::Odd { shown: shown(&path), what, help });
            }
            if let Some(what) = walk::too_much(1, meta.len()) {
                return Err(CodeError::TooMuch { shown: shown(&path), what });
            }
            self.file(&path, language)?
        };
        require(&code, pack)?;
        Ok(Found { pack: self.shared(pack), code })
    }

    fn file(&self, path: &str, language: Option<&str>) -> Result<(Code, &'a Pack), CodeError> {
        let (parent, name) = path.rsplit_once('/').unwrap_or(("", path));
        if language::is_passed_over(self.catalog, name) {
            let (what, help) = walk::PASSED_OVER;
            return Err(CodeError::Odd { shown: shown(path), what, help });
        }
        let files = vec![name.to_owned()];
        let pack = self.pack(&files, &shown(path), language)?;
        let folder = self.root.join(TASKS).join(parent);
        let resolved = pack.manifest.build.resolve.iter().flat_map(|resolve| &resolve.files);
        let beside = resolved.map(|resolved| pack.kept_beside(name, resolved));
        let files = files.into_iter().chain(beside.filter(|beside| is_plain_file(&folder.join(beside))));
        let files = files.collect();
        let tasks = self.root.join(TASKS);
        Ok((Code { tasks, folder, files, shown: shown(parent), is_file: true }, pack))
    }

    fn folder(
        &self,
        tasks: &Path,
        folder: PathBuf,
        path: &str,
        language: Option<&str>,
    ) -> Result<(Code, &'a Pack), CodeError> {
        let named = language.map(|name| language::named(self.catalog, name)).transpose();
        let named = named.map_err(CodeError::Language)?;
        let mut walk = Walk { folder, shown: shown(path), tasks, pack: named };
        let mut listing = walk.list()?;
        if listing.files.is_empty() {
            return Err(CodeError::Empty { shown: walk.shown });
        }
        let pack = self.pack(&listing.files, &walk.shown, language)?;
        if named.is_none() && listing.stopped.is_some() {
            // What was too much may be what the pack passes over.
            walk.pack = Some(pack);
            listing = walk.list()?;
        }
        if let Some(stopped) = listing.stopped {
            return Err(stopped);
        }
        listing.files.retain(|file| !pack.ignores(file));
        let code = Code {
            tasks: self.root.join(TASKS),
            folder: walk.folder,
            files: listing.files,
            shown: walk.shown,
            is_file: false,
        };
        Ok((code, pack))
    }

    fn pack(&self, files: &[String], shown: &str, language: Option<&str>) -> Result<&'a Pack, CodeError> {
        let pack = match language {
            None => language::guessed(self.catalog, files, shown),
            Some(name) => language::named(self.catalog, name).and_then(|pack| {
                language::confirm(self.catalog, pack, files, shown)?;
                Ok(pack)
            }),
        };
        pack.map_err(CodeError::Language)
    }

    fn shared(&mut self, pack: &Pack) -> Arc<Pack> {
        let name = pack.manifest.name.clone();
        Arc::clone(self.packs.entry(name).or_insert_with(|| Arc::new(pack.clone())))
    }

    fn missing(&self, text: &str, path: &str) -> CodeError {
        let without = path.strip_prefix("tasks/").filter(|rest| self.root.join(TASKS).join(rest).exists());
        let help = if let Some(without) = without {
            format!("write `{without}`: the path is relative to `tasks/`")
        } else {
            let names = self.names.get_or_init(|| names(&self.root.join(TASKS)));
            match text::meant(path, names.iter().map(String::as_str)) {
                Some(meant) => format!("did you mean {}?", text::quoted(meant)),
                None => "put the function's source file there, or name another".to_owned(),
            }
        };
        CodeError::Missing { text: text.to_owned(), help }
    }
}

/// `tasks/` without symlinks, if it is a folder of the project.
fn tasks_folder(root: &Path) -> Result<PathBuf, CodeError> {
    let wrong = |message: &str, help| Err(CodeError::Project { message: message.to_owned(), help });
    // An empty path is the current folder everywhere but here.
    let root = if root.as_os_str().is_empty() { Path::new(".") } else { root };
    let real = fs::canonicalize(root).and_then(|root| Ok((fs::canonicalize(root.join(TASKS))?, root)));
    match real {
        Ok((tasks, _)) if !tasks.is_dir() => {
            wrong("`tasks` is not a folder", "replace it with a folder that contains the functions")
        }
        Ok((tasks, root)) if !tasks.starts_with(&root) => wrong(
            "the folder `tasks` is a link that points outside of the project",
            "replace the link with the folder itself: a project must be complete in its own folder",
        ),
        Ok((tasks, _)) => Ok(tasks),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            wrong("the project has no folder `tasks`", "create it and put the functions into it")
        }
        Err(error) => Err(walk::unreadable(TASKS, &error)),
    }
}

/// The way below `tasks/`, without what changes nothing.
fn below_tasks(text: &str) -> Result<String, CodeError> {
    let outside = |why| Err(CodeError::Outside { text: text.to_owned(), why });
    if text.starts_with('/') {
        return outside("is an absolute path");
    }
    if text.contains('\\') {
        return outside("contains a backslash: separate folders with `/`");
    }
    if text.chars().any(|c| !text::is_safe(c)) {
        return outside("contains a control character");
    }
    let parts: Vec<_> = text.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    if parts.contains(&"..") {
        return outside("contains `..`, which could leave `tasks/`");
    }
    if parts.is_empty() {
        return outside("does not name a file or folder in `tasks/`");
    }
    Ok(parts.join("/"))
}

/// Whether a file is there that is not a link.
fn is_plain_file(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|meta| meta.is_file() && meta.len() <= walk::MAX_BYTES)
}

fn shown(path: &str) -> String {
    walk::join(TASKS, path)
}

fn names(tasks: &Path) -> Vec<String> {
    let entries = files::list(tasks, tasks).unwrap_or_default();
    let names = entries.iter().filter_map(|entry| entry.file_name().into_string().ok());
    let mut names: Vec<_> = names.filter(|name| !name.starts_with('.')).take(COMPARED).collect();
    names.sort();
    names
}

/// Sees that the sources have what the pack asks for. Each is read once, and no more of them than needed.
fn require(code: &Code, pack: &Pack) -> Result<(), CodeError> {
    let mut missing: Vec<_> = pack.manifest.task.requires.iter().collect();
    let sources: Vec<_> = language::sources(pack, &code.files).collect();
    for file in &sources {
        if missing.is_empty() {
            break;
        }
        let shown = walk::join(&code.shown, file);
        let bytes = files::read(&code.tasks, &code.folder.join(file), walk::MAX_BYTES)
            .map_err(|error| walk::unreadable(&shown, &error))?;
        let Ok(text) = String::from_utf8(bytes) else {
            return Err(CodeError::Odd { shown, what: "not UTF-8 text", help: "save it as UTF-8" });
        };
        missing.retain(|requirement| !requirement.pattern.regex().is_match(&text));
    }
    let Some(requirement) = missing.first() else {
        return Ok(());
    };
    let shown = match sources.as_slice() {
        [only] => walk::join(&code.shown, only),
        _ => code.shown.clone(),
    };
    let (message, help) = (requirement.message.clone(), requirement.help.clone());
    Err(CodeError::Requires { shown, message, help })
}
