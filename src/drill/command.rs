//! The command that causes the fault.

use std::io;
use std::process::{Child, Command, ExitStatus, Stdio};

/// A shell command that runs; ended when dropped.
pub struct Running {
    child: Child,
    done: bool,
}

impl Running {
    /// Starts a command. What it prints is shown with what the drill says: stdout is for results.
    ///
    /// # Errors
    /// When there is no shell.
    pub fn start(command: &str) -> io::Result<Self> {
        let child = Command::new("sh")
            .args(["-c", command])
            .stdin(Stdio::null())
            .stdout(Stdio::from(io::stderr()))
            .stderr(Stdio::inherit())
            .spawn()?;
        Ok(Self { child, done: false })
    }

    /// How it ended, if it has; what is wrong if it did not end well.
    pub fn ended(&mut self) -> Option<Result<(), String>> {
        let status = match self.child.try_wait() {
            Ok(status) => status?,
            Err(error) => return Some(Err(format!("cannot be waited for: {error}"))),
        };
        self.done = true;
        Some(if status.success() { Ok(()) } else { Err(in_words(status)) })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if !self.done {
            // It may have ended meanwhile.
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

fn in_words(status: ExitStatus) -> String {
    match status.code() {
        Some(code) => format!("ended with {code}"),
        None => "was killed".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end(command: &str) -> Result<(), String> {
        let mut running = Running::start(command).unwrap();
        std::iter::repeat_with(|| {
            std::thread::sleep(std::time::Duration::from_millis(2));
            running.ended()
        })
        .flatten()
        .next()
        .unwrap()
    }

    #[test]
    fn commands_end_well_or_not() {
        assert_eq!(end("true"), Ok(()));
        assert_eq!(end("exit 3"), Err("ended with 3".to_owned()));
        assert_eq!(end("kill -9 $$"), Err("was killed".to_owned()));
        assert_eq!(end("no-such-program 2>/dev/null"), Err("ended with 127".to_owned()));
    }

    #[test]
    fn what_still_runs_is_ended() {
        let mut running = Running::start("exec sleep 1000").unwrap();
        assert_eq!(running.ended(), None);
        let id = running.child.id();
        drop(running);
        assert!(!std::path::Path::new(&format!("/proc/{id}")).exists());
    }
}
