//! `pelato pack add`

use clap::Args;

use super::super::context::Context;
use crate::pack::Before;
use crate::pelato::{Error, Library};
use crate::ui::json;

/// Add a third-party language pack: a folder or a git repository, pinned by commit and content
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  pelato pack add https://example.org/zig-pack.git@v1\n  \
    pelato pack add ../zig-pack --user\n\nA pack's commands run on this machine. They are shown first, and nothing is added without consent: by an answer on a terminal, elsewhere by `--trust`. The pack is pinned in pelato.lock; `pelato build` rejects a pack that has changed since. A pack is at the top of its repository, or below \
    language-packs/.")]
pub struct Arguments {
    /// A folder, or a git repository with a tag, branch or commit
    #[arg(value_name = "PATH|GIT-URL[@REV]", allow_hyphen_values = true)]
    source: String,
    /// Name of the pack, if there are several
    #[arg(long, value_name = "NAME")]
    pack: Option<String>,
    /// Into the user's own folder, for all projects
    #[arg(long)]
    user: bool,
}

/// Runs the command.
pub fn run(arguments: &Arguments, context: &Context) -> Result<(), Error> {
    let ui = &context.ui;
    let home = super::home(arguments.user, "", context)?;
    let offer = Library::offer_pack(&arguments.source, arguments.pack.as_deref(), home, &context.here)?;
    let store = context.trust();
    let is_new = offer.before != Before::Same || !store.allows(&[offer.grant()])?;
    if is_new {
        let trusted = context.is_trusted()?;
        ui.offer(&offer, trusted);
        if !trusted {
            ui.agree("Add it, and allow these commands to run on this machine?", "--trust")?;
        }
        offer.accept(&store)?;
        context.library().update_schema()?;
    }
    let folder = offer.home.folder(&offer.name);
    if ui.json() {
        ui.result_json(&json::AddedPack::new(&offer));
    } else if is_new {
        ui.status("Added", format!("language pack `{}` in {}", offer.name, folder.display()));
    } else {
        ui.status("Unchanged", format!("language pack `{}` is what was added", offer.name));
    }
    Ok(())
}
