//! `pelato gen`

use std::collections::BTreeMap;
use std::fs;
use std::time::SystemTime;

use snapbox::str;

use crate::support::functions::PROJECT;
use crate::support::{Place, tree};

fn times(place: &Place) -> BTreeMap<String, SystemTime> {
    let names =
        tree::of(&place.path("gen")).into_keys().filter(|name| !name.ends_with('/') && name != ".lock");
    names
        .map(|name| {
            let changed = fs::metadata(place.path("gen").join(&name)).unwrap().modified().unwrap();
            (name, changed)
        })
        .collect()
}

#[test]
fn writes_the_sources_of_every_component() {
    let place = Place::with(PROJECT);
    place.run(&["gen"]).code(0).stdout_eq("").stderr_eq(str![[r#"
   Generated 2 components: 8 files written, 0 removed, 0 unchanged

"#]]);
    place.expect(
        tree::names(&place.tree()),
        str![[r#"
gen/CACHEDIR.TAG
gen/double/source/double.go
gen/double/source/go.mod
gen/double/source/pelato_main.go
gen/double/source/pelato_shell.go
gen/play/source/go.mod
gen/play/source/pelato_main.go
gen/play/source/pelato_shell.go
gen/play/source/pelato_task.go
tasks/double/double.go
tasks/play.go
workflow.yaml

"#]],
    );
    let copy = format!("//line play.go:1:1\n{}", place.read("tasks/play.go"));
    assert_eq!(place.read("gen/play/source/pelato_task.go"), copy);
}

#[test]
fn a_second_time_nothing_is_touched() {
    let place = Place::with(PROJECT);
    place.run(&["gen"]).code(0);
    let before = times(&place);
    place.run(&["gen"]).code(0).stdout_eq("").stderr_eq(str![[r#"
   Generated 2 components: 0 files written, 0 removed, 8 unchanged

"#]]);
    assert_eq!(times(&place), before);
}

#[test]
fn only_files_that_change_are_touched_and_stale_ones_are_removed() {
    let place = Place::with(PROJECT);
    place.write("tasks/double/more.go", "package main\n");
    place.run(&["gen", "-q"]).code(0).stdout_eq("").stderr_eq("");
    let before = times(&place);
    fs::remove_file(place.path("tasks/double/more.go")).unwrap();
    place.edit("tasks/play.go", "I will not", "I won't");
    place.run(&["gen", "-v"]).code(0).stdout_eq("").stderr_eq(str![[r#"
wrote gen/play/source/pelato_task.go
removed gen/double/source/more.go
   Generated 2 components: 1 file written, 1 removed, 7 unchanged

"#]]);
    let after = times(&place);
    let touched: Vec<_> = before
        .iter()
        .filter(|(name, time)| after.get(*name) != Some(time))
        .map(|(name, _)| name.as_str())
        .collect();
    assert_eq!(touched, ["double/source/more.go", "play/source/pelato_task.go"]);
}

#[test]
fn a_component_that_is_gone_takes_its_folder_with_it() {
    let place = Place::with(PROJECT);
    place.run(&["gen"]).code(0);
    place.edit("workflow.yaml", "component_name: play", "component_name: replay");
    place.run(&["gen", "--json"]).code(0).stdout_eq(str![[r#"
{"schema":1,"components":["double","replay"],"written":["gen/replay/source/go.mod","gen/replay/source/pelato_main.go","gen/replay/source/pelato_shell.go","gen/replay/source/pelato_task.go"],"removed":["gen/play/"],"unchanged":4}

"#]]).stderr_eq("");
    assert!(!place.path("gen/play").exists());
}

#[test]
fn a_dry_run_lists_the_files_and_writes_nothing() {
    let place = Place::with(PROJECT);
    place
        .run_in_vain(&["gen", "--dry-run"])
        .code(0)
        .stdout_eq(str![[r#"
gen/double/source/double.go
gen/double/source/go.mod
gen/double/source/pelato_main.go
gen/double/source/pelato_shell.go
gen/play/source/go.mod
gen/play/source/pelato_main.go
gen/play/source/pelato_shell.go
gen/play/source/pelato_task.go

"#]])
        .stderr_eq("");
    place.run_in_vain(&["gen", "--dry-run", "--json"]).code(0).stdout_eq(str![[r#"
{"schema":1,"files":["gen/double/source/double.go","gen/double/source/go.mod","gen/double/source/pelato_main.go","gen/double/source/pelato_shell.go","gen/play/source/go.mod","gen/play/source/pelato_main.go","gen/play/source/pelato_shell.go","gen/play/source/pelato_task.go"]}

"#]]).stderr_eq("");
    assert!(!place.path("gen").exists());
}

#[test]
fn a_file_of_the_users_that_the_pack_would_overwrite_is_refused() {
    let place = Place::with(PROJECT);
    place.write("tasks/double/pelato_shell.go", "package main\n");
    place.run_in_vain(&["gen"]).code(3).stdout_eq("").stderr_eq(str![[r#"
error: tasks/double/pelato_shell.go has the same name as a file that the language pack `go` adds
  help: give your file another name

"#]]);
}
