//! What a template is: its manifest, and its trigger as the manifest describes it.

use std::collections::BTreeSet;

use super::{CheckResult, Fixture, failed};
use crate::build::interfaces;
use crate::build::wit::{HANDLER, JOURNAL, SETTINGS, needed};
use crate::catalog::{Folder, Kind, Parameter, Template};
use crate::check::values;
use crate::conformance;
use crate::nats::subject;
use crate::platform::interface::{is_called, is_of_hosts};

pub(super) fn manifest(fixture: &mut Fixture) -> CheckResult {
    let template = match &fixture.template {
        Ok(template) => template,
        Err(problem) => return Err(conformance::manifest(problem)),
    };
    let manifest = &template.manifest;
    if let Folder::Disk(folder) = &template.folder {
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        if name != manifest.name.as_str() {
            let why = format!("the folder `{name}` has another name than the template, `{}`", manifest.name);
            return Err(failed(why, "give both the same name"));
        }
    }
    if manifest.summary.trim().is_empty() {
        return Err(failed("`summary` is empty", "say in one line what the template receives and sends"));
    }
    for (name, parameter) in manifest.parameters.iter() {
        let key = format!("parameters.{name}");
        if parameter.prompt.trim().is_empty() {
            return Err(failed(
                format!("`{key}.prompt` is empty"),
                "it is the question that users are asked",
            ));
        }
        for (what, value) in [("default", &parameter.default), ("example", &parameter.example)] {
            let wrong = value.as_ref().and_then(|value| unfit(parameter, value));
            if let Some(why) = wrong {
                return Err(failed(format!("`{key}.{what}` {why}"), "write a value that is valid in a task"));
            }
        }
        if parameter.pattern.is_some() && parameter.example.is_none() {
            let help = format!("add `example` to [{key}]: messages and questions show it");
            return Err(failed(format!("`{key}` has a pattern and no example"), help));
        }
    }
    Ok(manifest.summary.clone())
}

/// Why a parameter does not take a value.
fn unfit(parameter: &Parameter, value: &str) -> Option<String> {
    match parameter.kind {
        Kind::Integer => values::integer(value).err().map(|wrong| format!("is wrong: {}", wrong.message)),
        Kind::Subject => match subject::validate(value) {
            Err(error) => Some(format!("is not a valid NATS subject: it {error}")),
            Ok(()) if subject::has_wildcards(value) && !parameter.wildcards => {
                Some("contains wildcards, which the parameter does not allow".to_owned())
            }
            Ok(()) => None,
        },
        // Reading the manifest compares it with the pattern.
        Kind::String => None,
    }
}

pub(super) fn trigger(fixture: &mut Fixture) -> CheckResult {
    let size = fixture.trigger()?.len();
    let template = fixture.template()?;
    Ok(format!("{}, {:.2} MB", template.manifest.trigger, size as f64 / 1e6))
}

pub(super) fn imports(fixture: &mut Fixture) -> CheckResult {
    let trigger = fixture.trigger()?;
    let manifest = &fixture.template()?.manifest;
    let found = needed(&trigger).map_err(|error| failed(error.to_string(), ""))?;
    if !found.iter().any(|name| name == HANDLER) {
        let help = "without it the function is never called";
        return Err(failed(format!("the trigger does not import {HANDLER}"), help));
    }
    let listed: BTreeSet<_> =
        manifest.capabilities.iter().map(|capability| capability.wit.as_str()).collect();
    for name in &found {
        let own = [HANDLER, SETTINGS, JOURNAL].contains(&name.as_str());
        // What such an interface is about comes with the one beside it.
        let beside = name.split_once("/types@").is_some_and(|(package, version)| {
            let is_beside = |wit: &&&str| {
                wit.starts_with(&format!("{package}/")) && wit.ends_with(&format!("@{version}"))
            };
            listed.iter().any(|wit| is_beside(&wit))
        });
        if !own && !beside && !is_of_hosts(name) && !listed.contains(name.as_str()) {
            return Err(stranger(name, &listed));
        }
    }
    let idle = listed.iter().find(|wit| !is_called(wit) && !found.iter().any(|name| name == *wit));
    if let Some(wit) = idle {
        let why = format!("the manifest requires {wit}, which the trigger does not import");
        return Err(failed(why, "remove it from `capabilities`: a provider would be started without use"));
    }
    let settings: Vec<_> = manifest.parameters.iter().filter(|(_, parameter)| parameter.setting).collect();
    if let Some((name, _)) = settings.first().filter(|_| !found.iter().any(|name| name == SETTINGS)) {
        let why = format!("`{name}` is a setting, and the trigger does not import {SETTINGS}");
        return Err(failed(
            why,
            format!("let the trigger read it, or remove `setting` from [parameters.{name}]"),
        ));
    }
    Ok(found.iter().filter(|name| !is_of_hosts(name)).cloned().collect::<Vec<_>>().join(", "))
}

/// An import that nobody would meet.
fn stranger(name: &str, listed: &BTreeSet<&str>) -> super::CheckFailure {
    let plain = |wit: &str| wit.split('@').next().unwrap_or_default().to_owned();
    let why = format!("the trigger imports {name}, which the manifest does not list");
    let help = match listed.iter().find(|wit| plain(wit) == plain(name)) {
        Some(other) => format!("the manifest has {other}: use one version in both"),
        None => format!("add `[[capabilities]]` with `wit = \"{name}\"` to template.toml"),
    };
    failed(why, help)
}

pub(super) fn exports(fixture: &mut Fixture) -> CheckResult {
    let trigger = fixture.trigger()?;
    let template = fixture.template()?;
    let found = interfaces(&trigger).map_err(|error| failed(error.to_string(), ""))?.exports;
    let listed = called(template);
    if let Some(wit) = listed.iter().find(|wit| !found.iter().any(|name| name == *wit)) {
        let why = format!("the manifest declares that {wit} is called, but the trigger does not export it");
        return Err(failed(why, format!("the trigger exports {}", listing(&found))));
    }
    if let Some(name) = found.iter().find(|name| !listed.contains(&name.as_str())) {
        let why = format!("the trigger exports {name}, which nothing calls");
        let help = "add it to `capabilities` in template.toml, or leave it out of the trigger's world";
        return Err(failed(why, help));
    }
    if found.is_empty() {
        let help = "a trigger exports the interface that receives its events, such as wasmcloud:messaging/handler@0.2.0";
        return Err(failed("the trigger exports nothing: it is never called", help));
    }
    Ok(found.join(", "))
}

/// The interfaces by which components of a template are called.
fn called(template: &Template) -> Vec<&str> {
    let all = template.manifest.capabilities.iter().map(|capability| capability.wit.as_str());
    all.filter(|wit| is_called(wit)).collect()
}

fn listing(names: &[String]) -> String {
    if names.is_empty() { "nothing".to_owned() } else { names.join(", ") }
}
