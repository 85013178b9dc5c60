//! Results that are stored, on a real lattice. wasmCloud's providers for it are no crates, so that there are none here:
//! the manifest has to be what wadm takes, and hosts have to run the components.

use std::collections::BTreeMap;

use crate::lattice::{Lattice, wait_for};
use crate::project::Project;

const WORKFLOW: &str = "\
project_name: Stored
tasks:
  - name: Keep
    type: nats_to_nats_kv
    language: wat
    code: echo
    targets: [edge, cloud]
    source_topic: rooms.*
    bucket: rooms
    component_name: keep
    version: 1.0.0
  - name: Keep elsewhere
    type: nats_to_nats_kv
    language: wat
    code: echo
    targets: [edge, cloud]
    source_topic: rooms.*
    bucket: elsewhere
    component_name: keep_elsewhere
    version: 1.0.0
  - name: Note
    type: dbsync_nats
    language: wat
    code: echo
    targets: [cloud]
    source_topic: rooms.*
    table: notes
    on_conflict: ignore
    component_name: note
    version: 1.0.0
";

#[test]
fn wadm_takes_the_manifest_and_hosts_run_the_components() {
    let Some(lattice) = Lattice::start() else { return };
    let project = Project::echoes(&lattice, WORKFLOW).env("POSTGRES_CONFIG", "rooms-db");
    let project = project.env("POSTGRES_URL", "postgres://me:sesame@localhost/rooms");
    project.pelato(&["push"]);
    project.pelato(&["deploy", "--no-wait"]);
    let (words, valid) = lattice.rig.validate(&project.place.path("gen/wadm.yaml"));
    // wadm's list of interfaces does not have this one; links of others are taken as they are.
    let known = "Warning: unrecognized interface [wasmcloud:postgres/query]";
    assert!(valid && words.lines().all(|line| !line.contains("Warning") || line == known), "{words}");
    let manifest = project.place.read("gen/wadm.yaml");
    assert!(manifest.contains("- name: rooms-db\n") && !manifest.contains("sesame"), "{manifest}");

    // What a component imports and a host does not know ends its start.
    wait_for("the components", || {
        let mut instances = BTreeMap::new();
        for host in lattice.inventories() {
            for (name, (count, _)) in host.components {
                *instances.entry(name).or_insert(0) += count;
            }
        }
        // A hundred calls at a time in each target.
        let all = [("stored-keep", 200), ("stored-keep_elsewhere", 200), ("stored-note", 100)];
        (instances == all.map(|(name, count)| (name.to_owned(), count)).into()).then_some(())
    });
    project.pelato(&["remove", "--no-wait"]);
}
