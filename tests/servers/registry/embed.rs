//! `examples/embed` with a registry: what is built is pushed, and a push that waits is cancelled.

use std::net::TcpListener;

use super::project::{built, for_registry};
use crate::support::process::accept;
use crate::support::registry::Registry;
use crate::support::{Running, embed};

#[test]
fn the_example_pushes_what_was_built() {
    let registry = Registry::start();
    let place = for_registry(&registry);
    let mut command = embed::command(&place);
    command.arg(place.project());
    let mut running = Running::start(command);
    assert_eq!(running.wait().code(), Some(0), "{}", running.err());
    let lines: Vec<serde_json::Value> =
        running.out().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let pushed = lines.iter().filter(|line| line["event"] == "component-finished" && line["phase"] == "push");
    // They are pushed at the same time.
    let mut pushed: Vec<_> =
        pushed.map(|line| (line["operation"].as_u64(), line["change"]["image"].as_str().unwrap())).collect();
    pushed.sort();
    let image = |name: &str| format!("{}/{name}", registry.url("team"));
    let entry = format!("pelato_entry:{}", pelato::entry::version());
    let images = ["double:1.0.0", &entry, "play:0.3.0"].map(image);
    assert_eq!(pushed, images.each_ref().map(|image| (Some(2), &**image)));
    let (manifest, _) = registry.manifest("team/double", "1.0.0");
    assert_eq!(manifest["layers"][0]["mediaType"], "application/wasm");
    assert!(place.read("pelato.lock").contains("double"));
}

#[test]
fn the_example_cancels_a_push_that_waits() {
    // A registry that never answers.
    let registry = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = registry.local_addr().unwrap().to_string();
    let place = built().env("REGISTRY_INSECURE", &address).env("REGISTRY_URL", format!("{address}/team"));
    let mut command = embed::command(&place);
    command.arg(place.project());
    let mut running = Running::start(command);
    let _asked = accept(&registry);
    running.signal("TERM");
    assert_eq!(running.wait().code(), Some(130), "{}", running.err());
    let last = running.out().lines().last().unwrap().to_owned();
    assert!(last.contains(r#""kind":"push","ended":"cancelled""#), "{last}");
    assert!(!place.path("pelato.lock").exists());
}
