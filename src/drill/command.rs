//! The command that causes the fault.

use std::process::{Command, ExitStatus};
use std::time::Duration;

use crate::cancel::Cancel;
use crate::measurement::time;
use crate::process;
use crate::text::last_lines;

/// How many lines of its output the error contains.
const LINES: usize = 12;

/// A command that did not cause the fault.
#[derive(Debug, PartialEq, Eq)]
pub struct Failed {
    /// How it ended, in words.
    pub how: String,
    /// The last lines that it printed, each on a line of its own.
    pub output: String,
}

impl Failed {
    fn new(how: String) -> Self {
        Self { how, output: String::new() }
    }
}

/// Runs a shell command until it exits with 0, and gives what it printed; nothing if it was cancelled. It and what it
/// has started are ended if it fails to exit in time, or if this is dropped.
///
/// # Errors
/// When it cannot be started, fails, or takes too long.
pub async fn run(command: &str, timeout: Duration, cancel: &Cancel) -> Result<Option<String>, Failed> {
    let cancel = cancel.child();
    let guard = cancel.guard();
    let mut shell = Command::new("sh");
    shell.args(["-c", command]);
    let own = cancel.clone();
    let mut ended = tokio::task::spawn_blocking(move || process::until_exit(&mut shell, &own));
    let done = match tokio::time::timeout(timeout, &mut ended).await {
        Ok(done) => done,
        Err(_) => {
            cancel.cancel();
            // Until it is gone.
            let _ = ended.await;
            return Err(Failed::new(format!("still runs after {}", time::shown(timeout))));
        }
    };
    guard.disarm();
    let exited = done.map_err(std::io::Error::other).and_then(|exited| exited);
    let exited = exited.map_err(|error| Failed::new(format!("cannot be run: {error}")))?;
    let Some((status, printed)) = exited else { return Ok(None) };
    let printed = String::from_utf8_lossy(&printed).into_owned();
    match status.success() {
        true => Ok(Some(printed)),
        false => Err(Failed { how: in_words(status), output: last_lines(&printed, LINES) }),
    }
}

fn in_words(status: ExitStatus) -> String {
    match status.code() {
        Some(code) => format!("exited with {code}"),
        None => "was killed".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn end(command: &str) -> Result<Option<String>, Failed> {
        run(command, Duration::from_secs(60), &Cancel::default()).await
    }

    #[tokio::test]
    async fn commands_succeed_or_fail() {
        assert_eq!(end("echo out; echo err >&2").await, Ok(Some("out\nerr\n".to_owned())));
        let failed = |how: &str, output: &str| Err(Failed { how: how.to_owned(), output: output.to_owned() });
        assert_eq!(end("echo no such host; exit 3").await, failed("exited with 3", "\n  no such host"));
        assert_eq!(end("kill -9 $$").await, failed("was killed", ""));
        assert_eq!(end("no-such-program 2>/dev/null").await, failed("exited with 127", ""));
    }

    #[tokio::test]
    async fn a_command_that_takes_too_long_is_ended() {
        let cancel = Cancel::default();
        let late = run("sleep 1000", Duration::from_millis(1), &cancel).await.unwrap_err();
        assert_eq!(late.how, "still runs after 1.00 ms");
        assert!(cancel.is_idle());
    }

    #[tokio::test]
    async fn a_command_that_is_dropped_is_ended() {
        let folder = tempfile::tempdir().unwrap();
        let begun = folder.path().join("begun");
        assert!(Command::new("mkfifo").arg(&begun).status().unwrap().success());
        let cancel = Cancel::default();
        let command = format!("cd {}; sleep 1000 & echo > begun; wait", folder.path().display());
        let began = tokio::task::spawn_blocking(move || std::fs::read(begun));
        tokio::select! {
            ended = run(&command, Duration::from_secs(60), &cancel) => panic!("{ended:?}"),
            began = began => drop(began.unwrap().unwrap()),
        }
        assert!(!cancel.is_idle());
        assert!(cancel.wait_until_idle(Duration::from_secs(60)).await);
    }
}
