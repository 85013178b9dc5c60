//! The starter: its test passes with plain `go test`, and it works as it is.

use std::process::Command;

use super::go::refused;
use crate::support::instance::Running;
use crate::support::workshop::{Workshop, starter};
use crate::support::{root, tools};

#[test]
fn the_starter_passes_its_own_test_and_vet() {
    starter("go", &[&["go", "test", "."], &["go", "vet", "."]]);
    let workshop = Workshop::new();
    let folder = workshop.starter("go");
    let gofmt = tools::go().with_file_name("gofmt");
    if gofmt.is_file() {
        let folders = [folder, root().join("language-packs/go/shell")];
        let output = Command::new(gofmt).arg("-l").args(folders).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stdout), "", "not formatted");
    }
}

#[test]
fn the_starter_satisfies_the_pack_and_runs() {
    let workshop = Workshop::new();
    workshop.starter("go");
    let project = workshop.path().join("started");
    let run = |arguments: &[&str]| {
        let output = workshop.command(arguments).current_dir(&project).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(run(&["check"]), "1 component, no errors, 0 warnings\n");
    run(&["build", "--builder", "local"]);
    let mut running =
        Running::new(&std::fs::read(project.join("gen/round_readings/.function.wasm")).unwrap());
    assert_eq!(
        running.exec(br#"{"Name":"k","Data":1.26}"#).unwrap(),
        Ok(br#"{"Name":"k","Data":1.3}"#.into())
    );
    assert_eq!(running.exec(b"{}").unwrap(), Ok(vec![]));
    let said = running.exec(b"x").unwrap().unwrap_err();
    assert!(said.starts_with("not a reading: "), "{said}");
}

#[test]
fn what_a_task_lacks_is_told() {
    let function = "no function `exec_task`";
    let package = "the package is not `main`";
    let said = refused(&[("a.go", "package convert\n\nfunc Exec_task(arg string) string {}\n")]);
    assert!(said.contains(function), "{said}");
    let said = refused(&[("a.go", "package convert\n\nfunc exec_task(arg string) string {}\n")]);
    assert!(said.contains(package) && !said.contains(function), "{said}");
    let said = refused(&[("a.go", "package main\n\nfunc exectask(\n")]);
    assert!(said.contains(function) && !said.contains(package), "{said}");
    // The rest is left to the compiler.
    let said = refused(&[("a.go", "package main\n\n// func exec_task(\n")]);
    assert!(said.contains("undefined: exec_task\n  help: a task defines `func exec_task"), "{said}");
    let said =
        refused(&[("a.go", "package main\r\n\r\nfunc exec_task (\r\n\targ string,\r\n) string {}\r\n")]);
    assert!(!said.contains(function) && !said.contains(package), "{said}");
    assert!(said.contains("missing return"), "{said}");
}
