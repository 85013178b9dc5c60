//! `pelato template check`

use clap::Args;

use super::super::context::Context;
use crate::build::container::addresses;
use crate::catalog::template::MANIFEST;
use crate::pelato::{BuildFlags, Error};
use crate::remedy::Operation;
use crate::ui::json;

/// Test whether a template does what every template must do
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  pelato template check processor_nats\n  pelato template check ../my_template\n  \
    pelato template check my_template --language go --json\n\nThe checks are described in \
    `pelato explain template-check`. Nothing is installed: languages whose compiler is missing are listed and skipped."
)]
pub struct Arguments {
    /// The template's name, or its folder [default: this folder]
    #[arg(value_name = "PATH|TEMPLATE")]
    template: Option<String>,
    /// Use functions in this language only; may be repeated [default: all that are found]
    #[arg(long = "language", value_name = "LANGUAGE")]
    languages: Vec<String>,
}

/// Runs the command.
pub fn run(arguments: &Arguments, context: &Context) -> Result<(), Error> {
    let found = context.library().find_template(arguments.template.as_deref(), &context.here)?;
    let (name, folder) = found.ok_or_else(|| Error::Usage {
        message: format!("there is no {MANIFEST} in this folder"),
        help: "name a template, or the folder of one".to_owned(),
    })?;
    let flags = BuildFlags {
        no_install: Some(Operation::TemplateCheck.into()),
        path: std::env::var_os("PATH").unwrap_or_default(),
        engines: addresses(&|name| std::env::var_os(name)),
        ..BuildFlags::default()
    };
    let pelato = context.open()?;
    let checked = context.finish(pelato.check_template(name, folder, &arguments.languages, &flags))?;
    if context.ui.json() {
        context.ui.result_json(&json::TemplateCheck::new(&checked.name, &checked.outcomes));
    } else {
        context.ui.conformance(&checked.outcomes);
    }
    checked.of_template()
}
