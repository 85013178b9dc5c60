//! `pack.toml`, section by section.

use std::collections::BTreeMap;

use semver::VersionReq;
use serde::Deserialize;

use crate::catalog::manifest::{Pattern, Schema};

/// `pack.toml`; an unknown key is an error.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PackManifest {
    /// The version of this format: 1.
    pub schema: Schema,
    /// The pack's name; also the name of its folder.
    pub name: String,
    pub summary: String,
    /// The endings of its source files, without the dot.
    pub extensions: Vec<String>,
    /// The user's side.
    pub task: TaskSection,
    /// What is put around the user's code.
    #[serde(default)]
    pub shell: ShellSection,
    pub toolchain: ToolchainSection,
    pub build: BuildSection,
    /// What its functions are like when they run.
    #[serde(default)]
    pub run: RunSection,
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
    /// What the sources should not use, because components do not have it.
    #[serde(default)]
    pub absent: Vec<Absence>,
    /// The folder beside the shell that the user's files are put into; else they lie among the shell's.
    #[serde(default)]
    pub into: Option<String>,
    /// How a task that is a single file is put there; else under its own name.
    #[serde(default)]
    pub single: Option<Single>,
}

/// `[task.single]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Single {
    /// The copy's name, where the compiler would take the file's own for more than a name.
    pub name: String,
    /// A line put before the copy's first, by which messages name the file itself: `{file}`.
    #[serde(default)]
    pub first_line: Option<String>,
}

/// `[[task.requires]]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Requirement {
    /// Must match in at least one source file.
    pub pattern: Pattern,
    /// What is wrong if it does not.
    pub message: String,
    pub help: String,
}

/// `[[task.absent]]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Absence {
    /// Matches in a source file that uses it.
    pub pattern: Pattern,
    /// What the file does, as a verb and its object.
    pub message: String,
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
    /// Environment variables that its programs are given, beside those that every program is; a `*` at the end stands
    /// for anything.
    #[serde(default)]
    pub inherit: Vec<String>,
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
    /// Its environment, beside what it inherits.
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
    /// File name patterns (`*` only) of a task's files that make its build run code of the task, such as build scripts
    /// and macros; empty, if the compiler only reads. Else any file may.
    #[serde(default)]
    pub runs: Option<Vec<String>>,
    /// Files that the compiler also reads in the folders above the sources, and that make it run something.
    #[serde(default)]
    pub runs_above: Vec<String>,
    /// Whether the same sources give the same bytes: not every compiler can.
    #[serde(default = "yes")]
    pub reproducible: bool,
    /// Words of the compiler's that fail the build even if the compiler does not.
    #[serde(default)]
    pub fail: Vec<Pattern>,
    /// Parts of the compiler's words that say nothing about the task.
    #[serde(default)]
    pub omit: Vec<Pattern>,
    /// Files of a task that name what has to be fetched: in a container, only such a task gets a network.
    #[serde(default)]
    pub dependencies: Vec<String>,
    /// How third-party code is found and pinned for a task that does not do so itself.
    #[serde(default)]
    pub resolve: Option<Resolve>,
    /// Run when the compiler rejects a task: what it prints is shown below the compiler's words.
    #[serde(default)]
    pub diagnose: Vec<String>,
    /// What to say about a compiler's words that a newcomer would not understand.
    #[serde(default)]
    pub explain: Vec<Explanation>,
}

fn yes() -> bool {
    true
}

/// `[build.resolve]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resolve {
    /// Matches in the compiler's words if third-party code is missing.
    pub when: Pattern,
    /// Finds it, over the network, and writes `files` beside the sources.
    pub command: Vec<String>,
    /// What it writes: kept among the user's files from then on.
    pub files: Vec<String>,
    /// What to say to those who have such files of their own; `{folder}` and `{program}` are filled in.
    pub help: String,
}

/// `[run]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunSection {
    /// Lines of stack traces, on stderr, that say nothing about the user's code.
    #[serde(default)]
    pub details: Vec<Pattern>,
}

/// `[[build.explain]]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Explanation {
    /// Matches in the compiler's words.
    pub pattern: Pattern,
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
