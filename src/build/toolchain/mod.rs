//! Where a language pack's compiler comes from: PATH, else a pinned one in PELATO's own cache folder.

mod environment;
mod error;

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use semver::Version;

pub(super) use environment::of_network;
pub use error::ToolchainError;
use error::{forbidden, missing, no_installer, remedy};

use super::container::Image;
use super::placeholders::{Fill, shown};
use super::record::digest;
use crate::cancel::Cancel;
use crate::catalog::Pack;
use crate::files;
use crate::process;
use crate::progress::{Event, Location, Progress};
use crate::remedy::Restriction;
use crate::text::last_lines;

/// A compiler that satisfies its pack.
#[derive(Debug, Clone)]
pub struct Toolchain {
    pub version: Version,
    pub place: Place,
    /// The pack, as it is with this one of its toolchains.
    pub pack: Arc<Pack>,
}

/// Where a compiler is.
#[derive(Debug, Clone)]
pub enum Place {
    Here {
        /// Where its program was found.
        program: PathBuf,
        /// PATH for everything it starts.
        path: OsString,
        /// The environment that it needs where PELATO has installed it.
        env: BTreeMap<String, OsString>,
    },
    Container(Image),
}

/// What may be done to find one.
#[derive(Debug, Clone)]
pub struct Search<'a> {
    /// The caller's PATH.
    pub path: OsString,
    pub cache: &'a Path,
    /// What forbids installing anything.
    pub forbidden: Option<Restriction>,
    /// Ends what is run for it.
    pub cancel: &'a Cancel,
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
    ///
    /// # Errors
    /// When it was cancelled: a program that was ended has not said its version.
    pub fn look(pack: &Pack, search: &Search<'_>) -> Result<Self, ToolchainError> {
        let variants: Vec<_> = pack.variants().into_iter().map(Arc::new).collect();
        let on_path = on_path(&variants, search);
        let pinned = on_path.is_err().then(|| pinned(&variants, search)).flatten();
        match search.cancel.is_cancelled() {
            true => Err(ToolchainError::Cancelled),
            false => Ok(Self { on_path, pinned }),
        }
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
    find_beyond(pack, Local::look(pack, search)?, search, progress)
}

/// The same, for what there is on this machine having been looked at.
pub(super) fn find_beyond(
    pack: &Pack,
    local: Local,
    search: &Search<'_>,
    progress: &dyn Progress,
) -> Result<Toolchain, ToolchainError> {
    let found = match local {
        Local { on_path: Ok(toolchain), .. } | Local { pinned: Some(toolchain), .. } => {
            return Ok(reported(toolchain, progress));
        }
        Local { on_path: Err(found), .. } => found,
    };
    let Some((variant, home)) = installable(pack)
        .and_then(|variant| Some((home(&variant, search.cache)?, variant)))
        .map(|(home, variant)| (Arc::new(variant), home))
    else {
        return Err(missing(pack, &found));
    };
    if let Some(restriction) = search.forbidden {
        let command = install_command(&variant, search.cache).unwrap_or_default();
        return Err(forbidden(pack, command, &found, restriction));
    }
    if let Some(installer) = missing_installer(&variant, &search.path) {
        return Err(no_installer(pack, installer, &found));
    }
    install(&variant, &home, search.cancel, progress)?;
    let toolchain = installed(&variant, &home, search).ok_or_else(|| ToolchainError::Incompatible {
        pack: variant.manifest.name.clone(),
        program: variant.manifest.toolchain.program.clone(),
        wanted: variant.manifest.toolchain.requires.to_string(),
    })?;
    Ok(reported(toolchain, progress))
}

/// The first on PATH that satisfies a pack; else what was found instead.
fn on_path(variants: &[Arc<Pack>], search: &Search<'_>) -> Result<Toolchain, Vec<String>> {
    let mut found = Vec::new();
    for variant in variants {
        for folder in std::env::split_paths(&search.path) {
            match examine(variant, &folder, search, BTreeMap::new()) {
                Some(Candidate::Fits(toolchain)) => return Ok(toolchain),
                Some(Candidate::Other(what)) => found.push(what),
                None => {}
            }
        }
    }
    Err(found)
}

/// The pinned one, if PELATO has installed it before.
fn pinned(variants: &[Arc<Pack>], search: &Search<'_>) -> Option<Toolchain> {
    let pinned = |variant| installed(variant, &home(variant, search.cache)?, search);
    variants.iter().find_map(pinned)
}

pub(super) fn reported(toolchain: Toolchain, progress: &dyn Progress) -> Toolchain {
    let location = match &toolchain.place {
        Place::Here { program, .. } => Location::Local { program: program.display().to_string() },
        Place::Container(image) => Location::Image {
            image: image.name.clone(),
            engine: image.engine.address().to_owned(),
            digest: image.id.clone(),
        },
    };
    let pack = toolchain.pack.manifest.name.clone();
    progress.report(Event::CompilerFound { pack, version: toolchain.version.to_string(), location });
    toolchain
}

/// The program in one folder of PATH, if it is there.
fn examine(
    pack: &Arc<Pack>,
    folder: &Path,
    search: &Search<'_>,
    env: BTreeMap<String, OsString>,
) -> Option<Candidate> {
    let wanted = &pack.manifest.toolchain;
    let program = folder.join(&wanted.program);
    if !is_executable(&program) {
        return None;
    }
    // Its own folder first: helpers that it starts by name have to be its own, too.
    let rest = std::env::split_paths(&search.path).filter(|other| other != folder);
    let path = std::env::join_paths(std::iter::once(folder.to_owned()).chain(rest)).ok()?;
    let shown = program.display().to_string();
    let other = |what: String| Some(Candidate::Other(format!("{shown} {what}")));
    let ask = |words: &Vec<String>| ask(pack, words, &path, &env, search.cancel);
    let printed = ask(&wanted.check).map(|(_, printed)| printed).unwrap_or_default();
    let Some(version) = pack.version_in(&printed) else {
        let line = printed.lines().find(|line| !line.trim().is_empty());
        let instead = line.map(|line| format!(", but: {}", line.trim())).unwrap_or_default();
        return other(format!("does not print its version{instead}"));
    };
    if !wanted.requires.matches(&version) {
        return other(format!("is {version}"));
    }
    if let Some(absent) = wanted.also.iter().find(|name| on(&path, name).is_none()) {
        return other(format!("is installed without {absent}"));
    }
    match wanted.probe.as_ref().and_then(ask) {
        Some((false, said)) => {
            let line = said.lines().find(|line| !line.trim().is_empty()).unwrap_or("it fails");
            other(format!("cannot be used: {}", line.trim()))
        }
        _ => {
            let place = Place::Here { program, path, env };
            Some(Candidate::Fits(Toolchain { version, place, pack: Arc::clone(pack) }))
        }
    }
}

fn installed(pack: &Arc<Pack>, home: &Path, search: &Search<'_>) -> Option<Toolchain> {
    let toolchain = &pack.manifest.toolchain;
    let bin = home.join(toolchain.bin.as_deref().unwrap_or("bin"));
    let env = Fill::new([("dir", home)]).env(&toolchain.env).collect();
    match examine(pack, &bin, search, env)? {
        Candidate::Fits(toolchain) => Some(toolchain),
        Candidate::Other(_) => None,
    }
}

/// Runs a pack's command in a folder of its own, which is `{work}`: whether it succeeded, and what it printed.
fn ask(
    pack: &Pack,
    words: &[String],
    path: &OsStr,
    env: &BTreeMap<String, OsString>,
    cancel: &Cancel,
) -> Option<(bool, String)> {
    let work = files::scratch_folder().ok()?;
    let fill = Fill::new([("work", work.path())]);
    let mut command = command(pack, &fill.words(words), path)?;
    command.envs(fill.env(&pack.manifest.build.env)).envs(env).current_dir(work.path());
    let output = process::output(&mut command, cancel).ok()??;
    let printed = [output.stdout, output.stderr].concat();
    Some((output.status.success(), String::from_utf8_lossy(&printed).into_owned()))
}

/// A program on a PATH.
fn on(path: &OsStr, program: &str) -> Option<PathBuf> {
    std::env::split_paths(path).map(|folder| folder.join(program)).find(|file| is_executable(file))
}

/// A command of a pack, its program looked for on the given PATH.
pub(super) fn command(pack: &Pack, words: &[OsString], path: &OsStr) -> Option<Command> {
    let (program, arguments) = words.split_first()?;
    let found = program.to_str().and_then(|program| on(path, program));
    let mut command = Command::new(found.unwrap_or_else(|| PathBuf::from(program)));
    environment::clean(&mut command, &pack.manifest.toolchain.inherit);
    command.args(arguments).env("PATH", path);
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

/// Where the pinned toolchain of a pack belongs: another command line is another folder, and packs share one.
fn home(pack: &Pack, cache: &Path) -> Option<PathBuf> {
    let install = pack.manifest.toolchain.install.as_ref()?;
    let key = digest(install.join("\0").as_bytes());
    let name = format!("{}-{}", pack.manifest.toolchain.program, &key[..12]);
    Some(cache.join("toolchains").join(name))
}

/// The pack with the first of its toolchains that can be installed; none if none can.
pub fn installable(pack: &Pack) -> Option<Pack> {
    pack.variants().into_iter().find(|variant| variant.manifest.toolchain.install.is_some())
}

/// The program that would install the toolchain of a pack, if it is not there.
pub fn missing_installer(pack: &Pack, path: &OsStr) -> Option<String> {
    let program = pack.manifest.toolchain.install.as_ref()?.first()?;
    let is_missing = !program.contains(['/', '{']) && on(path, program).is_none();
    is_missing.then(|| program.clone())
}

/// The command that installs the pinned toolchain of a pack, in the folder where it would be; none if the pack has none.
pub fn install_command(pack: &Pack, cache: &Path) -> Option<String> {
    Some(shown(&installation(pack, &home(pack, cache)?)))
}

fn installation(pack: &Pack, folder: &Path) -> Vec<OsString> {
    Fill::new([("dir", folder)]).words(pack.manifest.toolchain.install.as_deref().unwrap_or_default())
}

/// Installs into a folder beside `home` and renames it: an installation that was cancelled is none.
fn install(pack: &Pack, home: &Path, cancel: &Cancel, progress: &dyn Progress) -> Result<(), ToolchainError> {
    let toolchain = &pack.manifest.toolchain;
    let parent = home.parent().unwrap_or(home);
    let unusable = |source| ToolchainError::Cache { path: parent.display().to_string(), source };
    files::create_folder(files::anywhere(), parent).map_err(unusable)?;
    let staging = files::Staging::new(files::anywhere(), parent).map_err(unusable)?;
    let words = installation(pack, staging.path());
    let shown = shown(&words);
    progress.report(Event::CompilerInstalling {
        program: toolchain.program.clone(),
        requires: toolchain.requires.to_string(),
        command: shown.clone(),
        image: None,
    });
    let failed = |status: String, output: &[u8]| ToolchainError::Install {
        program: toolchain.program.clone(),
        remedy: remedy(pack),
        command: shown.clone(),
        status,
        output: last_lines(&String::from_utf8_lossy(output), 12),
    };
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut command = command(pack, &words, &path).ok_or_else(|| failed(String::new(), b""))?;
    // Not where the user is: `python3 -m` begins to search for modules in the folder that it is started in.
    command.current_dir(staging.path());
    let output = process::output(&mut command, cancel);
    let output = output
        .map_err(|error| failed(format!(": {}: {error}", words[0].display()), b""))?
        .ok_or(ToolchainError::Cancelled)?;
    if !output.status.success() {
        return Err(failed(format!(" ({})", output.status), &[output.stdout, output.stderr].concat()));
    }
    match files::rename(files::anywhere(), staging.path(), home) {
        // Another pelato was quicker: its installation is as good.
        Err(_) if home.is_dir() => Ok(()),
        other => other.map_err(unusable),
    }
}
