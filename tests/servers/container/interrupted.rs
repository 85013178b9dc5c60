//! Builds that end before their time: Ctrl-C, an engine that goes away, has no room or keeps us out, a line that is cut.

use std::net::TcpListener;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, Output, Stdio};

use super::engine::{Engine, docker, engines};
use super::own::Own;
use super::place::{InContainers, digests, example};
use super::proxy::Proxy;
use crate::support::Place;
use crate::support::disk::Disk;
use crate::support::process::{accept, wait_until};
use crate::support::registry::Registry;

const BUILD: [&str; 3] = ["build", "--builder", "container"];
const OURS: &str = "docker.io/library/golang:1.27";

/// A build that compiles right now: with an empty cache it does so for seconds.
fn compiling(place: &Place, engine: &Engine, arguments: &[&str]) -> Child {
    let mut command = place.command(arguments);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    wait_until("a container compiles", || half_made(place) == 1 && engine.runs_container_of(child.id()));
    child
}

/// How many folders of unfinished work there are.
fn half_made(place: &Place) -> usize {
    let folder = std::fs::read_dir(place.path("gen/celsius_to_kelvin_conversion"));
    let names = folder.into_iter().flatten().flatten().map(|entry| entry.file_name());
    names.filter(|name| name.to_string_lossy().starts_with(".pelato-tmp-")).count()
}

fn nothing_is_made(place: &Place) {
    assert_eq!(half_made(place), 0);
    for name in ["celsius_to_kelvin_conversion", "temp_filter"] {
        assert!(!place.path(&format!("gen/{name}/{name}.wasm")).exists());
    }
    assert!(!place.path("pelato.lock").exists());
}

fn signal(child: &Child, signal: &str) {
    assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
}

fn words(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn ctrl_c_removes_the_container_before_pelato_ends() {
    for (engine, (name, number)) in engines().iter().zip([("-INT", 2), ("-TERM", 15)]) {
        let place = example().on(engine);
        let child = compiling(&place, engine, &BUILD);
        let process = child.id();
        signal(&child, name);
        let output = child.wait_with_output().unwrap();
        assert!(!engine.has_container_of(process), "{}: {}", engine.name, words(&output));
        let wanted = "error: cancelled: components that were built before are kept\n  \
                      help: run the command again: finished work is not repeated\n";
        assert!(words(&output).ends_with(wanted), "{}: {}", engine.name, words(&output));
        // As by the signal itself: whoever called it sees that.
        assert_eq!(output.status.signal(), Some(number), "{output:?}");
        nothing_is_made(&place);
    }
}

#[test]
fn a_second_ctrl_c_does_not_wait_for_an_engine_that_hangs() {
    for engine in docker() {
        let own = Own::start(&[]);
        own.load(&engine, OURS);
        let place = example().on(&own.engine);
        let mut child = compiling(&place, &own.engine, &BUILD);
        own.signal("-STOP");
        // Two that come at once count as one: it is pressed until it is heard twice.
        wait_until("it ends", || {
            signal(&child, "-INT");
            child.try_wait().unwrap().is_some()
        });
        let output = child.wait_with_output().unwrap();
        own.signal("-CONT");
        assert_eq!(output.status.signal(), Some(2), "{output:?}");
        assert!(!words(&output).contains("error"), "it ended by itself: {output:?}");
        place.ran(&BUILD).success();
        assert_eq!(own.engine.ours(), [] as [String; 0]);
    }
}

#[test]
fn when_the_containers_are_gone_ctrl_c_ends_the_push_that_waits() {
    for engine in engines() {
        // A registry that never answers: the components are built, and their push waits.
        let registry = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = registry.local_addr().unwrap().to_string();
        let place = example().warm().on(&engine).env("REGISTRY_INSECURE", &address);
        let place = place.env("REGISTRY_URL", format!("{address}/team"));
        let mut command = place.command(&BUILD);
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let _asked = accept(&registry);
        signal(&child, "-INT");
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.signal(), Some(2), "{output:?}");
        assert!(words(&output).ends_with("error: cancelled\n"), "{output:?}");
        assert_eq!(digests(&place).len(), 2, "what was built stays");
    }
}

#[test]
fn an_engine_that_is_killed_in_mid_build_is_told_and_the_next_build_works() {
    for engine in docker() {
        let mut own = Own::start(&[]);
        own.load(&engine, OURS);
        let place = example().on(&own.engine);
        let child = compiling(&place, &own.engine, &BUILD);
        own.kill();
        let output = child.wait_with_output().unwrap();
        let said = words(&output);
        assert_eq!(output.status.code(), Some(4), "{said}");
        assert!(said.contains("the container engine failed while waiting for the compiler: "), "{said}");
        assert!(said.contains("help: check that the engine works"), "{said}");
        nothing_is_made(&place);
        own.restart();
        place.ran(&BUILD).success();
        assert_eq!(own.engine.ours(), [] as [String; 0], "also the container of the one that failed is gone");
    }
}

#[test]
fn an_engine_that_keeps_us_out_names_its_group() {
    if docker().is_empty() {
        return;
    }
    let own = Own::start(&[]);
    let place = example().on(&own.engine);
    let run = |arguments: &[&str]| {
        let pelato = place.command(&[]);
        let mut command = Command::new("setpriv");
        command
            .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
            .arg(copied(&place))
            .args(arguments);
        command
            .current_dir(place.project())
            .envs(pelato.get_envs().filter_map(|(name, value)| Some((name, value?))));
        command.output().unwrap()
    };
    assert!(
        Command::new("chown").args(["-R", "65534:65534"]).arg(place.project()).status().unwrap().success()
    );
    let output = run(&BUILD);
    let (said, group) = (words(&output), group_of(&own.engine));
    assert_eq!(output.status.code(), Some(4), "{said}");
    let wanted = format!("error: permission denied by the container engine at {}\n", own.engine.address);
    assert!(said.contains(&wanted), "{said}");
    let wanted = format!(
        "its socket belongs to the group {group}: `sudo usermod -aG {group} $USER`, and log in again"
    );
    assert!(said.contains(&wanted), "{said}");
    nothing_is_made(&place);
    let report = run(&["doctor", "--timeout", "5m", "--builder", "container"]);
    let found = String::from_utf8_lossy(&report.stdout).into_owned();
    assert_eq!(report.status.code(), Some(8), "{found}");
    assert!(found.contains(&wanted), "{found}");
}

/// The program where everybody may run it: the folder it was built in may be closed to others.
fn copied(place: &Place) -> std::path::PathBuf {
    let copy = place.path("pelato");
    if !copy.exists() {
        std::fs::copy(env!("CARGO_BIN_EXE_pelato"), &copy).unwrap();
    }
    copy
}

fn group_of(engine: &Engine) -> String {
    let socket = engine.address.strip_prefix("unix://").unwrap();
    let output = Command::new("stat").args(["-c", "%G", socket]).output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[test]
fn a_fetch_that_is_cut_is_told_and_can_be_repeated() {
    for engine in docker() {
        let registry = Registry::start();
        engine.push(OURS, &format!("127.0.0.1:{}/golang:1.27", registry.port()));
        let proxy = Proxy::cut_after(8 << 20, registry.port());
        let own = Own::start(&["--max-download-attempts=1"]);
        let image = format!("127.0.0.1:{}/golang:1.27", proxy.port);
        let place = example().warm().on(&own.engine).with_image(&image);
        let said = place.ran(&BUILD).code(4).err;
        assert!(said.contains(&format!("error: the image {image} cannot be fetched: ")), "{said}");
        assert!(said.contains("help: check the network connection and the image's name"), "{said}");
        nothing_is_made(&place);
        proxy.mend();
        place.ran(&BUILD).success();
        assert_eq!(digests(&place).len(), 2);
    }
}

#[test]
fn an_engine_without_room_is_told() {
    for engine in docker() {
        let registry = Registry::start();
        let image = format!("127.0.0.1:{}/golang:1.27", registry.port());
        engine.push(OURS, &image);
        let folder = tempfile::tempdir().unwrap();
        let disk = Disk::small(folder.path(), 64 << 10).expect("only root mounts disks");
        let own = Own::at(disk.path(), &["--max-download-attempts=1"]);
        let place = example().on(&own.engine).with_image(&image);
        let said = place.ran(&BUILD).code(4).err;
        assert!(said.contains("error: the container engine's disk is full: "), "{said}");
        assert!(said.contains("help: free disk space: `docker system df` shows what uses it"), "{said}");
        nothing_is_made(&place);
    }
}
