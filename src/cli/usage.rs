//! Command lines that are wrong, and those that ask the parser for help or the version.

use clap::ColorChoice;
use clap::error::ErrorKind;

use super::context;
use super::raw::Raw;
use crate::pelato::{Error, Exit};
use crate::ui::{Colour, Level, OutputOptions, Ui};

/// Says what is wrong with a command line, or what it asks the parser for.
pub fn report(error: &clap::Error, raw: &Raw<'_>) -> Exit {
    if !error.use_stderr() {
        // As with all results, the end of a pipe that has gone away is not an error.
        let _ = error.print();
        return Exit::Done;
    }
    let broken = (error.kind() == ErrorKind::UnknownArgument).then(|| broken_template(raw)).flatten();
    let (json, events) = (raw.has("--json"), raw.has("--events"));
    if broken.is_none() && !json && !events {
        // Nobody is left to be told that this failed.
        let _ = error.print();
        return Exit::Usage;
    }
    let colour = match raw.colour() {
        ColorChoice::Never => Colour::Never,
        ColorChoice::Always => Colour::Always,
        ColorChoice::Auto => Colour::Auto,
    };
    let ui = Ui::new(OutputOptions { level: Level::Normal, json, events, colour, may_ask: false });
    let error = broken.unwrap_or_else(|| in_words(error));
    ui.failure(&error);
    error.exit()
}

/// The parser's error as one of PELATO's: the first paragraph says what is wrong, the others what to do.
fn in_words(error: &clap::Error) -> Error {
    if matches!(
        error.kind(),
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
    ) {
        return Error::Usage {
            message: "a command is missing".to_owned(),
            help: "`--help` lists the commands".to_owned(),
        };
    }
    let text = error.render().to_string();
    let is_said =
        |paragraph: &String| !paragraph.is_empty() && !paragraph.starts_with("For more information");
    let mut paragraphs = text.split("\n\n").map(lines).filter(is_said);
    let first = paragraphs.next().unwrap_or_default();
    let message = first.strip_prefix("error: ").unwrap_or(&first).to_owned();
    Error::Usage { message, help: paragraphs.collect::<Vec<_>>().join("; ") }
}

/// Its lines as one.
fn lines(paragraph: &str) -> String {
    paragraph.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The error of a template that is named and broken: its parameters are no flags then.
fn broken_template(raw: &Raw<'_>) -> Option<Error> {
    let name = raw.value("--template", Some("-t"))?;
    context::library_for(raw).catalog().templates.get(&name).err().map(Error::from)
}
