//! `pelato completions`

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::context::Context;
use super::{Cli, parameters};
use crate::pelato::Error;

/// Print the completions for a shell
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  pelato completions bash > ~/.local/share/bash-completion/completions/pelato\n  \
    pelato completions zsh > ~/.zfunc/_pelato\n  pelato completions fish > ~/.config/fish/completions/pelato.fish"
)]
pub struct Arguments {
    /// The shell
    shell: Shell,
}

/// Runs the command.
pub fn run(arguments: &Arguments, context: &Context) -> Result<(), Error> {
    let mut command = parameters::with_flags(Cli::command(), &context.catalog());
    let mut text = Vec::new();
    clap_complete::generate(arguments.shell, &mut command, "pelato", &mut text);
    context.ui.result_bytes(&text);
    Ok(())
}
