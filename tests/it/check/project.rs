//! Projects on disk.

use std::fs;
use std::path::Path;

use pelato::catalog::Catalog;
use pelato::check::{self, Component};
use pelato::project::parse;
use pelato::report::{Problem, Report};

/// A function that satisfies the Go pack.
pub const GO: &str = "package main\n\nfunc exec_task(arg string) string { return arg }\n";

/// The original's example, with its own words and fields.
pub const ORIGINAL: &str = "\
project_name: Temperature data analysis
tasks:
  - name: Temp data conversion          # shown to people; may contain spaces
    type: http_producer_nats            # the template
    code: convert.go                    # a file in tasks/, or a folder of it
    targets: [edge]                     # values of the hosts' label host-type
    source_topic: living_room_celsius_data
    dest_topic: living_room_kelvin_data
    component_name: celsius_to_kelvin_conversion   # the artifact's name: no spaces
    version: 1.0.0
";

/// A folder with some files.
pub fn with(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("tasks")).unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

/// Checks a workflow in a folder.
pub fn check(folder: &Path, text: &str) -> (Report, Vec<Component>) {
    let catalog = Catalog::load(Some(folder), None);
    let (workflow, report) = parse(&folder.join("workflow.yaml"), text);
    check::run(&workflow, report, &catalog)
}

/// A task that is right.
pub fn task(index: usize, code: &str, from: &str, to: &str) -> String {
    format!(
        "  - name: Task {index}\n    type: processor_nats\n    code: {code}\n    targets: [edge]\n    \
         source_topic: {from}\n    dest_topic: {to}\n    component_name: c{index}\n    version: 1.0.0\n"
    )
}

/// A workflow of tasks.
pub fn workflow(tasks: &[String]) -> String {
    format!("project_name: P\ntasks:\n{}", tasks.concat())
}

/// The problems of one task with some code.
pub fn found(folder: &Path, code: &str) -> Vec<String> {
    let text = workflow(&[task(1, code, "in", "out")]);
    check(folder, &text).0.problems.iter().map(show).collect()
}

/// A problem in one line.
pub fn show(problem: &Problem) -> String {
    let at = problem.position().map_or(String::new(), |(line, column)| format!("{line}:{column} "));
    format!("{at}{}: {} ({})", problem.rule, problem.message, problem.help.as_deref().unwrap_or("no help"))
}
