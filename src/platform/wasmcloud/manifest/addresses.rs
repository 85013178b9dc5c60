//! The names by which HTTP requests reach the hosts. Hosts hand a request to whatever has the name in it; under a name that
//! two have, requests come to either.

use std::collections::{BTreeMap, BTreeSet};

use super::model::{HOST_GROUP, Workload};
use crate::platform::wasmcloud::cluster::objects::{Live, Machine};
use crate::platform::wasmcloud::names::PART_OF;

/// By these, every host is reached from its own machine.
const LOCAL: [&str; 2] = ["localhost", "127.0.0.1"];
/// The longest name, and the longest part of one, in bytes.
const LONGEST: usize = 253;
const LONGEST_PART: usize = 63;

/// What is known of names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Addresses {
    /// What the machines of a host call themselves, by its group and its environment.
    machines: BTreeMap<(String, String), BTreeSet<String>>,
    taken: Vec<Taken>,
    /// Where Services are.
    namespace: Option<String>,
}

/// The names of something else that runs on the same hosts.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Taken {
    by: String,
    group: Option<String>,
    environment: Option<String>,
    names: BTreeSet<String>,
}

impl Addresses {
    /// As an application of this name finds them in a cluster.
    pub fn of(machines: &[Machine], live: &[Live], application: &str, namespace: &str) -> Self {
        let mut known = BTreeMap::<_, BTreeSet<_>>::new();
        for machine in machines.iter().filter(|machine| machine.is_ready) {
            let Some(group) = machine.group.clone() else { continue };
            known.entry((group, machine.environment.clone())).or_default().insert(machine.name.clone());
        }
        let others =
            live.iter().filter(|one| one.labels.get(PART_OF).is_none_or(|other| other != application));
        let taken = others.filter_map(Taken::of).collect();
        Self { machines: known, taken, namespace: Some(namespace.to_owned()) }
    }

    /// The names of an application on the hosts of a target, or on one of them, beside that of its Service.
    pub fn names(
        &self,
        group: &str,
        environment: Option<&str>,
        service: &str,
        more: &[String],
    ) -> BTreeSet<String> {
        let mut names = self.wanted(group, environment, more);
        for taken in self.taken.iter().filter(|taken| taken.is_on(group, environment)) {
            names.retain(|name| !taken.names.contains(name));
        }
        let namespace = self.namespace.iter();
        names.extend(namespace.flat_map(|namespace| {
            ["", ".svc", ".svc.cluster.local"].map(|end| format!("{service}.{namespace}{end}"))
        }));
        names.remove(service);
        names
    }

    fn wanted(&self, group: &str, environment: Option<&str>, more: &[String]) -> BTreeSet<String> {
        let key = environment.map(|environment| (group.to_owned(), environment.to_owned()));
        let machines = key.iter().filter_map(|key| self.machines.get(key)).flatten().map(String::as_str);
        let all = LOCAL.into_iter().chain(environment).chain(machines).chain(more.iter().map(String::as_str));
        // Names are compared letter by letter; browsers send small ones.
        all.filter(|name| is_name(name))
            .flat_map(|name| [name.to_owned(), name.to_ascii_lowercase()])
            .collect()
    }

    /// Names of an application that lead to something else on hosts of these targets, in words.
    pub fn conflicts(&self, targets: &BTreeSet<&str>, more: &[String]) -> Vec<String> {
        let words = |taken: &Taken| {
            let on = |target: &&&str| taken.is_on(target, taken.environment.as_deref());
            let target = targets.iter().find(on)?;
            let wanted = self.wanted(target, taken.environment.as_deref(), more);
            let names: Vec<_> = wanted.intersection(&taken.names).map(|name| format!("`{name}`")).collect();
            let host = taken.environment.as_ref().map_or_else(String::new, |host| format!(" on {host}"));
            (!names.is_empty()).then(|| {
                format!(
                    "HTTP requests to {} in {target}{host} go to {}, which was there first; name other hosts in \
                     workflow.yaml: `http: {{hosts: [name]}}`",
                    names.join(", "),
                    taken.by
                )
            })
        };
        self.taken.iter().filter_map(words).collect()
    }
}

impl Taken {
    fn of(live: &Live) -> Option<Self> {
        let workload: Workload = serde_json::from_value(live.template.clone()).ok()?;
        let http =
            workload.host_interfaces.iter().filter(|one| one.namespace == "wasi" && one.package == "http");
        let lists = http.flat_map(|one| ["host", "host-aliases"].map(|key| one.config.get(key)));
        let names: BTreeSet<_> =
            lists.flatten().flat_map(|list| list.split(',')).map(|name| name.trim().to_owned()).collect();
        let by = match live.labels.get(PART_OF) {
            Some(application) => format!("the application `{application}`"),
            None => format!("`{}`", live.name),
        };
        let group = workload.host_selector.get(HOST_GROUP).cloned();
        (!names.is_empty()).then(|| Self { by, group, environment: workload.environment.clone(), names })
    }

    fn is_on(&self, group: &str, environment: Option<&str>) -> bool {
        let same = |own: &Option<String>, other: Option<&str>| match (own, other) {
            (Some(own), Some(other)) => own == other,
            _ => true,
        };
        same(&self.group, Some(group)) && same(&self.environment, environment)
    }
}

/// Whether hosts take it for a name.
fn is_name(text: &str) -> bool {
    let is_part = |part: &str| {
        let plain = part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        !part.is_empty() && part.len() <= LONGEST_PART && plain && part.trim_matches('-') == part
    };
    text.len() <= LONGEST && text.split('.').all(is_part)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn machine(group: &str, environment: &str, name: &str) -> Machine {
        let text = |text: &str| text.to_owned();
        Machine {
            group: Some(text(group)),
            environment: text(environment),
            name: text(name),
            is_ready: true,
            ..Machine::default()
        }
    }

    fn other(application: &str, environment: Option<&str>, aliases: &str) -> Live {
        let template = json!({
            "hostSelector": { "hostgroup": "edge" },
            "environment": environment,
            "hostInterfaces": [{
                "namespace": "wasi", "package": "http", "interfaces": ["incoming-handler"],
                "config": { "host": format!("{application}-http"), "host-aliases": aliases },
            }],
        });
        let labels = [(PART_OF.to_owned(), application.to_owned())].into();
        Live { name: format!("{application}-x"), labels, template, ..Live::default() }
    }

    fn names(addresses: &Addresses, environment: Option<&str>) -> Vec<String> {
        let more = ["api.example.org".to_owned()];
        addresses.names("edge", environment, "app-http", &more).into_iter().collect()
    }

    #[test]
    fn a_host_has_its_own_names_and_those_of_the_workflow() {
        let machines = [machine("edge", "pi-1", "Pi1.lan"), machine("edge", "pi-2", "10.0.0.2")];
        let addresses = Addresses::of(&machines, &[], "app", "rooms");
        let services = ["app-http.rooms", "app-http.rooms.svc", "app-http.rooms.svc.cluster.local"];
        let with = |own: &[&str]| {
            let all = own.iter().chain(&services).chain(&["127.0.0.1", "localhost", "api.example.org"]);
            all.map(|name| (*name).to_owned()).collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>()
        };
        assert_eq!(names(&addresses, Some("pi-1")), with(&["pi-1", "Pi1.lan", "pi1.lan"]));
        assert_eq!(names(&addresses, Some("pi-2")), with(&["pi-2", "10.0.0.2"]));
        assert_eq!(names(&addresses, None), with(&[]));
        assert_eq!(names(&addresses, Some("pi_3")), with(&[]), "hosts do not take that for a name");
        assert_eq!(names(&Addresses::default(), None), ["127.0.0.1", "api.example.org", "localhost"]);
    }

    #[test]
    fn names_of_others_stay_theirs() {
        let machines = [machine("edge", "pi-1", "pi-1"), machine("edge", "pi-2", "pi-2")];
        let live =
            [other("first", Some("pi-1"), "localhost,127.0.0.1,pi-1"), other("app", None, "localhost")];
        let addresses = Addresses::of(&machines, &live, "app", "rooms");
        let on = |environment| {
            let all = names(&addresses, Some(environment)).into_iter();
            all.filter(|name| !name.starts_with("app-http")).collect::<Vec<_>>()
        };
        assert_eq!(on("pi-1"), ["api.example.org"]);
        assert_eq!(on("pi-2"), ["127.0.0.1", "api.example.org", "localhost", "pi-2"]);
        assert_eq!(
            addresses.conflicts(&["cloud", "edge"].into(), &[]),
            [
                "HTTP requests to `127.0.0.1`, `localhost`, `pi-1` in edge on pi-1 go to the application `first`, which was \
              there first; name other hosts in workflow.yaml: `http: {hosts: [name]}`"
            ]
        );
        assert_eq!(addresses.conflicts(&["cloud"].into(), &[]), Vec::<String>::new());
    }
}
