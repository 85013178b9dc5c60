//! A shell in a container that is told commands one after the other: starting each by the engine takes longer than some
//! compile. Its end of input is its end, so that a container whose PELATO was killed ends by itself.

use std::pin::Pin;

use bollard::Docker;
use bollard::container::{AttachContainerResults, LogOutput};
use bollard::errors::Error as Refused;
use bollard::query_parameters::AttachContainerOptionsBuilder;
use futures_util::{Stream, StreamExt};
use tokio::io::{AsyncWrite, AsyncWriteExt};

use super::error::ContainerError;
use super::run::{Ended, Locked};

/// What the container runs. An image without a shell cannot be kept.
pub const COMMAND: &str = "sh";
/// The longest exit code with its end of line, in bytes.
const CODE_BYTES: usize = 4;

/// The shell of a container that was made with [`COMMAND`] and an open input.
pub struct Shell {
    input: Pin<Box<dyn AsyncWrite + Send>>,
    output: Pin<Box<dyn Stream<Item = Result<LogOutput, Refused>> + Send>>,
    /// What comes after the last word of a command; compilers do not print it.
    mark: String,
}

impl Shell {
    /// Connects with the shell of a container that is about to be started.
    ///
    /// # Errors
    /// When the engine does not.
    pub async fn attach(docker: &Docker, container: &str) -> Result<Self, Refused> {
        let options =
            AttachContainerOptionsBuilder::default().stream(true).stdin(true).stdout(true).stderr(true);
        let attached = docker.attach_container(container, Some(options.build())).await?;
        let AttachContainerResults { input, output } = attached;
        Ok(Self { input, output, mark: container.to_owned() })
    }

    /// Runs a command to its end.
    ///
    /// # Errors
    /// When the shell ends before it.
    pub async fn run(&mut self, order: &Locked) -> Result<Ended, ContainerError> {
        let broken = |message: String| ContainerError::Engine { phase: "waiting for the compiler", message };
        let script = script(order, &self.mark);
        let written = async {
            self.input.write_all(script.as_bytes()).await?;
            self.input.flush().await
        };
        written.await.map_err(|error| broken(error.to_string()))?;
        let mut said = Vec::new();
        while let Some(piece) = self.output.next().await {
            let before = said.len();
            said.extend_from_slice(&piece.map_err(|error| broken(error.to_string()))?.into_bytes());
            if let Some(ended) = ended(&said, before, &self.mark) {
                return Ok(ended);
            }
        }
        Err(broken("the shell ended before the compiler".to_owned()))
    }
}

/// A command with its environment and its folder, in a shell of its own, and after it the mark with the exit code.
fn script(order: &Locked, mark: &str) -> String {
    let env = if order.env.is_empty() {
        String::new()
    } else {
        format!("export {} && ", shell_words::join(&order.env))
    };
    let folder = order.working_dir.as_deref().unwrap_or("/");
    let (folder, command) = (shell_words::quote(folder), shell_words::join(&order.command));
    // The shell has words of its own, such as those of a compiler that was killed: they go where the mark goes.
    format!("exec 2>&1; ({env}cd {folder} && exec {command}) </dev/null; printf '\\n%s %s\\n' {mark} $?\n")
}

/// How a command ended, and what it had said, if the line with the mark has come since there were so many bytes. What
/// comes after it is of a process that the command has left behind, and nobody's.
fn ended(said: &[u8], before: usize, mark: &str) -> Option<Ended> {
    let line = format!("\n{mark} ");
    let from = before.saturating_sub(line.len() + CODE_BYTES);
    let start = from + said[from..].windows(line.len()).position(|part| part == line.as_bytes())?;
    let rest = &said[start + line.len()..];
    let end = rest.iter().position(|byte| *byte == b'\n')?;
    let code = std::str::from_utf8(&rest[..end]).ok()?.parse().ok()?;
    Some(Ended { code, said: String::from_utf8_lossy(&said[..start]).into_owned() })
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::process::{Command, Stdio};

    use super::*;

    const MARK: &str = "0123456789ab";

    /// What a real shell makes of orders: how each ended.
    fn run(orders: &[Locked]) -> Vec<(i64, String)> {
        let mut shell = Command::new(COMMAND).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let scripts: String = orders.iter().map(|order| script(order, MARK)).collect();
        shell.stdin.take().unwrap().write_all(scripts.as_bytes()).unwrap();
        let said = shell.wait_with_output().unwrap().stdout;
        let mut found = Vec::new();
        let mut start = 0;
        for end in 1..=said.len() {
            if let Some(Ended { code, said }) = ended(&said[start..end], end - start - 1, MARK) {
                found.push((code, said));
                start = end;
            }
        }
        assert_eq!(start, said.len());
        found
    }

    fn order(command: &[&str]) -> Locked {
        let command = command.iter().map(|word| (*word).to_owned()).collect();
        Locked { command, env: vec!["PATH=/usr/bin:/bin".to_owned()], ..Locked::default() }
    }

    #[test]
    fn commands_run_one_after_the_other() {
        let mut elsewhere = order(&["sh", "-c", "echo $GREETING from $PWD; exit 3"]);
        elsewhere.env.push("GREETING=it's \"me\" $HOME\n`x`".to_owned());
        elsewhere.working_dir = Some("/usr/lib".to_owned());
        let orders =
            [order(&["printf", "%s", "no end of line"]), elsewhere, order(&["true"]), order(&["cat"])];
        assert_eq!(
            run(&orders),
            [
                (0, "no end of line".to_owned()),
                (3, "it's \"me\" $HOME `x` from /usr/lib\n".to_owned()),
                (0, String::new()),
                (0, String::new()),
            ]
        );
    }

    #[test]
    fn what_cannot_start_does_not_end_the_shell() {
        let nowhere = Locked { working_dir: Some("/nowhere".to_owned()), ..order(&["true"]) };
        let unnamed = Locked { env: vec!["not a name=1".to_owned()], ..order(&["true"]) };
        let found = run(&[order(&["no-such-program"]), nowhere, unnamed, order(&["echo", "here"])]);
        let codes: Vec<_> = found.iter().map(|(code, _)| *code).collect();
        assert!(codes[0] == 127 && codes[1] != 0 && codes[2] != 0, "{found:?}");
        assert_eq!(found[3], (0, "here\n".to_owned()));
    }

    #[test]
    fn the_mark_may_come_in_pieces() {
        let said = b"many words\n0123456789ab 137\n";
        for cut in 0..said.len() {
            assert!(ended(&said[..cut], 0, MARK).is_none());
            assert_eq!(ended(said, cut, MARK).unwrap().said, "many words", "{cut}");
        }
    }

    #[test]
    fn the_shells_own_words_come_before_the_mark() {
        let found = run(&[order(&["sh", "-c", "kill -SEGV $$"]), order(&["echo", "next"])]);
        assert_eq!((found[0].0, found[1].1.as_str()), (139, "next\n"), "{found:?}");
    }

    #[test]
    fn the_mark_is_a_line_of_its_own_with_a_number() {
        let ends = |said: &str| ended(said.as_bytes(), 0, MARK).map(|ended| ended.code);
        assert_eq!(ends("\n0123456789ab 7\n"), Some(7));
        assert_eq!(ends("words\n0123456789ab 137\nand of somebody else"), Some(137));
        let others =
            ["0123456789ab 7\n", "\n0123456789ab 7", "\n0123456789ab x\n", "\nx 0123456789ab 7\n", "\n", ""];
        assert_eq!(others.map(ends), [None; 6]);
    }
}
