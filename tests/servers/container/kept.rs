//! More components than containers at a time: containers are kept from one build to the next.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use super::engine::{Engine, engines, leaving};
use super::place::{InContainers, example};
use crate::support::Place;
use crate::support::process::wait_until;
use crate::support::shared::temporary;

const TASKS: usize = 4;
/// Two at a time: each container builds several.
const KEPT: [&str; 5] = ["build", "--builder", "container", "--jobs", "2"];
/// As many as there are tasks: each has its own.
const ALONE: [&str; 5] = ["build", "--builder", "container", "--jobs", "4"];

/// A project of four tasks, each with its code.
fn project(engine: &Engine) -> Place {
    let place = example().warm().on(engine);
    let mut workflow = "project_name: kept\ntasks:\n".to_owned();
    for number in 0..TASKS {
        workflow += &format!(
            "  - name: t{number}\n    type: processor_nats\n    language: go\n    code: t{number}.go\n    targets: [edge]\n    \
             source_topic: in.{number}\n    dest_topic: out.{number}\n    component_name: t{number}\n    version: 1.0.0\n"
        );
        let code =
            format!("package main\n\nfunc exec_task(arg string) string {{ return arg + \"{number}\" }}\n");
        fs::write(place.path(&format!("tasks/t{number}.go")), code).unwrap();
    }
    fs::write(place.path("workflow.yaml"), workflow).unwrap();
    place
}

fn artifacts(place: &Place) -> Vec<Vec<u8>> {
    (0..TASKS).map(|number| fs::read(place.path(&format!("gen/t{number}/t{number}.wasm"))).unwrap()).collect()
}

/// What runs before the compiler of a [`counted`] project. It notes its container: by the mount namespace and by when
/// process 1 of it started, which no two containers have in common. Then it waits until as many containers have noted
/// themselves as the file `wanted` says, so that none of them comes too late to build anything. It gives up after a
/// minute: what was noted decides.
const NOTE: &str = concat!(
    r#"here=$PWD; cd "$GOCACHE" && wanted=$(busybox cat wanted) && turns=0; "#,
    r#"note="$(busybox readlink /proc/self/ns/mnt) $(busybox awk '{ print $22 }' /proc/1/stat)"; "#,
    r#"echo "$note" >> containers; "#,
    r#"while [ $(busybox sort -u containers | busybox wc -l) -lt "$wanted" ] && [ $turns -lt 1200 ]; do "#,
    r#"busybox sleep 0.05; turns=$((turns + 1)); done; "#,
    r#"cd "$here" && exec "$@""#,
);

/// The same, in which each container that compiles notes itself in Go's cache. It was built once, so that the cache is
/// full and the version of the image's compiler known.
fn counted(engine: &Engine) -> Place {
    let place = project(engine).with_own_cache().with_image("docker.io/library/golang:1.27");
    let note = format!(r#"command = ["sh", "-c", {NOTE:?}, "sh", "go", "build","#);
    place.edit("language-packs/go/pack.toml", r#"command = ["go", "build","#, &note);
    with_standard_library(&place);
    wait_for_containers(&place, 0);
    place.ran(&ALONE).success();
    place
}

/// Gives a project's own cache what other tests' containers have compiled so far, and spares it Go's standard library.
/// What they write at this very moment may be missing.
fn with_standard_library(place: &Place) {
    let (filled, own) = (temporary("container-cache/packs/go/GOCACHE"), go_cache(place));
    fs::create_dir_all(own.parent().unwrap()).unwrap();
    let _ = Command::new("cp").arg("-al").arg(filled).arg(&own).stderr(Stdio::null()).status();
    fs::create_dir_all(own).unwrap();
}

fn go_cache(place: &Place) -> PathBuf {
    place.above().join("cache/packs/go/GOCACHE")
}

/// From now on containers of a [`counted`] project compile when so many of them are there.
fn wait_for_containers(place: &Place, wanted: usize) {
    fs::write(go_cache(place).join("wanted"), wanted.to_string()).unwrap();
}

/// Builds a [`counted`] project anew: in how many containers, none of which is left.
fn build(place: &Place, engine: &Engine, arguments: &[&str]) -> usize {
    let notes = go_cache(place).join("containers");
    fs::remove_file(&notes).unwrap();
    fs::remove_dir_all(place.path("gen")).unwrap();
    let child = place.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let process = child.id();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}: {output:?}", engine.name);
    assert_eq!(engine.containers_of(process), [] as [String; 0], "{} has kept some", engine.name);
    let notes = fs::read_to_string(&notes).unwrap();
    assert_eq!(notes.lines().count(), TASKS, "each component is compiled once: {notes}");
    notes.lines().collect::<BTreeSet<_>>().len()
}

#[test]
fn containers_build_one_component_after_the_other() {
    for engine in engines() {
        let place = counted(&engine);
        let alone = artifacts(&place);
        wait_for_containers(&place, 2);
        assert_eq!(build(&place, &engine, &KEPT), 2, "{}", engine.name);
        assert_eq!(artifacts(&place), alone, "{}", engine.name);
        wait_for_containers(&place, TASKS);
        assert_eq!(build(&place, &engine, &ALONE), TASKS, "{}", engine.name);
        assert_eq!(artifacts(&place), alone, "{}", engine.name);
    }
}

#[test]
fn they_give_the_same_bytes_and_leave_nothing() {
    for engine in engines() {
        let place = project(&engine);
        place.ran(&KEPT).success();
        let kept = artifacts(&place);
        nothing_is_left(&place);
        fs::remove_dir_all(place.path("gen")).unwrap();
        place.ran(&["build", "--builder", "local"]).success();
        assert_eq!(artifacts(&place), kept, "{}", engine.name);
    }
}

#[test]
fn a_mistake_in_one_component_is_told_as_ever() {
    for engine in engines() {
        let place = project(&engine);
        place.edit("tasks/t1.go", "arg +", "agr +");
        let ran = place.ran(&KEPT).code(4);
        assert!(ran.err.contains("tasks/t1.go:3:44: undefined: agr"), "{}", ran.err);
        assert!(ran.err.contains("error: 1 of 4 components could not be built: t1"), "{}", ran.err);
        assert!(!place.path("gen/t1/t1.wasm").exists());
        assert!(place.path("gen/t3/t3.wasm").exists());
        nothing_is_left(&place);
    }
}

#[test]
fn tasks_with_dependencies_have_a_container_of_their_own() {
    for engine in engines() {
        let place = counted(&engine);
        // A file that may name dependencies gives a network.
        fs::create_dir(place.path("tasks/t0")).unwrap();
        fs::rename(place.path("tasks/t0.go"), place.path("tasks/t0/t0.go")).unwrap();
        fs::write(place.path("tasks/t0/go.mod"), "module t0\n\ngo 1.24\n").unwrap();
        place.edit("workflow.yaml", "code: t0.go", "code: t0");
        let made = build(&place, &engine, &["build", "--builder", "container", "--jobs", "1"]);
        assert_eq!(made, 2, "{}: one for t0, one for all others", engine.name);
    }
}

#[test]
fn ctrl_c_removes_those_that_are_kept_too() {
    for engine in engines() {
        // With an empty cache the first build takes seconds.
        let empty = tempfile::tempdir().unwrap();
        let place = project(&engine).env("PELATO_CACHE", empty.path().to_str().unwrap());
        let mut command = place.command(&KEPT);
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let process = child.id();
        wait_until("a container compiles", || folders(&place) == 1 && engine.runs_container_of(process));
        assert!(Command::new("kill").args(["-INT", &process.to_string()]).status().unwrap().success());
        let output = child.wait_with_output().unwrap();
        assert!(!output.status.success(), "{output:?}");
        assert!(!engine.has_container_of(process), "{}: {output:?}", engine.name);
        nothing_is_left(&place);
    }
}

/// Folders of output that were made for containers.
fn folders(place: &Place) -> usize {
    let entries = fs::read_dir(place.path("gen")).into_iter().flatten().flatten();
    entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(".pelato-tmp-")).count()
}

#[test]
fn they_end_by_themselves_when_pelato_is_killed() {
    for engine in engines() {
        // Those of other tests may remove it before it ends, or before the engine has heard that we wait for it.
        let ends: Vec<_> =
            (0..20).map(|_| end_of_an_orphan(&engine)).take_while(|code| code != "0").collect();
        assert!(ends.len() < 20, "{}: {ends:?}", engine.name);
    }
}

/// The exit code of a container whose PELATO is killed in mid-build: 137 if it had to be killed itself.
fn end_of_an_orphan(engine: &Engine) -> String {
    let place = project(engine);
    let mut command = place.command(&["build", "--builder", "container", "--jobs", "1"]);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    wait_until("a container compiles", || folders(&place) == 1 && engine.runs_container_of(child.id()));
    let _left = leaving();
    let container = engine.containers_of(child.id()).remove(0);
    let mut wait = Command::new("docker");
    let wait = wait.args(["-H", &engine.address, "wait", &container]).stdout(Stdio::piped()).spawn().unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    // It ends its work, finds nobody there, and ends.
    let code = wait.wait_with_output().unwrap().stdout;
    // The next run removes it, and the folder of its output.
    place.ran(&KEPT).success();
    assert_eq!(engine.containers_of(child.id()), [] as [String; 0]);
    nothing_is_left(&place);
    String::from_utf8(code).unwrap().trim().to_owned()
}

fn nothing_is_left(place: &Place) {
    assert_eq!(folders(place), 0);
}
