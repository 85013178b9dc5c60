//! `pelato pack check`

use std::path::Path;
use std::sync::Arc;

use clap::Args;

use super::super::build::Flags;
use super::super::context::Context;
use crate::catalog::{Folder, pack::MANIFEST};
use crate::conformance;
use crate::error::Error;
use crate::pack::PackError;
use crate::pack::check::{self, Bench, Options};
use crate::ui::json;

/// Build and call what a language pack brings, and say whether it does what every pack has to
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  pelato pack check go\n  pelato pack check ../zig-pack\n  pelato pack check zig --json\n\n\
    The checks are described in docs/reference/pack-check.md. The pack's commands are run. A check that cannot be made \
    here, such as one in a container, is skipped, with the reason."
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
        settings: pelato.settings().clone(),
        templates: context.catalog(),
        progress: Arc::clone(&context.ui) as Arc<_>,
    };
    let mut bench = Bench::new(folder, options)?;
    let outcomes = check::run(&mut bench, context.ui.as_ref());
    if context.ui.json() {
        context.ui.result_json(&json::PackCheck::new(&name, &outcomes));
    } else {
        context.ui.conformance(&outcomes);
    }
    let failed = conformance::failures(&outcomes);
    match failed.is_empty() {
        true => Ok(()),
        false => Err(PackError::Fails { pack: name, failed }.into()),
    }
}

/// The pack that is meant: a folder that has one in it comes first.
fn folder(named: Option<&str>, context: &Context) -> Result<(String, Folder), Error> {
    let here = named.unwrap_or(".");
    let path = context.here.join(here);
    if path.join(MANIFEST).is_file() {
        let real = std::fs::canonicalize(&path).unwrap_or(path);
        let name = real.file_name().unwrap_or_default().to_string_lossy().into_owned();
        return Ok((name, Folder::Disk(real)));
    }
    match named {
        None => Err(Error::Usage {
            message: "there is no pack.toml in this folder".to_owned(),
            help: "name a language pack, or the folder of one".to_owned(),
        }),
        Some(named) if Path::new(named).components().count() > 1 || path.is_dir() => {
            Err(PackError::NoPack { place: named.to_owned() }.into())
        }
        Some(name) => by_name(name, context),
    }
}

/// A broken pack is one that is to be checked, too: the first check says what is wrong.
fn by_name(name: &str, context: &Context) -> Result<(String, Folder), Error> {
    let catalog = context.catalog();
    if let Some(broken) = catalog.packs.broken().iter().find(|broken| broken.name == name) {
        let root = match broken.origin {
            crate::catalog::Origin::User => super::super::context::user_folder(),
            _ => context.project(),
        };
        if let Some(root) = root {
            return Ok((name.to_owned(), Folder::Disk(root.join(crate::catalog::PACKS_FOLDER).join(name))));
        }
    }
    let pack = catalog.packs.get(name)?;
    Ok((name.to_owned(), pack.folder.clone()))
}
