//! Language packs: how functions of one language are started, wrapped and compiled.

mod check;

use std::collections::BTreeMap;
use std::sync::Arc;

use regex::Regex;
use semver::VersionReq;
use serde::Deserialize;

use super::folder::Folder;
use super::manifest::{self, Pattern, Schema};
use super::{Origin, Unit};
use crate::report::{Problem, Source};

/// The manifest's file name.
pub const MANIFEST: &str = "pack.toml";

/// A language pack.
#[derive(Debug, Clone)]
pub struct Pack {
    /// What `pack.toml` says.
    pub manifest: PackManifest,
    /// Where it was found.
    pub origin: Origin,
    /// Its files.
    pub folder: Folder,
}

/// `pack.toml`; an unknown key is an error.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PackManifest {
    /// The version of this format: 1.
    pub schema: Schema,
    /// The pack's name; also the name of its folder.
    pub name: String,
    /// One line about it.
    pub summary: String,
    /// The endings of its source files, without the dot.
    pub extensions: Vec<String>,
    /// The user's side.
    pub task: TaskSection,
    /// What is put around the user's code.
    #[serde(default)]
    pub shell: ShellSection,
    /// The compiler.
    pub toolchain: ToolchainSection,
    /// How it is called.
    pub build: BuildSection,
    /// How `pelato pack check` tries the pack out.
    #[serde(default)]
    pub conformance: Option<ConformanceSection>,
}

/// `[task]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaskSection {
    /// The function that a task must define.
    pub entry: String,
    /// The folder of the starter: what `new` and `add-task` write into `tasks/<task>/`.
    pub starter: String,
    /// File name patterns (`*` only) of the user's files that are not part of the component, such as tests.
    #[serde(default)]
    pub ignore: Vec<String>,
    /// Patterns (`*` within one folder) of the files that `requires` and `shell.skip` look into; else all that have
    /// one of the pack's endings.
    #[serde(default)]
    pub sources: Vec<String>,
    /// What the sources must contain.
    #[serde(default)]
    pub requires: Vec<Requirement>,
    /// The folder beside the shell that the user's files are put into; else they lie among the shell's.
    #[serde(default)]
    pub into: Option<String>,
}

/// `[[task.requires]]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Requirement {
    /// Must match in at least one source file.
    pub pattern: Pattern,
    /// What is wrong if it does not.
    pub message: String,
    /// What to do then.
    pub help: String,
}

/// `[shell]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShellSection {
    /// The folder of the files that are rendered beside the user's code.
    #[serde(default)]
    pub dir: Option<String>,
    /// Files of the shell that give way to the user's own of the same name.
    #[serde(default)]
    pub keep: Vec<String>,
    /// Files of the shell that are left out under a condition.
    #[serde(default)]
    pub skip: Vec<Skip>,
    /// What the shell's templates may use of the user's files.
    #[serde(default)]
    pub values: Vec<Extract>,
}

/// `[[shell.skip]]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Skip {
    /// The file of the shell.
    pub file: String,
    /// Left out when this matches in one of the user's source files.
    pub when: Pattern,
}

/// `[[shell.values]]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Extract {
    /// What templates call it.
    pub name: String,
    /// The user's file that it is taken from.
    pub file: String,
    /// Its first group is the value.
    pub pattern: Pattern,
    /// The value if there is no such file, or nothing in it matches.
    #[serde(default)]
    pub default: String,
}

/// `[toolchain]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ToolchainSection {
    /// A container image with the toolchain in it.
    #[serde(default)]
    pub image: Option<String>,
    /// The program that is looked for on PATH.
    pub program: String,
    /// Prints the version.
    pub check: Vec<String>,
    /// Finds the version in what `check` prints: its first group.
    pub version: Pattern,
    /// The versions that will do.
    pub requires: VersionReq,
    /// Installs a pinned toolchain into `{dir}` without root.
    #[serde(default)]
    pub install: Option<Vec<String>>,
    /// Where `install` leaves the programs, below `{dir}`.
    #[serde(default)]
    pub bin: Option<String>,
    /// The environment of what `install` has left in `{dir}`.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// Whether the image has not the compiler, but what `install` needs: it is run there once.
    #[serde(default)]
    pub install_in_image: bool,
    /// Programs that have to be beside `program`.
    #[serde(default)]
    pub also: Vec<String>,
    /// Has to succeed: shows that the toolchain has what a build needs.
    #[serde(default)]
    pub probe: Option<Vec<String>>,
    /// How a person gets the toolchain.
    #[serde(default)]
    pub help: Option<String>,
    /// The compiler's command line, where it is not that of `[build]`.
    #[serde(default)]
    pub command: Option<Vec<String>>,
    /// Other toolchains that will do, looked for in this order.
    #[serde(default)]
    pub alternatives: Vec<ToolchainSection>,
}

/// `[build]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BuildSection {
    /// Command lines that run before the compiler's, in order.
    #[serde(default)]
    pub before: Vec<Vec<String>>,
    /// The compiler's command line; `{output}` is the file to write.
    pub command: Vec<String>,
    /// Its environment, beside the caller's.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// Its environment where the network is not to be used.
    #[serde(default)]
    pub offline: BTreeMap<String, String>,
    /// What comes out.
    pub produces: Produces,
    /// Environment variables that name folders kept between builds.
    #[serde(default)]
    pub cache: Vec<String>,
    /// Environment variables that name folders kept between the builds of one component.
    #[serde(default)]
    pub own_cache: Vec<String>,
    /// File name patterns (`*` only) of what the compiler writes among the sources, and that may stay there.
    #[serde(default)]
    pub leaves: Vec<String>,
    /// Whether the same sources give the same bytes: not every compiler can.
    #[serde(default = "yes")]
    pub reproducible: bool,
    /// Words of the compiler's that fail the build even if the compiler does not.
    #[serde(default)]
    pub fail: Vec<Pattern>,
    /// Files of a task that name what has to be fetched: in a container, only such a task gets a network.
    #[serde(default)]
    pub dependencies: Vec<String>,
    /// What to say about a compiler's words that a newcomer would not understand.
    #[serde(default)]
    pub explain: Vec<Explanation>,
}

fn yes() -> bool {
    true
}

/// `[[build.explain]]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Explanation {
    /// Matches in the compiler's words.
    pub pattern: Pattern,
    /// What to do then.
    pub help: String,
}

/// `[conformance]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConformanceSection {
    /// The folder of the tasks that `pelato pack check` builds and calls.
    pub dir: String,
    /// What happens on a panic or an exception in a function.
    pub panics: Panics,
    /// What the language's tools export beside the handler. Nothing of it reaches an artifact.
    #[serde(default)]
    pub also_exports: Vec<String>,
    /// Whether the memory of a call is free again after it: not every tool sees to that.
    #[serde(default = "yes")]
    pub frees: bool,
}

/// What happens on a panic or an exception in a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Panics {
    /// It is caught, and becomes the function's error.
    Errors,
    /// It ends the instance.
    Traps,
    /// The language has none.
    None,
}

/// What a pack's build command writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Produces {
    /// A core module, which PELATO wraps.
    Module,
    /// A component, taken as it is.
    Component,
}

impl Pack {
    /// Reads the pack in a folder.
    ///
    /// # Errors
    /// When its manifest is missing or wrong.
    pub fn load(folder: Folder, origin: Origin) -> Result<Self, Problem> {
        let (source, manifest) = manifest::read::<PackManifest>(&folder, MANIFEST)?;
        check::check(&source, &manifest)?;
        Ok(Self { manifest, origin, folder })
    }

    /// Reads a manifest that is in no folder yet.
    ///
    /// # Errors
    /// When it is wrong.
    pub fn parse(source: &Arc<Source>) -> Result<PackManifest, Problem> {
        let manifest = manifest::parse(source)?;
        check::check(source, &manifest)?;
        Ok(manifest)
    }

    /// The pack once for each of its toolchains, the first that is looked for first.
    pub fn variants(&self) -> Vec<Self> {
        let others = &self.manifest.toolchain.alternatives;
        let variant = |toolchain: &ToolchainSection| {
            let mut pack = self.clone();
            pack.manifest.toolchain = ToolchainSection { alternatives: Vec::new(), ..toolchain.clone() };
            if let Some(command) = &toolchain.command {
                pack.manifest.build.command = command.clone();
            }
            pack
        };
        std::iter::once(&self.manifest.toolchain).chain(others).map(variant).collect()
    }

    /// The pack with the first of its toolchains that has an image; without one, as it is.
    pub fn for_containers(&self) -> Self {
        let has_image = |variant: &Self| variant.manifest.toolchain.image.is_some();
        self.variants().into_iter().find(has_image).unwrap_or_else(|| self.clone())
    }

    /// The source file that has the function: the first in which the first of `requires` matches.
    pub fn entry_file<'f>(&self, mut sources: impl Iterator<Item = (&'f str, &'f [u8])>) -> Option<&'f str> {
        let pattern = self.manifest.task.requires.first()?.pattern.regex();
        let found = sources.find(|(_, content)| pattern.is_match(&String::from_utf8_lossy(content)));
        found.map(|(name, _)| name)
    }

    /// Where a file of the user's is put.
    pub fn place(&self, file: &str) -> String {
        match &self.manifest.task.into {
            Some(folder) => format!("{}/{file}", folder.trim_end_matches('/')),
            None => file.to_owned(),
        }
    }

    /// Whether a file of the user's is left out of the component: by its name or that of a folder it is in.
    pub fn ignores(&self, path: &str) -> bool {
        is_named(&self.manifest.task.ignore, path)
    }

    /// Whether `requires` and `shell.skip` look into a file of the user's.
    pub fn is_source(&self, path: &str) -> bool {
        let task = &self.manifest.task;
        if !task.sources.is_empty() {
            return task.sources.iter().any(|pattern| fits(pattern, path));
        }
        let ending = path.rsplit_once('.').map(|(_, ending)| ending);
        self.manifest.extensions.iter().any(|known| ending == Some(known))
    }

    /// The version in what the toolchain's `check` printed.
    pub fn version_in(&self, printed: &str) -> Option<semver::Version> {
        let pattern: &Regex = self.manifest.toolchain.version.regex();
        let found = pattern.captures(printed)?.get(1)?.as_str();
        // Compilers say `1.27`; semantic versions want three numbers.
        let dots = found.matches('.').count();
        semver::Version::parse(&format!("{found}{}", ".0".repeat(2usize.saturating_sub(dots)))).ok()
    }
}

impl Unit for Pack {
    const KIND: &'static str = "language pack";
    const MANIFEST: &'static str = MANIFEST;
    fn name(&self) -> &str {
        &self.manifest.name
    }
    fn summary(&self) -> &str {
        &self.manifest.summary
    }
    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn folder(&self) -> &Folder {
        &self.folder
    }
    fn aliases(&self) -> &[String] {
        &[]
    }
    fn load(folder: Folder, origin: Origin) -> Result<Self, Problem> {
        Self::load(folder, origin)
    }
}

/// Whether a file, or a folder that it is in, has a name that one of the patterns fits.
pub fn is_named(patterns: &[String], path: &str) -> bool {
    path.split('/').any(|name| patterns.iter().any(|pattern| fits(pattern, name)))
}

/// Whether a pattern fits a path: `*` stands for anything but a `/`.
fn fits(pattern: &str, path: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == path,
        Some((start, rest)) => path.strip_prefix(start).is_some_and(|path| {
            let ends = path.char_indices().map(|(at, _)| at).chain([path.len()]);
            ends.take_while(|at| !path[..*at].contains('/')).any(|at| fits(rest, &path[at..]))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn a_manifest_that_was_cut_or_scrambled_is_read_or_pointed_at(
            at in 0usize..4_000,
            length in 0usize..200,
            instead in "\\PC{0,12}|[\\[\\]{}=\"'#,.\n a-z0-9]{0,20}",
        ) {
            let whole = include_str!("../../language-packs/go/pack.toml");
            let boundary = |at: usize| (0..=at.min(whole.len())).rev().find(|at| whole.is_char_boundary(*at));
            let (from, to) = (boundary(at).unwrap(), boundary(at + length).unwrap());
            let source = Source::new("pack.toml", format!("{}{instead}{}", &whole[..from], &whole[to..]));
            if let Err(problem) = Pack::parse(&source) {
                proptest::prop_assert!(!problem.message.is_empty());
                let lines = source.text.lines().count() + 1;
                proptest::prop_assert!(problem.position().is_none_or(|(line, _)| line <= lines));
            }
        }
    }

    #[test]
    fn a_star_stays_in_its_folder() {
        assert!(fits("*_test.go", "a_test.go") && fits("*", "") && fits("a*c*", "abbcd"));
        assert!(!fits("*.go", "sub/a.go") && fits("sub/*.go", "sub/a.go"));
        assert!(!fits("*_test.go", "a.go") && !fits("a", "ab"));
    }
}
