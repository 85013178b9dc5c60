//! `pelato template new`

use std::path::PathBuf;

use clap::Args;

use super::super::context::{Context, user_folder};
use crate::catalog::{TEMPLATES_FOLDER, Unit};
use crate::files;
use crate::pelato::Error;
use crate::template::{self, NewTemplate, TemplateError};
use crate::ui::json;
use crate::ui::prompt::Question;

/// Create a template as a copy of another one
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  pelato template new my_template      # asks for what it needs\n  \
    pelato template new my_template --from processor_nats --summary 'A NATS message in, two out' --source\n\n\
    It works at once, like the template it is copied from. With `--source` it contains the trigger's source in Rust, to be changed and compiled with cargo.")]
pub struct Arguments {
    /// Its name, and that of its folder
    name: String,
    /// The template to copy
    #[arg(long, value_name = "TEMPLATE")]
    from: Option<String>,
    /// One line about the template
    #[arg(long, value_name = "TEXT")]
    summary: Option<String>,
    /// Include the source of the trigger
    #[arg(long)]
    source: bool,
    /// Into the user's own folder, for all projects
    #[arg(long, conflicts_with = "folder")]
    user: bool,
    /// Into this folder [default: templates/ of the project]
    #[arg(long = "in", value_name = "DIR")]
    folder: Option<PathBuf>,
}

/// Runs the command.
pub fn run(arguments: Arguments, context: &Context) -> Result<(), Error> {
    let ui = &context.ui;
    let templates = match &arguments.folder {
        Some(folder) => context.here.join(folder),
        None => place(arguments.user, context)?.join(TEMPLATES_FOLDER),
    };
    let folder = templates.join(&arguments.name);
    if std::fs::symlink_metadata(&folder).is_ok() {
        return Err(files::FileError::Exists { path: folder.display().to_string() }.into());
    }
    let catalog = context.catalog();
    let choices: Vec<_> = catalog
        .templates
        .iter()
        .map(|template| (template.name().to_owned(), template.summary().to_owned()))
        .collect();
    let from = ui.choose(arguments.from, "Template to copy", "--from processor_nats", &choices)?;
    let from = catalog.templates.get(&from)?;
    let check = |text: &str| if text.trim().is_empty() { Err("give a value".to_owned()) } else { Ok(()) };
    let flag = "--summary 'A NATS message in, two out'";
    let question = Question { prompt: "What it does, in one line", flag, default: None, check: &check };
    let summary = ui.ask(arguments.summary, &question)?;
    let new = NewTemplate { name: arguments.name, summary, from, source: arguments.source };
    let files = template::new(&new)?;
    std::fs::create_dir_all(&templates).map_err(|error| files::FileError::io("write", &templates, error))?;
    files::create_tree(&folder, &files).map_err(TemplateError::from)?;
    let made: Vec<_> = files.keys().map(ToString::to_string).collect();
    if ui.json() {
        ui.result_json(&json::Made::new(&folder, &made));
        return Ok(());
    }
    made.iter().for_each(|file| ui.detail(format!("wrote {file}")));
    ui.status("Created", format!("template in {}", folder.display()));
    let change = if new.source { "template.toml and source/" } else { "template.toml" };
    // Elsewhere it is found by its folder alone.
    let named = arguments.folder.map_or(new.name.clone(), |dir| dir.join(&new.name).display().to_string());
    ui.status("Next", format!("change {change}; then: pelato template check {named}"));
    Ok(())
}

/// The place that is meant: the user's own folder if a flag says so, else the project.
fn place(user: bool, context: &Context) -> Result<PathBuf, Error> {
    let (found, message, help) = match user {
        true => (user_folder(), "there is no folder for the user's templates", "name one by PELATO_HOME"),
        false => (
            context.project(),
            "this folder is not in a project",
            "go to a project, or add `--user` or `--in DIR`",
        ),
    };
    found.ok_or_else(|| Error::Usage { message: message.to_owned(), help: help.to_owned() })
}
