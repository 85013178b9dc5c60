//! `pelato reference`: the page `docs/reference/commands.md`, made from the help texts themselves.

use clap::{Args, CommandFactory};

use super::context::Context;
use super::{Cli, parameters};
use crate::catalog::Catalog;
use crate::pelato::Error;

/// Print the reference page of all commands
#[derive(Debug, Args)]
pub struct Arguments {}

/// Runs the command.
pub fn run(_: &Arguments, context: &Context) -> Result<(), Error> {
    let mut command = parameters::with_flags(Cli::command(), &Catalog::built_in());
    command.build();
    let mut page = String::from(
        "# Commands\n\nMade by `pelato reference > docs/reference/commands.md`; a test sees that it is up to date.\n",
    );
    section(&mut command, "pelato", &mut page);
    context.ui.result(page);
    Ok(())
}

fn section(command: &mut clap::Command, name: &str, page: &mut String) {
    let help = command.clone().term_width(100).render_long_help().to_string();
    let lines: Vec<_> = help.lines().map(str::trim_end).collect();
    page.push_str(&format!("\n## {name}\n\n```text\n{}\n```\n", lines.join("\n").trim_end()));
    for sub in command.get_subcommands_mut().filter(|sub| !sub.is_hide_set() && sub.get_name() != "help") {
        let name = format!("{name} {}", sub.get_name());
        section(sub, &name, page);
    }
}
