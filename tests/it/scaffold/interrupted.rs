//! Writing is killed in its midst, without a chance to tidy up: the system does it at the byte at which a file becomes
//! larger than it may be. So it is known where, and each file has its turn.

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;

use crate::support::tree::{self, Tree};
use crate::support::{Place, functions};

/// The signal of the limit for files, which ends a process at once.
const SIGXFSZ: i32 = 25;
/// More than any file that PELATO writes by itself.
const LARGE: usize = 50_000;
const FILES: usize = 10;

/// A language whose starter has files of which each is larger than those that are written before it.
const PACK: &str = r#"schema = 1
name = "toy"
summary = "Toy functions"
extensions = ["toy"]

[task]
entry = "exec_task"
starter = "starter"

[toolchain]
program = "cp"
check = ["cp", "--version"]
version = '(\d+\.\d+)'
requires = ">=1"

[build]
command = ["cp", "f0.toy", "{output}"]
produces = "module"
"#;

/// The size of a starter's file.
fn size(file: usize) -> usize {
    LARGE + 1000 * file
}

/// A place whose user has this language.
fn place() -> Place {
    let place = Place::empty();
    let pack = place.above().join("pelato-home/language-packs/toy");
    fs::create_dir_all(pack.join("starter")).unwrap();
    fs::write(pack.join("pack.toml"), PACK).unwrap();
    for file in 0..FILES {
        fs::write(pack.join(format!("starter/f{file}.toy")), "x".repeat(size(file))).unwrap();
    }
    place
}

/// What describes a task, as flags.
const TASK: [&str; 12] = [
    "--language",
    "toy",
    "--template",
    "processor_nats",
    "--name",
    "Third",
    "--source-topic",
    "a",
    "--dest-topic",
    "b",
    "--target",
    "edge",
];

/// Runs `pelato`, which is killed when a file of it would become larger than so many bytes: one is cut off there.
fn killed_at(place: &Place, bytes: usize, arguments: &[&str]) {
    let before = cut_off(place.project(), bytes);
    let output = place.limited(&[&format!("--fsize={bytes}"), "--core=0"], arguments).output().unwrap();
    assert_eq!(output.status.signal(), Some(SIGXFSZ), "at {bytes} bytes: {output:?}");
    let cut = cut_off(place.project(), bytes);
    assert_eq!(cut.len(), before.len() + 1, "at {bytes} bytes it was in the midst of one file: {cut:?}");
}

/// The files of exactly so many bytes.
fn cut_off(folder: &Path, bytes: usize) -> Vec<String> {
    tree::of(folder).into_iter().filter(|(_, content)| content.len() == bytes).map(|(name, _)| name).collect()
}

/// What a project has, without what killed ones have left.
fn without_leavings(tree: Tree) -> Tree {
    tree.into_iter().filter(|(name, _)| !name.split('/').any(|part| part.starts_with(".pelato-"))).collect()
}

#[test]
fn a_folder_is_whole_or_not_there() {
    let place = place();
    let new = [&["new", "made", "--no-git"][..], &TASK].concat();
    for file in 0..FILES {
        killed_at(&place, size(file) - 1, &new);
        assert!(!place.path("made").exists(), "killed in f{file}");
    }
    // What killed processes have left is in nobody's way.
    place.run(&new).code(0);
    for file in 0..FILES {
        assert_eq!(place.bytes(&format!("made/tasks/third/f{file}.toy")).len(), size(file));
    }
}

#[test]
fn a_task_is_added_or_not() {
    let place = place();
    place.write_all(functions::PROJECT);
    let before = place.tree();
    let add = [&["add-task"][..], &TASK].concat();
    for file in 0..FILES {
        killed_at(&place, size(file) - 1, &add);
        tree::assert_same(&before, &without_leavings(place.tree()));
    }
    place.run(&add).code(0);
    place.run(&["check"]).code(0).stdout_eq("3 components, no errors, [..]\n");
}

#[test]
fn a_file_is_old_or_new() {
    let place = Place::with(functions::PROJECT);
    let comment = format!("# {}\n", "x".repeat(98));
    place.write("workflow.yaml", functions::WORKFLOW.to_owned() + &comment.repeat(1000));
    let before = place.tree();
    let all = before["workflow.yaml"].len();
    for bytes in [0, 1, 4096, all / 2, all - 1] {
        killed_at(&place, bytes, &["bump", "--all"]);
        tree::assert_same(&before, &without_leavings(place.tree()));
    }
    place.run(&["bump", "--all"]).code(0);
    let after = place.read("workflow.yaml");
    assert!(after.contains("version: 1.0.1\n") && after.ends_with(&comment), "{} bytes", after.len());
    assert_eq!(after.len(), all);
}

#[test]
fn generated_files_are_old_or_new_and_the_next_run_goes_on() {
    let place = Place::with(functions::PROJECT);
    let code = |word: &str, size: usize| format!("{}// {}\n", functions::PLAY, word.repeat(size));
    place.write("tasks/play.go", code("o", LARGE));
    place.run(&["gen"]).code(0);
    let old = place.tree();
    place.write("tasks/play.go", code("n", LARGE + 5));
    let all = place.bytes("tasks/play.go").len();
    for bytes in [LARGE / 2, all - 1] {
        killed_at(&place, bytes, &["gen"]);
        let generated = |tree: &Tree| -> Tree {
            tree.clone().into_iter().filter(|(name, _)| name.starts_with("gen/")).collect()
        };
        tree::assert_same(&generated(&old), &generated(&without_leavings(place.tree())));
    }
    place.run(&["gen"]).code(0);
    let copy = format!("//line play.go:1:1\n{}", place.read("tasks/play.go"));
    assert_eq!(place.read("gen/play/source/pelato_task.go"), copy);
}
