//! Disks that are full or may not be written to. They are mounted, which takes root: elsewhere these tests pass
//! without having tested anything, and say so.

use std::fs;

use snapbox::str;

use crate::support::Place;
use crate::support::disk::Disk;
use crate::support::functions::{ADD_TASK, PROJECT};
use crate::support::tree;

/// A project on a disk of so many KiB.
fn on_small_disk(kib: u32) -> Option<(Place, Disk)> {
    let folder = tempfile::tempdir().unwrap();
    let disk = Disk::small(folder.path(), kib)?;
    let project = folder.path().canonicalize().unwrap().join("project");
    let place = Place::at(folder, project);
    place.write_all(PROJECT);
    Some((place, disk))
}

/// Fills the disk up to the last byte.
fn fill(place: &Place) {
    use std::io::Write;
    let mut file = fs::File::create(place.above().join("filler")).unwrap();
    while file.write_all(&[0; 512]).is_ok() {}
}

#[test]
fn a_full_disk_stops_gen_and_leaves_the_rest_as_root() {
    let Some((place, _disk)) = on_small_disk(1024) else { return };
    place.run(&["gen"]).code(0);
    place.write("tasks/play.go", place.read("tasks/play.go") + &"// more\n".repeat(10_000));
    fill(&place);
    place.run_in_vain(&["gen"]).code(1).stdout_eq("").stderr_eq(str![[r#"
error: the disk is full: [PROJECT]/gen/play/source/pelato_task.go was not written
  because: No space left on device (os error 28) at path "[PROJECT]/gen/play/source/.pelato-tmp-[RANDOM]"
  help: free some disk space (see df -h and your quota) and try again

"#]]);
    fs::remove_file(place.above().join("filler")).unwrap();
    place.run(&["gen"]).code(0);
    let copy = format!("//line play.go:1:1\n{}", place.read("tasks/play.go"));
    assert_eq!(place.read("gen/play/source/pelato_task.go"), copy);
}

#[test]
fn a_full_disk_in_mid_build_keeps_the_old_artifact_as_root() {
    // Go needs some 30 MB for its temporary files, when it compiles its own library too.
    let Some((place, _disk)) = on_small_disk(128 << 10) else { return };
    place.run(&["build", "-q", "play"]).code(0);
    let old = place.bytes("gen/play/play.wasm");
    place.edit("tasks/play.go", "I will not", "I won't");
    // No test has compiled that before: Go's cache cannot have it, and Go's first file is the one for its compiler.
    place.write("tasks/play.go", format!("{}// {}\n", place.read("tasks/play.go"), place.above().display()));
    place.run(&["gen", "-q"]).code(0);
    fill(&place);
    place.run_in_vain(&["build", "play"]).code(4).stdout_eq("").stderr_eq(str![[r#"
   Compiling play (play.go changed)
error: `play` cannot be built
play_task: write [PROJECT]/gen/play/.pelato-tmp-[RANDOM]/go-build[NUMBER]/b001/importcfg: no space left on device
error: 1 of 1 components could not be built: play

"#]]);
    assert!(place.bytes("gen/play/play.wasm") == old);
    fs::remove_file(place.above().join("filler")).unwrap();
    place.run(&["build", "play"]).code(0).stdout_eq(str![[r#"
COMPONENT  VERSION  SIZE     WORK      [TIME]WHY
play       0.3.0    [SIZE]  compiled  [TIME]play.go changed

"#]]);
    place.run(&["call", "play", "error"]).code(5).stderr_eq(str![[r#"
error: `play` failed: I won't

"#]]);
}

#[test]
fn a_full_disk_writes_no_half_of_a_project_or_task_as_root() {
    let Some((place, _disk)) = on_small_disk(256) else { return };
    fill(&place);
    place.run_in_vain(&["new", "made", "--no-task"]).code(1).stdout_eq("").stderr_eq(str![[r#"
error: the disk is full: [PROJECT]/made/.env.template was not written
  because: No space left on device (os error 28)
  help: free some disk space (see df -h and your quota) and try again

"#]]);
    place.run_in_vain(&ADD_TASK).code(1).stdout_eq("").stderr_eq(str![[r#"
error: the disk is full: [PROJECT]/tasks/third/go.mod was not written
  because: No space left on device (os error 28)
  help: free some disk space (see df -h and your quota) and try again

"#]]);
    place.run_in_vain(&["bump", "--all"]).code(1).stdout_eq("").stderr_eq(str![[r#"
error: the disk is full: [PROJECT]/workflow.yaml was not written
  because: No space left on device (os error 28) at path "[PROJECT]/.pelato-tmp-[RANDOM]"
  help: free some disk space (see df -h and your quota) and try again

"#]]);
}

#[test]
fn a_full_disk_for_the_cache_fails_the_build_and_leaves_the_project_as_root() {
    let folder = tempfile::tempdir().unwrap();
    let Some(_disk) = Disk::small(folder.path(), 64) else { return };
    let place = Place::with(PROJECT).env("PELATO_CACHE", folder.path());
    place.run(&["gen"]).code(0);
    let before = place.tree();
    place.run(&["build", "play"]).code(4).stdout_eq("");
    tree::assert_same(&before, &place.tree());
}

#[test]
fn a_read_only_disk_is_named_and_reading_still_works_as_root() {
    let place = Place::with(PROJECT);
    place.run(&["build", "-q"]).code(0);
    let Some(disk) = Disk::bound(place.project()) else { return };
    disk.make_read_only();
    place.run_in_vain(&["check"]).code(0).stderr_eq("");
    place.run_in_vain(&["graph"]).code(0).stderr_eq("");
    place.run_in_vain(&["build", "--dry-run"]).code(0).stderr_eq("");
    place.run_in_vain(&["gen"]).code(1).stdout_eq("").stderr_eq(str![[r#"
error: cannot lock [PROJECT]/gen
  because: Read-only file system (os error 30)
  help: check that you have write permission there

"#]]);
    place.run_in_vain(&["build"]).code(1).stdout_eq("").stderr_eq(str![[r#"
error: cannot lock [PROJECT]/gen
  because: Read-only file system (os error 30)
  help: check that you have write permission there

"#]]);
    place.run_in_vain(&["bump", "--all"]).code(1).stdout_eq("").stderr_eq(str![[r#"
error: permission denied: cannot write [PROJECT]/workflow.yaml
  because: Read-only file system (os error 30) at path "[PROJECT]/.pelato-tmp-[RANDOM]"
  help: check the permissions of the file and its folder: ls -ld

"#]]);
    place.run_in_vain(&["new", "made", "--no-task"]).code(1).stdout_eq("").stderr_eq(str![[r#"
error: permission denied: cannot write [PROJECT]/made
  because: Read-only file system (os error 30) at path "[PROJECT]/.pelato-tmp-[RANDOM]"
  help: check the permissions of the file and its folder: ls -ld

"#]]);
}
