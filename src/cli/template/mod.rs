//! `pelato template`

mod check;
mod new;

use clap::Subcommand;

use super::context::Context;
use crate::catalog::{Parameter, Template};
use crate::pelato::Error;

/// Show, create and check templates
#[derive(Debug, Subcommand)]
#[command(
    after_help = "Templates are found in the project's templates/, then in the user's (PELATO_HOME), then \
    built in; of several with the same name, the first one is used."
)]
pub enum Action {
    /// List the templates that the project can use
    List,
    /// Show one template and its parameters
    Show {
        /// Its name
        #[arg(value_name = "TEMPLATE")]
        name: String,
    },
    New(new::Arguments),
    Check(check::Arguments),
}

/// Runs the command.
pub fn run(action: Action, context: &Context) -> Result<(), Error> {
    match action {
        Action::List => {
            context.ui.collection(&context.catalog().templates);
            Ok(())
        }
        Action::Show { name } => {
            let catalog = context.catalog();
            let template = catalog.templates.get(&name)?;
            context.ui.unit(template, template.folder.shown(""), &rows(template));
            Ok(())
        }
        Action::New(arguments) => new::run(arguments, context),
        Action::Check(arguments) => check::run(&arguments, context),
    }
}

fn rows(template: &Template) -> Vec<[String; 2]> {
    let manifest = &template.manifest;
    let row = |name: &str, value: String| [name.to_owned(), value];
    let mut rows = Vec::new();
    if !manifest.aliases.is_empty() {
        rows.push(row("aliases", manifest.aliases.join(", ")));
    }
    rows.extend(manifest.parameters.iter().map(|(name, parameter)| row(name, meaning(parameter))));
    let interfaces = manifest.capabilities.iter().map(|capability| capability.wit.as_str());
    rows.push(row("interfaces", interfaces.collect::<Vec<_>>().join(", ")));
    rows
}

fn meaning(parameter: &Parameter) -> String {
    let kind = format!("{:?}", parameter.kind).to_lowercase();
    match &parameter.default {
        Some(default) => format!("{} ({kind}, {default} if not given)", parameter.prompt),
        None => format!("{} ({kind}, required)", parameter.prompt),
    }
}
