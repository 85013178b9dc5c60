//! `pelato bump`

use clap::Args;
use semver::Version;

use super::context::Context;
use crate::pelato::Error;
use crate::pelato::{Changed, Why};
use crate::project::bump::{Kind, Level, Selection};
use crate::text::list;
use crate::ui::{json, table};

/// What may follow the components.
pub const LEVELS: [(&str, Level); 3] =
    [("major", Level::Major), ("minor", Level::Minor), ("patch", Level::Patch)];

/// Raise the versions of components
#[derive(Debug, Args)]
#[command(override_usage = "pelato bump [COMPONENT]... [major|minor|patch]\n       \
    pelato bump --all [major|minor|patch]\n       pelato bump --changed [major|minor|patch]\n       \
    pelato bump [COMPONENT]... [major|minor|patch] --pre ID\n       \
    pelato bump [COMPONENT]... --set VERSION")]
#[command(
    after_help = "Examples:\n  pelato bump celsius_to_kelvin_conversion minor\n  pelato bump --all patch\n  \
    pelato bump --changed minor\n  pelato bump temp_filter --pre rc        # 1.2.3 → 1.2.4-rc.1\n  pelato bump temp_filter minor --pre rc  # 1.2.3 → 1.3.0-rc.1\n  pelato bump temp_filter --set 2.0.0"
)]
pub struct Arguments {
    /// The components, followed by major, minor or patch [default: patch]
    #[arg(value_name = "COMPONENT")]
    words: Vec<String>,
    /// All components
    #[arg(long)]
    all: bool,
    /// The components that changed since their version was pushed
    #[arg(long, conflicts_with_all = ["all", "version"])]
    changed: bool,
    /// The next pre-release with this identifier, such as rc
    #[arg(long, value_name = "ID", conflicts_with = "version")]
    pre: Option<String>,
    /// Set exactly this version
    #[arg(long = "set", value_name = "VERSION")]
    version: Option<Version>,
    /// Allow a version that is not higher
    #[arg(long)]
    allow_backwards: bool,
    /// Only show what would change
    #[arg(long)]
    dry_run: bool,
}

/// Runs the command.
pub fn run(mut arguments: Arguments, context: &Context) -> Result<(), Error> {
    let kind = kind(&mut arguments)?;
    let (pelato, words) = context.open_for(std::mem::take(&mut arguments.words))?;
    arguments.words = words;
    let named = selection(&arguments)?;
    let (selection, left) = match named {
        Some(selection) => (selection, Vec::new()),
        None => {
            let path = std::env::var_os("PATH").unwrap_or_default();
            let Changed { changed, left } = context.finish(pelato.changed(path))?;
            (Selection::Components(changed), left)
        }
    };
    let bumps = match &selection {
        Selection::Components(none) if none.is_empty() => Vec::new(),
        some => pelato.bump(some, &kind, arguments.allow_backwards, arguments.dry_run)?,
    };
    if context.ui.json() {
        context.ui.result_json(&json::Bump::new(&bumps, &left, arguments.dry_run));
        return Ok(());
    }
    left.iter().for_each(|left| context.ui.detail(format!("{} stays: {}", left.component, left.why)));
    if bumps.is_empty() {
        let nothing_to_compare = left.iter().all(|left| left.why == Why::NotPushed);
        context.ui.note(match nothing_to_compare {
            true => "no component has been pushed yet, so there is nothing to compare with",
            false => "no component has changed since it was pushed",
        });
        return Ok(());
    }
    let rows: Vec<_> = bumps
        .iter()
        .map(|bump| [bump.component.clone(), bump.old.to_string(), format!("→ {}", bump.new)])
        .collect();
    context.ui.result(table(["COMPONENT", "OLD", "  NEW"], &rows));
    if arguments.dry_run {
        context.ui.note("nothing was written (--dry-run)");
    }
    Ok(())
}

/// Takes the level off the end of the words.
fn kind(arguments: &mut Arguments) -> Result<Kind, Error> {
    let last = arguments.words.last();
    let level = LEVELS.into_iter().find(|(name, _)| last.is_some_and(|last| last == name));
    let level = level.map(|(_, level)| level);
    if level.is_some() {
        arguments.words.pop();
    }
    match (arguments.pre.take(), arguments.version.take(), level) {
        (_, Some(_), Some(_)) => Err(Error::Usage {
            message: "both a level and `--set` are given".to_owned(),
            help: "leave one of them out".to_owned(),
        }),
        (_, Some(version), None) => Ok(Kind::Set(version)),
        (Some(id), None, level) => Ok(Kind::Pre(id, level)),
        (None, None, level) => Ok(Kind::Level(level.unwrap_or(Level::Patch))),
    }
}

/// The components that are named; none where those that changed have to be found first.
fn selection(arguments: &Arguments) -> Result<Option<Selection>, Error> {
    let usage =
        |message: &str, help: &str| Error::Usage { message: message.to_owned(), help: help.to_owned() };
    let both = |flag: &str| {
        let message = format!("both `{flag}` and the name {} are given", list(&arguments.words));
        usage(&message, "leave one of them out; a level is patch, minor or major")
    };
    match (arguments.all, arguments.words.is_empty()) {
        (false, true) if arguments.changed => Ok(None),
        (false, false) if arguments.changed => Err(both("--changed")),
        (true, true) => Ok(Some(Selection::All)),
        (true, false) => Err(both("--all")),
        (false, true) => Err(usage(
            "no component is named",
            "name one, or take every one with `--all`, or those that changed with `--changed`",
        )),
        (false, false) => Ok(Some(Selection::Components(arguments.words.clone()))),
    }
}
