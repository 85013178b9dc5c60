use std::collections::BTreeSet;

use super::*;
use crate::platform::wadm::lattice::wadm::{Info, Scaler as ScalerStatus};
use crate::platform::wadm::manifest::model::{
    CALLS, Link, Metadata, Properties, Scaler, Spec, Spread, Target, Texts, Trait,
};

const IMAGE: &str = "localhost:5000/team/a:1.2.0";

fn manifest(scaler: fn(Scaler) -> Trait, instances: u32) -> Manifest {
    let hosts = |target: &str| Spread {
        name: target.into(),
        requirements: Texts::from([("host-type".into(), target.into())]),
    };
    let scaler = scaler(Scaler { instances, spread: vec![hosts("edge"), hosts("cloud")] });
    let properties = Properties { image: IMAGE.into(), config: Vec::new() };
    let part = Part { name: "a-b".into(), kind: PartKind::Component, properties, traits: vec![scaler] };
    let metadata = Metadata { name: "My-App".into(), annotations: Texts::new() };
    Manifest {
        api_version: "v".into(),
        kind: "Application".into(),
        metadata,
        spec: Spec { components: vec![part] },
    }
}

fn host(name: &str, target: &str, image: Option<&str>, max_instances: u32) -> Host {
    let running = |image: &str| Running {
        id: "my_app-a_b".into(),
        image_ref: Some(image.into()),
        max_instances,
        annotations: None,
    };
    Host {
        id: name.into(),
        friendly_name: name.into(),
        labels: Texts::from([("host-type".into(), target.into())]),
        components: image.map(running).into_iter().collect(),
        ..Host::default()
    }
}

fn read(manifest: &Manifest, hosts: &[Host]) -> platform::Part {
    look(manifest, &wadm::Status::default(), hosts).parts.remove(0)
}

#[test]
fn replicas_are_counted_not_calls() {
    let mut manifest = manifest(Trait::DaemonScaler, 200);
    manifest.metadata.annotations.insert(CALLS.into(), "100".into());
    let hosts = [host("e", "edge", Some(IMAGE), 200), host("c", "cloud", Some(IMAGE), 150)];
    let part = read(&manifest, &hosts);
    assert_eq!((part.instances, part.replicas, part.state), (3, 4, State::Starting));
}

#[test]
fn each_target_wants_its_share() {
    let manifest = manifest(Trait::SpreadScaler, 4);
    let right = Some(IMAGE);
    let all = read(
        &manifest,
        &[host("e1", "edge", right, 1), host("e2", "edge", right, 1), host("c", "cloud", right, 2)],
    );
    assert_eq!((all.state, all.instances, all.replicas), (State::Running, 4, 4));
    assert_eq!(all.hosts, ["e1", "e2", "c"]);
    let all_in_one = read(&manifest, &[host("e", "edge", right, 4), host("c", "cloud", None, 0)]);
    assert_eq!(all_in_one.state, State::Starting, "four in one target are not two in each");
    let old = read(
        &manifest,
        &[host("e", "edge", Some("localhost:5000/team/a:1.1.0"), 2), host("c", "cloud", right, 2)],
    );
    assert_eq!(old.state, State::Starting);
    assert_eq!(old.running, BTreeSet::from(["1.1.0".to_owned(), "1.2.0".to_owned()]));
}

#[test]
fn what_waits_for_a_host_is_told() {
    let waiting = read(&manifest(Trait::SpreadScaler, 2), &[host("e", "edge", Some(IMAGE), 1)]);
    assert_eq!(
        (waiting.state, waiting.reason.as_deref()),
        (State::Waiting, Some("no host with host-type=cloud"))
    );
    let alone = read(&manifest(Trait::DaemonScaler, 2), &[]);
    assert_eq!(alone.reason.as_deref(), Some("no host with host-type=edge, cloud"));
}

#[test]
fn every_host_wants_all_of_them() {
    let manifest = manifest(Trait::DaemonScaler, 2);
    let hosts =
        [host("e1", "edge", Some(IMAGE), 2), host("e2", "edge", None, 0), host("c", "cloud", Some(IMAGE), 2)];
    let some = read(&manifest, &hosts);
    assert_eq!((some.state, some.instances, some.replicas), (State::Starting, 4, 6));
    assert_eq!(read(&manifest, &[hosts[0].clone(), hosts[2].clone()]).state, State::Running);
}

#[test]
fn links_count_and_are_named_while_they_are_missing() {
    let mut manifest = manifest(Trait::DaemonScaler, 1);
    let target = Target { name: "messaging".into(), config: Vec::new() };
    let (namespace, package) = ("wasmcloud".into(), "messaging".into());
    let link = Link {
        namespace,
        package,
        interfaces: vec!["consumer".into()],
        source: None,
        source_config: Vec::new(),
        target,
        name: None,
    };
    manifest.spec.components[0].traits.push(Trait::Link(link));
    let hosts = [host("e", "edge", Some(IMAGE), 1), host("c", "cloud", Some(IMAGE), 1)];
    let info = |state, message: &str| Info { state, message: message.into() };
    let scaler = |state| ScalerStatus {
        kind: "LinkScaler".into(),
        name: "my_app-a_b -(wasmcloud:messaging)-> my_app-messaging".into(),
        info: info(state, "soon"),
    };
    let wadm = |links: &[wadm::State]| {
        let scalers = links.iter().map(|state| scaler(*state)).collect();
        wadm::Status { info: info(wadm::State::Reconciling, "Scaling"), scalers }
    };
    let missing = look(&manifest, &wadm(&[wadm::State::Reconciling]), &hosts);
    assert!(!missing.settled());
    assert_eq!(
        missing.lacking()[0].to_string(),
        "between the parts: LinkScaler my_app-a_b -(wasmcloud:messaging)-> my_app-messaging: soon"
    );
    let unknown = look(&manifest, &wadm(&[]), &hosts);
    assert!(!unknown.settled(), "wadm has not begun");
    assert_eq!(unknown.lacking()[0].to_string(), "My-App: starting Scaling");
    assert!(look(&manifest, &wadm(&[wadm::State::Deployed]), &hosts).settled());
    assert!(
        look(&manifest, &wadm(&[wadm::State::Reconciling]), &hosts[..1]).settled(),
        "the other host is not there"
    );
}

#[test]
fn tags_are_the_last_word_of_an_image() {
    assert_eq!(tag(IMAGE), "1.2.0");
    assert_eq!(tag("host:5000/a:1.0.0-rc.1@sha256:abc"), "1.0.0-rc.1");
    assert_eq!(tag("wasmcloud+builtin://http-server"), "http-server");
    assert_eq!(tag("host:5000/a"), "a");
    assert!(same_image("file:///a.par.gz", "/a.par.gz"));
    assert!(same_image("wasmcloud+builtin://http-server", "http-server"));
}
