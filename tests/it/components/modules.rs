//! Third-party modules of tasks that have no go.mod: found and pinned where the network may be used.

use crate::support::Place;
use crate::support::functions::PROJECT;
use crate::support::module_proxy::{self, PLAY};

fn place() -> (Place, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    module_proxy::fill(folder.path());
    let place = Place::with(PROJECT)
        .env("GOPROXY", format!("file://{}", folder.path().display()))
        // The checksum database cannot be asked about it.
        .env("GONOSUMDB", "example.org/*");
    place.write("tasks/play.go", PLAY);
    (place, folder)
}

#[test]
fn those_of_a_single_file_are_pinned_beside_it() {
    let (place, proxy) = place();
    let said = place.run(&["build", "play", "--offline"]).code(4);
    let said = String::from_utf8(said.get_output().stderr.clone()).unwrap();
    assert!(
        said.contains("tasks/play.go:3:8: no required module provides package example.org/units"),
        "{said}"
    );
    let help = "help: run `pelato build play` once without `--offline`: it finds the modules and pins them in \
                `tasks/play.go.mod` and `tasks/play.go.sum`\n";
    assert!(said.contains(help), "{said}");
    assert!(!place.path("tasks/play.go.mod").exists());

    let ran = place.run(&["build", "play"]).code(0);
    let said = String::from_utf8(ran.get_output().stderr.clone()).unwrap();
    let note = "the third-party modules of `play` are pinned in `tasks/play.go.mod` and `tasks/play.go.sum`: commit these files";
    assert!(said.contains(note), "{said}");
    assert!(place.read("tasks/play.go.mod").contains("require example.org/units v1.0.0"));
    assert!(place.read("tasks/play.go.sum").contains("example.org/units v1.0.0 h1:"));
    place.run(&["call", "play", "21"]).code(0).stdout_eq("21 K");

    // Pinned: a newer version changes nothing, and nothing has to be found or built again.
    std::fs::write(proxy.path().join("example.org/units/@v/list"), "v1.0.0\nv1.1.0\n").unwrap();
    let ran = place.run(&["build", "play"]).code(0).stderr_eq("");
    assert!(String::from_utf8(ran.get_output().stdout.clone()).unwrap().contains("unchanged"));
    place.edit("tasks/play.go", "Kelvin(arg)", "Kelvin(arg + \"0\")");
    place.run(&["build", "play", "--offline"]).code(0);
    place.run(&["call", "play", "21"]).code(0).stdout_eq("210 K");
}

#[test]
fn those_of_a_folder_without_a_go_mod_are_pinned_in_it() {
    let (place, _proxy) = place();
    place.write("tasks/double/double.go", PLAY);
    place.run(&["build", "double"]).code(0);
    assert!(place.read("tasks/double/go.mod").contains("require example.org/units v1.0.0"));
    assert!(place.path("tasks/double/go.sum").exists());
}

#[test]
fn a_go_mod_of_the_users_own_is_theirs() {
    let (place, _proxy) = place();
    place.write("tasks/double/double.go", PLAY);
    place.write("tasks/double/go.mod", "module mine\n\ngo 1.24\n");
    let ran = place.run(&["build", "double"]).code(4);
    let said = String::from_utf8(ran.get_output().stderr.clone()).unwrap();
    let folder = place.path("tasks/double");
    assert!(said.contains(&format!("help: run `cd {} && go mod tidy`", folder.display())), "{said}");
    assert_eq!(place.read("tasks/double/go.mod"), "module mine\n\ngo 1.24\n");
}
