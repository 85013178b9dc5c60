//! Results that are stored, on a real lattice, a real NATS server and a real PostgreSQL. wasmCloud's providers for it are
//! no crates: the rig has stand-ins with their interfaces and their configuration.

use serde_json::json;
use tokio::runtime::Builder;

use super::project::Project;
use crate::support::lattice::{Lattice, NAME, wait_for};
use crate::support::nats::value;
use crate::support::postgres::{PASSWORD, Server};

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
    source_topic: notes.*
    table: notes
    on_conflict: ignore
    component_name: note
    version: 1.0.0
";

/// Does something asynchronous.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

#[test]
fn stand_ins_for_the_providers_store_results() {
    let Some(lattice) = Lattice::start() else { return };
    let Some(server) = Server::start() else { return };
    block_on(server.run("CREATE TABLE notes (data jsonb UNIQUE)"));
    configure(&lattice, &server);
    let project = Project::echoes(&lattice, WORKFLOW).env("POSTGRES_CONFIG", "rooms-db");
    let project = project.env("POSTGRES_URL", &format!("postgres://me:{PASSWORD}@localhost/rooms"));
    project.brush().said(&["3 of 3 components run, 4 of 4 providers"]);
    manifest(&lattice, &project);

    let url = lattice.nats_url();
    // One after the other: messages of one moment are handled at one time, and any of them may be the last.
    for (topic, message) in
        [("rooms.hall", r#"{"celsius": 21.50}"#), ("rooms.attic", "7"), ("rooms.hall", "it's warm")]
    {
        // Every second again, as sensors do: a busy machine may lose a message that is delivered at most once.
        let mut looks = 0;
        wait_for(message, || {
            if looks % 50 == 0 {
                lattice.bus.publish(topic, message);
            }
            looks += 1;
            let is = |bucket| block_on(value(&url, bucket, topic)).is_some_and(|value| value == message);
            (is("rooms") && is("elsewhere")).then_some(())
        });
    }
    // Who waits for the result is answered once it is stored. The same once more is a conflict, which is ignored: were it
    // an error, nobody would be answered.
    let notes = [r#"{"celsius": 21.50}"#, "7", r#""it's warm""#, r#""it's warm""#];
    for note in notes {
        wait_for(note, || lattice.bus.request("notes.hall", note));
    }
    let mut rows = block_on(server.column("SELECT data::text FROM notes"));
    rows.sort();
    assert_eq!(rows, [r#""it's warm""#, "7", r#"{"celsius": 21.50}"#]);
    project.pelato(&["remove"]);
    assert!(lattice.is_empty(), "{}", lattice.left());
}

/// Puts the database's address and password into the lattice, as its operators do.
fn configure(lattice: &Lattice, server: &Server) {
    let config = json!({
        "POSTGRES_HOST": server.address.ip(), "POSTGRES_PORT": server.address.port().to_string(),
        "POSTGRES_DATABASE": "postgres",
        "POSTGRES_USERNAME": "postgres", "POSTGRES_PASSWORD": PASSWORD,
    });
    let put = format!("wasmbus.ctl.v1.{NAME}.config.put.rooms-db");
    assert_eq!(lattice.bus.request(&put, &config.to_string()).unwrap()["success"], true);
}

/// wadm takes the manifest, and nobody's password is in it.
fn manifest(lattice: &Lattice, project: &Project) {
    let (words, valid) = lattice.rig.validate(&project.place.path("gen/wadm.yaml"));
    // wadm's list of interfaces does not have this one; links of others are taken as they are.
    let known = "Warning: unrecognized interface [wasmcloud:postgres/query]";
    assert!(valid && words.lines().all(|line| !line.contains("Warning") || line == known), "{words}");
    let manifest = project.place.read("gen/wadm.yaml");
    assert!(manifest.contains("- name: rooms-db\n") && !manifest.contains(PASSWORD), "{manifest}");
}
