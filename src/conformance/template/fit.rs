//! Whether a template fits in: tasks of it are checked as all tasks are, and it can be deployed.

use std::collections::BTreeSet;

use super::fixture::value;
use super::tasks::GIVES;
use super::{CheckFailure, CheckResult, Fixture, failed};
use crate::catalog::{Kind, Parameter};
use crate::check::{Component, NeedError};
use crate::conformance::with_help;
use crate::platform::{self, Application, DeployError, PartKind};

pub(super) fn task(fixture: &mut Fixture) -> CheckResult {
    fixture.components()?;
    let parameters = &fixture.template()?.manifest.parameters;
    let required: Vec<_> =
        parameters.iter().filter(|(_, one)| one.default.is_none()).map(|(name, _)| name).collect();
    Ok(match required.is_empty() {
        true => "a task needs no parameter".to_owned(),
        false => format!("a task needs {}", required.join(", ")),
    })
}

pub(super) fn parameters(fixture: &mut Fixture) -> CheckResult {
    let component = gives(&fixture.components()?)?;
    let template = fixture.template()?;
    for (name, parameter) in template.manifest.parameters.iter() {
        let mut other = component.clone();
        other.parameters.insert(name.to_owned(), another(name, parameter, &component));
        let told = |component: &Component| Ok::<_, NeedError>((component.needs()?, component.settings()));
        let (before, after) = (told(&component).map_err(text)?, told(&other).map_err(text)?);
        if before == after {
            let why = format!("`{name}` has no effect: it reaches neither the platform nor the trigger");
            let help = format!(
                "set `setting = true` in [parameters.{name}], use it in a `config` of `capabilities`, or remove it"
            );
            return Err(failed(why, help));
        }
    }
    let names: Vec<_> = template.manifest.parameters.names().collect();
    Ok(if names.is_empty() { "there are none".to_owned() } else { names.join(", ") })
}

/// Another value than a component has.
fn another(name: &str, parameter: &Parameter, component: &Component) -> String {
    let now = component.parameters.get(name).map_or("", String::as_str);
    match parameter.kind {
        Kind::Subject => value(name, parameter, "other"),
        // What a value means is not looked at here.
        Kind::Integer | Kind::String => format!("{now}1"),
    }
}

fn gives(components: &[Component]) -> Result<Component, CheckFailure> {
    let found = components.iter().find(|component| component.name == GIVES);
    found.cloned().ok_or_else(|| CheckFailure::Skipped("there is no component".to_owned()))
}

fn text(error: NeedError) -> CheckFailure {
    failed(
        error.to_string(),
        "the texts of `config` may use the parameters, `component_name`, `task_name`, `version` and `http_path`",
    )
}

pub(super) fn queue(fixture: &mut Fixture) -> CheckResult {
    let components = fixture.components()?;
    if !fixture.template()?.receives_messages() {
        return Err(CheckFailure::Skipped("the template receives no messages".to_owned()));
    }
    const HELP: &str = "write `subscriptions = \"{{ source_topic }}|{{ component_name }}\"`";
    let mut taken = BTreeSet::new();
    for component in &components {
        let subscriptions = component.subscriptions().map_err(text)?;
        if subscriptions.is_empty() {
            return Err(failed("it receives messages, and subscribes to nothing", HELP));
        }
        let mut own = BTreeSet::new();
        for subscription in subscriptions {
            let Some(queue) = subscription.queue else {
                let why = format!("the subscription to {} has no queue group", subscription.subject);
                return Err(failed(format!("{why}: each replica would handle each message"), HELP));
            };
            own.insert(queue);
        }
        if let Some(queue) = own.iter().find(|queue| taken.contains(*queue)) {
            let why =
                format!("two tasks have the queue group {queue}: they would take each other's messages");
            return Err(failed(why, HELP));
        }
        taken.extend(own);
    }
    Ok("replicas share the messages, tasks do not".to_owned())
}

/// A template has to fit one platform; the reason says what it needs on each, or why it cannot be used there.
pub(super) fn platform(fixture: &mut Fixture) -> CheckResult {
    let components = fixture.components()?;
    let images = components.iter().map(|component| format!("registry/{}:1", component.name)).collect();
    let application = Application::new("check", &components, images, 1);
    let application = application.map_err(|error| failed(with_help(&error), ""))?;
    let settings = &fixture.options.settings;
    let planned = platform::ALL.map(|(name, open)| (name, open(settings).parts(&application)));
    if let Some(errors) = planned.iter().map(|(_, parts)| parts.as_ref().err()).collect::<Option<Vec<_>>>() {
        return Err(failed(
            errors.into_iter().map(|error| with_help(error)).collect::<Vec<_>>().join("\n"),
            "",
        ));
    }
    Ok(planned.map(|(name, parts)| told(name, parts)).join("; "))
}

fn told(platform: &str, parts: Result<Vec<(String, PartKind)>, DeployError>) -> String {
    let parts = match parts {
        Ok(parts) => parts,
        Err(error) => return format!("not {platform}: {error}"),
    };
    let providers: Vec<_> =
        parts.into_iter().filter_map(|(name, kind)| (kind != PartKind::Component).then_some(name)).collect();
    match providers.is_empty() {
        true => platform.to_owned(),
        false => format!("{platform} with {}", providers.join(", ")),
    }
}
