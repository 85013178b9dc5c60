//! How the command line words what messages advise: arguments as flags, operations as commands.

use std::borrow::Cow;
use std::fmt;

use miette::Diagnostic;

use crate::remedy::{Argument, Given, Operation, Remedy, render};

/// A message with flags and commands in it.
pub fn worded(message: &str) -> Cow<'_, str> {
    render(message, words)
}

/// A problem with flags and commands in its sentences.
#[derive(Debug)]
pub struct Worded<'a>(pub &'a dyn Diagnostic);

impl fmt::Display for Worded<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&worded(&self.0.to_string()))
    }
}

impl std::error::Error for Worded<'_> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source()
    }
}

impl Diagnostic for Worded<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.0.code()
    }

    fn severity(&self) -> Option<miette::Severity> {
        self.0.severity()
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.0.help().map(|help| Box::new(worded(&help.to_string()).into_owned()) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn miette::SourceCode> {
        self.0.source_code()
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = miette::LabeledSpan> + '_>> {
        self.0.labels()
    }
}

fn words(remedy: &Remedy) -> String {
    match remedy {
        Remedy::Argument(given) => flag_with_value(given),
        Remedy::Parameter { name, value } => joined(flag_of(name), value.as_deref()),
        Remedy::Operation { operation, on, with } => {
            let mut words = joined(format!("pelato {}", command(*operation)), on.as_deref());
            with.iter().for_each(|given| words.push_str(&format!(" {}", flag_with_value(given))));
            words
        }
    }
}

/// The flag of an argument, or what it is called where it has none.
pub fn flag(argument: Argument) -> String {
    match argument {
        Argument::NameOfUnit => "NAME".to_owned(),
        Argument::Verbose => "-v".to_owned(),
        other => flag_of(other.name()),
    }
}

/// The words of a command after `pelato`.
pub fn command(operation: Operation) -> &'static str {
    match operation {
        Operation::AddTask => "add-task",
        Operation::DeadLettersList => "dead-letters list",
        Operation::PackAdd => "pack add",
        Operation::PackRemove => "pack remove",
        Operation::PackShow => "pack show",
        Operation::TemplateCheck => "template check",
        Operation::TemplateShow => "template show",
        Operation::TrustAllow => "trust allow",
        Operation::TrustList => "trust list",
        other => other.name(),
    }
}

/// The flag of a name: `--dest-topic` for `dest_topic`.
pub fn flag_of(name: &str) -> String {
    format!("--{}", name.replace('_', "-"))
}

fn flag_with_value(given: &Given) -> String {
    joined(flag(given.argument), given.value.as_deref())
}

fn joined(mut words: String, value: Option<&str>) -> String {
    value.iter().for_each(|value| words.push_str(&format!(" {value}")));
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_flags_and_operations_are_commands() {
        let push = Operation::PackAdd.on("../zig").and(Argument::User, None);
        let set = Operation::Build.with(Argument::Fix).and(Argument::Setting, Some("A=1"));
        let message = format!(
            "{} or {}, {}, {}: {}, {set}, {push}",
            Argument::AllowBackwards,
            Argument::Timeout.with(3),
            Argument::NameOfUnit,
            Remedy::parameter_with("dest_topic", "a.b"),
            Operation::AddTask,
        );
        assert_eq!(
            worded(&message),
            "`--allow-backwards` or `--timeout 3`, `NAME`, `--dest-topic a.b`: `pelato add-task`, \
             `pelato build --fix --setting A=1`, `pelato pack add ../zig --user`"
        );
    }
}
