//! `pelato pack`

mod add;
mod check;
mod new;
mod remove;

use clap::Subcommand;

use super::context::Context;
use crate::catalog::Pack;
use crate::pack::Home;
use crate::pelato::{Error, Owner};

/// Show, create, add and check language packs
#[derive(Debug, Subcommand)]
#[command(
    after_help = "Packs are found in the project's language-packs/, then in the user's (PELATO_HOME), then \
    built in; of several with the same name, the first one is used."
)]
pub enum Action {
    /// List the language packs that the project can use
    List,
    /// Show one language pack
    Show {
        /// Its name
        #[arg(value_name = "PACK")]
        name: String,
    },
    New(Box<new::Arguments>),
    Add(add::Arguments),
    Remove(remove::Arguments),
    Check(check::Arguments),
}

/// Runs the command.
pub fn run(action: Action, context: &Context) -> Result<(), Error> {
    match action {
        Action::List => {
            context.ui.collection(&context.catalog().packs);
            Ok(())
        }
        Action::Show { name } => {
            let catalog = context.catalog();
            let pack = catalog.packs.get(&name)?;
            context.ui.unit(pack, pack.folder.shown(""), &rows(pack));
            Ok(())
        }
        Action::New(arguments) => new::run(&arguments, context),
        Action::Add(arguments) => add::run(&arguments, context),
        Action::Remove(arguments) => remove::run(&arguments, context),
        Action::Check(arguments) => check::run(&arguments, context),
    }
}

/// The place that flags mean; `instead` is another way to say one.
fn home(user: bool, instead: &str, context: &Context) -> Result<Home, Error> {
    let owner = if user { Owner::User } else { Owner::Project };
    context.library().home(owner).ok_or_else(|| no_home(owner, "packs", instead))
}

/// There is no place of an owner.
pub(super) fn no_home(owner: Owner, units: &str, instead: &str) -> Error {
    let (message, help) = match owner {
        Owner::User => {
            (format!("there is no folder for the user's {units}"), "set PELATO_HOME to one".to_owned())
        }
        Owner::Project => (
            "this folder is not in a project".to_owned(),
            format!("go to a project, or add `--user`{instead}"),
        ),
    };
    Error::Usage { message, help }
}

fn rows(pack: &Pack) -> Vec<[String; 2]> {
    let manifest = &pack.manifest;
    let install = manifest.toolchain.install.as_ref().map_or("-".to_owned(), |words| words.join(" "));
    let row = |name: &str, value: String| [name.to_owned(), value];
    vec![
        row("extensions", manifest.extensions.join(", ")),
        row("function", manifest.task.entry.clone()),
        row("compiler", format!("{} {}", manifest.toolchain.program, manifest.toolchain.requires)),
        row("installed by", install),
        row("image", manifest.toolchain.image.clone().unwrap_or_else(|| "-".to_owned())),
        row("build command", manifest.build.command.join(" ")),
    ]
}
