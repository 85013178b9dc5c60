//! Where the project is named: as the thesis prototype did, in the place of a component, by its workflow.yaml.

use snapbox::str;

use crate::support::Place;
use crate::support::functions::PROJECT;

fn above() -> Place {
    let files: Vec<_> = PROJECT.iter().map(|(name, text)| (format!("house/{name}"), *text)).collect();
    Place::with(&files.iter().map(|(name, text)| (name.as_str(), *text)).collect::<Vec<_>>())
}

#[test]
fn the_prototypes_commands_take_the_projects_folder() {
    let place = above();
    for folder in ["house", "house/", "./house", "house/workflow.yaml"] {
        place.run(&["gen", folder]).code(0).stdout_eq("");
        assert!(place.path("house/gen/play/source/go.mod").exists(), "{folder}");
        std::fs::remove_dir_all(place.path("house/gen")).unwrap();
        place.run(&["-C", folder, "gen"]).code(0).stdout_eq("");
        place.run(&["build", folder, "--dry-run"]).code(0).stdout_eq(str![[r#"
COMPONENT  WORK     WHY
double     compile  not built yet
play       compile  not built yet

"#]]);
        // Nothing is deployed here: that the project was found is all there is to see.
        for command in ["deploy", "remove", "brush"] {
            let ran = place.run(&[command, folder, "--setting", "NATS_PORT=1"]);
            let said = String::from_utf8(ran.get_output().stderr.clone()).unwrap();
            assert!(!said.contains("workflow.yaml in"), "{command} {folder}: {said}");
            assert_ne!(ran.get_output().status.code(), Some(2), "{command} {folder}: {said}");
        }
    }
}

#[test]
fn other_commands_take_it_too() {
    let place = above();
    place.run(&["check", "house"]).code(0).stdout_eq("2 components, no errors, 0 warnings\n");
    place.run(&["build", "house", "play", "--dry-run"]).code(0).stdout_eq(str![[r#"
COMPONENT  WORK     WHY
play       compile  not built yet

"#]]);
    place.run(&["bump", "house", "play", "minor", "--dry-run"]).code(0).stdout_eq(str![[r#"
COMPONENT  OLD      NEW
play       0.3.0  → 0.4.0

"#]]);
    place.run(&["call", "house", "21"]).code(2).stderr_eq(str![[r#"
error: `house` is a project, not a component
  help: `pelato -C house call COMPONENT INPUT` calls one of its components

"#]]);
}

#[test]
fn a_component_is_one_where_there_is_a_project() {
    let place = Place::with(PROJECT);
    place.write("play/workflow.yaml", "project_name: other\ntasks: []\n");
    place.run(&["build", "play", "--dry-run"]).code(0).stdout_eq(str![[r#"
COMPONENT  WORK     WHY
play       compile  not built yet

"#]]);
    place.run(&["check", "play/"]).code(0).stdout_eq("0 components, no errors, 1 warning\n");
}

#[test]
fn a_place_that_is_not_a_project_is_named() {
    let place = above();
    place.run(&["gen", "hose"]).code(3).stdout_eq("").stderr_eq(str![[r#"
error: there is no workflow.yaml in [PROJECT]/hose
  help: go to the folder of a project, name it with `--project DIR`, or make one with `pelato new NAME`

"#]]);
    place.run(&["build", "./hose"]).code(3).stdout_eq("").stderr_eq(str![[r#"
error: there is no workflow.yaml in [PROJECT]/./hose
  help: go to the folder of a project, name it with `--project DIR`, or make one with `pelato new NAME`

"#]]);
    place.run(&["-C", "house", "gen", "house"]).code(2).stdout_eq("").stderr_eq(str![[r#"
error: the project is named twice: `house` and `--project`
  help: leave one of them out

"#]]);
    place.run(&["build", "house", "./house"]).code(2).stdout_eq("").stderr_eq(str![[r#"
error: `house` and `./house` are both projects
  help: name one project, and the components by their `component_name`

"#]]);
}
