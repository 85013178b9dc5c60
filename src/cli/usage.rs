//! Command lines that are wrong, and those that ask the parser for help or the version.

use std::io::{self, Write};

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{ColorChoice, CommandFactory};

use super::raw::Raw;
use super::{Cli, context};
use crate::pelato::{Error, Exit};
use crate::ui::{Colour, Level, OutputOptions, Ui};

/// Says what is wrong with a command line, or what it asks the parser for.
pub fn report(error: &clap::Error, raw: &Raw<'_>) -> Exit {
    let own = match error.kind() {
        _ if !error.use_stderr() => match shown(error) {
            Ok(()) => return Exit::Done,
            Err(words) => Some(context::not_written(&words)),
        },
        ErrorKind::UnknownArgument => broken_template(raw).or_else(|| negative_value(error, raw)),
        _ => None,
    };
    let (json, events) = (raw.has("--json"), raw.has("--events"));
    if own.is_none() && !json && !events {
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
    let error = own.unwrap_or_else(|| in_words(error));
    ui.failure(&error);
    error.exit()
}

/// Prints the help or the version. As with all results, the end of a pipe that has gone away is not an error.
fn shown(error: &clap::Error) -> io::Result<()> {
    match error.print().and_then(|()| io::stdout().flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
        _ => Ok(()),
    }
}

/// The error of a flag with a negative number after it, which the parser takes for another flag.
fn negative_value(error: &clap::Error, raw: &Raw<'_>) -> Option<Error> {
    let Some(ContextValue::String(unknown)) = error.get(ContextKind::InvalidArg) else { return None };
    let is_number =
        unknown.strip_prefix('-')?.starts_with(|first: char| first.is_ascii_digit() || first == '.');
    let (flag, value) = raw.pairs().find(|(_, value)| is_number && value.starts_with(unknown.as_str()))?;
    takes_value(&Cli::command(), &flag).then(|| Error::Usage {
        message: format!("`{value}` is not a valid value of `{flag}`: it is negative"),
        help: format!("`--help` says what `{flag}` takes"),
    })
}

/// Whether the command, or one of its own commands, has such a flag with a value.
fn takes_value(command: &clap::Command, flag: &str) -> bool {
    let is_it = |argument: &clap::Arg| {
        let short = argument.get_short().map(|short| format!("-{short}"));
        let long = argument.get_long().map(|long| format!("--{long}"));
        [short, long].into_iter().flatten().any(|name| name == flag) && argument.get_action().takes_values()
    };
    command.get_arguments().any(is_it) || command.get_subcommands().any(|sub| takes_value(sub, flag))
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
