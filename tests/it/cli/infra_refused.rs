//! What `pelato infra` refuses: then nothing is written.

use snapbox::str;

use super::infra::{GIVEN, infra, wadm};

#[test]
fn a_file_that_differs_is_never_overwritten_and_nothing_else_is_written() {
    let place = wadm();
    place.write("made/edge/compose.yaml", "mine\n");
    place.run_in_vain(&infra(&[])).code(1).stdout_eq("").stderr_eq(str![[r#"
error: [PROJECT]/made/edge/compose.yaml already exists, with other content than would be written
  help: move it away or choose another folder; `--dry-run` into another folder shows what would be written

"#]]);
    let place = wadm();
    place.write("made/local", "mine\n");
    place.run_in_vain(&infra(&[])).code(1).stdout_eq("").stderr_eq(str![[r#"
error: [PROJECT]/made/local is a file, not a folder
  help: move the file away, or choose another name

"#]]);
    let place = wadm();
    place.write("made", "mine\n");
    place.run_in_vain(&infra(&[])).code(1).stdout_eq("").stderr_eq(str![[r#"
error: [PROJECT]/made is a file, not a folder
  help: move the file away, or choose another name

"#]]);
    let place = wadm();
    let deep = [&["infra", "a/b"], &GIVEN[..]].concat();
    place.run_in_vain(&deep).code(1).stdout_eq("").stderr_eq(str![[r#"
error: there is no folder [PROJECT]/a to write [PROJECT]/a/b into
  help: create it first: mkdir -p "[PROJECT]/a"

"#]]);
}

#[test]
fn what_is_missing_is_named_by_its_flag() {
    let place = wadm();
    place.run_in_vain(&["infra"]).code(2).stdout_eq("").stderr_eq(str![[r#"
error: missing values: Folder to write into; Address of the cloud's NATS server, as edge hosts reach it; Registry, with an address that all hosts can reach
  help: give them, as with `infra`, `--cloud-nats nats.example.org`, `--registry registry.example.org/team`; on a terminal, and without `--no-input`, PELATO asks for them

"#]]);
    place.run_in_vain(&["infra", "made"]).code(2).stdout_eq("").stderr_eq(str![[r#"
error: missing values: Address of the cloud's NATS server, as edge hosts reach it; Registry, with an address that all hosts can reach
  help: give them, as with `--cloud-nats nats.example.org`, `--registry registry.example.org/team`; on a terminal, and without `--no-input`, PELATO asks for them

"#]]);
    place.run_in_vain(&["infra", "made", "--cloud-nats", "a.b"]).code(2).stdout_eq("").stderr_eq(str![[r#"
error: missing value: Registry, with an address that all hosts can reach
  help: give it, as with `--registry registry.example.org/team`; on a terminal, and without `--no-input`, PELATO asks for it

"#]]);
    place.run(&["infra", "made", "--only", "local"]).code(0);
}

#[test]
fn this_machine_is_no_address_for_others() {
    let place = wadm().env("NATS_HOST", "127.0.0.1").env("REGISTRY_URL", "localhost:5000");
    place.run_in_vain(&["infra", "made"]).code(2).stdout_eq("").stderr_eq(str![[r#"
error: missing values: Address of the cloud's NATS server, as edge hosts reach it; Registry, with an address that all hosts can reach
  help: give them, as with `--cloud-nats nats.example.org`, `--registry registry.example.org/team`; on a terminal, and without `--no-input`, PELATO asks for them

"#]]);
    place.run_in_vain(&["infra", "made", "--cloud-nats", "10.0.0.5"]).code(2).stdout_eq("").stderr_eq(str![[r#"
error: missing value: Registry, with an address that all hosts can reach
  help: give it, as with `--registry registry.example.org/team`; on a terminal, and without `--no-input`, PELATO asks for it

"#]]);
}

/// Which values are refused is tested beside the rules.
#[test]
fn hostile_values_are_refused_by_name() {
    let place = wadm();
    let flags = [
        "--cloud-nats",
        "--registry",
        "--lattice",
        "--edge-label",
        "--cloud-label",
        "--jetstream-domain",
        "--edge-domain",
        "--image",
    ];
    for flag in flags {
        for value in ["", "-a", "a\nb: ${HOME}\"'"] {
            let mut arguments = vec!["infra", "made"];
            arguments.extend(GIVEN.chunks(2).filter(|pair| pair[0] != flag).flatten());
            let glued = format!("{flag}={value}");
            arguments.push(&glued);
            let ran = place.run_in_vain(&arguments).code(2).stdout_eq("");
            let said = String::from_utf8_lossy(&ran.get_output().stderr).into_owned();
            assert!(said.contains(flag), "{flag} {value:?}: {said}");
            assert!(!said.contains("report it"), "{said}");
        }
    }
}

#[test]
fn values_that_do_not_go_together_are_refused() {
    let place = wadm();
    let refused: [(&[&str], snapbox::data::Inline); 5] = [
        (
            &["--edge-domain", "cloud"],
            str![[r#"
error: the JetStream domains of edge and cloud are the same: `cloud`
  help: set another one for the edge with `--edge-domain`: each server's streams are found by its domain

"#]],
        ),
        (
            &["--leaf-port", "4222"],
            str![[r#"
error: port 4222 would be used twice: by NATS and by leaves
  help: change one of them; the cloud host on this machine uses the port after `--http-port`

"#]],
        ),
        (
            &["--http-port", "4999"],
            str![[r#"
error: port 5000 would be used twice: by the registry and by HTTP of the cloud host
  help: change one of them; the cloud host on this machine uses the port after `--http-port`

"#]],
        ),
        (
            &["--http-port", "65535"],
            str![[r#"
error: `65535` is not a port with another after it, for the cloud host
  help: give a lower one: `--http-port 8000`

"#]],
        ),
        (
            &["--leaf-port", "0"],
            str![[r#"
error: invalid value '0' for '--leaf-port <PORT>': expected a whole number from 1 to 65535

For more information, try '--help'.

"#]],
        ),
    ];
    for (wrong, expected) in refused {
        place.run_in_vain(&infra(wrong)).code(2).stdout_eq("").stderr_eq(expected);
    }
}
