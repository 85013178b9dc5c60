//! `pelato pack`

use clap::Subcommand;

use super::context::Context;
use crate::catalog::Pack;
use crate::error::Error;

/// Show the language packs
#[derive(Debug, Subcommand)]
#[command(
    after_help = "Packs are found in the project's language-packs/, then in the user's (PELATO_HOME), then \
    built in; the first of a name wins."
)]
pub enum Action {
    /// List the language packs that the project can use
    List,
    /// Show one language pack
    Show {
        /// Its name
        name: String,
    },
}

/// Runs the command.
pub fn run(action: &Action, context: &Context) -> Result<(), Error> {
    let catalog = context.catalog();
    match action {
        Action::List => {
            context.ui.shelf(&catalog.packs);
            Ok(())
        }
        Action::Show { name } => {
            let pack = catalog.packs.get(name)?;
            context.ui.unit(pack, pack.folder.shown(""), &rows(pack));
            Ok(())
        }
    }
}

fn rows(pack: &Pack) -> Vec<[String; 2]> {
    let manifest = &pack.manifest;
    let install = manifest.toolchain.install.as_ref().map_or("-".to_owned(), |words| words.join(" "));
    let row = |name: &str, value: String| [name.to_owned(), value];
    vec![
        row("endings", manifest.extensions.join(", ")),
        row("function", manifest.task.entry.clone()),
        row("compiler", format!("{} {}", manifest.toolchain.program, manifest.toolchain.requires)),
        row("installed by", install),
        row("image", manifest.toolchain.image.clone().unwrap_or_else(|| "-".to_owned())),
        row("build command", manifest.build.command.join(" ")),
    ]
}
