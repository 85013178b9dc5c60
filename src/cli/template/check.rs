//! `pelato template check`

use clap::Args;

use super::super::context::Context;
use crate::build::container::addresses;
use crate::catalog::template::MANIFEST;
use crate::pelato::{BuildFlags, Error};
use crate::ui::json;

/// Run what a template brings, and say whether it does what every template has to
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  pelato template check processor_nats\n  pelato template check ../my_template\n  \
    pelato template check my_template --language go --json\n\nThe checks are described in \
    docs/reference/template-check.md. Nothing is installed: languages whose compiler is not here are named, and left out."
)]
pub struct Arguments {
    /// The template's name, or its folder [default: this folder]
    #[arg(value_name = "PATH|NAME")]
    template: Option<String>,
    /// With functions in this language only; may be given several times [default: all that are found]
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
        no_install: Some("`template check`"),
        path: std::env::var_os("PATH").unwrap_or_default(),
        engines: addresses(&|name| std::env::var_os(name)),
        ..BuildFlags::default()
    };
    let checked = context.open()?.check_template(name, folder, &arguments.languages, &flags)?;
    if context.ui.json() {
        context.ui.result_json(&json::TemplateCheck::new(&checked.name, &checked.outcomes));
    } else {
        context.ui.conformance(&checked.outcomes);
    }
    checked.of_template()
}
