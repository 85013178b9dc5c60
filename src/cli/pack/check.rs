//! `pelato pack check`

use std::sync::Arc;

use clap::Args;

use super::super::context::Context;
use super::super::flags::Flags;
use crate::catalog::{self, Folder, Selector, pack::MANIFEST};
use crate::conformance;
use crate::conformance::pack::{self as check, Fixture, Options};
use crate::pack::PackError;
use crate::pelato::Error;
use crate::ui::json;

/// Test whether a language pack does what every pack must do
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  pelato pack check go\n  pelato pack check ../zig-pack\n  pelato pack check zig --json\n\n\
    The checks are described in docs/reference/pack-check.md. The pack's commands are run. A check that cannot run on this machine, such as one in a container, is skipped, with the reason."
)]
pub struct Arguments {
    /// The pack's name, or its folder [default: this folder]
    #[arg(value_name = "PATH|NAME")]
    pack: Option<String>,
    #[command(flatten)]
    flags: Flags,
}

/// Runs the command.
pub fn run(arguments: &Arguments, context: &Context) -> Result<(), Error> {
    let (name, folder) = folder(arguments.pack.as_deref(), context)?;
    let pelato = context.open()?;
    let options = Options {
        build: pelato.build_options(&arguments.flags.to_build()),
        templates: context.catalog(),
        progress: Arc::clone(&context.ui) as Arc<_>,
    };
    let mut fixture = Fixture::new(folder, options)?;
    let outcomes = check::run(&mut fixture, context.ui.as_ref());
    if context.ui.json() {
        context.ui.result_json(&json::PackCheck::new(&name, &outcomes));
    } else {
        context.ui.conformance(&outcomes);
    }
    let failed = conformance::failures(&outcomes);
    match failed.is_empty() {
        true => Ok(()),
        false => Err(PackError::ChecksFailed { pack: name, failed }.into()),
    }
}

/// The pack that is meant, also if it is broken: the first check says what is wrong.
fn folder(named: Option<&str>, context: &Context) -> Result<(String, Folder), Error> {
    match catalog::select(named, &context.here, &context.catalog().packs)? {
        Selector::Found(name, folder) => Ok((name, folder)),
        Selector::Missing(place) => Err(PackError::NoPack { place }.into()),
        Selector::Unnamed => Err(Error::Usage {
            message: format!("there is no {MANIFEST} in this folder"),
            help: "name a language pack, or the folder of one".to_owned(),
        }),
    }
}
