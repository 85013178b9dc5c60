//! A project to measure: tasks like the temperature example's, in a folder and with caches of its own.

use std::cell::Cell;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use super::figure::Figure;
use crate::support::tools;

/// An input of the tasks.
pub const READING: &str = r#"{"Data": 21.5, "Name": "living_room"}"#;

pub struct Project {
    /// Removed when the project is done with.
    _folder: tempfile::TempDir,
    /// The project in it.
    root: PathBuf,
    version: Cell<usize>,
    settings: Vec<(&'static str, String)>,
}

impl Project {
    /// A project with so many tasks, alternating between the two templates.
    pub fn with_tasks(count: usize) -> Self {
        Self::of(count, &["http_producer_nats", "processor_nats"])
    }

    /// A project with so many tasks of these templates in turn.
    pub fn of(count: usize, templates: &[&str]) -> Self {
        Self::with(count, templates, |_| String::new(), Vec::new())
    }

    /// The same with further lines for each task, and settings in the environment.
    pub fn with(
        count: usize,
        templates: &[&str],
        lines: impl Fn(usize) -> String,
        settings: Vec<(&'static str, String)>,
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("tasks")).unwrap();
        let mut workflow = String::from("project_name: bench\ntasks:\n");
        for index in 0..count {
            let template = templates[index % templates.len()];
            workflow += &format!(
                "  - name: Task {index}\n    type: {template}\n    code: task_{index}.go\n    targets: [edge]\n    \
                 source_topic: bench.{index}.in\n    dest_topic: bench.{index}.out\n    \
                 component_name: task_{index}\n    version: 1.0.0\n{}",
                lines(index)
            );
        }
        fs::write(folder.path().join("workflow.yaml"), workflow).unwrap();
        let root = folder.path().to_owned();
        let project = Self { _folder: folder, root, version: Cell::new(0), settings };
        project.change(&(0..count).collect::<Vec<_>>());
        project
    }

    /// What `pelato new` makes for a language: one task, `bench`, that answers HTTP. The toolchains that are installed
    /// for it outlive the bench, other caches do not.
    pub fn started(language: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("project");
        let project = Self { _folder: folder, root, version: Cell::new(0), settings: Vec::new() };
        let toolchains = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/tools/packs/toolchains");
        fs::create_dir_all(&toolchains).unwrap();
        fs::create_dir_all(project.path().join("cache")).unwrap();
        std::os::unix::fs::symlink(toolchains, project.path().join("cache/toolchains")).unwrap();
        let new = ["new", "project", "--no-git", "--language", language, "--template", "http_producer_nats"];
        let task = ["--name", "Bench", "--source-topic", "in", "--dest-topic", "out", "--target", "edge"];
        let made = tempfile::tempdir().unwrap();
        let mut command = project.command(&[&new[..], &task].concat());
        let output = command.current_dir(made.path()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let copied =
            Command::new("cp").arg("-r").arg(made.path().join("project/.")).arg(project.path()).status();
        assert!(copied.unwrap().success());
        project
    }

    /// Adds an empty line to a file of the task.
    pub fn lengthen(&self, file: &str) {
        let path = self.path().join("tasks/bench").join(file);
        let text = fs::read_to_string(&path).unwrap() + "\n";
        fs::write(path, text).unwrap();
    }

    /// A project of these files.
    pub fn of_files(files: &[(&str, &str)], settings: Vec<(&'static str, String)>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("tasks")).unwrap();
        for (name, text) in files {
            fs::write(folder.path().join(name), text).unwrap();
        }
        let root = folder.path().to_owned();
        Self { _folder: folder, root, version: Cell::new(0), settings }
    }

    /// Writes other code for these tasks.
    pub fn change(&self, tasks: &[usize]) {
        let version = self.version.replace(self.version.get() + 1);
        for index in tasks {
            let code =
                include_str!("task.go").replace("273.15", &format!("{}.15", 273 + index + 1000 * version));
            fs::write(self.path().join(format!("tasks/task_{index}.go")), code).unwrap();
        }
    }

    pub fn remove_gen(&self) {
        let _ = fs::remove_dir_all(self.path().join("gen"));
    }

    /// Nothing built, nothing of a language's standard library compiled.
    pub fn empty_caches(&self) {
        self.remove_gen();
        let _ = fs::remove_dir_all(self.path().join("cache/packs"));
    }

    pub fn forget_compiled(&self) {
        let _ = fs::remove_dir_all(self.path().join("cache/compiled"));
    }

    /// Times a command, with something to be done before each run.
    pub fn measure(&self, name: &str, runs: usize, before: impl Fn(&Self), arguments: &[&str]) -> Figure {
        let time = |_| {
            before(self);
            let start = Instant::now();
            self.pelato(arguments);
            start.elapsed()
        };
        Figure::times(name, (0..runs).map(time).collect::<Vec<Duration>>())
    }

    /// How long a command takes.
    pub fn time(&self, arguments: &[&str]) -> Duration {
        let start = Instant::now();
        self.pelato(arguments);
        start.elapsed()
    }

    /// Runs a command to its good end.
    pub fn pelato(&self, arguments: &[&str]) -> Output {
        let output = self.command(arguments).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        output
    }

    /// Why a command cannot be run, in its own words; nothing if it can.
    pub fn refusal(&self, arguments: &[&str]) -> Option<String> {
        let output = self.command(arguments).output().unwrap();
        let words = String::from_utf8_lossy(&output.stderr);
        let line = words.lines().find(|line| !line.trim().is_empty()).unwrap_or("it says nothing").trim();
        (!output.status.success()).then(|| line.to_owned())
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pelato"));
        command.args(arguments).current_dir(self.path()).stdin(Stdio::null());
        command.env("PELATO_CACHE", self.path().join("cache")).env("PATH", tools::path());
        command.env("PELATO_STATE", self.path().join("state"));
        command.envs(self.settings.iter().map(|(name, value)| (name, value)));
        command
    }

    pub fn path(&self) -> &Path {
        &self.root
    }

    /// Runs the workflow until it is dropped.
    pub fn serve(&self) -> Server {
        self.pelato(&["build"]);
        let (child, line) = self.start(&["run", "--port", "0"], "Listening");
        let port = line.split(':').nth(2).and_then(|rest| rest.split('/').next()).unwrap().parse().unwrap();
        Server { child, port }
    }

    /// Runs the workflow, which serves no HTTP, until it is dropped.
    pub fn run(&self, arguments: &[&str]) -> Server {
        self.pelato(&["build"]);
        Server { child: self.start(arguments, "Running").0, port: 0 }
    }

    /// Starts a command; gives the line that was waited for, too.
    fn start(&self, arguments: &[&str], wanted: &str) -> (Child, String) {
        // Quiet, as a server would be: lines on a terminal are not what is measured.
        let mut child = self.command(arguments);
        child.args(["--color", "never"]).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = child.spawn().unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut lines = lines.map_while(Result::ok);
        let line = lines.find(|line| line.contains(wanted)).expect("it runs");
        std::thread::spawn(move || lines.for_each(drop));
        (child, line)
    }
}

/// A running workflow.
pub struct Server {
    child: Child,
    /// Its port for HTTP.
    pub port: u16,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
