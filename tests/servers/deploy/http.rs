//! How HTTP requests are answered on hosts: the table in docs/run.md.

use serde_json::json;

use super::project::{Project, Task, workflow};
use crate::support::lattice::{Lattice, Setup};
use crate::support::{address, echoes, http};

/// Seconds.
const LIMIT: u64 = 3;

#[test]
fn every_status_of_the_table_is_answered() {
    let setup = Setup { hosts: &["edge"], call_limit: Some(LIMIT), ..Setup::default() };
    let Some(lattice) = Lattice::with(&setup) else { return };
    let port = address::reserve().port();
    let functions = [
        ("answers", echoes::echo()),
        ("filters", echoes::empty()),
        ("fails", echoes::failing()),
        ("traps", echoes::broken()),
        ("waits", echoes::slow(60)),
        ("stores", echoes::echo()),
    ];
    let task = |(name, _): &(&str, Vec<u8>)| Task {
        name: (*name).to_owned(),
        from: format!("in.{name}"),
        to: format!("out.{name}"),
        http: Some(port),
        ..Task::default()
    };
    // The last one's results have to be stored.
    let text = workflow("Statuses", &functions.iter().map(task).collect::<Vec<_>>())
        + "    delivery: at-least-once\n";
    let text = functions
        .iter()
        .fold(text, |text, (name, _)| text.replacen("code: echo", &format!("code: {name}"), 1))
        .replacen("    version: 1.0.0\n", "    version: 1.0.0\n    max_body_bytes: 10\n", 1);
    let full = json!({"name": "FULL", "subjects": ["out.stores"], "retention": "limits", "max_msgs": 1, "discard": "new"});
    lattice.bus.request("$JS.API.STREAM.CREATE.FULL", &full.to_string()).unwrap();
    let project = Project::echoes(&lattice, &text);
    for (name, function) in &functions {
        project.place.write(&format!("tasks/{name}/function.wasm"), function.clone());
    }
    project.brush();
    let send = |method: &str, path: &str, body: &str| {
        http::send((address::own(), port), method, path, &[], body.as_bytes()).status
    };
    let table = [
        ("POST", "/answers", "hello", 200),
        ("POST", "/filters", "hello", 204),
        ("POST", "/nobody", "hello", 404),
        ("GET", "/answers", "", 405),
        ("POST", "/answers", "more than ten bytes", 413),
        ("POST", "/fails", "hello", 422),
        ("POST", "/traps", "hello", 500),
        ("POST", "/stores", "hello", 200),
        // The stream has one message, and takes no more.
        ("POST", "/stores", "hello", 503),
        ("POST", "/waits", "hello", 500),
    ];
    let answered: Vec<_> = table
        .iter()
        .map(|(method, path, body, _)| (*method, *path, *body, send(method, path, body)))
        .collect();
    assert_eq!(answered, table);
    project.pelato(&["remove"]);
}
