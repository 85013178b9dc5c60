//! Where a language pack's compiler comes from: PATH, else a pinned one in PELATO's own cache folder.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use semver::Version;

use super::container::Image;
use super::record::digest;
use crate::catalog::Pack;
use crate::progress::{Event, Progress};
use crate::project::settings::hide_secrets;

/// A compiler that satisfies its pack.
#[derive(Debug, Clone)]
pub struct Toolchain {
    /// Its version.
    pub version: Version,
    /// Where it is.
    pub place: Place,
}

/// Where a compiler is.
#[derive(Debug, Clone)]
pub enum Place {
    /// On this machine.
    Here {
        /// Where its program was found.
        program: PathBuf,
        /// PATH for everything it starts.
        path: OsString,
    },
    /// In a container image.
    Container(Image),
}

/// What may be done to find one.
#[derive(Debug, Clone)]
pub struct Search<'a> {
    /// The caller's PATH.
    pub path: OsString,
    /// PELATO's cache folder.
    pub cache: &'a Path,
    /// Why nothing may be installed, as the name of the flag that forbids it.
    pub forbidden: Option<&'static str>,
}

/// Why there is no compiler.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum ToolchainError {
    /// None here, and the pack cannot install one.
    #[error("the language pack `{pack}` needs {program} {wanted}{found}")]
    #[diagnostic(help("install {program} and see that it is on PATH"))]
    Missing {
        /// The pack.
        pack: String,
        /// The program.
        program: String,
        /// The versions that will do.
        wanted: String,
        /// What was found instead.
        found: String,
    },
    /// None here, and none may be installed.
    #[error("the language pack `{pack}` needs {program} {wanted}{found}, and {flag} forbids to install it")]
    #[diagnostic(help("install {program} yourself, or run once without {flag}; it runs: {command}"))]
    Forbidden {
        /// The pack.
        pack: String,
        /// The program.
        program: String,
        /// The versions that will do.
        wanted: String,
        /// What was found instead.
        found: String,
        /// The flag that forbids it.
        flag: &'static str,
        /// What would be run.
        command: String,
    },
    /// Installing failed.
    #[error("installing {program} failed{status}{output}")]
    #[diagnostic(help(
        "is the network there? install {program} {wanted} yourself and see that it is on PATH; this was run: {command}"
    ))]
    Install {
        /// The program.
        program: String,
        /// The versions that will do.
        wanted: String,
        /// What was run.
        command: String,
        /// How it ended.
        status: String,
        /// The last lines that it printed, each on a line of its own.
        output: String,
    },
    /// What was installed does not work.
    #[error(
        "the {program} that was installed does not satisfy the language pack `{pack}`, which needs {wanted}"
    )]
    #[diagnostic(help("this is a mistake in the language pack: its `install` and `requires` do not fit"))]
    Unfit {
        /// The pack.
        pack: String,
        /// The program.
        program: String,
        /// The versions that will do.
        wanted: String,
    },
    /// PELATO's cache folder cannot be used.
    #[error("cannot use the folder {path}")]
    #[diagnostic(help(
        "see that you may write there and that the disk is not full; `PELATO_CACHE` names another"
    ))]
    Cache {
        /// The folder.
        path: String,
        /// The system's words.
        source: std::io::Error,
    },
}

/// What there is of a pack's compiler on this machine.
#[derive(Debug, Clone)]
pub struct Local {
    /// The first on PATH that fits; else what was found instead.
    pub on_path: Result<Toolchain, Vec<String>>,
    /// The one that PELATO has installed, if it was looked for.
    pub pinned: Option<Toolchain>,
}

impl Local {
    /// Looks; nothing is installed.
    pub fn look(pack: &Pack, search: &Search<'_>) -> Self {
        let on_path = on_path(pack, &search.path);
        let pinned = on_path.is_err().then(|| pinned(pack, search)).flatten();
        Self { on_path, pinned }
    }

    /// The one that is used.
    pub fn fitting(&self) -> Option<&Toolchain> {
        self.on_path.as_ref().ok().or(self.pinned.as_ref())
    }
}

/// What a program on PATH turned out to be.
enum Candidate {
    Fits(Toolchain),
    Other(String),
}

/// Finds a compiler for a pack, installing the pinned one if there is none and it is allowed.
///
/// # Errors
/// When there is none that satisfies the pack.
pub fn find(pack: &Pack, search: &Search<'_>, progress: &dyn Progress) -> Result<Toolchain, ToolchainError> {
    let found = match Local::look(pack, search) {
        Local { on_path: Ok(toolchain), .. } | Local { pinned: Some(toolchain), .. } => {
            return Ok(told(toolchain, progress));
        }
        Local { on_path: Err(found), .. } => found,
    };
    let Some(home) = home(pack, search.cache) else {
        return Err(missing(pack, &found));
    };
    if let Some(flag) = search.forbidden {
        return Err(forbidden(pack, &found, flag));
    }
    install(pack, &home, progress)?;
    let toolchain = installed(pack, &home, &search.path).ok_or_else(|| ToolchainError::Unfit {
        pack: pack.manifest.name.clone(),
        program: pack.manifest.toolchain.program.clone(),
        wanted: pack.manifest.toolchain.requires.to_string(),
    })?;
    Ok(told(toolchain, progress))
}

/// The first on PATH that satisfies a pack; else what was found instead.
fn on_path(pack: &Pack, path: &OsStr) -> Result<Toolchain, Vec<String>> {
    let mut found = Vec::new();
    for folder in std::env::split_paths(path) {
        match examine(pack, &folder, path) {
            Some(Candidate::Fits(toolchain)) => return Ok(toolchain),
            Some(Candidate::Other(what)) => found.push(what),
            None => {}
        }
    }
    Err(found)
}

/// The pinned one, if PELATO has installed it before.
fn pinned(pack: &Pack, search: &Search<'_>) -> Option<Toolchain> {
    installed(pack, &home(pack, search.cache)?, &search.path)
}

pub(super) fn told(toolchain: Toolchain, progress: &dyn Progress) -> Toolchain {
    let place = match &toolchain.place {
        Place::Here { program, .. } => program.display().to_string(),
        Place::Container(image) => format!("{} in {} ({})", image.name, image.engine.address(), image.id),
    };
    let text = format!("compiler: {place} {}", toolchain.version);
    progress.report(Event::Detail(text));
    toolchain
}

/// The program in one folder of PATH, if it is there.
fn examine(pack: &Pack, folder: &Path, path: &OsStr) -> Option<Candidate> {
    let program = folder.join(&pack.manifest.toolchain.program);
    if !is_executable(&program) {
        return None;
    }
    // Its own folder first: helpers that it starts by name have to be its own, too.
    let rest = std::env::split_paths(path).filter(|other| other != folder);
    let path = std::env::join_paths(std::iter::once(folder.to_owned()).chain(rest)).ok()?;
    let shown = program.display().to_string();
    let Some(version) = version(pack, &path) else {
        return Some(Candidate::Other(format!("{shown} does not say its version")));
    };
    Some(if pack.manifest.toolchain.requires.matches(&version) {
        Candidate::Fits(Toolchain { version, place: Place::Here { program, path } })
    } else {
        Candidate::Other(format!("{shown} is {version}"))
    })
}

fn installed(pack: &Pack, home: &Path, path: &OsStr) -> Option<Toolchain> {
    let bin = home.join(pack.manifest.toolchain.bin.as_deref().unwrap_or("bin"));
    match examine(pack, &bin, path)? {
        Candidate::Fits(toolchain) => Some(toolchain),
        Candidate::Other(_) => None,
    }
}

fn version(pack: &Pack, path: &OsStr) -> Option<Version> {
    let output = command(&pack.manifest.toolchain.check, path)?
        .envs(&pack.manifest.build.env)
        .stdin(Stdio::null())
        .output()
        .ok()?;
    let printed = [output.stdout, output.stderr].concat();
    pack.version_in(&String::from_utf8_lossy(&printed))
}

/// A command of a pack, its program looked for on the given PATH.
pub(super) fn command(words: &[String], path: &OsStr) -> Option<Command> {
    let (program, arguments) = words.split_first()?;
    let full =
        std::env::split_paths(path).map(|folder| folder.join(program)).find(|file| is_executable(file));
    let mut command = Command::new(full.unwrap_or_else(|| PathBuf::from(program)));
    command.args(arguments).env("PATH", path);
    hide_secrets(&mut command);
    Some(command)
}

#[cfg(unix)]
fn is_executable(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    file.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(file: &Path) -> bool {
    file.is_file() || file.with_extension("exe").is_file()
}

/// Where the pinned toolchain of a pack belongs: another command line is another folder.
fn home(pack: &Pack, cache: &Path) -> Option<PathBuf> {
    let install = pack.manifest.toolchain.install.as_ref()?;
    let key = digest(install.join("\0").as_bytes());
    let name = format!("{}-{}", pack.manifest.name, &key[..12]);
    Some(cache.join("toolchains").join(name))
}

/// Installs into a folder beside `home` and renames it: an installation that was interrupted is none.
fn install(pack: &Pack, home: &Path, progress: &dyn Progress) -> Result<(), ToolchainError> {
    let toolchain = &pack.manifest.toolchain;
    let parent = home.parent().unwrap_or(home);
    let unusable = |source| ToolchainError::Cache { path: parent.display().to_string(), source };
    fs::create_dir_all(parent).map_err(unusable)?;
    let staging = tempfile::Builder::new().prefix(".installing-").tempdir_in(parent).map_err(unusable)?;
    let fill = |word: &String| word.replace("{dir}", &staging.path().to_string_lossy());
    let words: Vec<String> = toolchain.install.iter().flatten().map(fill).collect();
    let shown = words.join(" ");
    progress.report(Event::Note(format!(
        "no {} {} here: installing it for PELATO alone, once: {shown}",
        toolchain.program, toolchain.requires
    )));
    let failed = |status: String, output: &[u8]| ToolchainError::Install {
        program: toolchain.program.clone(),
        wanted: toolchain.requires.to_string(),
        command: shown.clone(),
        status,
        output: last_lines(&String::from_utf8_lossy(output), 12),
    };
    let (program, arguments) = words.split_first().ok_or_else(|| failed(String::new(), b""))?;
    let mut command = Command::new(program);
    hide_secrets(&mut command);
    let output = command
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| failed(format!(": {program}: {error}"), b""))?;
    if !output.status.success() {
        return Err(failed(format!(" ({})", output.status), &[output.stdout, output.stderr].concat()));
    }
    match fs::rename(staging.path(), home) {
        // Another pelato was quicker: its installation is as good.
        Err(_) if home.is_dir() => Ok(()),
        other => other.map_err(unusable),
    }
}

fn last_lines(text: &str, count: usize) -> String {
    let lines: Vec<_> = text.lines().collect();
    lines[lines.len().saturating_sub(count)..].iter().map(|line| format!("\n  {line}")).collect()
}

fn wants(pack: &Pack, found: &[String]) -> (String, String, String, String) {
    let toolchain = &pack.manifest.toolchain;
    let found = match found {
        [] => " and found none on PATH".to_owned(),
        some => format!(", but {}", some.join(" and ")),
    };
    (pack.manifest.name.clone(), toolchain.program.clone(), toolchain.requires.to_string(), found)
}

fn missing(pack: &Pack, found: &[String]) -> ToolchainError {
    let (pack, program, wanted, found) = wants(pack, found);
    ToolchainError::Missing { pack, program, wanted, found }
}

fn forbidden(pack: &Pack, found: &[String], flag: &'static str) -> ToolchainError {
    let command = pack.manifest.toolchain.install.iter().flatten().cloned().collect::<Vec<_>>().join(" ");
    let (pack, program, wanted, found) = wants(pack, found);
    ToolchainError::Forbidden { pack, program, wanted, found, flag, command }
}
