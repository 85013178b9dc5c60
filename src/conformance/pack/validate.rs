//! What a pack is: its manifest, its compiler, what comes out of it, and whether that goes together with the rest.

use super::fixture::NotBuilt;
use super::{CheckFailure, CheckResult, Fixture, failed};
use crate::build::{self, interfaces, toolchain::Place, wit::HANDLER};
use crate::catalog::{Kind, Template, Unit};
use crate::conformance::{self, with_help};
use std::collections::BTreeMap;

pub(super) fn manifest(fixture: &mut Fixture) -> CheckResult {
    match &fixture.pack {
        Ok(pack) => Ok(pack.manifest.summary.clone()),
        Err(problem) => Err(conformance::manifest(problem)),
    }
}

pub(super) fn compiler(fixture: &mut Fixture) -> CheckResult {
    fixture.pack()?;
    let toolchain = fixture.compiler().map_err(|error| match error {
        NotBuilt::NoCompiler(why) => failed(why, "the other checks need it"),
        other => other.of("the starter"),
    })?;
    let program = &toolchain.pack.manifest.toolchain.program;
    let place = match &toolchain.place {
        Place::Here { program, .. } => program.display().to_string(),
        Place::Container(image) => image.name.clone(),
    };
    Ok(format!("{program} {} ({place})", toolchain.version))
}

pub(super) fn starter(fixture: &mut Fixture) -> CheckResult {
    let function = fixture.starter()?;
    Ok(format!("{:.2} MB", function.len() as f64 / 1e6))
}

pub(super) fn exports(fixture: &mut Fixture) -> CheckResult {
    let found = interfaces(&fixture.starter()?).map_err(|error| failed(error.to_string(), SHELL))?;
    let section = fixture.pack()?.manifest.conformance.as_ref();
    let known = section.map_or(&[][..], |section| &section.also_exports);
    let mut rest = found.exports.iter().filter(|name| *name != HANDLER);
    if found.exports.iter().any(|name| name == HANDLER) && rest.all(|name| known.contains(name)) {
        return Ok(found.exports.join(", "));
    }
    Err(failed(
        format!("it exports {}", found.exports.join(", ")),
        format!(
            "export {HANDLER} and nothing else; other exports that the language's tools add are listed in `conformance.also_exports`"
        ),
    ))
}

const SHELL: &str = "fix the wrapper, or `build.produces`";

pub(super) fn imports(fixture: &mut Fixture) -> CheckResult {
    let found = interfaces(&fixture.starter()?).map_err(|error| failed(error.to_string(), SHELL))?;
    let foreign: Vec<_> = found.imports.iter().filter(|name| !name.starts_with("wasi:")).cloned().collect();
    match foreign.is_empty() {
        true if found.imports.is_empty() => Ok("nothing".to_owned()),
        true => Ok(format!("{} interfaces of WASI", found.imports.len())),
        false => Err(failed(
            format!("it imports {}", foreign.join(", ")),
            "a function may import nothing but WASI",
        )),
    }
}

pub(super) fn templates(fixture: &mut Fixture) -> CheckResult {
    let function = fixture.starter()?;
    let mut names = Vec::new();
    for template in fixture.options.templates.templates.iter() {
        let name = template.name();
        let wrong = |why: String| {
            failed(
                format!("with the template `{name}`: {why}"),
                "the wrapper and the trigger must be built from the same pelato-task.wit",
            )
        };
        let trigger = build::trigger(template).map_err(|error| CheckFailure::Skipped(with_help(&error)))?;
        let settings =
            build::settings_component(&settings(template)).map_err(|error| wrong(with_help(&error)))?;
        build::compose(&trigger, &function, &settings).map_err(|error| wrong(with_help(&error)))?;
        names.push(name.to_owned());
    }
    Ok(names.join(", "))
}

/// A value for every setting: what is in them decides nothing here.
fn settings(template: &Template) -> BTreeMap<String, String> {
    let wanted = template.manifest.parameters.iter().filter(|(_, parameter)| parameter.setting);
    let mut settings: BTreeMap<_, _> = wanted
        .map(|(name, parameter)| {
            let some = if parameter.kind == Kind::Integer { "1" } else { "x" };
            (name.to_string(), parameter.default.clone().unwrap_or_else(|| some.to_owned()))
        })
        .collect();
    settings.insert(crate::protocol::COMPONENT_NAME.to_owned(), "starter".to_owned());
    settings
}
