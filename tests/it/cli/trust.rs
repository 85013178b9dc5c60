//! `pelato trust`

use std::fs;
use std::os::unix::fs::PermissionsExt;

use snapbox::str;

use crate::support::Place;
use crate::support::built::{copy_as_it_is, double_and_play};
use crate::support::functions::PROJECT;
use crate::support::terminal::Terminal;
use crate::support::toy;

const ALLOWED: &str = r#"schema = 1

[[allowed]]
kind = "pack"
name = "zig"
content = "sha256:1111111111111111111111111111111111111111111111111111111111111111"
since = "2026-11-30T12:00:00Z"

[[allowed]]
kind = "secret"
name = "NATS_PASSWORD"
address = "nats://edge:4222"
since = "2026-11-30T12:00:01Z"
"#;

/// A place where this is allowed.
fn allowing(text: &str) -> Place {
    let place = Place::empty();
    fs::write(place.above().join("state/trust.toml"), text).unwrap();
    place
}

#[test]
fn what_is_allowed_is_listed_and_revoked() {
    let place = allowing(ALLOWED);
    place.run(&["trust", "list"]).code(0).stderr_eq("").stdout_eq(str![[r#"
ID          KIND    WHAT                                           SINCE
[..]  pack    the language pack `zig`, sha256:111111111111…  2026-11-30T12:00:00Z
[..]  secret  NATS_PASSWORD to nats://edge:4222              2026-11-30T12:00:01Z

"#]]);
    let json = place.ran(&["trust", "list", "--json"]);
    let page: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    let id = page["allowed"][0]["id"].as_str().unwrap();
    place.run(&["trust", "revoke", id]).code(0).stdout_eq("").stderr_eq(str![[r#"
     Revoked the language pack `zig`, sha256:111111111111…

"#]]);
    place.run(&["trust", "revoke", id]).code(2).stdout_eq("").stderr_eq(str![[r#"
error: nothing that is allowed has the id `[..]`
  help: `pelato trust list` shows the ids

"#]]);
    place.run(&["trust", "revoke", "--all", "--json"]).code(0).stderr_eq("").stdout_eq(str![[r#"
{"schema":1,"revoked":[{"id":"[..]","kind":"secret","name":"NATS_PASSWORD","address":"nats://edge:4222","since":"2026-11-30T12:00:01Z"}]}

"#]]);
    place.run(&["trust", "list"]).code(0).stdout_eq("").stderr_eq(str![[r#"
        Note you allow nothing yet

"#]]);
}

#[test]
fn a_file_that_is_not_understood_allows_nothing() {
    let place = allowing(&ALLOWED.replace("kind = \"pack\"", "kind = \"root\""));
    for command in [&["trust", "list"][..], &["trust", "revoke", "--all"]] {
        let ran = place.ran(command).code(3);
        let words = ["`root` is not a kind, or has not the fields of one", "/state/trust.toml:3:"];
        assert!(words.iter().all(|words| ran.err.contains(words)) && ran.out.is_empty(), "{ran:#?}");
    }
}

/// A project with a `gen/` in which a component of somebody else's stands for `double`. The record next to it, which
/// that one has made, fits everything.
fn with_foreign_gen() -> Place {
    let other = Place::with(PROJECT);
    let state = other.above().join("other-user");
    let other = other.env("PELATO_STATE", state);
    other.run(&["build"]).code(0);
    let record = |name: &str| -> serde_json::Value {
        serde_json::from_str(&other.read(&format!("gen/{name}/build.json"))).unwrap()
    };
    let mut foreign = record("double");
    let play = record("play");
    for (step, double, play_file) in [
        ("compiled", ".function.wasm", "gen/play/.function.wasm"),
        ("composed", "double.wasm", "gen/play/play.wasm"),
    ] {
        foreign["record"][step]["made"] = play["record"][step]["made"].clone();
        fs::remove_file(other.path(&format!("gen/double/{double}"))).unwrap();
        copy_as_it_is(&other.path(play_file), &other.path(&format!("gen/double/{double}")));
    }
    foreign["record"]["composed"]["from"]["the function"] =
        foreign["record"]["compiled"]["made"]["sha256"].clone();
    other.write("gen/double/build.json", foreign.to_string());
    let clone = Place::with(PROJECT);
    copy_as_it_is(&other.path("gen"), &clone.path("gen"));
    clone
}

#[test]
fn what_somebody_else_has_built_is_not_believed() {
    let clone = with_foreign_gen();
    let planned = clone.ran(&["build", "--dry-run"]).success();
    assert_eq!(planned.out.matches("not built yet").count(), 2, "{planned:#?}");
    let called = clone.ran(&["call", "double", "21"]).success();
    assert_eq!(called.out, "42", "{called:#?}");
    assert!(called.err.contains("Compiling double (not built yet)"), "{called:#?}");
    // What this user has built counts, also when the project is somewhere else.
    clone.run(&["build"]).code(0);
    let moved = Place::with(&[]);
    fs::remove_dir(moved.project()).unwrap();
    fs::rename(clone.project(), moved.project()).unwrap();
    let again = moved.ran(&["build", "--dry-run"]).success();
    assert!(!again.out.contains("not built yet"), "{again:#?}");
}

#[test]
fn a_component_that_was_exchanged_is_built_again_although_size_and_time_are_the_same() {
    let place = Place::with(PROJECT);
    copy_as_it_is(&double_and_play().join("gen"), place.project());
    let artifact = place.path("gen/double/.function.wasm");
    let modified = fs::metadata(&artifact).unwrap().modified().unwrap();
    let mut bytes = fs::read(&artifact).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(&artifact, bytes).unwrap();
    fs::File::options().write(true).open(&artifact).unwrap().set_modified(modified).unwrap();
    let called = place.ran(&["call", "double", "21"]).success();
    assert!(called.err.contains(".function.wasm differs from the one that was built"), "{called:#?}");
}

const TOY_WORKFLOW: &str = "\
project_name: Clone
tasks:
  - {name: Echo, type: processor_nats, code: echo, targets: [edge], source_topic: a, dest_topic: b, component_name: echo, version: 1.0.0}
";

/// A clone with a language pack of its own, whose commands leave a file beside the project.
fn clone_with_pack() -> Place {
    let place = toy::place().without("PELATO_TRUST");
    let pwned = place.above().join("pwned");
    let check = format!("check = [\"sh\", \"-c\", \"touch {}; toyc --version\"]", pwned.display());
    toy::pack(&place.path("language-packs"), toy::SOUND, |manifest| {
        manifest.replace("check = [\"toyc\", \"--version\"]", &check).replace("runs = []\n", "")
    });
    place.write("workflow.yaml", TOY_WORKFLOW);
    place.write("tasks/echo/task.toy", "exec_task echo\n");
    place.write(".env", "PELATO_TRUST=1\n");
    place
}

const RUNNING: &[&[&str]] = &[
    &["doctor", "--offline"],
    &["bump", "patch", "--changed", "--dry-run"],
    &["pack", "check", "toy"],
    &["pack", "check", "language-packs/toy"],
    &["template", "check", "processor_nats"],
    &["template", "check", "processor_nats", "--language", "toy"],
    &["call", "echo", "x"],
    &["build"],
    &["build", "--dry-run"],
    &["run", "--port", "0"],
    &["brush", "--to", "build"],
    &["build", "--builder", "container"],
];

#[test]
fn no_command_runs_a_pack_of_a_clone_without_consent() {
    let place = clone_with_pack();
    let refused = |command: &[&str]| {
        let ran = place.ran(command);
        assert_eq!(ran.code, 2, "{command:?}: {ran:#?}");
        assert!(
            ran.err.contains("running the commands of the language pack `toy` is not allowed"),
            "{ran:#?}"
        );
        assert!(!place.above().join("pwned").exists(), "{command:?}");
    };
    RUNNING.iter().for_each(|command| refused(command));
    place.run(&["build"]).code(2).stdout_eq("").stderr_eq(str![[r#"
error: running the commands of the language pack `toy` is not allowed on this machine
  help: look at [PROJECT]/language-packs/toy/pack.toml; then `pelato trust allow` allows it from now on, and `--trust` only this time; in CI, set `PELATO_TRUST=1` in the environment

"#]]);
    place.run(&["build", "--json"]).code(2).stderr_eq("").stdout_eq(str![[r#"
{"schema":1,"code":"pelato::trust::not_allowed","error":"running the commands of the language pack `toy` is not allowed on this machine","help":"look at [PROJECT]/language-packs/toy/pack.toml; then `pelato trust allow` allows it from now on, and `--trust` only this time; in CI, set `PELATO_TRUST=1` in the environment","exit":2}

"#]]);
    // A pin is part of the clone, and no consent.
    let trusting = place.ran(&["trust", "allow", "--json"]).success();
    let content = trusting.out.split("sha256:").nth(1).unwrap()[..64].to_owned();
    place.run(&["trust", "revoke", "--all"]).code(0);
    place.write(
        "pelato.lock",
        format!("schema = 1\n[packs.toy]\nsource = \"../x\"\ncontent = \"sha256:{content}\"\n"),
    );
    RUNNING.iter().for_each(|command| refused(command));
}

#[test]
fn what_is_allowed_runs_until_it_changes() {
    let place = clone_with_pack();
    place.run(&["build", "-q", "--trust"]).code(0);
    assert!(place.above().join("pwned").exists());
    place.run(&["build"]).code(2);
    place.run(&["trust", "allow"]).code(0).stdout_eq("").stderr_eq(str![[r#"
     Allowed the language pack `toy`, sha256:[..]…
     Allowed the code of `echo` in [PROJECT], sha256:[..]…

"#]]);
    place.run(&["build", "-q"]).code(0);
    place.run(&["call", "echo", "x"]).code(0).stdout_eq("x");
    place.run(&["trust", "allow"]).code(0).stderr_eq(str![[r#"
        Note there is nothing to allow: what building this project runs is allowed already, or built in

"#]]);
    // The pack's files, and then the task's: for all that this pack says, its build may run any of them.
    place.edit("language-packs/toy/starter/task.toy", "echo", "bytes");
    place.run(&["build"]).code(2);
    place.run(&["trust", "allow"]).code(0);
    place.write("tasks/echo/task.toy", "exec_task empty\n");
    place.run(&["build"]).code(2).stderr_eq(str![[r#"
        Note the project contains its own language pack `toy`: the pack's commands run on this machine
error: running code of this project during a build is not allowed on this machine
  help: look at tasks/echo/task.toy; then `pelato trust allow` allows it from now on, and `--trust` only this time; in CI, set `PELATO_TRUST=1` in the environment

"#]]);
    // Who has made them is not asked for each change.
    place.run(&["trust", "allow", "--own"]).code(0).stderr_eq(str![[r#"
     Allowed everything in [PROJECT]

"#]]);
    place.run(&["build", "-q"]).code(0);
    // Packs are no part of that.
    place.edit("language-packs/toy/starter/task.toy", "bytes", "error");
    place.run(&["build"]).code(2);
    place.run(&["trust", "allow", "--own", "language-packs/toy"]).code(0);
    place.edit("language-packs/toy/starter/task.toy", "error", "empty");
    place.run(&["build", "-q"]).code(0);
    // Another folder at the same path is another one.
    let moved = place.above().join("moved");
    fs::rename(place.project(), &moved).unwrap();
    assert!(
        std::process::Command::new("cp")
            .arg("-r")
            .arg(&moved)
            .arg(place.project())
            .status()
            .unwrap()
            .success()
    );
    place.run(&["build"]).code(2);
}

#[test]
fn a_person_sees_what_would_run_and_is_asked_once() {
    let place = clone_with_pack();
    let mut terminal = Terminal::open(&place, &["build"]);
    terminal.see("language pack").see("toy").see("toolchain.check").see("touch").see("build.command");
    terminal.see("Allow these commands to run on this machine?").answer("n");
    let (rest, code) = terminal.end();
    assert!(code == 1 && rest.contains("was not allowed"), "{code}: {rest}");
    assert!(!place.above().join("pwned").exists());
    for (key, code) in [("\x03", 130), ("\x1b", 1), ("\r", 1)] {
        let mut terminal = Terminal::open(&place, &["build"]);
        terminal.see("Allow these commands to run on this machine?").see("Esc: cancel").press(key);
        let (rest, ended) = terminal.end();
        assert!(ended == code && terminal.shows_cursor(), "{key:?} {ended}: {rest}");
        assert!(!place.above().join("pwned").exists());
    }
    let mut terminal = Terminal::open(&place, &["build"]);
    terminal.see("Allow these commands").answer("y");
    terminal.see("project").see("tasks/echo/task.toy").see("Allow the build").answer("y");
    let (rest, code) = terminal.end();
    assert_eq!(code, 0, "{rest}");
    place.run(&["build", "-q"]).code(0);
    place.run(&["build"]).code(0);
}

#[test]
fn a_pack_that_is_not_what_was_pinned_is_not_checked() {
    let place = clone_with_pack();
    place.run(&["trust", "allow"]).code(0);
    place.write(
        "pelato.lock",
        format!("schema = 1\n[packs.toy]\nsource = \"../x\"\ncontent = \"sha256:{}\"\n", "1".repeat(64)),
    );
    for pack in ["toy", "language-packs/toy"] {
        let ran = place.ran(&["pack", "check", pack]).code(3);
        assert!(ran.err.contains("has changed since it was added"), "{ran:#?}");
    }
    assert!(!place.above().join("pwned").exists());
}

const RUST_WORKFLOW: &str = "\
project_name: Clone
tasks:
  - {name: R, type: processor_nats, code: r, targets: [edge], source_topic: a, dest_topic: b, component_name: r, version: 1.0.0}
";

/// Programs that stand for Rust's: they leave a file beside the project when they are to compile.
fn with_fake_rust() -> Place {
    let place = Place::empty();
    let bin = place.above().join("bin");
    fs::create_dir(&bin).unwrap();
    for name in ["cargo", "rustc"] {
        let script = format!(
            "#!/bin/sh\ncase \"$1\" in --version) echo cargo 1.90.0;; rustc) touch {}/pwned; exit 1;; esac\n",
            place.above().display()
        );
        fs::write(bin.join(name), script).unwrap();
        fs::set_permissions(bin.join(name), PermissionsExt::from_mode(0o755)).unwrap();
    }
    let path = format!("{}:/usr/bin:/bin", bin.display());
    place.env("PATH", path)
}

/// Whether a build came as far as the compiler.
fn compiles(place: &Place) -> bool {
    let ran = place.ran(&["build", "--builder", "local"]);
    let pwned = place.above().join("pwned");
    let compiled = pwned.exists();
    assert_eq!(ran.code, if compiled { 4 } else { 2 }, "{ran:#?}");
    let _ = fs::remove_file(pwned);
    compiled
}

#[test]
fn build_scripts_and_what_cargo_finds_above_need_consent() {
    // What is above the project is also above the home that other tests have.
    let place = with_fake_rust().env("HOME", "/nowhere");
    place.write("workflow.yaml", RUST_WORKFLOW);
    place.write("tasks/r/task.rs", "pub fn exec_task(arg: String) -> String { arg }\n");
    assert!(compiles(&place), "nothing of this task is run");
    for (file, shown) in [
        ("tasks/r/build.rs", "tasks/r/build.rs"),
        ("tasks/r/Cargo.toml", "tasks/r/Cargo.toml"),
        (".cargo/config.toml", "project/.cargo/config.toml"),
        ("rust-toolchain.toml", "project/rust-toolchain.toml"),
        ("../.cargo/config", ".cargo/config"),
    ] {
        place.write(file, "# x\n");
        place.run(&["trust", "revoke", "--all"]).code(0);
        let ran = place.ran(&["build", "--builder", "local"]).code(2);
        assert!(ran.err.contains(shown) && !place.above().join("pwned").exists(), "{file}: {ran:#?}");
        place.run(&["trust", "allow"]).code(0);
        assert!(compiles(&place), "{file}");
        place.write(file, "# y\n");
        assert!(!compiles(&place), "{file} is another one");
        fs::remove_file(place.path(file)).unwrap();
    }
}

#[test]
fn a_project_that_new_made_is_the_users_own() {
    let place = with_fake_rust();
    let new = [
        "new",
        "made",
        "--no-git",
        "--language",
        "rust",
        "--template",
        "processor_nats",
        "--name",
        "r",
        "--source-topic",
        "a",
        "--dest-topic",
        "b",
        "--target",
        "edge",
    ];
    place.run(&new).code(0);
    let root = place.path("made");
    let build = ["-C", "made", "build", "--builder", "local"];
    assert!(root.join("tasks/r/Cargo.toml").exists());
    place.run(&build).code(4);
    fs::write(root.join("tasks/r/build.rs"), "fn main() {}").unwrap();
    place.run(&build).code(4);
    let list = place.ran(&["trust", "list"]).success();
    assert!(list.out.contains("everything in ") && list.out.contains("project/made"), "{list:#?}");
    fs::rename(&root, place.path("old")).unwrap();
    assert!(
        std::process::Command::new("cp")
            .arg("-r")
            .arg(place.path("old"))
            .arg(&root)
            .status()
            .unwrap()
            .success()
    );
    place.run(&build).code(2);
}

#[test]
fn an_installer_is_not_started_in_the_project() {
    let place = Place::with(PROJECT);
    let bin = place.above().join("bin");
    fs::create_dir(&bin).unwrap();
    let script = format!("#!/bin/sh\npwd > {}/where\nexit 1\n", place.above().display());
    fs::write(bin.join("python3"), script).unwrap();
    fs::set_permissions(bin.join("python3"), PermissionsExt::from_mode(0o755)).unwrap();
    let path = format!("{}:/usr/bin:/bin", bin.display());
    let place = place.env("PATH", path).with_own_cache();
    place.run(&["build", "--builder", "local"]).code(4);
    let folder = fs::read_to_string(place.above().join("where")).unwrap();
    assert!(folder.contains("/cache/toolchains/"), "{folder}");
}

#[test]
fn what_is_not_seen_is_refused_in_manifests() {
    let place = clone_with_pack();
    for (old, new, line) in [
        ("summary = \"Toy functions\"", "summary = \"Toy\\nbuild.command  true\"", 3),
        ("summary = \"Toy functions\"", "summary = \"Toy\u{200b}functions\"", 3),
        ("program = \"toyc\"", "program = \"../../tmp/x\"", 11),
        ("command = [\"toyc\",", "command = [\"./toyc\",", 18),
    ] {
        let manifest = place.read("language-packs/toy/pack.toml");
        assert!(manifest.contains(old), "{manifest}");
        place.write("language-packs/toy/pack.toml", manifest.replace(old, new));
        let listed = place.ran(&["pack", "list"]).success();
        assert!(listed.err.contains(&format!("pack.toml:{line}:")), "{listed:#?}");
        assert!(!listed.err.contains('\u{200b}') && !listed.out.contains('\u{200b}'), "{listed:#?}");
        place.run(&["trust", "allow"]).code(3);
        place.write("language-packs/toy/pack.toml", manifest);
    }
    let many: String = (0..60).map(|number| format!("V{number} = \"1\"\n")).collect();
    let manifest = place.read("language-packs/toy/pack.toml");
    place.write("language-packs/toy/pack.toml", format!("{manifest}[build.env]\n{many}"));
    let listed = place.ran(&["pack", "list"]).success();
    assert!(listed.err.contains("has 60 variables; the limit is 50"), "{listed:#?}");
}

#[test]
fn the_environment_says_yes_or_no() {
    let place = clone_with_pack().env("PELATO_TRUST", "perhaps");
    place.run(&["build"]).code(2).stderr_eq(str![[r#"
error: PELATO_TRUST is not a boolean: `perhaps`
  help: set it to `1`, or unset it: export PELATO_TRUST=1

"#]]);
    place.env("PELATO_TRUST", "0").run(&["build"]).code(2);
}

#[test]
fn a_project_does_not_say_itself_what_is_allowed() {
    for folder in ["state", "link/state"] {
        let place = Place::with(PROJECT).env("PELATO_STATE", folder);
        std::os::unix::fs::symlink(".", place.path("link")).unwrap();
        place.run_in_vain(&["check"]).code(2).stdout_eq("").stderr_eq(str![[r#"
error: PELATO_STATE names a folder of the project: [PROJECT]/[..]state
  help: name one outside of the project, which has no say in what you allow

"#]]);
    }
}
