//! A program of a lattice, in a process group of its own, which writes to a log.

use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::process::wait_within;

/// Long enough for the slowest start on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A running program; killed when dropped, with all that it has started.
pub struct Program {
    name: String,
    child: Child,
    log: PathBuf,
}

impl Program {
    /// Starts a program. What it writes goes to `logs/<name>.log` below `folder`.
    pub fn start(name: &str, mut command: Command, folder: &Path) -> Self {
        let logs = folder.join("logs");
        fs::create_dir_all(&logs).unwrap();
        let log = logs.join(format!("{name}.log"));
        let file = File::create(&log).unwrap();
        command.stdin(Stdio::null()).stdout(file.try_clone().unwrap()).stderr(file).process_group(0);
        let child = command.spawn().unwrap_or_else(|error| panic!("{name}: {error}"));
        Self { name: name.to_owned(), child, log }
    }

    /// Its number, and that of its process group.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// What it has written.
    pub fn log(&self) -> String {
        String::from_utf8_lossy(&fs::read(&self.log).unwrap_or_default()).into_owned()
    }

    /// Waits until something is true of it.
    pub fn wait<T>(&mut self, what: &str, mut ready: impl FnMut(&Self) -> Option<T>) -> T {
        let end = Instant::now() + PATIENCE;
        loop {
            if let Some(found) = ready(self) {
                return found;
            }
            let ended = self.child.try_wait().unwrap();
            assert!(ended.is_none(), "{} ended before {what}:\n{}", self.name, self.tail());
            assert!(Instant::now() < end, "{} was never ready: {what}\n{}", self.name, self.tail());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Ends it at once, and everything that it has started: as a machine that loses power.
    pub fn kill(&mut self) {
        self.signal("-KILL");
        let _ = self.child.wait();
    }

    /// Whether it has ended.
    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Sends it a signal, and everything that it has started: `-STOP`, and it does nothing until `-CONT`.
    pub fn signal(&self, name: &str) {
        let group = format!("-{}", self.child.id());
        let _ = Command::new("kill").args([name, "--", &group]).stderr(Stdio::null()).status();
        if name == "-STOP" {
            wait_within(PATIENCE, "its threads to stand still", || self.stands_still().then_some(()));
        }
    }

    /// Whether all of its threads are stopped: each goes on until it notices the signal.
    fn stands_still(&self) -> bool {
        let Ok(threads) = fs::read_dir(format!("/proc/{}/task", self.child.id())) else { return true };
        let states =
            threads.flatten().filter_map(|thread| fs::read_to_string(thread.path().join("stat")).ok());
        // `pid (name) state …`, and the name may have anything in it.
        let mut states = states.filter_map(|stat| Some(stat.rsplit_once(") ")?.1.starts_with('T')));
        states.all(|stopped| stopped)
    }

    /// The processes that it has started and that still run, by their programs.
    pub fn children(&self) -> Vec<String> {
        let id = self.child.id();
        let numbers =
            fs::read_dir("/proc").unwrap().filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        numbers
            .filter_map(|number| number.parse().ok())
            .filter(|&number: &u32| number != id)
            .filter_map(|number| {
                // `number (name) state parent group …`
                let stat = fs::read_to_string(format!("/proc/{number}/stat")).ok()?;
                let (name, rest) = stat.split_once('(')?.1.rsplit_once(')')?;
                let mut fields = rest.split_whitespace();
                let (state, group) = (fields.next()?, fields.nth(1)?);
                (group == id.to_string() && state != "Z").then(|| name.to_owned())
            })
            .collect()
    }

    /// The end of its log.
    pub fn tail(&self) -> String {
        let log = self.log();
        let lines: Vec<_> = log.lines().collect();
        format!("--- {}\n{}\n", self.name, lines[lines.len().saturating_sub(40)..].join("\n"))
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.kill();
        if std::thread::panicking() {
            eprintln!("{}", self.tail());
        }
    }
}
