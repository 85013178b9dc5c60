//! A small project on disk for the rules' tests.

use std::fs;
use std::path::Path;

use crate::catalog::Catalog;
use crate::check::{self, Component};
use crate::project::parse;
use crate::report::{Problem, Report};

/// A function that satisfies the Go pack.
pub const GO: &str = "package main\n\nfunc exec_task(arg string) string { return arg }\n";

/// A folder with `tasks/a.go`.
pub fn project() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("tasks")).unwrap();
    fs::write(folder.path().join("tasks/a.go"), GO).unwrap();
    folder
}

/// A task that is right, with some lines in place of (or beside) its own; a line with a key alone removes it.
pub fn task(changes: &[&str]) -> String {
    let mut lines = vec![
        "name: A".to_owned(),
        "type: processor_nats".to_owned(),
        "code: a.go".to_owned(),
        "targets: [edge]".to_owned(),
        "source_topic: first_in".to_owned(),
        "dest_topic: last_out".to_owned(),
        "component_name: a".to_owned(),
        "version: 1.0.0".to_owned(),
    ];
    for change in changes {
        let key = format!("{}:", change.split(':').next().unwrap());
        match lines.iter().position(|line| line.starts_with(&key)) {
            Some(at) if !change.contains(':') => drop(lines.remove(at)),
            Some(at) => lines[at] = (*change).to_owned(),
            None => lines.push((*change).to_owned()),
        }
    }
    format!("  - {}\n", lines.join("\n    "))
}

pub fn workflow(tasks: &[String]) -> String {
    format!("project_name: P\ntasks:\n{}", tasks.concat())
}

/// Checks a workflow in a folder with the built-in catalog.
pub fn check_in(folder: &Path, text: &str) -> (Report, Vec<Component>) {
    let catalog = Catalog::load(Some(folder), None);
    let (workflow, report) = parse(&folder.join("workflow.yaml"), text);
    check::run(&workflow, report, &catalog)
}

/// The problems of tasks, each as `line:column rule: message (help)`.
pub fn found(tasks: &[String]) -> Vec<String> {
    let folder = project();
    check_in(folder.path(), &workflow(tasks)).0.problems.iter().map(show).collect()
}

/// The problems of one task, which is right but for some changes.
pub fn found_with(changes: &[&str]) -> Vec<String> {
    found(&[task(changes)])
}

pub fn show(problem: &Problem) -> String {
    let at = problem.position().map_or(String::new(), |(line, column)| format!("{line}:{column} "));
    let help = problem.help.as_ref().map_or(String::new(), |help| format!(" ({help})"));
    format!("{at}{}: {}{help}", problem.rule, problem.message)
}

#[test]
fn the_task_of_the_tests_is_right() {
    assert_eq!(found_with(&[]), [] as [&str; 0]);
}
