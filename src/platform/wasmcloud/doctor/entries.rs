//! Whether requests reach the HTTP entries of what is deployed: one on each host of their targets, under names of its own.

use std::collections::{BTreeMap, BTreeSet};

use crate::entry;
use crate::platform::wasmcloud::cluster::Cluster;
use crate::platform::wasmcloud::cluster::objects::{Live, Machine, Set, Workload as Replica};
use crate::platform::wasmcloud::manifest::model::{COMPONENT_NAME, TARGET, Texts, Workload};
use crate::platform::wasmcloud::names::{MANAGED_BY, MANAGER, PART_OF};
use crate::platform::{DeployError, Finding};
use crate::text::count;

/// Looks at all that PELATO has deployed in the namespace.
///
/// # Errors
/// When the cluster does not answer.
pub async fn look(cluster: &Cluster, machines: &[Machine]) -> Result<Vec<Finding>, DeployError> {
    let mut live = cluster.deployments(Some(&format!("{MANAGED_BY}={MANAGER}"))).await?;
    live.retain(|one| text(&one.annotations, COMPONENT_NAME) == entry::NAME);
    if live.is_empty() {
        return Ok(Vec::new());
    }
    let labels = Texts::from([(MANAGED_BY.to_owned(), MANAGER.to_owned())]);
    let names: Vec<_> = live.iter().map(|one| one.name.clone()).collect();
    let (sets, workloads) = cluster.replicas(&labels, &names).await?;
    Ok(judge(machines, &live, &sets, &workloads))
}

fn text<'a>(texts: &'a Texts, key: &str) -> &'a str {
    texts.get(key).map_or("", String::as_str)
}

/// What there is to say of each application.
fn judge(machines: &[Machine], live: &[Live], sets: &[Set], workloads: &[Replica]) -> Vec<Finding> {
    let mut applications = BTreeMap::<_, Vec<_>>::new();
    for one in live {
        applications.entry(text(&one.labels, PART_OF)).or_default().push(one);
    }
    let told = applications.into_iter().flat_map(|(application, entries)| {
        let is_one = |replica: &Replica| {
            let set = sets.iter().find(|set| set.name == replica.owner);
            replica.is_running() && set.is_some_and(|set| entries.iter().any(|one| one.name == set.owner))
        };
        let running: BTreeSet<_> =
            workloads.iter().filter(|one| is_one(one)).filter_map(|one| one.host.as_deref()).collect();
        let on = hosts(application, &entries, machines, &running);
        [Some(on), unnamed(application, &entries)].into_iter().flatten()
    });
    told.collect()
}

/// Whether each host runs the entry that is ready for it.
fn hosts(application: &str, entries: &[&Live], machines: &[Machine], running: &BTreeSet<&str>) -> Finding {
    let targets: BTreeSet<_> = entries.iter().map(|one| text(&one.annotations, TARGET)).collect();
    let is_wanted =
        |one: &&Machine| one.is_ready && one.group.as_deref().is_some_and(|group| targets.contains(group));
    let wanted: Vec<_> = machines.iter().filter(is_wanted).collect();
    let without = wanted.iter().filter(|one| !running.contains(one.id.as_str()));
    let without: Vec<_> = without.map(|one| one.environment.as_str()).collect();
    if without.is_empty() {
        return Finding::Fine(format!(
            "the HTTP entry of {application} runs on {}",
            count(wanted.len(), "host")
        ));
    }
    Finding::Lacking {
        found: format!("the HTTP entry of {application} does not run on {}", without.join(", ")),
        remedy: "deploy the workflow again: hosts that joined later get it then".to_owned(),
    }
}

/// Entries that have no name but those of the application's Service, which only the cluster knows.
fn unnamed(application: &str, entries: &[&Live]) -> Option<Finding> {
    let has_name = |one: &Live| {
        let workload = serde_json::from_value::<Workload>(one.template.clone()).unwrap_or_default();
        let http = workload.host_interfaces.iter().find(|one| one.package == "http");
        let Some(config) = http.map(|one| &one.config) else { return true };
        let of_service = format!("{}.", text(config, "host"));
        let aliases = text(config, "host-aliases").split(',').map(str::trim);
        aliases.filter(|alias| !alias.is_empty()).any(|alias| !alias.starts_with(&of_service))
    };
    let unnamed: BTreeSet<_> =
        entries.iter().filter(|one| !has_name(one)).map(|one| text(&one.annotations, TARGET)).collect();
    let targets: Vec<_> = unnamed.into_iter().collect();
    (!targets.is_empty()).then(|| Finding::Lacking {
        found: format!(
            "no HTTP request in {} is led to {application}: other applications have all names of the hosts",
            targets.join(", ")
        ),
        remedy: "name hosts of its own in workflow.yaml: `http: {hosts: [name]}`".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::platform::wasmcloud::cluster::objects::Condition;

    fn machine(environment: &str, group: &str, is_ready: bool) -> Machine {
        Machine {
            id: format!("id-{environment}"),
            group: Some(group.into()),
            environment: environment.into(),
            is_ready,
            ..Machine::default()
        }
    }

    fn entry_on(application: &str, environment: &str, aliases: &str) -> Live {
        let service = format!("{application}-http");
        let config = json!({ "host": service, "host-aliases": aliases });
        let annotations = [(COMPONENT_NAME, entry::NAME), (TARGET, "edge")];
        Live {
            name: format!("{application}-{environment}"),
            labels: [(PART_OF.to_owned(), application.to_owned())].into(),
            annotations: annotations.map(|(key, value)| (key.to_owned(), value.to_owned())).into(),
            template: json!({ "hostInterfaces": [
                { "namespace": "wasi", "package": "http", "interfaces": ["handler"], "config": config },
            ]}),
            ..Live::default()
        }
    }

    fn replica(live: &Live, host: &str, ready: &str) -> (Set, Replica) {
        let set = Set { name: format!("{}-1", live.name), owner: live.name.clone(), ..Set::default() };
        let ready = Condition { kind: "Ready".into(), status: ready.into(), ..Condition::default() };
        let replica = Replica {
            owner: set.name.clone(),
            host: Some(format!("id-{host}")),
            conditions: vec![ready],
            ..Replica::default()
        };
        (set, replica)
    }

    fn told(machines: &[Machine], live: &[Live], replicas: &[(Set, Replica)]) -> Vec<String> {
        let (sets, workloads): (Vec<_>, Vec<_>) = replicas.iter().cloned().unzip();
        let words = |finding| match finding {
            Finding::Fine(words) => format!("ok: {words}"),
            Finding::Lacking { found, .. } => found,
            Finding::Failed(error) => panic!("{error}"),
        };
        judge(machines, live, &sets, &workloads).into_iter().map(words).collect()
    }

    #[test]
    fn a_host_of_the_target_without_an_entry_is_named() {
        let machines =
            [machine("pi-1", "edge", true), machine("pi-2", "edge", true), machine("vm", "cloud", true)];
        let live = ["pi-1", "pi-2"].map(|host| entry_on("doors", host, "localhost,doors-http.rooms"));
        let (one, other) = (replica(&live[0], "pi-1", "True"), replica(&live[1], "pi-2", "True"));
        assert_eq!(
            told(&machines, &live, &[one.clone(), other]),
            ["ok: the HTTP entry of doors runs on 2 hosts"]
        );
        let starting = replica(&live[1], "pi-2", "Unknown");
        assert_eq!(
            told(&machines, &live, &[one.clone(), starting]),
            ["the HTTP entry of doors does not run on pi-2"]
        );
        let gone = [machine("pi-1", "edge", true), machine("pi-2", "edge", false)];
        assert_eq!(told(&gone, &live, &[one]), ["ok: the HTTP entry of doors runs on 1 host"]);
    }

    #[test]
    fn an_entry_without_a_name_of_its_own_is_told() {
        let machines = [machine("pi-1", "edge", true)];
        let live = [
            entry_on("doors", "pi-1", "localhost,doors-http.rooms"),
            entry_on("gates", "pi-1", "gates-http.rooms,gates-http.rooms.svc"),
        ];
        let replicas = [replica(&live[0], "pi-1", "True"), replica(&live[1], "pi-1", "True")];
        assert_eq!(
            told(&machines, &live, &replicas),
            [
                "ok: the HTTP entry of doors runs on 1 host",
                "ok: the HTTP entry of gates runs on 1 host",
                "no HTTP request in edge is led to gates: other applications have all names of the hosts",
            ]
        );
    }
}
