//! The templates' parameters as flags: every `parameters.source_topic` is a `--source-topic`.

use std::collections::BTreeMap;

use clap::{Arg, ArgMatches, Command};

use crate::catalog::{Catalog, Kind, Parameter, Template, Unit};

/// The commands that take them.
const COMMANDS: [&str; 2] = ["new", "add-task"];

/// Adds the flags of all templates to the commands that take them.
pub fn with_flags(mut command: Command, catalog: &Catalog) -> Command {
    for name in COMMANDS {
        command = command.mut_subcommand(name, |sub| sub.args(flags(catalog)));
    }
    command
}

fn flags(catalog: &Catalog) -> Vec<Arg> {
    let mut flags: BTreeMap<&str, (&Parameter, Vec<&str>)> = BTreeMap::new();
    for template in catalog.templates.iter() {
        for (name, parameter) in template.manifest.parameters.iter() {
            flags.entry(name).or_insert_with(|| (parameter, Vec::new())).1.push(template.name());
        }
    }
    let all = catalog.templates.iter().count();
    let used_by = |templates: Vec<&str>| match templates.len() == all && all > 1 {
        true => "all templates".to_owned(),
        false => templates.join(", "),
    };
    let flags = flags.into_iter();
    flags.map(|(name, (parameter, templates))| argument(name, parameter, &used_by(templates))).collect()
}

fn argument(name: &str, parameter: &Parameter, used_by: &str) -> Arg {
    let value = match parameter.kind {
        Kind::Subject => "TOPIC",
        Kind::Integer => "NUMBER",
        Kind::String => "TEXT",
    };
    let default = parameter.default.as_ref().map_or(String::new(), |value| format!(" [default: {value}]"));
    Arg::new(id(name))
        .long(name.replace('_', "-"))
        .value_name(value)
        .allow_negative_numbers(true)
        .help(format!("{}{default}", parameter.prompt))
        .help_heading(format!("Parameters of {used_by}"))
}

fn id(name: &str) -> String {
    format!("parameter.{name}")
}

/// The parameters that were given, by name.
pub fn given(matches: &ArgMatches, catalog: &Catalog) -> BTreeMap<String, String> {
    let Some((_, matches)) = matches.subcommand() else {
        return BTreeMap::new();
    };
    let names = catalog.templates.iter().flat_map(|template: &Template| template.manifest.parameters.names());
    let value = |name: &str| matches.try_get_one::<String>(&id(name)).ok().flatten();
    names.filter_map(|name| Some((name.to_owned(), value(name)?.clone()))).collect()
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::catalog::template::RESERVED;
    use crate::cli::Cli;
    use crate::project::read::TASK_FIELDS;
    use crate::remedy::{Argument, Operation};
    use crate::ui;

    #[test]
    fn no_parameter_can_take_a_flag_of_pelato() {
        let mut command = Cli::command();
        command.build();
        for name in COMMANDS {
            let sub = command.find_subcommand(name).unwrap();
            for flag in sub.get_arguments().filter_map(Arg::get_long) {
                let field = flag.replace('-', "_");
                let reserved = RESERVED.contains(&&*field) || TASK_FIELDS.contains(&&*field);
                assert!(reserved, "--{flag} of {name} is missing in RESERVED");
            }
        }
    }

    #[test]
    fn every_parameter_of_a_template_is_a_flag() {
        let mut command = with_flags(Cli::command(), &Catalog::built_in());
        command.build();
        for name in COMMANDS {
            let flags: Vec<_> =
                command.find_subcommand(name).unwrap().get_arguments().filter_map(Arg::get_long).collect();
            assert!(["source-topic", "dest-topic", "max-body-bytes"].iter().all(|flag| flags.contains(flag)));
        }
    }

    /// The command that the words name.
    fn find<'a>(command: &'a clap::Command, words: &str) -> Option<&'a clap::Command> {
        words.split(' ').try_fold(command, |command, word| command.find_subcommand(word))
    }

    fn has_flag(command: &clap::Command, flag: &str) -> bool {
        let matches = |argument: &clap::Arg| {
            let short = argument.get_short().map(|short| format!("-{short}"));
            let long = argument.get_long().map(|long| format!("--{long}"));
            let name = argument.get_value_names().and_then(|names| names.first());
            let place = name.filter(|_| argument.is_positional()).map(ToString::to_string);
            [short, long, place].into_iter().flatten().any(|one| one == flag)
        };
        command.get_arguments().any(matches) || command.get_subcommands().any(|sub| has_flag(sub, flag))
    }

    #[test]
    fn what_messages_advise_can_be_given_here() {
        let mut command = Cli::command();
        command.build();
        for operation in Operation::ALL {
            let words = ui::command(*operation);
            assert!(find(&command, words).is_some(), "there is no command `{words}`");
        }
        for argument in Argument::ALL {
            let flag = ui::flag(*argument);
            assert!(has_flag(&command, &flag), "there is no flag `{flag}`");
        }
    }
}
