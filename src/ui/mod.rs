//! The only place that prints. Results go to stdout, everything else to stderr.

mod bar;
mod collection;
mod comparison;
mod conformance;
mod events;
pub mod json;
mod letters;
mod made;
mod order;
mod pack;
pub mod prompt;
mod safe;
mod table;
mod trace;
mod traffic;
mod trust;
mod wording;

use std::borrow::Cow;
use std::io::{self, IsTerminal, Write};
use std::sync::{Mutex, OnceLock};

use console::{Style, Term};
use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme};

use crate::drill::DrillError;
use crate::progress::{self, Event, Progress};
use crate::report::{Problem, Report};
pub use crate::text::count;
use crate::text::with_causes;
use bar::Bar;
use safe::safe;
pub use table::table;
use wording::Worded;
pub use wording::{command, flag, flag_of, worded};

/// How much is told on stderr.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Errors only.
    Quiet,
    /// What a person wants to know.
    Normal,
    /// Also how it was done.
    Verbose,
}

/// When there is colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Colour {
    /// On a terminal, unless `NO_COLOR` is set or `TERM` is `dumb`.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// How to talk to the person or program at the other end.
#[derive(Debug, Clone, Copy)]
pub struct OutputOptions {
    pub level: Level,
    /// Results as JSON.
    pub json: bool,
    /// Events as JSON, one a line, in place of all that is said to people.
    pub events: bool,
    /// When there is colour.
    pub colour: Colour,
    pub may_ask: bool,
}

impl OutputOptions {
    /// Nothing is said but results.
    pub fn results_only() -> Self {
        Self { level: Level::Quiet, json: false, events: false, colour: Colour::Never, may_ask: false }
    }
}

/// Prints results, progress and problems.
pub struct Ui {
    options: OutputOptions,
    style_err: Styles,
    style_out: Styles,
    bar: Mutex<Bar>,
    unwritten: OnceLock<io::Error>,
    interrupted: OnceLock<()>,
}

#[derive(Clone)]
struct Styles {
    terminal: bool,
    verb: Style,
    warning: Style,
    error: Style,
    dim: Style,
    coloured: bool,
}

impl Styles {
    fn new(colour: Colour, is_terminal: bool) -> Self {
        let coloured = match colour {
            Colour::Always => true,
            Colour::Never => false,
            Colour::Auto => {
                is_terminal && !is_dumb() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty())
            }
        };
        let style = || Style::new().force_styling(coloured);
        Self {
            verb: style().green().bold(),
            warning: style().yellow().bold(),
            error: style().red().bold(),
            dim: style().dim(),
            coloured,
            terminal: is_terminal,
        }
    }
}

impl Ui {
    /// A user interface on the process's own stdout and stderr.
    pub fn new(options: OutputOptions) -> Self {
        let on_terminal = io::stderr().is_terminal();
        let shows_bar =
            on_terminal && !is_dumb() && options.level == Level::Normal && !options.json && !options.events;
        Self {
            options,
            style_err: Styles::new(options.colour, on_terminal),
            style_out: Styles::new(options.colour, io::stdout().is_terminal()),
            bar: Mutex::new(Bar::new(shows_bar)),
            unwritten: OnceLock::new(),
            interrupted: OnceLock::new(),
        }
    }

    /// Whether results are wanted as JSON.
    pub fn json(&self) -> bool {
        self.options.json
    }

    /// Whether a person has pressed Ctrl-C at a question.
    pub fn is_interrupted(&self) -> bool {
        self.interrupted.get().is_some()
    }

    /// Whether a person is there and may be asked for something.
    fn has_person(&self) -> bool {
        self.options.may_ask
            && !self.options.events
            && io::stdin().is_terminal()
            && io::stderr().is_terminal()
    }

    /// A result: text for people, on stdout. The end of a pipe that has gone away is not an error.
    pub fn result(&self, text: impl AsRef<str>) {
        self.result_bytes(safe(&as_lines(text.as_ref()), self.style_out.coloured).as_bytes());
    }

    /// A result that programs read as well: there it stays as it is.
    pub fn document(&self, text: impl AsRef<str>) {
        match self.style_out.terminal {
            true => self.result(text),
            false => self.result_bytes(as_lines(text.as_ref()).as_bytes()),
        }
    }

    /// A result: bytes for stdout, as they are.
    pub fn result_bytes(&self, bytes: &[u8]) {
        self.aside(|| {
            let mut out = io::stdout().lock();
            let written = out.write_all(bytes).and_then(|()| out.flush());
            if let Err(error) = written.or_else(reader_gone) {
                // Said at the end: whoever prints cannot do anything about it.
                let _ = self.unwritten.set(error);
            }
        });
    }

    /// Why a result could not be written, if one could not.
    pub fn unwritten(&self) -> Option<&io::Error> {
        self.unwritten.get()
    }

    /// A result as one JSON document (or, called repeatedly, one line each).
    pub fn result_json(&self, value: &impl serde::Serialize) {
        if let Ok(text) = serde_json::to_string(value) {
            self.document(text);
        }
    }

    /// A status line: what was just done, a verb first.
    pub fn status(&self, verb: &str, text: impl AsRef<str>) {
        if self.options.events {
            let text = format!("{verb} {}", text.as_ref());
            return self.message(progress::Level::Info, text.trim_end());
        }
        if self.options.level >= Level::Normal {
            let verb = self.style_err.verb.apply_to(format!("{verb:>12}"));
            self.line(format!("{verb} {}", text.as_ref()).trim_end());
        }
    }

    /// Something a person should know.
    pub fn note(&self, text: impl AsRef<str>) {
        if self.options.events {
            return self.message(progress::Level::Info, text.as_ref());
        }
        self.status("Note", worded(text.as_ref()));
    }

    /// Something that is allowed but probably not meant.
    pub fn warning(&self, text: impl AsRef<str>) {
        if self.options.events {
            return self.message(progress::Level::Warning, text.as_ref());
        }
        if self.options.level >= Level::Normal {
            self.line(&format!("{}: {}", self.style_err.warning.apply_to("warning"), worded(text.as_ref())));
        }
    }

    /// Whether everything is to be shown.
    pub fn shows_details(&self) -> bool {
        self.options.events || self.options.level >= Level::Verbose
    }

    /// How something was done, for those who ask.
    pub fn detail(&self, text: impl AsRef<str>) {
        if self.options.events {
            return self.message(progress::Level::Detail, text.as_ref());
        }
        if self.options.level >= Level::Verbose {
            self.line(&self.style_err.dim.apply_to(text.as_ref()).to_string());
        }
    }

    /// The error that ends a command.
    pub fn failure(&self, error: &crate::Error) {
        if self.options.events {
            self.error_event(error);
        }
        match error {
            // `check`, `doctor` and `status` have shown their report: as JSON that was its result.
            crate::Error::Checked(_)
            | crate::Error::MachineNotReady { .. }
            | crate::Error::NotRunning { .. }
                if self.json() =>
            {
                return;
            }
            // So has `call`.
            crate::Error::Function { .. } if self.json() => return,
            // So has `pack check`.
            crate::Error::Pack(crate::pack::PackError::ChecksFailed { .. })
            | crate::Error::TemplateFolder(crate::template::TemplateError::ChecksFailed { .. })
                if self.json() =>
            {
                return;
            }
            // And `drill`.
            crate::Error::Drill(DrillError::Missed { .. } | DrillError::Stopped) if self.json() => return,
            _ => {}
        }
        // As JSON and as an event the problems are part of the error.
        if self.json() {
            return self.result_json(&json::Failure::new(error));
        }
        if !self.options.events {
            self.explain(error);
        }
    }

    /// An error for a person: with what was found before, and with its place in a file.
    fn explain(&self, error: &crate::Error) {
        if let crate::Error::Rejected(rejected)
        | crate::Error::TaskRejected(rejected)
        | crate::Error::MoveRejected(rejected) = error
        {
            self.report(&rejected.0);
        }
        match error.source_code() {
            Some(_) => self.problem(error),
            None => self.error(error),
        }
    }

    /// An error without a place in a file: its causes, and what to do next.
    fn error(&self, error: &dyn Diagnostic) {
        let mut text =
            format!("{}: {}", self.style_err.error.apply_to("error"), with_causes(error, "\n  because: "));
        if let Some(help) = error.help() {
            let help = help.to_string().replace('\n', "\n        ");
            text.push_str(&format!("\n  {}: {help}", self.style_err.verb.apply_to("help")));
        }
        if let Some(code) = error.code().filter(|_| self.options.level >= Level::Verbose) {
            text.push_str(&format!("\n  {}: {code}", self.style_err.verb.apply_to("code")));
        }
        self.line(&worded(&text));
        error.related().into_iter().flatten().for_each(|related| self.error(related));
    }

    /// Something that is wrong or suspicious in a file of the user's.
    pub fn found(&self, problem: &Problem) {
        match self.options.events {
            true => Progress::report(self, Event::Problem(problem.clone())),
            false => self.problem(problem),
        }
    }

    /// One problem with its place in a file.
    pub fn problem(&self, problem: &dyn Diagnostic) {
        let is_error = problem.severity().is_none_or(|severity| severity == miette::Severity::Error);
        if !is_error && self.options.level < Level::Normal {
            return;
        }
        let mut text = String::new();
        if self.handler().render_report(&mut text, &Worded(problem)).is_ok() {
            // A line between problems: each has several of its own.
            self.line(&format!("{}\n", text.trim_end_matches('\n')));
        }
    }

    /// All problems of a report; warnings only if they are wanted.
    pub fn report(&self, report: &Report) {
        report.problems.iter().for_each(|problem| self.found(problem));
    }

    fn handler(&self) -> GraphicalReportHandler {
        let theme = if self.style_err.coloured {
            GraphicalTheme::unicode()
        } else {
            GraphicalTheme::unicode_nocolor()
        };
        let term = Term::stderr();
        let width = if term.is_term() { usize::from(term.size().1).clamp(60, 120) } else { 100 };
        GraphicalReportHandler::new_themed(theme).with_width(width).with_links(false).with_context_lines(1)
    }

    /// Text dimmed for stdout where colour is on.
    pub fn dim(&self, text: &str) -> String {
        self.style_out.dim.apply_to(text).to_string()
    }

    /// Text marked as bad for stdout where colour is on.
    pub fn bad(&self, text: &str) -> String {
        self.style_out.error.apply_to(text).to_string()
    }

    /// Text marked as good for stdout where colour is on.
    pub fn good(&self, text: &str) -> String {
        self.style_out.verb.apply_to(text).to_string()
    }

    /// What a function wrote.
    fn output(&self, text: &str) {
        match self.options.events {
            true => self.message(progress::Level::Output, text),
            false => self.line(text),
        }
    }

    fn line(&self, text: &str) {
        if self.options.events {
            return self.message(progress::Level::Info, &console::strip_ansi_codes(text));
        }
        self.aside(|| {
            let _ = writeln!(io::stderr().lock(), "{}", safe(text, self.style_err.coloured));
        });
    }

    /// Prints with the progress bar out of the way.
    fn aside<T>(&self, print: impl FnOnce() -> T) -> T {
        match self.bar.lock() {
            Ok(bar) => bar.suspend(print),
            Err(poisoned) => poisoned.into_inner().suspend(print),
        }
    }

    /// Whether somebody waits at a terminal.
    fn is_watched(&self) -> bool {
        self.bar.lock().is_ok_and(|bar| bar.is_enabled())
    }

    fn with_bar(&self, act: impl FnOnce(&mut Bar)) {
        if let Ok(mut bar) = self.bar.lock() {
            act(&mut bar);
        }
    }
}

/// Whether the terminal says that it knows no control sequences.
fn is_dumb() -> bool {
    std::env::var_os("TERM").is_some_and(|term| term == "dumb")
}

/// A text that ends with a line end, unless it is empty.
fn as_lines(text: &str) -> Cow<'_, str> {
    match text.is_empty() || text.ends_with('\n') {
        true => Cow::Borrowed(text),
        false => Cow::Owned(format!("{text}\n")),
    }
}

/// The end of a pipe that has gone away is not an error.
fn reader_gone(error: io::Error) -> io::Result<()> {
    if error.kind() == io::ErrorKind::BrokenPipe { Ok(()) } else { Err(error) }
}
