//! `pelato template`

use clap::Subcommand;

use super::context::Context;
use crate::catalog::Template;
use crate::error::Error;
use crate::ui::{json, table};

/// Show the templates
#[derive(Debug, Subcommand)]
#[command(after_help = "Templates are found in the project's templates/, then in the user's (PELATO_HOME), then \
    built in; the first of a name wins.")]
pub enum Action {
    /// List the templates that the project can use
    List,
    /// Show one template and its parameters
    Show {
        /// Its name
        name: String,
    },
}

/// Runs the command.
pub fn run(action: &Action, context: &Context) -> Result<(), Error> {
    let catalog = context.catalog();
    match action {
        Action::List => context.ui.shelf(&catalog.templates),
        Action::Show { name } => {
            let template = catalog.templates.get(name)?;
            if context.ui.json() {
                context.ui.result_json(&json::Template::new(template));
            } else {
                context.ui.result(shown(template));
            }
        }
    }
    Ok(())
}

fn shown(template: &Template) -> String {
    let manifest = &template.manifest;
    let row = |name: &str, value: String| [name.to_owned(), value];
    let interfaces = manifest.capabilities.iter().map(|capability| capability.wit.clone());
    let rows = [
        row("name", manifest.name.clone()),
        row("summary", manifest.summary.clone()),
        row("also called", Some(manifest.aliases.join(", ")).filter(|a| !a.is_empty()).unwrap_or("-".to_owned())),
        row("found", format!("{}, {}", template.origin, template.folder.shown(crate::catalog::template::MANIFEST))),
        row("interfaces", interfaces.collect::<Vec<_>>().join(", ")),
    ];
    let parameters: Vec<_> = manifest
        .parameters
        .iter()
        .map(|(name, parameter)| {
            let default = parameter.default.clone().unwrap_or_else(|| "required".to_owned());
            [name.to_owned(), format!("{:?}", parameter.kind).to_lowercase(), default, parameter.prompt.clone()]
        })
        .collect();
    let about = table(["", ""], &rows);
    format!("{}\n\n{}", about.trim_start(), table(["PARAMETER", "KIND", "DEFAULT", "MEANING"], &parameters))
}
