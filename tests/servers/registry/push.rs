//! `pelato push`, and what `pelato build` does with it.

use sha2::{Digest, Sha256};
use snapbox::str;

use super::project::{built, change_double, for_registry, json};
use crate::support::registry::Registry;

#[test]
fn every_component_becomes_an_image() {
    let registry = Registry::start();
    let place = for_registry(&registry);
    place
        .run(&["push"])
        .code(0)
        .stdout_eq(str![[r#"
COMPONENT     PUSH    SIZE     [TIME]DIGEST               IMAGE
double        pushed  [SIZE]  [TIME]sha256:[DIGEST]  127.0.0.1:[PORT]/team/double:1.0.0
play          pushed  [SIZE]  [TIME]sha256:[DIGEST]  127.0.0.1:[PORT]/team/play:0.3.0
pelato_entry  pushed  [SIZE]  [TIME]sha256:[DIGEST]  127.0.0.1:[PORT]/team/pelato_entry:1.0.0-sha-[..]

"#]])
        .stderr_eq(str![[r#"
     Pushing double
     Pushing play
     Pushing pelato_entry

"#]]);
    let (manifest, digest) = registry.manifest("team/double", "1.0.0");
    let artifact = place.bytes("gen/double/double.wasm");
    let layer = manifest["layers"][0]["digest"].as_str().unwrap();
    assert_eq!(registry.blob("team/double", layer), artifact);
    assert_eq!(manifest["layers"][0]["mediaType"], "application/wasm");
    let annotations = &manifest["annotations"];
    for (key, value) in [
        ("org.opencontainers.image.title", "double"),
        ("org.opencontainers.image.version", "1.0.0"),
        ("org.opencontainers.image.created", "1970-01-01T00:00:00Z"),
        ("dev.pelato.pack", "go"),
        ("dev.pelato.template", "http_producer_nats"),
        ("dev.pelato.version", env!("CARGO_PKG_VERSION")),
    ] {
        assert_eq!(annotations[key], value);
    }
    let config = registry.blob("team/double", manifest["config"]["digest"].as_str().unwrap());
    let config: serde_json::Value = serde_json::from_slice(&config).unwrap();
    assert_eq!(config["layerDigests"][0], layer);
    let exports = config["component"]["exports"].to_string();
    assert!(exports.contains("wasmcloud:messaging/handler@0.2.0"), "{exports}");
    let lock: toml_edit::DocumentMut = place.read("pelato.lock").parse().unwrap();
    assert_eq!(lock["components"]["double"]["manifest"].as_str(), Some(digest.as_str()));
    assert_eq!(lock["components"]["double"]["content"].as_str(), annotations["dev.pelato.source"].as_str());
    let sha256: String = Sha256::digest(&artifact).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(lock["components"]["double"]["artifact"].as_str(), Some(format!("sha256:{sha256}").as_str()));
}

#[test]
fn what_is_there_is_not_sent_again() {
    let registry = Registry::start();
    let place = for_registry(&registry);
    place.run(&["push"]).code(0);
    let sent = (registry.requests("POST"), registry.requests("PUT"));
    place
        .run_in_vain(&["push"])
        .code(0)
        .stdout_eq(str![[r#"
COMPONENT     PUSH       SIZE     [TIME]DIGEST               IMAGE
double        unchanged  [SIZE]  [TIME]sha256:[DIGEST]  127.0.0.1:[PORT]/team/double:1.0.0
play          unchanged  [SIZE]  [TIME]sha256:[DIGEST]  127.0.0.1:[PORT]/team/play:0.3.0
pelato_entry  unchanged  [SIZE]  [TIME]sha256:[DIGEST]  127.0.0.1:[PORT]/team/pelato_entry:1.0.0-sha-[..]

"#]])
        .stderr_eq("");
    assert_eq!((registry.requests("POST"), registry.requests("PUT")), sent);
}

#[test]
fn two_people_push_the_same_image() {
    let registry = Registry::start();
    for team in ["one", "two"] {
        let place = built().env("REGISTRY_INSECURE", "127.0.0.1").env("REGISTRY_URL", registry.url(team));
        place.run(&["push", "play"]).code(0);
    }
    let digest = |team: &str| registry.manifest(&format!("{team}/play"), "0.3.0").1;
    assert_eq!(digest("one"), digest("two"));
    assert_eq!(registry.repositories(), serde_json::json!(["one/play", "two/play"]));
}

#[test]
fn a_lost_record_is_made_again_without_sending() {
    let registry = Registry::start();
    let place = for_registry(&registry);
    place.run(&["push"]).code(0);
    let lock = place.read("pelato.lock");
    std::fs::remove_file(place.path("pelato.lock")).unwrap();
    place.run(&["push", "-q"]).code(0).stderr_eq("");
    assert_eq!(place.read("pelato.lock"), lock);
}

#[test]
fn the_dry_run_says_what_would_happen_and_does_nothing() {
    let registry = Registry::start();
    let place = for_registry(&registry);
    place
        .run_in_vain(&["push", "--dry-run"])
        .code(0)
        .stdout_eq(str![[r#"
COMPONENT     PUSH  IMAGE
double        push  127.0.0.1:[PORT]/team/double:1.0.0
play          push  127.0.0.1:[PORT]/team/play:0.3.0
pelato_entry  push  127.0.0.1:[PORT]/team/pelato_entry:1.0.0-sha-[..]

"#]])
        .stderr_eq("");
    place.run(&["push", "play"]).code(0);
    change_double(&place);
    place.run_in_vain(&["push", "--dry-run"]).code(0).stdout_eq(str![[r#"
COMPONENT     PUSH         IMAGE
double        build first  127.0.0.1:[PORT]/team/double:1.0.0
play          nothing      127.0.0.1:[PORT]/team/play:0.3.0
pelato_entry  push         127.0.0.1:[PORT]/team/pelato_entry:1.0.0-sha-[..]

"#]]);
    assert_eq!(registry.repositories(), serde_json::json!(["team/play"]));
}

#[test]
fn build_pushes_where_a_registry_is_set() {
    let registry = Registry::start();
    let place = for_registry(&registry);
    for flag in ["--no-push", "--offline"] {
        place.run(&["build", flag]).code(0);
    }
    assert_eq!(registry.repositories(), serde_json::json!([]));
    place
        .run(&["build"])
        .code(0)
        .stdout_eq(str![[r#"
COMPONENT  VERSION  SIZE     WORK       [TIME]WHY
double     1.0.0    [SIZE]  unchanged  [TIME]
play       0.3.0    [SIZE]  unchanged  [TIME]

COMPONENT     PUSH    SIZE     [TIME]DIGEST               IMAGE
double        pushed  [SIZE]  [TIME]sha256:[DIGEST]  127.0.0.1:[PORT]/team/double:1.0.0
play          pushed  [SIZE]  [TIME]sha256:[DIGEST]  127.0.0.1:[PORT]/team/play:0.3.0
pelato_entry  pushed  [SIZE]  [TIME]sha256:[DIGEST]  127.0.0.1:[PORT]/team/pelato_entry:1.0.0-sha-[..]

"#]])
        .stderr_eq(str![[r#"
     Pushing double
     Pushing play
     Pushing pelato_entry

"#]]);
    let printed = json(&place, &["build", "--json"]);
    assert_eq!(printed["components"][0]["push"], "unchanged");
    assert_eq!(printed["components"][0]["digest"], registry.manifest("team/double", "1.0.0").1);
}

#[test]
fn what_was_built_and_then_changed_is_not_pushed() {
    let registry = Registry::start();
    let place = for_registry(&registry);
    // Size and time are as the record says: only a look at the bytes can tell.
    let (artifact, old) = (place.path("gen/play/play.wasm"), place.path("gen/play/old.wasm"));
    crate::support::built::copy_as_it_is(&artifact, &old);
    let mut bytes = place.bytes("gen/play/play.wasm");
    *bytes.last_mut().unwrap() ^= 1;
    place.write("gen/play/play.wasm", bytes);
    let touch = std::process::Command::new("touch").arg("-r").args([&old, &artifact]).status();
    assert!(touch.unwrap().success());
    place.ran(&["push", "play"]).success();
    assert_eq!(place.bytes("gen/play/play.wasm"), std::fs::read(&old).unwrap());
    // And the other way round: the record names other bytes, and is none any more.
    let record: serde_json::Value = serde_json::from_str(&place.read("gen/play/build.json")).unwrap();
    let sha256 = record["record"]["composed"]["made"]["sha256"].as_str().unwrap();
    place.edit("gen/play/build.json", sha256, &"0".repeat(64));
    let pushed = place.ran(&["push", "play"]).success();
    assert!(pushed.err.contains("Compiling play (not built yet)"), "{pushed:#?}");
}

#[test]
fn pushing_needs_a_registry_and_the_network() {
    let place = built();
    place.run_in_vain(&["push"]).code(3).stdout_eq("").stderr_eq(str![[r#"
error: no registry is set
  help: set REGISTRY_URL in .env or the environment: REGISTRY_URL=registry.example.org/team

"#]]);
    place.run_in_vain(&["push", "--offline"]).code(2).stderr_eq(str![[r#"
error: pushing needs the network, and `--offline` forbids it
  help: leave `--offline` out; `pelato build --offline` only builds

"#]]);
}
