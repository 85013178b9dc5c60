//! `pelato template check`

use std::path::Path;
use std::sync::Arc;

use clap::Args;

use super::super::context::{Context, user_folder};
use crate::build::container::addresses;
use crate::catalog::{Catalog, Folder, Origin, Pack, TEMPLATES_FOLDER, template::MANIFEST};
use crate::conformance;
use crate::error::Error;
use crate::pelato::BuildFlags;
use crate::template::TemplateError;
use crate::template::check::{self, Bench, Options};
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
    let catalog = context.catalog();
    let (name, folder) = folder(arguments.template.as_deref(), &catalog, context)?;
    let pelato = context.open()?;
    let flags = BuildFlags {
        no_install: Some("`template check`"),
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
    let mut bench = Bench::new(folder, options)?;
    let outcomes = check::run(&mut bench, context.ui.as_ref());
    if context.ui.json() {
        context.ui.result_json(&json::TemplateCheck::new(&name, &outcomes));
    } else {
        context.ui.conformance(&outcomes);
    }
    let failed = conformance::failures(&outcomes);
    match failed.is_empty() {
        true => Ok(()),
        false => Err(TemplateError::Fails { template: name, failed }.into()),
    }
}

fn packs(languages: &[String], catalog: &Catalog) -> Result<Vec<Pack>, Error> {
    if languages.is_empty() {
        return Ok(catalog.packs.iter().cloned().collect());
    }
    let named = languages.iter().map(|name| Ok(catalog.packs.get(name)?.clone()));
    named.collect()
}

/// The template that is meant: a folder that has one in it comes first.
fn folder(named: Option<&str>, catalog: &Catalog, context: &Context) -> Result<(String, Folder), Error> {
    let path = context.here.join(named.unwrap_or("."));
    if path.join(MANIFEST).is_file() {
        let real = std::fs::canonicalize(&path).unwrap_or(path);
        let name = real.file_name().unwrap_or_default().to_string_lossy().into_owned();
        return Ok((name, Folder::Disk(real)));
    }
    match named {
        None => Err(Error::Usage {
            message: format!("there is no {MANIFEST} in this folder"),
            help: "name a template, or the folder of one".to_owned(),
        }),
        Some(named) if Path::new(named).components().count() > 1 || path.is_dir() => {
            Err(TemplateError::NoTemplate { place: named.to_owned() }.into())
        }
        Some(name) => by_name(name, catalog, context),
    }
}

/// A broken template is one that is to be checked, too: the first check says what is wrong.
fn by_name(name: &str, catalog: &Catalog, context: &Context) -> Result<(String, Folder), Error> {
    if let Some(broken) = catalog.templates.broken().iter().find(|broken| broken.name == name) {
        let root = match broken.origin {
            Origin::User => user_folder(),
            _ => context.project(),
        };
        if let Some(root) = root {
            return Ok((name.to_owned(), Folder::Disk(root.join(TEMPLATES_FOLDER).join(name))));
        }
    }
    let template = catalog.templates.get(name)?;
    Ok((template.manifest.name.clone(), template.folder.clone()))
}
