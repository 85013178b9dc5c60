//! A process that is watched while it runs.

use std::io::{BufRead, BufReader, Read};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Condvar, Mutex, Once};
use std::thread;
use std::time::{Duration, Instant};

use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::flag::register_conditional_default;

use super::place::PATIENCE;

/// Sees that programs get signals as from a terminal, whoever started the tests: a shell has its background jobs, and
/// `nohup` all it starts, ignore some, and that is inherited. A signal that is handled is not: programs that this
/// process starts do with it what is usual, and the handler here does that, too.
pub fn usual_signals() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        for signal in [SIGHUP, SIGINT, SIGQUIT, SIGTERM] {
            register_conditional_default(signal, Arc::new(AtomicBool::new(true))).unwrap();
        }
    });
}

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
        usual_signals();
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let out = listen(child.stdout.take().unwrap());
        let err = listen(child.stderr.take().unwrap());
        Self { child, out, err }
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits for a text on stderr, and gives the line it is in.
    #[track_caller]
    pub fn wait_for(&self, text: &str) -> String {
        wait_for(&self.err, text).unwrap_or_else(|said| panic!("{text:?} never came on stderr, but:\n{said}"))
    }

    /// Waits for a text on stdout, and gives the line it is in.
    #[track_caller]
    pub fn wait_for_out(&self, text: &str) -> String {
        wait_for(&self.out, text).unwrap_or_else(|said| {
            panic!("{text:?} never came on stdout, but:\n{said}\nand on stderr:\n{}", self.err())
        })
    }

    /// Waits for a text on stderr; what is there instead if the process ends without it, or never says it.
    pub fn hears(&self, text: &str) -> Result<String, String> {
        wait_for(&self.err, text)
    }

    /// Waits until it listens at a port of the loopback, which it need not tell.
    #[track_caller]
    pub fn listens_at(&self) -> u16 {
        let mut port = None;
        wait_until("it listens", || {
            port = listening(self.id());
            port.is_some()
        });
        port.unwrap()
    }

    /// What it has written to stdout.
    pub fn out(&self) -> String {
        self.out.text.lock().unwrap().0.clone()
    }

    /// What it has written to stderr.
    pub fn err(&self) -> String {
        self.err.text.lock().unwrap().0.clone()
    }

    /// Whether it has ended.
    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Sends a signal, such as `INT`.
    #[track_caller]
    pub fn signal(&self, signal: &str) {
        let sent = Command::new("kill").args([&format!("-{signal}"), &self.id().to_string()]).status();
        assert!(sent.unwrap().success(), "the process is gone: {}", self.err());
    }

    /// Sends a signal, such as `INT`, at which it has to end with success.
    #[track_caller]
    pub fn stop(&mut self, signal: &str) {
        self.signal(signal);
        assert_eq!(self.wait().code(), Some(0), "{}", self.err());
    }

    /// Ends it at once.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Waits for its end.
    #[track_caller]
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
        self.kill();
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

fn wait_for(said: &Said, wanted: &str) -> Result<String, String> {
    let end = Instant::now() + PATIENCE;
    let mut text = said.text.lock().unwrap();
    loop {
        if let Some(line) = text.0.lines().find(|line| line.contains(wanted)) {
            return Ok(line.to_owned());
        }
        let left = end.saturating_duration_since(Instant::now());
        if text.1 || left.is_zero() {
            return Err(text.0.clone());
        }
        text = said.more.wait_timeout(text, left).unwrap().0;
    }
}

/// Waits until something is true, however long that takes on a busy machine.
#[track_caller]
pub fn wait_until(what: &str, mut is_true: impl FnMut() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !is_true() {
        assert!(Instant::now() < end, "{what}: not after {PATIENCE:?}");
        thread::sleep(Duration::from_millis(10));
    }
}

/// Waits until something is there, but not longer than `patience`.
#[track_caller]
pub fn wait_within<T>(patience: Duration, what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + patience;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < end, "{what}: not after {patience:?}");
        thread::sleep(Duration::from_millis(20));
    }
}

/// The first connection that somebody makes. Whoever should may have ended: it is not waited for without end.
#[track_caller]
pub fn accept(listener: &TcpListener) -> TcpStream {
    listener.set_nonblocking(true).unwrap();
    wait_within(PATIENCE, "nobody connects", || listener.accept().ok()).0
}

/// The port of 127.0.0.1 that a process listens at, as the system tells it.
fn listening(process: u32) -> Option<u16> {
    let files = std::fs::read_dir(format!("/proc/{process}/fd")).ok()?;
    let sockets: Vec<_> = files.flatten().filter_map(|file| std::fs::read_link(file.path()).ok()).collect();
    let table = std::fs::read_to_string(format!("/proc/{process}/net/tcp")).ok()?;
    table.lines().skip(1).find_map(|line| {
        // number, own address, other address, state (0A: it listens), …, inode
        let fields: Vec<_> = line.split_whitespace().collect();
        let port = fields.get(1)?.strip_prefix("0100007F:")?;
        let socket = format!("socket:[{}]", fields.get(9)?);
        let is_its_own = sockets.iter().any(|file| file.to_str() == Some(&socket));
        (fields[3] == "0A" && is_its_own).then(|| u16::from_str_radix(port, 16).ok())?
    })
}
