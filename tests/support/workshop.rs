//! A project with tasks in any language, built by the program itself.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

use super::instance::Running;
use super::place::binary;
use super::process::usual_signals;
use super::tools::{packs_cache, path, state};

/// A task's files: paths and texts.
pub type Files<'a> = &'a [(&'a str, &'a str)];

pub struct Workshop {
    folder: TempDir,
    tasks: Vec<String>,
}

impl Workshop {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("tasks")).unwrap();
        Self { folder, tasks: Vec::new() }
    }

    /// One task with these files, built: its function.
    pub fn function(language: &str, files: Files<'_>) -> Vec<u8> {
        let mut workshop = Self::new();
        workshop.task("task", language, files);
        workshop.build().unwrap_or_else(|said| panic!("{said}"));
        workshop.built("task")
    }

    /// The same, running.
    pub fn running(language: &str, files: Files<'_>) -> Running {
        Running::new(&Self::function(language, files))
    }

    /// What is said about a task that does not build. A single file lies in tasks/, several in tasks/task/.
    pub fn refused(language: &str, files: Files<'_>) -> String {
        let mut workshop = Self::new();
        workshop.task("task", language, files);
        workshop.build().expect_err("this must not build")
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn task(&mut self, name: &str, language: &str, files: Files<'_>) {
        let code = match files {
            [(file, text)] if !file.contains('/') => {
                self.write(&format!("tasks/{file}"), text);
                (*file).to_owned()
            }
            several => {
                for (file, text) in several {
                    self.write(&format!("tasks/{name}/{file}"), text);
                }
                name.to_owned()
            }
        };
        self.tasks.push(format!(
            "  - name: {name}\n    type: processor_nats\n    language: {language}\n    code: {code}\n    \
             targets: [edge]\n    source_topic: {name}.in\n    dest_topic: {name}.out\n    component_name: {name}\n    \
             version: 1.0.0\n"
        ));
        self.write("workflow.yaml", &format!("project_name: tests\ntasks:\n{}", self.tasks.concat()));
    }

    pub fn write(&self, file: &str, text: &str) {
        let path = self.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = pelato(arguments, self.path());
        command.env("PELATO_HOME", self.path().join("home"));
        command
    }

    /// Builds all tasks; what is said if one cannot be.
    pub fn build(&self) -> Result<(), String> {
        self.build_with(&[])
    }

    /// The same with more flags.
    pub fn build_with(&self, flags: &[&str]) -> Result<(), String> {
        let arguments = [&["build", "--builder", "local"], flags].concat();
        let Output { status, stderr, .. } = self.command(&arguments).output().unwrap();
        let said = String::from_utf8_lossy(&stderr).into_owned();
        if status.success() { Ok(()) } else { Err(said) }
    }

    /// A built task's function.
    pub fn built(&self, name: &str) -> Vec<u8> {
        fs::read(self.path().join(format!("gen/{name}/.function.wasm"))).unwrap()
    }

    /// A pack's starter as a task, as `new` writes it; the task's folder.
    pub fn starter(&self, language: &str) -> PathBuf {
        let output = self
            .command(&["new", "started", "--no-git", "--language", language, "--template", "processor_nats"])
            .args([
                "--name",
                "Round readings",
                "--source-topic",
                "a",
                "--dest-topic",
                "b",
                "--target",
                "edge",
            ])
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        self.path().join("started/tasks/round_readings")
    }
}

/// `pelato` in a folder, with the compilers of all languages, and with all that this process's environment says about
/// networks and certificates: packs install compilers that are missing.
pub fn pelato(arguments: &[&str], folder: &Path) -> Command {
    usual_signals();
    let mut command = Command::new(binary());
    command.args(arguments).current_dir(folder).stdin(Stdio::null()).env("PATH", path());
    command
        .env("PELATO_STATE", state())
        .env("PELATO_CACHE", packs_cache())
        .env("NO_COLOR", "1")
        .env("LC_ALL", "C.UTF-8");
    command.env("PELATO_HOME", "/nowhere").env("PELATO_TRUST", "1");
    command
}

/// A starter builds, does what its text says, and passes its own test, which these words run in its folder.
pub fn starter(language: &str, tests: &[&[&str]]) {
    let workshop = Workshop::new();
    let folder = workshop.starter(language);
    for words in tests {
        let mut command = Command::new(words[0]);
        command.args(&words[1..]).current_dir(&folder).env("PATH", path());
        let output = command.output().unwrap_or_else(|error| panic!("{words:?}: {error}"));
        let said = [output.stdout, output.stderr].concat();
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&said));
    }
    let project = workshop.path().join("started");
    let build = workshop.command(&["build", "--builder", "local"]).current_dir(&project).output().unwrap();
    assert!(build.status.success(), "{build:?}");
    let function = fs::read(project.join("gen/round_readings/.function.wasm")).unwrap();
    let mut running = Running::new(&function);
    let rounded = running.exec(br#"{"Name":"k","Data":1.26}"#).unwrap().unwrap();
    let spaces: String = String::from_utf8(rounded).unwrap().split_whitespace().collect();
    assert_eq!(spaces, r#"{"Name":"k","Data":1.3}"#);
    assert_eq!(running.exec(br#"{"Data":1.26}"#).unwrap(), Ok(vec![]));
    assert!(running.exec(b"x").unwrap().is_err());
    let names = pelato::build::interfaces(&function).unwrap();
    assert!(names.imports.iter().all(|name| name.starts_with("wasi:")), "{names:?}");
}

/// What every language's function can do: it passes on every byte, also of nothing, of texts and of megabytes, and
/// thousands of times. The function gives back what it is given.
pub fn echoes(running: &mut Running) {
    let all: Vec<u8> = (0..=255).collect();
    for input in [&b""[..], "grüße − 300 °C 🌡".as_bytes(), &all] {
        assert_eq!(running.exec(input).unwrap(), Ok(input.to_vec()));
    }
    let large: Vec<u8> = (0..2_500_000u32).map(|at| (at * 7 % 251) as u8).collect();
    for _ in 0..3 {
        assert!(running.exec(&large).unwrap().unwrap() == large);
    }
    for call in 0..5_000usize {
        let input = vec![b'y'; call * call % 997];
        assert!(running.exec(&input).unwrap().unwrap() == input, "call {call}");
    }
}

/// The same sources in two projects give the same bytes, each built anew.
pub fn same_bytes(language: &str, files: Files<'_>) {
    let [first, second] = [(); 2].map(|()| Workshop::function(language, files));
    assert!(first == second, "two folders, two results");
}

/// A function with an environment of its own.
pub fn with_environment(function: &[u8]) -> Vec<u8> {
    let pair = |(name, text): (&str, &str)| (name.to_owned(), text.to_owned());
    let texts = [("THRESHOLD", "-18.5"), ("GREETING", "grüße °C"), ("EMPTY", "")];
    let secrets = BTreeMap::from([("KEY", "API_KEY")].map(pair));
    let env = pelato::check::Env { texts: BTreeMap::from(texts.map(pair)), secrets };
    pelato::build::environment(function, &env).unwrap().into_owned()
}

/// Such a function finds its values while it runs, and nothing else of its host. It answers `env NAME` with the value, or
/// `unset`.
pub fn finds_its_environment(running: &mut Running) {
    let values = [
        ("THRESHOLD", "-18.5"),
        ("GREETING", "grüße °C"),
        ("EMPTY", ""),
        ("KEY", "the host's"),
        ("API_KEY", "unset"),
        ("HOME", "unset"),
        ("PATH", "unset"),
    ];
    for (name, value) in values {
        assert_eq!(running.exec(format!("env {name}").as_bytes()).unwrap(), Ok(value.into()), "{name}");
    }
}
