//! A folder of its own for one test, with a project in it, and the binary with a clean environment.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::process;
use std::time::Duration;

use snapbox::cmd::{Command, OutputAssert};
use snapbox::{Assert, Redactions};

use super::process::usual_signals;
use super::{Ran, Running, address, root, tools, tree};

/// Long enough for the slowest command on a busy machine: a hang is a failure, not a wait for ever.
pub const PATIENCE: Duration = Duration::from_secs(400);

/// One test's folder: `project/` in it, beside it a home and a cache.
pub struct Place {
    folder: tempfile::TempDir,
    project: PathBuf,
    environment: Vec<(OsString, OsString)>,
}

impl Place {
    /// An empty folder, in which nothing is a project yet.
    pub fn empty() -> Self {
        Self::named("project")
    }

    /// The same with another name for the project's folder.
    pub fn named(name: &str) -> Self {
        let folder = tempfile::Builder::new().prefix("pelato-cli-").tempdir().unwrap();
        let project = folder.path().canonicalize().unwrap().join(name);
        Self::at(folder, project)
    }

    /// The same with the project in any folder.
    pub fn at(folder: tempfile::TempDir, project: PathBuf) -> Self {
        fs::create_dir_all(&project).unwrap();
        let above = folder.path().canonicalize().unwrap();
        let state = above.join("state");
        tools::user_in(&state);
        let path = std::env::join_paths([tools::go_bin(), "/usr/bin".into(), "/bin".into(), git()]).unwrap();
        let environment = vec![
            ("PATH".into(), path),
            ("HOME".into(), above.join("home").into()),
            ("PELATO_HOME".into(), above.join("pelato-home").into()),
            ("PELATO_CACHE".into(), tools::cache().into()),
            ("PELATO_STATE".into(), state.into()),
            ("LC_ALL".into(), "C.UTF-8".into()),
            ("GIT_CONFIG_NOSYSTEM".into(), "1".into()),
            ("GIT_CEILING_DIRECTORIES".into(), above.clone().into()),
        ];
        Self { folder, project, environment }
    }

    /// A project of these files.
    pub fn with(files: &[(&str, &str)]) -> Self {
        let place = Self::empty();
        place.write_all(files);
        place
    }

    /// One more environment variable, or another value.
    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.environment.retain(|(known, _)| known != name);
        self.environment.push((name.into(), value.as_ref().to_owned()));
        self
    }

    /// Everything that the project runs on this machine is allowed.
    pub fn trusted(self) -> Self {
        self.env("PELATO_TRUST", "1")
    }

    /// Without an environment variable.
    pub fn without(mut self, name: &str) -> Self {
        self.environment.retain(|(known, _)| known != name);
        self
    }

    /// With a cache that nobody else uses and that is empty.
    pub fn with_own_cache(self) -> Self {
        let cache = self.above().join("cache");
        self.env("PELATO_CACHE", cache)
    }

    /// The folder above the project.
    pub fn above(&self) -> PathBuf {
        self.folder.path().canonicalize().unwrap()
    }

    /// The project's folder.
    pub fn project(&self) -> &Path {
        &self.project
    }

    /// A path in the project.
    pub fn path(&self, name: &str) -> PathBuf {
        self.project.join(name)
    }

    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    pub fn write_all(&self, files: &[(&str, &str)]) {
        files.iter().for_each(|(name, text)| self.write(name, text));
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    pub fn bytes(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap()
    }

    /// Replaces a text that is there in a file.
    pub fn edit(&self, name: &str, old: &str, new: &str) {
        let text = self.read(name);
        assert!(text.contains(old), "{name} has no {old:?}");
        self.write(name, text.replace(old, new));
    }

    /// Every file of the project with its content, links as such; without `.git/`.
    pub fn tree(&self) -> tree::Tree {
        tree::of(&self.project)
    }

    /// `pelato` with these arguments in the project's folder, its words compared with paths and times replaced.
    pub fn pelato(&self, arguments: &[&str]) -> Command {
        usual_signals();
        let assert =
            Assert::new().normalize_paths(false).action_env("SNAPSHOTS").redact_with(self.redactions());
        Command::new(binary())
            .with_assert(assert)
            .args(arguments)
            .current_dir(&self.project)
            .env_clear()
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .timeout(PATIENCE)
    }

    /// The same, run: nothing is on stdin.
    pub fn run(&self, arguments: &[&str]) -> OutputAssert {
        self.pelato(arguments).assert()
    }

    /// The same for the standard library: how it ended and what it printed, as it is.
    pub fn ran(&self, arguments: &[&str]) -> Ran {
        Ran::from(&self.command(arguments).stdin(process::Stdio::null()).output().unwrap())
    }

    /// `pelato` with limits that the system enforces, as `prlimit` has them.
    pub fn limited(&self, limits: &[&str], arguments: &[&str]) -> process::Command {
        let mut command = self.program("/usr/bin/prlimit");
        command.args(limits).arg(binary()).args(arguments).stdin(process::Stdio::null());
        command
    }

    /// A run that has to leave all files of the project as they are.
    pub fn run_in_vain(&self, arguments: &[&str]) -> OutputAssert {
        let before = self.tree();
        let ran = self.run(arguments);
        tree::assert_same(&before, &self.tree());
        ran
    }

    /// The command for the standard library, for what has to be watched while it runs.
    pub fn command(&self, arguments: &[&str]) -> process::Command {
        let mut command = self.program(binary());
        command.args(arguments);
        command
    }

    /// Another program in the project's folder, with the same environment.
    pub fn program(&self, program: impl AsRef<OsStr>) -> process::Command {
        usual_signals();
        let mut command = process::Command::new(program);
        command.current_dir(&self.project).env_clear();
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Starts `pelato`.
    pub fn start(&self, arguments: &[&str]) -> Running {
        Running::start(self.command(arguments))
    }

    /// Compares a text with what is expected, with paths and times replaced.
    pub fn expect(&self, actual: impl snapbox::IntoData, expected: impl snapbox::IntoData) {
        Assert::new()
            .normalize_paths(false)
            .action_env("SNAPSHOTS")
            .redact_with(self.redactions())
            .eq(actual, expected);
    }

    fn redactions(&self) -> Redactions {
        let mut redactions = Redactions::new();
        let mut text = |name, path: &Path| redactions.insert(name, path.display().to_string()).unwrap();
        text("[PROJECT]", &self.project);
        text("[ABOVE]", &self.above());
        text("[CACHE]", &tools::cache());
        text("[GO]", &tools::go_bin());
        text("[HERE]", root());
        redactions.insert("[OWN]", address::own().to_string()).unwrap();
        let mut pattern = |name, pattern: &str| {
            redactions.insert(name, regex::Regex::new(pattern).unwrap()).unwrap();
        };
        // A column of times is as wide as its longest.
        pattern("[TIME]", r"(?<redacted>\d+\.\d+ m?s\b(?: {2,})?)");
        pattern("[TIME]", r"(?<redacted>TIME  +)(?:WHY|DIGEST|REASON)");
        pattern("[DIGEST]", r"\bsha256:(?<redacted>[0-9a-f]{12})  ");
        pattern("[SIZE]", r"(?<redacted>\d+\.\d\d MB)");
        pattern("[AT]", r"(?m)^(?<redacted> *\d+\.\d{3})  [0-9a-f]{6}\b");
        pattern("[MARK]", r"  (?<redacted>[0-9a-f]{6})(?:  | ·)");
        // Names that are made up for the moment.
        pattern("[RANDOM]", r"/\.pelato-tmp-(?<redacted>[0-9A-Za-z]{12})");
        pattern("[NUMBER]", r"/go-build(?<redacted>\d+)/");
        pattern("[PORT]", r"(?:\[OWN\]|\b127\.\d+\.\d+\.\d+):(?<redacted>\d+)");
        pattern("[FREE]", r"(?<redacted>\d+ [GM]iB) free");
        pattern("[SECONDS]", r#""(?:milli)?seconds":(?<redacted>[\d.e-]+)"#);
        pattern("[BYTES]", r#""bytes":(?<redacted>\d{5,})"#);
        pattern("[DIGEST]", r#""sha256":"(?<redacted>[0-9a-f]{64})""#);
        pattern("[VERSION]", r"go (?<redacted>1\.\d+\.\d+)\b");
        redactions
    }
}

/// The binary under test.
pub fn binary() -> &'static str {
    env!("CARGO_BIN_EXE_pelato")
}

fn git() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).find(|folder| folder.join("git").is_file());
    found.expect("no git on PATH")
}
