//! What the embedded host is given to run a workflow.

use super::{BuildFlags, Error, Outcome};
use crate::build::{BuildError, Built};
use crate::check::Component;
use crate::host::{Bus, Environment, Hosted, Limits};
use crate::postgres;
use crate::project::Settings;
use crate::web::Origin;

#[derive(Debug, Clone)]
pub struct RunOptions {
    /// How to build it first.
    pub build: BuildFlags,
    /// Only these components; all if none is named.
    pub only: Vec<String>,
    /// The port for HTTP on the loopback interface; else the workflow's, else 8000. 0 is any that is free.
    pub port: Option<u16>,
    /// Names of this machine by which HTTP is asked for, beside those of the loopback interface.
    pub allow_hosts: Vec<String>,
    /// Pages of these origins may call every component in a browser, beside those of its `http.allow_origins`.
    pub allow_origins: Vec<Origin>,
    /// What carries the messages.
    pub bus: Bus,
    /// The database of the tasks that use one.
    pub database: Option<postgres::Server>,
    /// What one call may use.
    pub limits: Limits,
    /// Messages to send once everything runs: topic and body.
    pub send: Vec<(String, Vec<u8>)>,
    /// End when the flow is idle: nothing waits and nothing runs. Not with a NATS server, where messages come from others.
    pub once: bool,
    /// Build and swap when something changes.
    pub watch: bool,
}

/// Built components as the embedded host takes them. The settings have the values of their secrets.
pub(super) fn hosted(outcome: &Outcome, settings: &Settings, bus: &Bus) -> Result<Vec<Hosted>, Error> {
    let pairs = outcome.components.iter().zip(&outcome.built);
    pairs.map(|(component, built)| hosted_one(component, built, settings, bus)).collect()
}

/// One of them.
pub(super) fn hosted_one(
    component: &Component,
    built: &Built,
    settings: &Settings,
    bus: &Bus,
) -> Result<Hosted, Error> {
    // Nothing hands messages over in this process: they are read where they are sent to.
    let component = match bus {
        Bus::InProcess => component.clone().at_most_once(),
        Bus::Nats(_) => component.clone(),
    };
    let wrong = |source| Error::TemplateText { template: component.template.manifest.name.clone(), source };
    Ok(Hosted {
        name: component.name.clone(),
        wasm: built.read_artifact().map_err(BuildError::from)?.into(),
        subscriptions: component.subscriptions().map_err(wrong)?,
        http_path: component.http.as_ref().map(|http| http.path.clone()),
        allow_origins: component.http.iter().flat_map(|http| http.allow_origins.clone()).collect(),
        bucket: component.bucket().map_err(wrong)?,
        database: component.uses_database(),
        table: component.table().map(str::to_owned),
        dead_letter_topic: component.at_least_once.as_ref().map(|kept| kept.dead_letter_topic.clone()),
        stored_topics: component.streams.writes.clone(),
        environment: secrets(&component, settings)?,
    })
}

/// The secrets of a component's function, as its host gives them to it.
///
/// # Errors
/// When the value of one is not known here.
pub(super) fn secrets(component: &Component, settings: &Settings) -> Result<Environment, Error> {
    let value = |name: &String| {
        settings.check_secret(name)?;
        let unknown = || Error::UnknownSecret { component: component.name.clone(), name: name.clone() };
        Ok((name.clone(), settings.secret(name).ok_or_else(unknown)?))
    };
    component.env.secrets.values().map(value).collect()
}
