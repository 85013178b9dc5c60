//! The starter of each language: how long it is built, how large it is, how often it can be called.

use std::fs;
use std::time::Duration;

use pelato::catalog::{Catalog, Unit};

use super::figure::Figure;
use super::load::Load;
use super::project::{Project, READING};

pub fn all() -> Vec<Figure> {
    Catalog::built_in().packs.iter().flat_map(|pack| one(pack.name())).collect()
}

fn one(language: &str) -> Vec<Figure> {
    eprintln!("  {language} …");
    let project = Project::started(language);
    // The toolchain may have to be installed first: that is no part of a build.
    project.pelato(&["build", "--builder", "local"]);
    let build = |name: &str, runs, before: &dyn Fn(&Project)| {
        project.measure(&format!("{language}: {name}"), runs, before, &["build", "--builder", "local"])
    };
    let source = source(&project);
    let cold = build("`build`, empty caches", 2, &Project::empty_caches);
    let warm = build("… after a change", 3, &|project| project.lengthen(&source));
    let kilobytes = |file: &str| {
        let bytes = fs::metadata(project.path().join("gen/bench").join(file)).unwrap().len();
        usize::try_from(bytes / 1000).unwrap()
    };
    let alone = Figure::counts(&format!("{language}: the function, KB"), vec![kilobytes(".function.wasm")]);
    let composed = Figure::counts(&format!("{language}: the component, KB"), vec![kilobytes("bench.wasm")]);
    let input = READING;
    let first = project.measure(
        &format!("{language}: first `call`"),
        2,
        Project::forget_compiled,
        &["call", "bench", input],
    );
    let server = project.serve();
    let load = Load { port: server.port, path: "/bench".to_owned(), body: input.to_owned() };
    load.run(4, Duration::from_secs(2));
    let rates: Vec<f64> = (0..3).map(|_| load.run(4, Duration::from_secs(3))).collect();
    let calls = Figure::rate(&format!("{language}: `run`, 4 at a time, an instance each"), &rates);
    vec![cold, warm, alone, composed, first, calls]
}

/// The file of the starter that has the function.
fn source(project: &Project) -> String {
    let folder = project.path().join("tasks/bench");
    let files = ["task.go", "task.c", "task.cpp", "task.py", "task.js", "src/lib.rs"];
    files.iter().find(|file| folder.join(file).is_file()).expect("a starter has one of these").to_string()
}
