//! Whether functions of every language go together with a trigger.

use std::sync::Arc;

use super::tasks::GIVES;
use super::{CheckFailure, CheckResult, Fixture, failed};
use crate::build::{self, settings_component};
use crate::catalog::{Catalog, Unit};
use crate::conformance::pack as packs;
use crate::conformance::with_help;
use crate::pack;

pub(super) fn languages(fixture: &mut Fixture) -> CheckResult {
    let trigger = fixture.trigger()?;
    let components = fixture.components()?;
    let settings = components.iter().find(|component| component.name == GIVES).map(|one| one.settings());
    let settings =
        settings_component(&settings.unwrap_or_default()).map_err(|error| failed(with_help(&error), ""))?;
    let (mut fit, mut left) = (Vec::new(), Vec::new());
    for language in fixture.options.packs.clone() {
        let name = language.name().to_owned();
        let options = packs::Options {
            build: fixture.options.build.clone(),
            templates: Catalog::built_in(),
            progress: Arc::clone(&fixture.options.progress),
        };
        // Nothing of a pack of others is run that is not what was added.
        let (project, user) = &fixture.options.pinned;
        let function = pack::verify([&language], project, user.as_deref())
            .and_then(|()| packs::Fixture::new(language.folder.clone(), options))
            .map_err(|error| CheckFailure::Skipped(error.to_string()))
            .and_then(|mut fixture| fixture.starter());
        match function {
            Ok(function) => {
                let composed = build::compose(&trigger, &function, &settings);
                composed.map_err(|error| failed(format!("with {name}: {}", with_help(&error)), ""))?;
                fit.push(name);
            }
            // Of the pack, not of the template: `pack check` says more.
            Err(CheckFailure::Skipped(why) | CheckFailure::Failed { why, .. }) => {
                let why = why.lines().next().unwrap_or_default();
                left.push(format!("{name} ({why})"));
            }
        }
    }
    let left = left.join(", ");
    match (fit.is_empty(), left.is_empty()) {
        (true, _) => Err(CheckFailure::Skipped(format!("no function can be built here: {left}"))),
        (false, true) => Ok(fit.join(", ")),
        (false, false) => Ok(format!("{}; not built here: {left}", fit.join(", "))),
    }
}
