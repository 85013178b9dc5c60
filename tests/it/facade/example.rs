//! `examples/embed`, compiled and run.

use crate::support::Running;
use crate::support::embed;
use crate::support::slow::Slow;

fn start(slow: &Slow) -> Running {
    let mut command = embed::command(&slow.place);
    command.arg(slow.place.project());
    Running::start(command)
}

/// The name of each event, with the parts that tell events of one name apart.
fn events_of(running: &Running) -> Vec<String> {
    let value = |line: &str| serde_json::from_str::<serde_json::Value>(line).unwrap();
    let one = |line: serde_json::Value| {
        let text = |name: &str| line[name].as_str().map(|text| format!(" {text}")).unwrap_or_default();
        format!(
            "{} {}{}{}",
            line["operation"],
            line["event"].as_str().unwrap(),
            text("component"),
            text("ended")
        )
    };
    running.out().lines().map(value).map(one).collect()
}

#[test]
fn the_example_builds_and_cancels() {
    let slow = Slow::new();
    // The example asks nobody: it takes what the user has allowed before.
    let mut running = start(&slow);
    assert_eq!(running.wait().code(), Some(2), "{}", running.err());
    assert!(!slow.compiles());
    slow.place.run(&["trust", "allow"]).success();
    let mut running = start(&slow);
    slow.wait(&mut running);
    running.signal("INT");
    assert_eq!(running.wait().code(), Some(130), "{}", running.err());
    assert!(!slow.compiler_runs());
    let begins = ["1 operation-started", "1 own-pack", "1 builder-chosen", "1 compiler-found", "1 planned"];
    let compiles = ["1 component-started slow"];
    let ends = ["1 component-stopped slow", "1 operation-finished cancelled"];
    assert_eq!(events_of(&running), [&begins[..], &compiles, &ends].concat());
    assert_eq!(running.err(), "");

    slow.go_on();
    let mut running = start(&slow);
    assert_eq!(running.wait().code(), Some(0), "{}", running.err());
    let ends = ["1 component-finished slow", "1 operation-finished done"];
    assert_eq!(events_of(&running), [&begins[..], &compiles, &ends].concat());
    assert!(slow.artifact().is_file());
}
