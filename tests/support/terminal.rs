//! A person at a terminal.

use rexpect::process::WaitStatus;
use rexpect::session::{PtySession, spawn_command};

use super::Place;
use super::place::PATIENCE;

/// `pelato` on a terminal of its own.
pub struct Terminal {
    session: PtySession,
}

impl Terminal {
    pub fn open(place: &Place, arguments: &[&str]) -> Self {
        Self::with(place, arguments, &[("TERM", "xterm"), ("NO_COLOR", "1")])
    }

    /// The same with these environment variables.
    pub fn with(place: &Place, arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let mut command = place.command(arguments);
        command.envs(environment.iter().copied());
        let patience = u64::try_from(PATIENCE.as_millis()).unwrap();
        Self { session: spawn_command(command, Some(patience)).unwrap() }
    }

    /// Waits for a text on the screen.
    pub fn see(&mut self, text: &str) -> &mut Self {
        self.session.exp_string(text).unwrap_or_else(|error| panic!("never saw {text:?}: {error}"));
        self
    }

    /// Types keys as they are.
    pub fn press(&mut self, keys: &str) -> &mut Self {
        self.session.send(keys).unwrap();
        self.session.flush().unwrap();
        self
    }

    /// Types a line.
    pub fn answer(&mut self, text: &str) -> &mut Self {
        self.press(&format!("{text}\r"))
    }

    /// Waits for the end and gives what was on the screen since, and the exit code.
    pub fn end(&mut self) -> (String, i32) {
        let rest = self.session.exp_eof().unwrap();
        match self.session.process().wait().unwrap() {
            WaitStatus::Exited(_, code) => (rest, code),
            WaitStatus::Signaled(_, signal, _) => (rest, 128 + signal as i32),
            other => panic!("{other:?}"),
        }
    }
}
