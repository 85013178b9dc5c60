//! `pelato completions`

use clap::{Args, ValueEnum};
use clap_complete::Shell;

use super::complete;
use super::context::Context;
use crate::pelato::Error;

/// Print the script that completes commands, flags and the names of a project in a shell
#[derive(Debug, Args)]
#[command(
    after_help = "Examples, for the shell's own start-up file:\n  source <(pelato completions bash)   # ~/.bashrc\n  \
    source <(pelato completions zsh)    # ~/.zshrc, after compinit\n  \
    pelato completions fish | source    # ~/.config/fish/config.fish\n\n\
    The script asks this program each time: components, templates, languages, topics and targets are those of the \
    project at that moment. `pelato explain completion` says more."
)]
pub struct Arguments {
    /// The shell
    shell: Shell,
}

/// Runs the command.
pub fn run(arguments: &Arguments, context: &Context) -> Result<(), Error> {
    let shell = arguments.shell.to_possible_value();
    let script = shell.and_then(|shell| complete::script(shell.get_name())).unwrap_or_default();
    context.ui.result_bytes(&script);
    Ok(())
}
