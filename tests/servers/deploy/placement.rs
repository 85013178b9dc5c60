//! Where components and providers run.

use std::time::Duration;

use super::project::{Project, Task, post, workflow};
use crate::support::address;
use crate::support::lattice::{Inventory, Lattice, NAME, Setup, wait_for};

/// What the lattice calls instances, of one replica: the setting CALLS_PER_REPLICA.
const REPLICA: u64 = 100;

/// A task that is like all others here.
fn task(number: usize) -> Task {
    Task {
        name: format!("echo_{number}"),
        from: format!("in.{number}"),
        to: format!("out.{number}"),
        ..Task::default()
    }
}

/// Instances of a component on each host, by the hosts' targets.
fn instances(hosts: &[Inventory], id: &str) -> Vec<(String, u64)> {
    let count = |host: &Inventory| host.components.get(id).map_or(0, |(count, _)| *count);
    hosts.iter().map(|host| (host.target.clone(), count(host))).collect()
}

fn spread(counts: &[(&str, u64)]) -> Vec<(String, u64)> {
    counts.iter().map(|(target, count)| ((*target).to_owned(), *count)).collect()
}

#[test]
fn instances_are_spread_over_targets_and_providers_are_shared() {
    let Some(mut lattice) = Lattice::start() else { return };
    let shared = twenty_tasks_share_two_providers(&lattice);
    replicas_run_in_each_target(&lattice);
    // The other application has its own providers: they are left alone.
    shared.pelato(&["status"]).said(&["20 of 20 components run, 2 of 2 providers"]);
    shared.pelato(&["remove"]);
    assert!(lattice.is_empty(), "{}", lattice.left());
    what_has_no_host_starts_when_one_comes(&mut lattice);
}

fn twenty_tasks_share_two_providers(lattice: &Lattice) -> Project {
    let port = address::reserve().port();
    let tasks: Vec<_> =
        (0..20).map(|number| Task { http: (number % 2 == 0).then_some(port), ..task(number) }).collect();
    let project = Project::echoes(lattice, &workflow("Twenty", &tasks));
    project.brush().said(&["20 of 20 components run, 2 of 2 providers"]);
    assert_eq!(lattice.provider_processes().len(), 2, "{}", lattice.left());
    let mut out = lattice.bus.subscribe("out.19");
    lattice.bus.publish("in.19", "hello");
    assert_eq!(out.next(), "hello");
    assert_eq!(post(port, "/echo_18", "hi"), (200, "hi".to_owned()), "{}", lattice.hosts[0].tail());
    project
}

fn replicas_run_in_each_target(lattice: &Lattice) {
    let two = Task { targets: "edge, cloud", replicas: 2, ..task(40) };
    let project = Project::echoes(lattice, &workflow("Both", &[two]));
    project.brush().said(&["1 of 1 components run, 1 of 1 providers"]);
    let hosts = lattice.inventories();
    assert_eq!(instances(&hosts, "both-echo_40"), spread(&[("cloud", 2 * REPLICA), ("edge", 2 * REPLICA)]));
    let mut out = lattice.bus.subscribe("out.40");
    // What is processed twice comes a second time, at the latest among the answers to the next messages.
    for round in 0..3 {
        let numbers = round * 20..(round + 1) * 20;
        numbers.clone().for_each(|number| lattice.bus.publish("in.40", &number.to_string()));
        let mut answers: Vec<usize> = (0..20).map(|_| out.next().parse().unwrap()).collect();
        answers.sort_unstable();
        assert_eq!(answers, numbers.collect::<Vec<_>>());
    }
    project.pelato(&["remove"]);
}

fn what_has_no_host_starts_when_one_comes(lattice: &mut Lattice) {
    let fog = Task { targets: "fog", ..task(50) };
    let project = Project::echoes(lattice, &workflow("Weather", &[fog, task(51)]));
    let deployed = project.brush();
    deployed.said(&[
        "no host has the label host-type=fog: components for it start when such a host joins",
        "1 of 2 components run, 1 of 2 providers",
    ]);
    project.run(&["status"]).code(7).printed(&["waiting", "no host with host-type=fog"]);
    lattice.add_host("fog");
    let everywhere = || project.run(&["status"]).err.contains("2 of 2 components run, 2 of 2").then_some(());
    wait_for("the component on the new host", everywhere);
    let mut out = lattice.bus.subscribe("out.50");
    wait_for("an answer", || {
        lattice.bus.publish("in.50", "late");
        out.within(Duration::from_millis(500))
    });
}

#[test]
fn every_host_of_a_target_has_its_own_instance() {
    let setup = Setup { hosts: &["edge", "edge", "cloud"], ..Setup::default() };
    let Some(lattice) = Lattice::with(&setup) else { return };
    let everywhere = Task { every_host: true, ..task(1) };
    let project = Project::echoes(&lattice, &workflow("Everywhere", &[everywhere]));
    project.brush().said(&["1 of 1 components run, 1 of 1 providers"]);
    let hosts = lattice.inventories();
    assert_eq!(
        instances(&hosts, "everywhere-echo_1"),
        spread(&[("cloud", 0), ("edge", REPLICA), ("edge", REPLICA)])
    );
    assert_eq!(lattice.provider_processes().len(), 2);
    project.pelato(&["status"]).printed(&["2/2"]);
    project.pelato(&["remove"]);
    assert!(lattice.is_empty(), "{}", lattice.left());
    providers_inside_the_hosts(&lattice);
}

fn providers_inside_the_hosts(lattice: &Lattice) {
    let project = Project::echoes(lattice, &workflow("Inside", &[task(1)]));
    let project = project.env("MESSAGING_PROVIDER", "builtin").env("HTTP_PROVIDER", "builtin");
    project.brush().said(&["1 of 1 components run, 1 of 1 providers"]);
    let hosts = lattice.inventories();
    assert_eq!(
        instances(&hosts, "inside-echo_1"),
        spread(&[("cloud", 0), ("edge", REPLICA), ("edge", REPLICA)])
    );
    assert!(lattice.provider_processes().is_empty());
    let mut out = lattice.bus.subscribe("out.1");
    lattice.bus.publish("in.1", "hello");
    assert_eq!(out.next(), "hello");
    project.pelato(&["remove"]);
    assert!(lattice.is_empty(), "{}", lattice.left());
}

#[test]
fn what_belongs_to_others_is_left_alone() {
    let setup = Setup { hosts: &["edge"], ..Setup::default() };
    let Some(lattice) = Lattice::with(&setup) else { return };
    let port = address::reserve().port();
    let first = Project::echoes(&lattice, &workflow("One", &[Task { http: Some(port), ..task(1) }]));
    first.brush();
    let second = Project::echoes(&lattice, &workflow("Two", &[Task { http: Some(port), ..task(2) }]));
    second.pelato(&["push"]);
    second.run(&["deploy"]).failed(
        3,
        &[
            &format!("port {port} on hosts of edge is already used by the application `one`"),
            "http: {port: …}",
        ],
    );
    let namesake = Project::echoes(&lattice, &workflow("One", &[task(3)]));
    namesake.pelato(&["push"]);
    let theirs =
        "`one` in the lattice `default` belongs to another project: it shares no component with this one";
    namesake.run(&["deploy"]).failed(7, &[theirs, "another `project_name` in workflow.yaml", "--force"]);
    first.pelato(&["status"]).said(&["1 of 1 components run"]);
    namesake.pelato(&["deploy", "--force"]).said(&["Deployed one 2-"]);
    assert!(!lattice.inventories()[0].components.contains_key("one-echo_1"), "{}", lattice.left());
    first.run(&["rollback"]);
    first.pelato(&["remove"]);
    foreign(&lattice, &namesake);
}

/// Somebody has deployed an application of the same name with other tools.
fn foreign(lattice: &Lattice, project: &Project) {
    let manifest = project.place.read("gen/wadm.yaml");
    let theirs = manifest.lines().filter(|line| !line.contains("pelato-version"));
    let theirs = theirs.collect::<Vec<_>>().join("\n");
    let done = lattice.bus.request(&format!("wadm.api.{NAME}.model.put"), &theirs).unwrap();
    assert_eq!(done["result"], "created", "{done}");
    lattice.bus.request(&format!("wadm.api.{NAME}.model.deploy.one"), "{}").unwrap();
    let refused = "`one` in the lattice `default` was not deployed by PELATO";
    project.run(&["deploy"]).failed(7, &[refused]);
    project.run(&["remove"]).failed(7, &[refused]);
    assert_eq!(lattice.applications(), ["one"]);
    project.pelato(&["remove", "--force"]).said(&["Removed one"]);
    assert!(lattice.is_empty(), "{}", lattice.left());
}
