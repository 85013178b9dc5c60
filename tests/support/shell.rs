//! A shell in which a page's commands are run: bash, in a home folder of its own with a copy of the examples.
//!
//! - `pelato`, and `cargo run --release --`, are the program that this test was built with.
//! - `pelato run` goes on in the background, as in a second terminal, until another one is started or the page ends.
//!   Then it is stopped as Ctrl-C does it, and what it printed is compared.
//! - Port 8000 is replaced by the one that a workflow has chosen, in commands and in what they print: tests run at the
//!   same time.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use tempfile::TempDir;

use super::page::{self, Step};
use super::process::usual_signals;
use super::{copy, root, shared, tools};

const USUAL_PORT: &str = "8000";
/// How long a workflow may take until it runs: unoptimised, the host needs seconds for each component.
const PATIENCE: Duration = Duration::from_secs(400);

/// A shell, as in a terminal.
pub struct Shell {
    home: TempDir,
    /// Where the next command is run.
    folder: PathBuf,
    path: String,
    /// Where the workflow answers HTTP, once one has been started.
    port: Option<String>,
    running: Option<(Step, Child)>,
    /// More for the environment of all commands.
    environment: Vec<(&'static str, String)>,
}

impl Shell {
    /// In a folder that looks like a clone of this repository, as far as users need it.
    pub fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("pelato");
        copy(&root().join("examples"), &folder.join("examples"));
        let programs = home.path().join("bin");
        fs::create_dir(&programs).unwrap();
        // On a terminal curl shows no progress before a short answer.
        fs::write(home.path().join(".curlrc"), "silent\nshow-error\n").unwrap();
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_pelato"), programs.join("pelato")).unwrap();
        let mut folders = vec![programs];
        folders.push(tools::go_bin());
        folders.extend(env::split_paths(&env::var_os("PATH").unwrap()));
        let path = env::join_paths(folders).unwrap().into_string().unwrap();
        Self { home, folder, path, port: None, running: None, environment: Vec::new() }
    }

    /// With one more environment variable.
    pub fn env(mut self, name: &'static str, value: String) -> Self {
        self.environment.push((name, value));
        self
    }

    /// With the Rust toolchain that compiles for WebAssembly before all others, if `.ci/run` has made one.
    pub fn with_rust(mut self) -> Self {
        let folder = tools::rust_bin();
        if folder.is_dir() {
            self.path = format!("{}:{}", folder.display(), self.path);
        }
        self
    }

    /// Runs commands one after the other; the first thing that is not as shown.
    pub fn play(&mut self, steps: &[Step]) -> Result<(), String> {
        for step in steps {
            let step = self.with_port(step);
            if is_run(&step.command) {
                self.stop()?;
                self.start(step)?;
                continue;
            }
            let (code, printed) = self.bash(&step.command);
            let wrong = |what: String| Err(format!("line {}: `{}` {what}", step.line, step.command));
            if code != step.exits {
                return wrong(format!("ends with {code}:\n{printed}"));
            }
            if !step.shown.is_empty() {
                page::compare(&step.shown, &printed).or_else(wrong)?;
            }
        }
        self.stop()
    }

    /// What one command prints.
    pub fn run(&mut self, command: &str) -> Result<String, String> {
        let (code, printed) = self.bash(command);
        if code == 0 { Ok(printed) } else { Err(format!("`{command}` ends with {code}:\n{printed}")) }
    }

    fn with_port(&self, step: &Step) -> Step {
        let command = step.command.replace("cargo run --release --", "pelato");
        if is_run(&command) {
            return Step { command: command + " --port 0", ..step.clone() };
        }
        Step { command: self.here(&command), shown: self.shown(step), ..step.clone() }
    }

    fn shown(&self, step: &Step) -> Vec<String> {
        step.shown.iter().map(|line| self.here(line)).collect()
    }

    /// A text of the page with the port that the workflow has here.
    fn here(&self, text: &str) -> String {
        self.port.as_ref().map_or_else(|| text.to_owned(), |port| text.replace(USUAL_PORT, port))
    }

    /// The exit code and everything that was printed. Changes of the folder last, as in a terminal.
    fn bash(&mut self, command: &str) -> (i32, String) {
        let whereabouts = self.home.path().join(".whereabouts");
        let script = format!("{command}\ncode=$?; pwd > '{}'; exit $code", whereabouts.display());
        let output = self.command(&format!("exec 2>&1\n{script}")).output().unwrap();
        if let Ok(folder) = fs::read_to_string(&whereabouts) {
            self.folder = folder.trim_end().into();
        }
        (output.status.code().unwrap_or(-1), self.anywhere(&String::from_utf8_lossy(&output.stdout)))
    }

    fn start(&mut self, step: Step) -> Result<(), String> {
        let log = fs::File::create(self.log()).unwrap(); // an older one is no longer of interest
        let mut command = self.command(&format!("exec {} 2>&1", step.command));
        let child = command.stdout(log).spawn().unwrap();
        let begin = Instant::now();
        self.running = Some((step.clone(), child));
        while !self.printed().contains("press Ctrl-C to stop") {
            let ended = self.running.as_mut().and_then(|(_, child)| child.try_wait().unwrap());
            if ended.is_some() || begin.elapsed() > PATIENCE {
                let what = ended.map_or("is not ready yet".to_owned(), |status| format!("ended, {status}"));
                return Err(format!("line {}: `{}` {what}:\n{}", step.line, step.command, self.printed()));
            }
            thread::sleep(Duration::from_millis(50));
        }
        let printed = self.printed();
        let address = printed.split("http://127.0.0.1:").nth(1).unwrap_or_default();
        let port: String = address.chars().take_while(char::is_ascii_digit).collect();
        self.port = Some(port).filter(|port| !port.is_empty()).or(self.port.take());
        Ok(())
    }

    /// Presses Ctrl-C.
    fn stop(&mut self) -> Result<(), String> {
        let Some((step, mut child)) = self.running.take() else { return Ok(()) };
        // Messages that are still on their way are part of what the page shows.
        let begin = Instant::now();
        let is_farewell = |line: &&String| line.trim_start().starts_with("Stop");
        let shown = self.shown(&step);
        let before: Vec<_> = shown.iter().filter(|line| !is_farewell(line)).cloned().collect();
        while page::contains(&before, &self.printed()).is_err() && begin.elapsed() < Duration::from_secs(20) {
            thread::sleep(Duration::from_millis(50));
        }
        let pid = child.id().to_string();
        assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
        let status = child.wait().unwrap();
        let wrong = |what: String| Err(format!("line {}: `{}` {what}", step.line, step.command));
        match status.code() {
            Some(0) => page::contains(&shown, &self.printed()).or_else(wrong),
            _ => wrong(format!("was stopped and ended, {status}")),
        }
    }

    fn command(&self, script: &str) -> Command {
        let mut command = Command::new("bash");
        command.args(["-c", script]).current_dir(&self.folder).stdin(Stdio::null());
        // Kept from run to run: what the compilers have done once.
        let cache = shared::temporary("pelato-cache");
        usual_signals();
        command
            .env("LC_ALL", "C.UTF-8")
            .env("HOME", self.home.path())
            .env("PATH", &self.path)
            .env("PELATO_CACHE", cache)
            .env_remove("PELATO_STATE")
            .env_remove("XDG_STATE_HOME");
        // A person's own settings say nothing about the page.
        for name in
            ["PELATO_HOME", "NATS_HOST", "NATS_PORT", "PARALLEL_BUILD", "ENABLE_METRICS", "REGISTRY_URL"]
        {
            command.env_remove(name);
        }
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }

    fn log(&self) -> PathBuf {
        self.home.path().join(".run.log")
    }

    /// What is running has printed so far.
    fn printed(&self) -> String {
        self.anywhere(&fs::read_to_string(self.log()).unwrap_or_default())
    }

    fn anywhere(&self, printed: &str) -> String {
        printed.replace(self.home.path().to_str().unwrap(), "/home/you")
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        if let Some((_, child)) = &mut self.running {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Whether the command is `pelato run`, whatever flags stand before.
fn is_run(command: &str) -> bool {
    let command = command.replace("cargo run --release --", "pelato");
    let mut words = command.split_whitespace();
    words.next() == Some("pelato") && words.any(|word| word == "run")
}
