//! `pelato template check`

use std::sync::Arc;

use clap::Args;

use super::super::context::{Context, user_folder};
use crate::build::container::addresses;
use crate::catalog::{self, Catalog, Folder, Pack, Selector, template::MANIFEST};
use crate::conformance;
use crate::conformance::template::{self as check, Fixture, Options};
use crate::pelato::BuildFlags;
use crate::pelato::Error;
use crate::remedy::Operation;
use crate::template::TemplateError;
use crate::ui::json;

/// Test whether a template does what every template must do
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  pelato template check processor_nats\n  pelato template check ../my_template\n  \
    pelato template check my_template --language go --json\n\nThe checks are described in \
    docs/reference/template-check.md. Nothing is installed: languages whose compiler is missing are listed and skipped."
)]
pub struct Arguments {
    /// The template's name, or its folder [default: this folder]
    #[arg(value_name = "PATH|NAME")]
    template: Option<String>,
    /// Use functions in this language only; may be repeated [default: all that are found]
    #[arg(long = "language", value_name = "LANGUAGE")]
    languages: Vec<String>,
}

/// Runs the command.
pub fn run(arguments: &Arguments, context: &Context) -> Result<(), Error> {
    let catalog = context.catalog();
    let (name, folder) = folder(arguments.template.as_deref(), &catalog, context)?;
    let pelato = context.open()?;
    let flags = BuildFlags {
        no_install: Some(Operation::TemplateCheck.into()),
        path: std::env::var_os("PATH").unwrap_or_default(),
        engines: addresses(&|name| std::env::var_os(name)),
        ..BuildFlags::default()
    };
    let options = Options {
        build: pelato.build_options(&flags),
        settings: pelato.settings().clone(),
        packs: packs(&arguments.languages, &catalog)?,
        pinned: (context.root(), user_folder()),
        progress: Arc::clone(&context.ui) as Arc<_>,
    };
    let mut fixture = Fixture::new(folder, options)?;
    let outcomes = check::run(&mut fixture, context.ui.as_ref());
    if context.ui.json() {
        context.ui.result_json(&json::TemplateCheck::new(&name, &outcomes));
    } else {
        context.ui.conformance(&outcomes);
    }
    let failed = conformance::failures(&outcomes);
    match failed.is_empty() {
        true => Ok(()),
        false => Err(TemplateError::ChecksFailed { template: name, failed }.into()),
    }
}

fn packs(languages: &[String], catalog: &Catalog) -> Result<Vec<Pack>, Error> {
    if languages.is_empty() {
        return Ok(catalog.packs.iter().cloned().collect());
    }
    let named = languages.iter().map(|name| Ok(catalog.packs.get(name)?.clone()));
    named.collect()
}

/// The template that is meant, also if it is broken: the first check says what is wrong.
fn folder(named: Option<&str>, catalog: &Catalog, context: &Context) -> Result<(String, Folder), Error> {
    match catalog::select(named, &context.here, &catalog.templates)? {
        Selector::Found(name, folder) => Ok((name, folder)),
        Selector::Missing(place) => Err(TemplateError::NoTemplate { place }.into()),
        Selector::Unnamed => Err(Error::Usage {
            message: format!("there is no {MANIFEST} in this folder"),
            help: "name a template, or the folder of one".to_owned(),
        }),
    }
}
