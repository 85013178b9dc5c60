use serde_json::json;

use super::*;
use crate::platform::wasmcloud::manifest::model::{
    COMPONENT_NAME, Component, KIND, Metadata, REVISION, Spec, TARGET, Template, Texts, Workload as Content,
};

fn wanted(image: &str, replicas: u32) -> Deployment {
    let text = |text: &str| text.to_owned();
    let annotations = Texts::from([
        (text(COMPONENT_NAME), text("a")),
        (text(COMPONENT_VERSION), text("1.0.0")),
        (text(TARGET), text("edge")),
        (text(REVISION), text("2-b")),
    ]);
    let workload = Content {
        host_selector: [(text(HOST_GROUP), text("edge"))].into(),
        components: vec![Component { name: text("a"), image: text(image), ..Component::default() }],
        ..Content::default()
    };
    Deployment {
        api_version: text("v"),
        kind: text(KIND),
        metadata: Metadata { name: text("app-a"), namespace: None, labels: Texts::new(), annotations },
        spec: Spec { replicas, template: Template { labels: Texts::new(), spec: workload } },
    }
}

fn live(wanted: &Deployment, set: &str) -> Live {
    Live {
        name: wanted.name().to_owned(),
        annotations: wanted.metadata.annotations.clone(),
        template: serde_json::to_value(wanted.workload()).unwrap(),
        replicas: wanted.spec.replicas,
        set: Some(set.to_owned()),
        conditions: vec![Condition { kind: "Ready".into(), status: "True".into(), message: String::new() }],
        ..Live::default()
    }
}

fn set(name: &str, wanted: &Deployment) -> Set {
    let template = serde_json::to_value(wanted.workload()).unwrap();
    Set { name: name.to_owned(), owner: wanted.name().to_owned(), template }
}

fn workload(set: &str, image: &str, conditions: &[(&str, &str, &str)]) -> Workload {
    let condition = |(kind, status, message): &(&str, &str, &str)| Condition {
        kind: (*kind).to_owned(),
        status: (*status).to_owned(),
        message: (*message).to_owned(),
    };
    Workload {
        name: format!("{set}-x"),
        owner: set.to_owned(),
        image: image.to_owned(),
        host: Some("id-1".to_owned()),
        conditions: conditions.iter().map(condition).collect(),
        ..Workload::default()
    }
}

const READY: &[(&str, &str, &str)] = &[("Ready", "True", "")];

fn machine() -> Machine {
    Machine {
        id: "id-1".into(),
        name: "moss".into(),
        group: Some("edge".into()),
        environment: "edge-1".into(),
        is_ready: true,
        ..Machine::default()
    }
}

fn look(wanted: &Deployment) -> Look {
    Look {
        wanted: vec![wanted.clone()],
        version: "2-b".to_owned(),
        live: vec![live(wanted, "new")],
        sets: vec![set("new", wanted)],
        workloads: vec![workload("new", wanted.image(), READY)],
        machines: vec![machine()],
    }
}

fn only(look: &Look) -> Part {
    parts(&look.replicas()).remove(0)
}

#[test]
fn it_runs_when_enough_replicas_of_this_very_template_do() {
    let new = wanted("r/a@sha256:22", 1);
    let part = only(&look(&new));
    assert_eq!((part.state, part.instances, part.replicas), (State::Running, 1, 1));
    assert_eq!(
        (part.hosts, part.running, part.reason),
        (vec!["moss".to_owned()], ["1.0.0".to_owned()].into(), None)
    );
    let two = wanted("r/a@sha256:22", 2);
    let part = only(&Look { workloads: look(&new).workloads, ..look(&two) });
    assert_eq!((part.state, part.instances, part.replicas), (State::Starting, 1, 2));
}

#[test]
fn the_replicas_of_before_do_not_count_though_all_is_said_to_be_ready() {
    let (old, new) = (wanted("r/a@sha256:112233445566778899", 1), wanted("r/a@sha256:22", 1));
    // The operator has not seen the change: its set is the one of before.
    let before = Look {
        live: vec![live(&new, "old")],
        sets: vec![set("old", &old)],
        workloads: vec![workload("old", old.image(), READY)],
        ..look(&new)
    };
    let part = only(&before);
    assert_eq!((part.state, part.instances), (State::Starting, 0));
    assert_eq!(part.running, ["112233445566".to_owned()].into());
    // Both run: messages still reach the one of before.
    let mut between = look(&new);
    between.sets.push(set("old", &old));
    between.workloads.push(workload("old", old.image(), READY));
    assert_eq!(only(&between).state, State::Starting);
    between.workloads.last_mut().unwrap().is_going = true;
    assert_eq!(only(&between).state, State::Running, "what is being stopped is not waited for");
}

#[test]
fn what_was_applied_but_not_in_this_version_is_not_done() {
    let new = wanted("r/a@sha256:22", 1);
    let mut look = look(&new);
    look.version = "3-c".to_owned();
    let part = only(&look);
    assert_eq!((part.state, part.reason.as_deref()), (State::Starting, Some("it was not applied yet")));
}

#[test]
fn without_a_host_it_waits() {
    let new = wanted("r/a@sha256:22", 1);
    for machines in [vec![], vec![Machine { is_ready: false, ..machine() }]] {
        let part = only(&Look { machines, workloads: Vec::new(), ..look(&new) });
        assert_eq!((part.state, part.replicas), (State::Waiting, 0));
        assert_eq!(part.reason.as_deref(), Some("no host with hostgroup=edge"));
    }
    let gone = Look { machines: vec![Machine { is_ready: false, ..machine() }], ..look(&new) }.vanished();
    assert_eq!(gone[0].to_string(), "the host moss (edge): the operator hears nothing of it any more");
}

#[test]
fn busy_hosts_are_named() {
    let new = wanted("r/a@sha256:22", 1);
    let refused = [("HostSelection", "False", "no suitable host found")];
    let reason = |cpu| {
        let machines = vec![Machine { cpu, memory: 40, ..machine() }];
        let workloads = vec![workload("new", new.image(), &refused)];
        only(&Look { machines, workloads, ..look(&new) }).reason.unwrap()
    };
    assert_eq!(
        reason(93),
        "the operator gives no work to hosts that are busy: moss (processors 93 %, memory 40 %)"
    );
    assert!(reason(10).starts_with("the operator finds no suitable host"), "{}", reason(10));
    let own = "workload targets Environment \"edge-1\" but operator has allowSharedHosts=false";
    let refused = [("HostSelection", "False", own)];
    let replicas = Look { workloads: vec![workload("new", new.image(), &refused)], ..look(&new) }.replicas();
    assert!(
        replicas[0].is_forbidden && replicas[0].reason.as_ref().unwrap().contains("every-host"),
        "{replicas:?}"
    );
}

#[test]
fn what_a_host_did_not_do_can_be_asked() {
    let new = wanted("r/a@sha256:22", 1);
    let said = [("Sync", "False", "workload is not operational: WORKLOAD_STATE_NOT_FOUND")];
    let failed = Look { workloads: vec![workload("new", new.image(), &said)], ..look(&new) };
    let replicas = failed.replicas();
    assert!(
        replicas[0].is_rejected && replicas[0].host == Some(("id-1".into(), "moss".into())),
        "{replicas:?}"
    );
    let unknown = [("Sync", "Unknown", "workload is not operational: WORKLOAD_STATE_STARTING")];
    let compiling = Look { workloads: vec![workload("new", new.image(), &unknown)], ..look(&new) };
    assert!(!compiling.replicas()[0].is_rejected);
    assert!(!look(&new).replicas()[0].is_ignored);
    let mut silent = look(&new);
    (silent.live[0].set, silent.workloads) = (None, Vec::new());
    assert!(silent.replicas()[0].is_ignored);
}

#[test]
fn what_the_platform_adds_to_a_template_is_no_difference() {
    let found = json!({"a": {"b": 1, "more": 2}, "list": [{"c": 3, "d": 4}]});
    assert!(is_within(&json!({"a": {"b": 1}, "list": [{"c": 3}]}), &found));
    for other in [json!({"a": {"b": 2}}), json!({"list": []}), json!({"x": null})] {
        assert!(!is_within(&other, &found), "{other}");
    }
}
