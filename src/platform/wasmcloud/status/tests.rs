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
        set: Some(set.to_owned()),
        ..Live::default()
    }
}

fn set(name: &str, wanted: &Deployment) -> Set {
    let template = serde_json::to_value(wanted.workload()).unwrap();
    Set { name: name.to_owned(), owner: wanted.name().to_owned(), template, ..Set::default() }
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
        ..Look::default()
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
        let workloads = vec![workload("new", new.image(), &refused)];
        let heartbeat = Heartbeat { cpu, memory: 40, version: "2.10.3".into() };
        let heard = Some([("id-1".to_owned(), heartbeat)].into());
        only(&Look { heard, workloads, ..look(&new) }).reason.unwrap()
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

/// Two hosts, of which these answer.
fn two_hosts(wanted: &Deployment, answering: &[&str]) -> Look {
    let other = Machine { id: "id-2".into(), name: "fern".into(), ..machine() };
    let heartbeat = Heartbeat { version: "2.10.3".into(), ..Heartbeat::default() };
    let heard = answering.iter().map(|id| ((*id).to_owned(), heartbeat.clone())).collect();
    Look { machines: vec![machine(), other], heard: Some(heard), ..look(wanted) }
}

fn told(problems: &[Problem]) -> Vec<String> {
    problems.iter().map(ToString::to_string).collect()
}

#[test]
fn a_host_that_does_not_answer_runs_nothing() {
    let new = wanted("r/a@sha256:22", 1);
    let look = two_hosts(&new, &["id-2"]);
    assert_eq!(told(&look.unanswered()), ["a: moss does not answer"]);
    assert_eq!(
        told(&look.vanished()),
        ["the host moss (edge): it does not answer; the operator may take two minutes to notice"]
    );
    let look = two_hosts(&new, &["id-1"]);
    assert_eq!((look.unanswered().len(), look.vanished().len()), (0, 1));
    let unasked = Look { heard: None, ..look };
    assert_eq!((unasked.unanswered().len(), unasked.vanished().len()), (0, 0));
}

#[test]
fn hosts_of_several_versions_are_named() {
    let mut look = two_hosts(&wanted("r/a@sha256:22", 1), &["id-1", "id-2"]);
    assert_eq!(look.versions(), None);
    look.heard.as_mut().unwrap().get_mut("id-2").unwrap().version = "2.9.0".to_owned();
    assert_eq!(
        look.versions().unwrap().to_string(),
        "the hosts: they have several versions of wasmCloud: 2.10.3 on moss; 2.9.0 on fern"
    );
}

#[test]
fn replicas_on_one_host_are_doubles_if_another_has_none() {
    let two = wanted("r/a@sha256:22", 2);
    let mut look = two_hosts(&two, &["id-1", "id-2"]);
    look.workloads.push(Workload { name: "new-y".into(), ..look.workloads[0].clone() });
    let doubles = look.doubles();
    assert_eq!(doubles.len(), 1);
    assert!(
        doubles[0].problem().to_string().starts_with("a: 2 of its replicas run on moss and none on fern:"),
        "{doubles:?}"
    );
    look.heard.as_mut().unwrap().remove("id-2");
    assert_eq!(look.doubles(), [], "a host that does not answer is none to move to");
    let mut apart = two_hosts(&two, &["id-1", "id-2"]);
    apart.workloads.push(Workload { host: Some("id-2".into()), ..apart.workloads[0].clone() });
    assert_eq!(apart.doubles(), []);
    let mut pinned = two;
    pinned.spec.template.spec.environment = Some("edge-1".into());
    let mut look =
        Look { wanted: vec![pinned.clone()], live: vec![live(&pinned, "new")], ..two_hosts(&pinned, &[]) };
    look.workloads.push(look.workloads[0].clone());
    assert_eq!(look.doubles(), []);
}

#[test]
fn what_only_a_host_knows_is_told() {
    let seen = Seen { id: "u".into(), host: "id-1".into(), component: "a".into(), version: "0.9.0".into() };
    let look = Look { stray: vec![seen], ..look(&wanted("r/a@sha256:22", 1)) };
    let words = &told(&look.strays())[0];
    assert!(words.starts_with("a: moss still runs a replica of version 0.9.0"), "{words}");
}
