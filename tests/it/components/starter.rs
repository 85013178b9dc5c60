//! The starter: its test passes with plain `go test`, and it works as it is.

use super::go::{Files, function, go_command, render, write};
use crate::support::instance::Running;

#[test]
fn the_starter_passes_its_own_test_and_vet() {
    let dir = tempfile::tempdir().unwrap();
    let rendered = render("starter", "a-component");
    let files: Vec<(&str, &str)> =
        rendered.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    write(dir.path(), &files);
    for words in [&["test", "."][..], &["vet", "."]] {
        let output = go_command(dir.path()).args(words).output().unwrap();
        assert!(output.status.success(), "go {words:?}: {output:?}");
    }
    let gofmt = super::go::go().with_file_name("gofmt");
    if gofmt.is_file() {
        let folders = [dir.path().to_owned(), super::go::pack_dir().join("shell")];
        let output = std::process::Command::new(gofmt).arg("-l").args(folders).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stdout), "", "not formatted");
    }
}

#[test]
fn the_starter_satisfies_the_pack_and_runs() {
    let rendered = render("starter", "a-component");
    let files: Vec<(&str, &str)> = rendered
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .filter(|(name, _)| !name.ends_with("_test.go"))
        .collect();
    assert_eq!(unmet(&files), Vec::<String>::new());
    let mut running = Running::new(&function(&files));
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
    assert_eq!(unmet(&[("a.go", "package convert\n\nfunc Exec_task(arg string) string {}\n")]).len(), 2);
    assert_eq!(unmet(&[("a.go", "package main\n\n// func exec_task(\n")]), ["no function `exec_task`"]);
    assert_eq!(
        unmet(&[("a.go", "package main\r\n\r\nfunc exec_task (\r\n\targ string,\r\n) string {}\r\n")]).len(),
        0
    );
}

/// The messages of the requirements that no file meets.
fn unmet(files: Files<'_>) -> Vec<String> {
    let pack = super::go::pack();
    let requires = pack["task"]["requires"].as_array_of_tables().unwrap().iter();
    let missed = requires.filter(|entry| {
        let pattern = regex::Regex::new(entry["pattern"].as_str().unwrap()).unwrap();
        !files.iter().any(|(path, text)| path.ends_with(".go") && pattern.is_match(text))
    });
    missed.map(|entry| entry["message"].as_str().unwrap().to_owned()).collect()
}
