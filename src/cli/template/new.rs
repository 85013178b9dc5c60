//! `pelato template new`

use std::path::PathBuf;

use clap::Args;

use super::super::context::Context;
use crate::catalog::Unit;
use crate::pelato::{Error, Library, Made, Owner};
use crate::template::NewTemplate;
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
        None => place(arguments.user, context)?,
    };
    Library::vacant(&templates.join(&arguments.name))?;
    let catalog = context.catalog();
    let choices: Vec<_> = catalog
        .templates
        .iter()
        .map(|template| (template.name().to_owned(), template.summary().to_owned()))
        .collect();
    let new = ui.form(|form| {
        let from =
            form.choose(arguments.from.clone(), "Template to copy", "--from processor_nats", &choices)?;
        let from = from.map(|from| catalog.templates.get(&from)).transpose()?;
        let named = |summary: String, from| {
            let (name, source) = (arguments.name.clone(), arguments.source);
            NewTemplate { name, summary, from, source }
        };
        if let Some(from) = from {
            // The name, before its summary is asked for.
            Library::plan_template(&named("A template".to_owned(), from))?;
        }
        let check = |text: &str| match from {
            Some(from) => Library::plan_template(&named(text.to_owned(), from)).map(drop),
            None => Ok(()),
        };
        let question = Question {
            prompt: "What it does, in one line",
            flag: "--summary 'A NATS message in, two out'",
            check: &check,
            ..Question::default()
        };
        let summary = form.ask(arguments.summary.clone(), &question)?;
        let (Some(from), Some(summary)) = (from, summary) else { return Err(form.unanswered()) };
        let new = named(summary, from);
        let files = form.admit(Library::plan_template(&new))?;
        form.confirm("Create the template?", &files)?;
        Ok(new)
    })?;
    let Made { folder, files } = Library::new_template(&templates, &new)?;
    context.library().update_schema()?;
    let change = if new.source { "template.toml and source/" } else { "template.toml" };
    // Elsewhere it is found by its folder alone.
    let named = arguments.folder.map_or(new.name.clone(), |dir| dir.join(&new.name).display().to_string());
    ui.made(&folder, &files, "template", &format!("change {change}; then: pelato template check {named}"));
    Ok(())
}

/// The folder of templates that flags mean.
fn place(user: bool, context: &Context) -> Result<PathBuf, Error> {
    let owner = if user { Owner::User } else { Owner::Project };
    let no_home = || super::super::pack::no_home(owner, "templates", " or `--in DIR`");
    context.library().templates(owner).ok_or_else(no_home)
}
