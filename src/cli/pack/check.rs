//! `pelato pack check`

use clap::Args;

use super::super::context::Context;
use super::super::flags::Flags;
use crate::catalog::pack::MANIFEST;
use crate::pelato::Error;
use crate::ui::json;

/// Test whether a language pack does what every pack must do
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  pelato pack check go\n  pelato pack check ../zig-pack\n  pelato pack check zig --json\n\n\
    `pelato explain pack-check` describes the checks. The pack's commands are run. A check that cannot run on this machine, such as one in a container, is skipped, with the reason."
)]
pub struct Arguments {
    /// The pack's name, or its folder [default: this folder]
    #[arg(value_name = "PATH|PACK")]
    pack: Option<String>,
    #[command(flatten)]
    flags: Flags,
}

/// Runs the command.
pub fn run(arguments: &Arguments, context: &Context) -> Result<(), Error> {
    let found = context.library().find_pack(arguments.pack.as_deref(), &context.here)?;
    let (name, folder) = found.ok_or_else(|| Error::Usage {
        message: format!("there is no {MANIFEST} in this folder"),
        help: "name a language pack, or the folder of one".to_owned(),
    })?;
    let (pelato, flags) = (context.open()?, arguments.flags.to_build());
    let checked = context.finish(pelato.check_pack(name, folder, &flags))?;
    if context.ui.json() {
        context.ui.result_json(&json::PackCheck::new(&checked.name, &checked.outcomes));
    } else {
        context.ui.conformance(&checked.outcomes);
    }
    checked.of_pack()
}
