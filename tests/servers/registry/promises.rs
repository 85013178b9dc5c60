//! A version stands for one content.

use snapbox::str;

use super::project::{change_double, for_registry, json, words};
use crate::support::registry::Registry;

#[test]
fn other_content_under_a_version_is_refused_before_anything_is_sent() {
    let registry = Registry::start();
    let place = for_registry(&registry);
    place.run(&["push", "double"]).code(0);
    change_double(&place);
    let lock = place.read("pelato.lock");
    place.run(&["push"]).code(3).stdout_eq("").stderr_eq(str![[r#"
   Compiling double (double.go changed)
error: `double` 1.0.0 has already been pushed to 127.0.0.1:[PORT]/team with different content
  help: run `pelato bump double` and push again; `--force` replaces the image, which others may be using

"#]]);
    assert_eq!(place.read("pelato.lock"), lock);
    assert_eq!(registry.repositories(), serde_json::json!(["team/double", "team/pelato_entry"]));
    let plan = |flags: &[&str]| json(&place, &[&["push", "--dry-run", "--json"], flags].concat());
    assert_eq!(plan(&[])["components"][0]["work"], "refuse");
    assert_eq!(plan(&["--force"])["components"][0]["work"], "replace");
    place.run(&["push", "--force"]).code(0).stdout_eq(str![[r#"
COMPONENT     PUSH       SIZE     [TIME]DIGEST               IMAGE
double        replaced   [SIZE]  [TIME]sha256:[DIGEST]  127.0.0.1:[PORT]/team/double:1.0.0
play          pushed     [SIZE]  [TIME]sha256:[DIGEST]  127.0.0.1:[PORT]/team/play:0.3.0
pelato_entry  unchanged  [SIZE]  [TIME]sha256:[DIGEST]  127.0.0.1:[PORT]/team/pelato_entry:1.0.0-sha-[..]

"#]]);
    place.run_in_vain(&["push", "-q"]).code(0);
}

#[test]
fn a_bump_makes_room() {
    let registry = Registry::start();
    let place = for_registry(&registry);
    place.run(&["push"]).code(0);
    let first = registry.manifest("team/double", "1.0.0");
    change_double(&place);
    place.run(&["push"]).code(3);
    place.run(&["bump", "--changed"]).code(0);
    place.run(&["push"]).code(0).stdout_eq(str![[r#"
COMPONENT     PUSH       SIZE     [TIME]DIGEST               IMAGE
double        pushed     [SIZE]  [TIME]sha256:[DIGEST]  127.0.0.1:[PORT]/team/double:1.0.1
play          unchanged  [SIZE]  [TIME]sha256:[DIGEST]  127.0.0.1:[PORT]/team/play:0.3.0
pelato_entry  unchanged  [SIZE]  [TIME]sha256:[DIGEST]  127.0.0.1:[PORT]/team/pelato_entry:1.0.0-sha-[..]

"#]]);
    assert_eq!(registry.manifest("team/double", "1.0.0"), first);
}

#[test]
fn several_refusals_are_told_at_once() {
    let registry = Registry::start();
    let place = for_registry(&registry);
    place.run(&["push"]).code(0);
    change_double(&place);
    place.edit("workflow.yaml", "dest_topic: room.played", "dest_topic: room.replayed");
    place.run(&["push", "-q"]).code(3).stdout_eq("").stderr_eq(str![[r#"
error: 2 components cannot be pushed
  help: none of them was pushed; fix these errors first
error: `double` 1.0.0 has already been pushed to 127.0.0.1:[PORT]/team with different content
  help: run `pelato bump double` and push again; `--force` replaces the image, which others may be using
error: `play` 0.3.0 has already been pushed to 127.0.0.1:[PORT]/team with different content
  help: run `pelato bump play` and push again; `--force` replaces the image, which others may be using

"#]]);
}

#[test]
fn what_the_project_remembers_counts_in_every_registry() {
    let (first, second) = (Registry::start(), Registry::start());
    let place = for_registry(&first);
    place.run(&["push"]).code(0);
    change_double(&place);
    let place = place.env("REGISTRY_URL", second.url("team")).env("REGISTRY_INSECURE", "127.0.0.1");
    let (code, said) = words(&place, &["push", "-q"]);
    assert_eq!(code, 3, "{said}");
    let refused =
        format!("`double` 1.0.0 has already been pushed to {}/team with different content", first.host());
    assert!(said.contains(&refused), "{said}");
    assert_eq!(second.repositories(), serde_json::json!([]));
}

#[test]
fn the_same_component_with_other_words_around_it_is_no_other_content() {
    let registry = Registry::start();
    let place = for_registry(&registry);
    place.run(&["push"]).code(0);
    let (mut manifest, ours) = registry.manifest("team/double", "1.0.0");
    manifest["annotations"]["dev.pelato.version"] = "0.0.9".into();
    registry.put_manifest("team/double", "1.0.0", &manifest);
    let (_, theirs) = registry.manifest("team/double", "1.0.0");
    assert_ne!(ours, theirs);
    let printed = json(&place, &["push", "--json", "-q"]);
    assert_eq!(printed["components"][0]["push"], "unchanged");
    assert_eq!(printed["components"][0]["digest"], theirs);
    assert_eq!(registry.manifest("team/double", "1.0.0").1, theirs);
    assert!(place.read("pelato.lock").contains(&theirs));
}

#[test]
fn comments_stay_in_the_record_and_removed_components_go() {
    let registry = Registry::start();
    let place = for_registry(&registry);
    place.run(&["push"]).code(0);
    place.edit("pelato.lock", "[components.double]", "# live\n[components.double]");
    place.write("pelato.lock", format!("{}\n[team]\nowner = \"me\"\n", place.read("pelato.lock")));
    let workflow = place.read("workflow.yaml");
    place.write("workflow.yaml", workflow.split("  - name: Play").next().unwrap());
    place.run(&["push"]).code(0);
    let lock = place.read("pelato.lock");
    assert!(lock.contains("# live\n[components.double]") && lock.contains("[team]\nowner"), "{lock}");
    assert!(!lock.contains("play"), "{lock}");
}

#[test]
fn a_wrong_record_is_pointed_at_before_anything_is_built() {
    let registry = Registry::start();
    let place = for_registry(&registry);
    place.run(&["push"]).code(0);
    let good = place.read("pelato.lock");
    place.edit("pelato.lock", "version = \"1.0.0\"", "version = \"one\"");
    place.run_in_vain(&["push"]).code(3).stdout_eq("").stderr_eq(str![[r#"
lock-file

  × unexpected character 'o' while parsing major version number
   ╭─[pelato.lock:5:11]
 4 │ [components.double]
 5 │ version = "one"
   ·           ─────
 6 │ content = "sha256:[..]"
   ╰────
[..]
[..]
[..]


"#]]);
    place.write("pelato.lock", good.replace("schema = 1", "schema = 2"));
    for command in ["push", "build"] {
        place.run_in_vain(&[command]).code(3).stdout_eq("").stderr_eq(str![[r#"
lock-file

  × a newer version of PELATO wrote this file
   ╭─[pelato.lock:2:10]
 1 │ # Records what was pushed, added and fetched. Written by PELATO; commit this file.
 2 │ schema = 2
   ·          ─
 3 │ 
   ╰────
  help: use that version of PELATO or a newer one; this one leaves the file unchanged


"#]]);
    }
    place.run_in_vain(&["bump", "--changed"]).code(3);
}

#[test]
fn another_value_of_env_is_other_content() {
    let registry = Registry::start();
    let place = for_registry(&registry);
    let workflow = place.read("workflow.yaml");
    let env = |text: &str| place.write("workflow.yaml", format!("env: {{LIMIT: {text}}}\n{workflow}"));
    env("1");
    place.run(&["push", "-q"]).code(0);
    env("2");
    place.run(&["push", "-q"]).code(3);
    assert_eq!(
        json(&place, &["bump", "--changed", "--dry-run", "--json"])["components"].as_array().unwrap().len(),
        2
    );
    env("{secret: LIMIT}");
    place.run(&["push", "-q"]).code(3);
    env("1");
    place.run(&["push", "-q"]).code(0);
}
