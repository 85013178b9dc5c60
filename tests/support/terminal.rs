//! A person at a terminal.

use rexpect::process::WaitStatus;
use rexpect::session::{PtySession, spawn_command};

use super::Place;
use super::place::{PATIENCE, binary};

/// What a question is drawn with last.
const CURSOR_SHOWN: &str = "\x1b[?25h";

/// `pelato` on a terminal of its own.
pub struct Terminal {
    session: PtySession,
    /// What a person would see.
    shown: vt100::Parser,
}

impl Terminal {
    pub fn open(place: &Place, arguments: &[&str]) -> Self {
        Self::with(place, arguments, &[("TERM", "xterm"), ("NO_COLOR", "1")])
    }

    /// The same with these environment variables.
    pub fn with(place: &Place, arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        Self::sized(place, arguments, environment, (24, 80))
    }

    /// The same with so many lines and columns.
    pub fn sized(
        place: &Place,
        arguments: &[&str],
        environment: &[(&str, &str)],
        (lines, columns): (u16, u16),
    ) -> Self {
        // The terminal has its size before the program begins.
        let mut command = place.program("sh");
        command.args(["-c", "stty rows $1 cols $2; shift 2; exec \"$@\"", "sh"]);
        command.args([lines.to_string(), columns.to_string()]);
        command.arg(binary()).args(arguments);
        command.envs(environment.iter().copied());
        let patience = u64::try_from(PATIENCE.as_millis()).unwrap();
        let session = spawn_command(command, Some(patience)).unwrap();
        Self { session, shown: vt100::Parser::new(lines, columns, 0) }
    }

    /// Waits for a text on the screen, in ASCII.
    pub fn see(&mut self, text: &str) -> &mut Self {
        let seen = self.session.exp_string(text);
        let before = seen.unwrap_or_else(|error| panic!("never saw {text:?}: {error}"));
        self.show(&before);
        self.show(text);
        self
    }

    /// What was read: each byte is a character of the text.
    fn show(&mut self, text: &str) {
        let bytes: Vec<_> = text.chars().filter_map(|c| u8::try_from(u32::from(c)).ok()).collect();
        self.shown.process(&bytes);
    }

    /// Waits until a question is drawn whose beginning was seen, and gives all that is on the screen.
    pub fn screen(&mut self) -> String {
        self.see(CURSOR_SHOWN);
        let lines = self.shown.screen().contents();
        let lines: Vec<_> = lines.trim_end().lines().map(str::trim_end).collect();
        format!("{}\n", lines.join("\n"))
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
        self.show(&rest);
        match self.session.process().wait().unwrap() {
            WaitStatus::Exited(_, code) => (rest, code),
            WaitStatus::Signaled(_, signal, _) => (rest, 128 + signal as i32),
            other => panic!("{other:?}"),
        }
    }

    /// Whether the cursor is shown, at the end as at the beginning.
    pub fn shows_cursor(&self) -> bool {
        !self.shown.screen().hide_cursor()
    }
}
