//! What would be deployed, without a registry and a platform: `deploy --dry-run --offline` and `gen --manifest`.

use snapbox::str;

use crate::support::Place;
use crate::support::functions::PROJECT;

fn place() -> Place {
    let place = Place::with(PROJECT);
    place.write(".env", "REGISTRY_URL=registry.example:5000/team\nNATS_HOST=nowhere.invalid\n");
    place
}

fn wadm() -> Place {
    place().env("PLATFORM", "wadm")
}

#[test]
fn it_is_printed_or_written() {
    let place = wadm();
    let printed = place.run_in_vain(&["deploy", "--dry-run", "--offline"]).code(0).stderr_eq("");
    let printed = String::from_utf8(printed.get_output().stdout.clone()).unwrap();
    assert!(printed.starts_with("apiVersion: core.oam.dev/v1beta1\nkind: Application\n"), "{printed}");
    assert!(printed.contains("image: registry.example:5000/team/play:0.3.0\n"), "{printed}");
    assert!(!printed.contains("    version:"), "{printed}");
    place.run(&["gen", "--manifest"]).code(0).stdout_eq("").stderr_eq(str![[r#"
   Generated 2 components: 9 files written, 0 removed, 0 unchanged

"#]]);
    assert_eq!(place.read("gen/wadm.yaml").trim_end(), printed.trim_end());
    // It stays, and the same is written again.
    place.run(&["gen"]).code(0);
    assert_eq!(place.read("gen/wadm.yaml").trim_end(), printed.trim_end());
    let json = place.run(&["deploy", "--dry-run", "--offline", "--json"]).code(0);
    let json: serde_json::Value = serde_json::from_slice(&json.get_output().stdout).unwrap();
    assert_eq!(json["manifest"]["kind"], "Application");
}

#[test]
fn it_needs_a_registry_and_a_dry_run() {
    let place = Place::with(PROJECT);
    for arguments in [&["deploy", "--dry-run", "--offline"][..], &["gen", "--manifest"]] {
        let said = place.run(arguments).code(3);
        let said = String::from_utf8(said.get_output().stderr.clone()).unwrap();
        assert!(said.contains("REGISTRY_URL"), "{said}");
    }
    place.run_in_vain(&["deploy", "--offline"]).code(2);
    place.run_in_vain(&["gen", "--manifest", "--dry-run"]).code(2);
}

#[test]
fn several_topics_are_several_subscriptions_of_one_group() {
    let place = wadm();
    for topics in ["[in.a, in.b.*]", "'in.a, in.b.*'", "\n      - in.a\n      - in.b.*"] {
        let place = &place;
        let workflow =
            PROJECT[0].1.replace("source_topic: room.double\n", &format!("source_topic: {topics}\n"));
        assert_ne!(workflow, PROJECT[0].1);
        place.write("workflow.yaml", workflow);
        let printed = place.run(&["deploy", "--dry-run", "--offline"]).code(0);
        let printed = String::from_utf8(printed.get_output().stdout.clone()).unwrap();
        assert!(printed.contains("subscriptions: in.a|play,in.b.*|play\n"), "{printed}");
        let graph = place.run(&["graph"]).code(0);
        let graph = String::from_utf8(graph.get_output().stdout.clone()).unwrap();
        assert!(graph.contains("in.a") && graph.contains("in.b.") && !graph.contains("in.a,"), "{graph}");
    }
    place.edit(
        "workflow.yaml",
        "    component_name: play\n",
        "    component_name: play\n    delivery: at-least-once\n",
    );
    let printed = place.run(&["deploy", "--dry-run", "--offline"]).code(0);
    let printed = String::from_utf8(printed.get_output().stdout.clone()).unwrap();
    assert!(
        printed.contains("subscriptions: pelato.deliver.play|play,pelato.deliver.play.2|play\n"),
        "{printed}"
    );
}

#[test]
fn several_topics_are_read_here() {
    let place = Place::with(PROJECT);
    place.edit("workflow.yaml", "source_topic: room.double\n", "source_topic: [in.a, in.b.*]\n");
    let send = |topic: &str| format!("{topic}={}", 7);
    let mut running =
        place.start(&["run", "--port", "0", "--send", &send("in.a"), "--send", &send("in.b.c")]);
    running.wait_for("Reading in.a → play");
    running.wait_for("Reading in.b.* → play");
    running.wait_for_out("in.a → play");
    running.wait_for_out("in.b.c → play");
    running.stop("INT");
}
