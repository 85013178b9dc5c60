//! Runs programs to their end, each in a process group of its own, which ends as a whole when it is cancelled.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::thread;
use std::time::Duration;

use tokio::sync::oneshot;

use crate::cancel::Cancel;

/// How long a process group may take to end after SIGTERM, before SIGKILL ends it.
const GRACE: Duration = Duration::from_millis(300);
/// How often it is looked whether a program has ended that has closed its output before.
const PAUSE: Duration = Duration::from_millis(5);
/// How much is kept of what a program printed that is waited for until it exits, in bytes.
const KEPT: u64 = 64 * 1024;

/// Runs a command without input: how it ended and what it printed; nothing if it was cancelled. Then none of its
/// process group is left.
///
/// Blocks the thread: call it where that is allowed.
///
/// # Errors
/// When it cannot be started or waited for.
pub fn output(command: &mut Command, cancel: &Cancel) -> io::Result<Option<Output>> {
    exchange(command, &[], cancel)
}

/// The same for a program that reads `input`, which has to fit into a pipe.
///
/// # Errors
/// As for [`output`].
pub fn exchange(command: &mut Command, input: &[u8], cancel: &Cancel) -> io::Result<Option<Output>> {
    // Before it starts: whoever ends this process from now on waits for it.
    let _tracked = cancel.track();
    let runtime = runtime()?;
    command.stdin(if input.is_empty() { Stdio::null() } else { Stdio::piped() });
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let Some(mut child) = start(command, cancel)? else { return Ok(None) };
    if let Some(mut stdin) = child.stdin.take() {
        // What does not read it does not need it.
        let _ = io::Write::write_all(&mut stdin, input);
    }
    let (stdout, stderr) = (read(child.stdout.take()), read(child.stderr.take()));
    runtime.block_on(async {
        let mut printed = Box::pin(async { (stdout.await, stderr.await) });
        let Some((stdout, stderr)) = cancel.run(&mut printed).await else {
            end(&mut child, async { drop(printed.await) }).await?;
            return Ok(None);
        };
        let Some(status) = exit(&mut child, cancel).await? else { return Ok(None) };
        let bytes = |read: Result<io::Result<Vec<u8>>, _>| read.map_err(io::Error::other)?;
        Ok(Some(Output { status, stdout: bytes(stdout)?, stderr: bytes(stderr)? }))
    })
}

/// Runs a command without input until it exits: how, and the end of what it printed by then, to both outputs in the
/// order in which it did; nothing if it was cancelled. Then none of its process group is left; otherwise, what it started
/// may outlive it.
///
/// Blocks the thread: call it where that is allowed.
///
/// # Errors
/// When it cannot be started or waited for.
pub fn until_exit(command: &mut Command, cancel: &Cancel) -> io::Result<Option<(ExitStatus, Vec<u8>)>> {
    let _tracked = cancel.track();
    let runtime = runtime()?;
    // A pipe would stay open as long as what the command has started.
    let mut printed = tempfile::tempfile()?;
    command.stdin(Stdio::null()).stdout(printed.try_clone()?).stderr(printed.try_clone()?);
    let Some(mut child) = start(command, cancel)? else { return Ok(None) };
    let Some(status) = runtime.block_on(exit(&mut child, cancel))? else { return Ok(None) };
    Ok(Some((status, last(&mut printed)?)))
}

/// The last bytes of a file.
fn last(file: &mut File) -> io::Result<Vec<u8>> {
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(KEPT)))?;
    let mut bytes = Vec::new();
    file.take(KEPT).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn runtime() -> io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_time().build()
}

/// Starts a command in a group of its own, unless it is cancelled.
fn start(command: &mut Command, cancel: &Cancel) -> io::Result<Option<Child>> {
    if cancel.is_cancelled() {
        return Ok(None);
    }
    own_group(command);
    command.spawn().map(Some)
}

/// Waits until a child exits; if it is cancelled before, its group is ended, and there is nothing.
async fn exit(child: &mut Child, cancel: &Cancel) -> io::Result<Option<ExitStatus>> {
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if cancel.run(tokio::time::sleep(PAUSE)).await.is_none() {
            end(child, std::future::pending()).await?;
            return Ok(None);
        }
    }
}

/// Reads to the end on a thread of its own.
fn read(from: Option<impl Read + Send + 'static>) -> oneshot::Receiver<io::Result<Vec<u8>>> {
    let (sender, receiver) = oneshot::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let read = from.map_or(Ok(0), |mut from| from.read_to_end(&mut bytes));
        // Nobody waits for it any more if it was cancelled.
        let _ = sender.send(read.map(|_| bytes));
    });
    receiver
}

/// Ends the process group of a child that has not been waited for yet, so that its number still is the group's:
/// kindly, until `ended` or the grace is over, then by force.
async fn end(child: &mut Child, ended: impl Future<Output = ()>) -> io::Result<()> {
    terminate(child);
    let _ = tokio::time::timeout(GRACE, ended).await;
    kill(child);
    child.wait()?;
    let gone = async {
        while is_there(child) {
            tokio::time::sleep(PAUSE).await;
        }
    };
    // What was killed needs a moment to be gone; what nobody waits for stays as a zombie, and does nothing any more.
    let _ = tokio::time::timeout(GRACE, gone).await;
    Ok(())
}

#[cfg(unix)]
fn own_group(command: &mut Command) {
    use std::os::unix::process::CommandExt;
    command.process_group(0);
}

#[cfg(unix)]
fn terminate(child: &Child) {
    signal(child, rustix::process::Signal::TERM);
}

#[cfg(unix)]
fn kill(child: &Child) {
    signal(child, rustix::process::Signal::KILL);
}

#[cfg(unix)]
fn is_there(group: &Child) -> bool {
    rustix::process::test_kill_process_group(rustix::process::Pid::from_child(group)).is_ok()
}

/// That nobody of the group is there any more is as good.
#[cfg(unix)]
fn signal(child: &Child, signal: rustix::process::Signal) {
    let _ = rustix::process::kill_process_group(rustix::process::Pid::from_child(child), signal);
}

#[cfg(not(unix))]
fn own_group(_: &mut Command) {}

#[cfg(not(unix))]
fn terminate(_: &Child) {}

#[cfg(not(unix))]
fn is_there(_: &Child) -> bool {
    false
}

#[cfg(not(unix))]
fn kill(child: &mut Child) {
    let _ = child.kill();
}

#[cfg(test)]
#[cfg(unix)]
#[path = "../tests/support/group.rs"]
mod group;

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;

    fn shell(script: &str, folder: &Path) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]).current_dir(folder);
        command
    }

    #[test]
    fn what_a_program_prints_and_how_it_ends_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let mut command = shell("echo out; echo err >&2; exit 3", folder.path());
        let ended = output(&mut command, &Cancel::default()).unwrap().unwrap();
        assert_eq!(
            (ended.status.code(), &*ended.stdout, &*ended.stderr),
            (Some(3), &b"out\n"[..], &b"err\n"[..])
        );
        assert!(output(&mut Command::new("/no/such/program"), &Cancel::default()).is_err());
    }

    #[test]
    fn nothing_is_started_that_is_cancelled() {
        let folder = tempfile::tempdir().unwrap();
        let cancel = Cancel::default();
        cancel.cancel();
        assert!(output(&mut shell("touch started", folder.path()), &cancel).unwrap().is_none());
        assert!(!folder.path().join("started").exists());
    }

    /// Runs a script that opens the FIFO `begun` when it is ready, and cancels it then. Its process group.
    fn cancelled(script: &str) -> String {
        cancelled_in(script, |command, cancel| output(command, cancel).unwrap().is_none())
    }

    fn cancelled_in(script: &str, run: impl Fn(&mut Command, &Cancel) -> bool + Sync) -> String {
        let folder = tempfile::tempdir().unwrap();
        let begun = folder.path().join("begun");
        assert!(Command::new("mkfifo").arg(&begun).status().unwrap().success());
        let cancel = Cancel::default();
        let mut command = shell(script, folder.path());
        thread::scope(|scope| {
            let runs = scope.spawn(|| run(&mut command, &cancel));
            let group = fs::read_to_string(&begun).unwrap();
            assert!(!cancel.is_idle());
            cancel.cancel();
            assert!(runs.join().unwrap());
            assert!(cancel.is_idle());
            group.trim().to_owned()
        })
    }

    #[test]
    fn the_whole_process_group_ends() {
        let group = cancelled("sleep 1000 & echo $$ > begun; wait");
        assert!(!group::runs(&group), "{group}");
    }

    #[test]
    fn so_does_the_group_of_what_is_waited_for_until_it_exits() {
        let group = cancelled_in("sleep 1000 & echo $$ > begun; wait", |command, cancel| {
            until_exit(command, cancel).unwrap().is_none()
        });
        assert!(!group::runs(&group), "{group}");
    }

    #[test]
    fn what_a_command_has_started_may_outlive_it() {
        let folder = tempfile::tempdir().unwrap();
        let go_on = folder.path().join("go-on");
        assert!(Command::new("mkfifo").arg(&go_on).status().unwrap().success());
        let mut command = shell("(cat go-on; echo late) & echo out; echo err >&2; exit 3", folder.path());
        let (status, printed) = until_exit(&mut command, &Cancel::default()).unwrap().unwrap();
        assert_eq!((status.code(), &*printed), (Some(3), &b"out\nerr\n"[..]));
        // It still waits for this.
        fs::write(&go_on, "").unwrap();
    }

    #[test]
    fn the_end_of_a_long_output_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let mut command = shell("yes | head -c 100000; echo end", folder.path());
        let (_, printed) = until_exit(&mut command, &Cancel::default()).unwrap().unwrap();
        assert_eq!(printed.len() as u64, KEPT);
        assert!(printed.ends_with(b"y\nend\n"));
    }

    #[test]
    fn what_ignores_the_request_to_end_is_killed() {
        let group = cancelled(
            "trap '' TERM; sh -c 'while :; do sleep 1000; done' & echo $$ > begun; while :; do sleep 1000; done",
        );
        assert!(!group::runs(&group), "{group}");
    }

    #[test]
    fn a_program_that_has_closed_its_output_is_cancelled_as_well() {
        let group = cancelled("exec >/dev/null 2>&1; echo $$ > begun; exec sleep 1000");
        assert!(!group::runs(&group), "{group}");
    }
}
