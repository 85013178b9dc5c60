//! What a component needs of its hosts: their interfaces, and what each of them is told.

use std::collections::BTreeMap;

use super::model::{CONSUMER_GROUP, Interface, MAX_IN_FLIGHT, SUBSCRIPTIONS, Texts};
use crate::check::Need;
use crate::platform::interface::{is_of_hosts, split};
use crate::platform::wasmcloud::WasmCloudError;
use crate::platform::{DeployError, Wanted};
use crate::protocol::http_requests;

const MESSAGING: &str = "wasmcloud:messaging";
const HANDLER: &str = "wasmcloud:messaging/handler";
const HTTP: &str = "wasi:http";
const KEYVALUE: &str = "wasi:keyvalue";
const POSTGRES: &str = "wasmcloud:postgres";
const LOGGING: &str = "wasi:logging";
const CONFIG: &str = "wasi:config";
const BLOBSTORE: &str = "wasi:blobstore";

/// What hosts have to be asked for. The rest of what every host answers is there for everybody.
const ASKED_FOR: [&str; 7] = [MESSAGING, HTTP, KEYVALUE, POSTGRES, LOGGING, CONFIG, BLOBSTORE];

/// What a component is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provided {
    pub interfaces: Vec<Interface>,
    /// The subjects that it subscribes to, and the group that shares their messages.
    subscribed: Option<(String, String)>,
}

impl Provided {
    /// Nothing but these.
    pub fn of_interfaces(interfaces: Vec<Interface>) -> Self {
        Self { interfaces, subscribed: None }
    }

    /// The component's configuration. `calls` is how many messages one host gives it at once.
    pub fn config(&self, calls: u32) -> Texts {
        let Some((subjects, group)) = &self.subscribed else { return Texts::new() };
        let pairs = [
            (SUBSCRIPTIONS, subjects.clone()),
            // Never left out: each replica would get each message.
            (CONSUMER_GROUP, group.clone()),
            (MAX_IN_FLIGHT, calls.to_string()),
        ];
        pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
    }
}

/// The interfaces of a component of an application.
///
/// # Errors
/// When hosts do not have one of them, its topics are shared in several groups, or HTTP requests cannot reach it.
pub fn of(wanted: &Wanted, application: &str, database: &str) -> Result<Provided, DeployError> {
    let mut found = BTreeMap::<String, Interface>::new();
    let mut subscribed = None;
    let logging = Need { wit: format!("{LOGGING}/logging@0.1.0-draft"), config: BTreeMap::new() };
    for need in wanted.needs.iter().chain([&logging]) {
        let (package, interface) = split(&need.wit);
        // The entry takes the requests, and hands them on.
        if need.is("wasi:http/incoming-handler") {
            continue;
        }
        if !ASKED_FOR.contains(&package) {
            if is_of_hosts(&need.wit) {
                continue;
            }
            return Err(no_interface(wanted, need));
        }
        let entry = found.entry(package.to_owned()).or_insert_with(|| empty(package, &need.wit));
        add(entry, interface);
        if need.is(HANDLER) {
            subscribed = subscriptions(wanted, need)?;
        } else {
            entry.config.extend(need.config.clone());
        }
        if package == POSTGRES {
            add(entry, "types");
            entry.config.entry("database".to_owned()).or_insert_with(|| database.to_owned());
        }
    }
    if wanted.http.is_some() {
        subscribed = Some(with_requests(wanted, application, subscribed)?);
    }
    Ok(Provided { interfaces: found.into_values().collect(), subscribed })
}

fn empty(package: &str, wit: &str) -> Interface {
    let (namespace, package) = package.split_once(':').unwrap_or_default();
    let version = wit.split_once('@').map_or("", |(_, version)| version);
    Interface {
        namespace: namespace.to_owned(),
        package: package.to_owned(),
        version: version.to_owned(),
        ..Interface::default()
    }
}

fn add(interface: &mut Interface, name: &str) {
    if !interface.interfaces.iter().any(|known| known == name) {
        interface.interfaces.push(name.to_owned());
        interface.interfaces.sort();
    }
}

fn no_interface(wanted: &Wanted, need: &Need) -> DeployError {
    let (component, template, interface) = (wanted.name.clone(), wanted.template.clone(), need.wit.clone());
    WasmCloudError::NoInterface { component, template, interface }.into()
}

/// The subjects without their groups, and the one group.
fn subscriptions(wanted: &Wanted, need: &Need) -> Result<Option<(String, String)>, DeployError> {
    let list = need.config.get(SUBSCRIPTIONS).map_or("", String::as_str);
    let (mut subjects, mut groups) = (Vec::new(), Vec::new());
    for one in list.split(',').map(str::trim).filter(|one| !one.is_empty()) {
        let (subject, group) = one.split_once('|').unwrap_or((one, &wanted.name));
        subjects.push(subject.trim());
        groups.push(group.trim());
    }
    groups.dedup();
    match groups.as_slice() {
        [] => Ok(None),
        [group] => Ok(Some((subjects.join(","), (*group).to_owned()))),
        several => {
            let (component, template) = (wanted.name.clone(), wanted.template.clone());
            let groups = several.join(", ");
            Err(WasmCloudError::Groups { component, template, groups }.into())
        }
    }
}

/// The subjects and the group of a component, and the subject of its HTTP requests.
fn with_requests(
    wanted: &Wanted,
    application: &str,
    subscribed: Option<(String, String)>,
) -> Result<(String, String), DeployError> {
    if !wanted.needs.iter().any(|need| need.is(HANDLER)) {
        let (component, template) = (wanted.name.clone(), wanted.template.clone());
        return Err(WasmCloudError::NoRequests { component, template }.into());
    }
    let requests = http_requests(application, &wanted.name);
    Ok(match subscribed {
        Some((subjects, group)) => (format!("{subjects},{requests}"), group),
        None => (requests, wanted.name.clone()),
    })
}
