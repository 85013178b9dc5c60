//! A process that is watched while it runs.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use super::place::PATIENCE;

/// What a process has written so far, and whether it can write more.
#[derive(Default)]
struct Said {
    text: Mutex<(String, bool)>,
    more: Condvar,
}

/// A child process; killed when dropped.
pub struct Running {
    child: Child,
    out: Arc<Said>,
    err: Arc<Said>,
}

impl Running {
    /// Starts a process without anything on stdin and reads what it writes.
    pub fn start(mut command: Command) -> Self {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let out = listen(child.stdout.take().unwrap());
        let err = listen(child.stderr.take().unwrap());
        Self { child, out, err }
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits for a text on stderr, and gives the line it is in.
    pub fn wait_for(&self, text: &str) -> String {
        wait_for(&self.err, text, "stderr")
    }

    /// Waits for a text on stdout, and gives the line it is in.
    pub fn wait_for_out(&self, text: &str) -> String {
        wait_for(&self.out, text, "stdout")
    }

    /// What it has written to stdout.
    pub fn out(&self) -> String {
        self.out.text.lock().unwrap().0.clone()
    }

    /// What it has written to stderr.
    pub fn err(&self) -> String {
        self.err.text.lock().unwrap().0.clone()
    }

    /// Sends a signal, such as `INT`.
    pub fn signal(&self, signal: &str) {
        let sent = Command::new("kill").args([&format!("-{signal}"), &self.id().to_string()]).status();
        assert!(sent.unwrap().success(), "the process is gone: {}", self.err());
    }

    /// Waits for its end.
    pub fn wait(&mut self) -> ExitStatus {
        let end = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                // What it wrote last is still being read.
                for said in [&self.out, &self.err] {
                    let text = said.text.lock().unwrap();
                    drop(said.more.wait_timeout_while(text, PATIENCE, |text| !text.1).unwrap());
                }
                return status;
            }
            assert!(Instant::now() < end, "it does not end; stderr: {}", self.err());
            thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn listen(stream: impl Read + Send + 'static) -> Arc<Said> {
    let said = Arc::new(Said::default());
    let hears = Arc::clone(&said);
    thread::spawn(move || {
        let mut stream = BufReader::new(stream);
        let mut line = Vec::new();
        while stream.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
            hears.text.lock().unwrap().0.push_str(&String::from_utf8_lossy(&line));
            hears.more.notify_all();
            line.clear();
        }
        hears.text.lock().unwrap().1 = true;
        hears.more.notify_all();
    });
    said
}

fn wait_for(said: &Said, wanted: &str, stream: &str) -> String {
    let end = Instant::now() + PATIENCE;
    let mut text = said.text.lock().unwrap();
    loop {
        if let Some(line) = text.0.lines().find(|line| line.contains(wanted)) {
            return line.to_owned();
        }
        let left = end.saturating_duration_since(Instant::now());
        assert!(!text.1 && !left.is_zero(), "{wanted:?} never came on {stream}, but:\n{}", text.0);
        text = said.more.wait_timeout(text, left).unwrap().0;
    }
}
