//! Files of a project that are something else than files, or lead out of it.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::process::Command;

use crate::support::Place;
use crate::support::functions::PROJECT;

/// Takes the place of a file by a pipe that nobody writes to.
fn pipe(place: &Place, name: &str) {
    let path = vacated(place, name);
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

fn link(place: &Place, name: &str, to: &str) {
    symlink(to, vacated(place, name)).unwrap();
}

fn vacated(place: &Place, name: &str) -> PathBuf {
    let path = place.path(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    if fs::symlink_metadata(&path).is_ok() {
        fs::remove_file(&path).unwrap();
    }
    path
}

/// What a command says that must fail.
fn stderr_of(place: &Place, command: &[&str]) -> String {
    let ran = place.pelato(command).timeout(std::time::Duration::from_secs(60)).assert();
    let output = ran.get_output();
    assert!(output.status.code().is_some_and(|code| code != 0), "{command:?}: {output:?}");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn what_has_no_end_is_not_read() {
    let cases: [(&str, &[&str]); 5] = [
        (".env", &["check"]),
        ("workflow.yaml", &["check"]),
        ("tasks/play.go", &["check"]),
        ("language-packs/zig/pack.toml", &["pack", "show", "zig"]),
        ("templates/mine/template.toml", &["template", "show", "mine"]),
    ];
    for (name, command) in cases {
        for kind in ["pipe", "device", "outside"] {
            let place = Place::with(PROJECT);
            match kind {
                "pipe" => pipe(&place, name),
                "device" => link(&place, name, "/dev/zero"),
                _ => link(&place, name, "/etc/hostname"),
            }
            let said = stderr_of(&place, command);
            assert!(!said.contains("panicked") && !said.is_empty(), "{name} {kind}: {said}");
        }
    }
    let place = Place::with(PROJECT);
    link(&place, ".env", "/dev/zero");
    assert!(stderr_of(&place, &["check"]).contains("through a symbolic link, to /dev/zero"));
    pipe(&place, ".env");
    assert!(stderr_of(&place, &["check"]).contains("neither a file nor a folder"));
}

#[test]
fn links_inside_the_project_are_followed() {
    let place = Place::with(PROJECT);
    place.write("settings/env", "HOST=nats.example.org\n");
    link(&place, ".env", "settings/env");
    place.run(&["check"]).success();
}

#[test]
fn nothing_is_written_through_a_link_out_of_the_project() {
    let place = Place::with(PROJECT);
    let outside = tempfile::tempdir().unwrap();
    let file = outside.path().join("workflow.yaml");
    fs::rename(place.path("workflow.yaml"), &file).unwrap();
    let before = fs::read(&file).unwrap();
    link(&place, "workflow.yaml", file.to_str().unwrap());
    let said_of_bump = stderr_of(&place, &["bump", "--all"]);
    assert!(said_of_bump.contains("through a symbolic link"), "{said_of_bump}");
    assert_eq!(fs::read(&file).unwrap(), before);
    let packs = outside.path().join("packs");
    fs::create_dir(&packs).unwrap();
    symlink(&packs, place.path("language-packs")).unwrap();
    place.run(&["pack", "new", "mine", "--extension", "mine", "--produces", "module"]).failure();
    assert_eq!(fs::read_dir(&packs).unwrap().count(), 0);
}

#[test]
fn what_a_killed_run_has_left_is_swept_by_the_next() {
    let place = Place::with(PROJECT);
    place.write(".pelato-tmp-0123456789ab", "half");
    place.write("tasks/.pelato-tmp-0123456789ab/new/main.go", "half");
    place.write(".pelato-mine", "kept");
    place.run(&["check"]).success();
    assert!(!place.path(".pelato-tmp-0123456789ab").exists());
    assert!(!place.path("tasks/.pelato-tmp-0123456789ab").exists());
    assert!(place.path(".pelato-mine").exists());
}
