//! Whether functions of every language go together with a trigger.

use std::sync::Arc;

use super::bench::GIVES;
use super::{Bench, Judged, Refusal, failed};
use crate::build::{self, settings_component};
use crate::catalog::{Catalog, Unit};
use crate::conformance::with_help;
use crate::pack;

pub(super) fn languages(bench: &mut Bench) -> Judged {
    let trigger = bench.trigger()?;
    let components = bench.components()?;
    let settings = components.iter().find(|component| component.name == GIVES).map(|one| one.settings());
    let settings =
        settings_component(&settings.unwrap_or_default()).map_err(|error| failed(with_help(&error), ""))?;
    let (mut fit, mut left) = (Vec::new(), Vec::new());
    for language in bench.options.packs.clone() {
        let name = language.name().to_owned();
        let options = pack::check::Options {
            build: bench.options.build.clone(),
            settings: bench.options.settings.clone(),
            templates: Catalog::built_in(),
            progress: Arc::clone(&bench.options.progress),
        };
        // Nothing of a pack of others is run that is not what was added.
        let (project, user) = &bench.options.pinned;
        let function = pack::verify([&language], project, user.as_deref())
            .and_then(|()| pack::check::Bench::new(language.folder.clone(), options))
            .map_err(|error| Refusal::Skipped(error.to_string()))
            .and_then(|mut bench| bench.starter());
        match function {
            Ok(function) => {
                let composed = build::compose(&trigger, &function, &settings);
                composed.map_err(|error| failed(format!("with {name}: {}", with_help(&error)), ""))?;
                fit.push(name);
            }
            // Of the pack, not of the template: `pack check` says more.
            Err(Refusal::Skipped(why) | Refusal::Failed { why, .. }) => {
                let why = why.lines().next().unwrap_or_default();
                left.push(format!("{name} ({why})"));
            }
        }
    }
    let left = left.join(", ");
    match (fit.is_empty(), left.is_empty()) {
        (true, _) => Err(Refusal::Skipped(format!("no function can be built here: {left}"))),
        (false, true) => Ok(fit.join(", ")),
        (false, false) => Ok(format!("{}; not built here: {left}", fit.join(", "))),
    }
}
