//! The figures of the whole program: `cargo bench`, or `cargo bench -- build` for those with a word in their name.
//!
//! `cargo bench -- evaluation` is another thing: see `evaluation/mod.rs`.
//!
//! Every figure is of a whole process of the optimised binary, as a person waits for it. Medians, with the slowest and
//! quickest run beside them; nothing here fails because a machine is slow. Prints a Markdown table.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a bench is no product"
)]
#![allow(clippy::print_stderr, reason = "says what it is doing")]

mod evaluation;
mod failover;
mod figure;
mod languages;
mod lattice;
mod load;
mod project;
mod store;
#[path = "../support/mod.rs"]
#[allow(dead_code, reason = "the tests use the rest")]
mod support;

use std::time::Duration;

use figure::{Figure, measure};
use load::Load;
use project::Project;

fn main() {
    let filter = std::env::args().skip(1).find(|argument| !argument.starts_with('-')).unwrap_or_default();
    if filter == "evaluation" {
        return evaluation::run();
    }
    let wanted = |name: &str| name.contains(&filter);
    let mut figures = Vec::new();
    for (name, run) in [
        ("start", start as fn() -> Vec<Figure>),
        ("gen", generate),
        ("check", check),
        ("build", build),
        ("call", call),
        ("run", run),
        ("languages", languages::all),
        ("store", store::figures),
        ("lattice: deploy", lattice::deploy),
        ("lattice: results", store::deployed),
        ("lattice: failover", lattice::failover),
        ("lattice: at-least-once", lattice::kept),
    ] {
        if wanted(name) {
            eprintln!("measuring {name} …");
            figures.extend(run());
        }
    }
    println!("{}", figure::table(&figures));
}

fn start() -> Vec<Figure> {
    let project = Project::with_tasks(1);
    let version = measure("`pelato --version`", 40, || drop(project.pelato(&["--version"])));
    let help = measure("`pelato --help`", 40, || drop(project.pelato(&["--help"])));
    vec![version.goal("≤ 10 ms"), help.original("0.25 s")]
}

fn generate() -> Vec<Figure> {
    let project = Project::with_tasks(20);
    let anew = project.measure("`gen` of 20 tasks, nothing there", 20, Project::remove_gen, &["gen"]);
    let again = project.measure("`gen` of 20 tasks, nothing changed", 20, |_| (), &["gen"]);
    vec![anew.goal("≤ 30 ms").original("0.307 s"), again]
}

fn check() -> Vec<Figure> {
    let project = Project::with_tasks(20);
    vec![project.measure("`check` of 20 tasks", 20, |_| (), &["check"])]
}

fn build() -> Vec<Figure> {
    let project = Project::with_tasks(20);
    let cold = project.measure("`build` of 20 tasks, empty Go cache", 2, Project::empty_caches, &["build"]);
    let none = project.measure("… none changed", 10, |_| (), &["build"]);
    let one = project.measure("… one changed, warm cache", 5, |project| project.change(&[7]), &["build"]);
    let all: Vec<_> = (0..20).collect();
    let every = project.measure("… all changed, warm cache", 3, |project| project.change(&all), &["build"]);
    vec![
        cold.goal("≤ 40 s"),
        every.goal("≤ 15 s").original("174 s (16 threads)"),
        one.goal("≤ 2 s"),
        none.goal("≤ 0.15 s"),
    ]
}

fn call() -> Vec<Figure> {
    let project = Project::with_tasks(1);
    project.pelato(&["build"]);
    let input = project::READING;
    let first = project.measure(
        "`call`, compiled for this machine the first time",
        2,
        Project::forget_compiled,
        &["call", "task_0", input],
    );
    let again = project.measure("`call`, later", 10, |_| (), &["call", "task_0", input]);
    vec![first, again]
}

fn run() -> Vec<Figure> {
    let project = Project::with_tasks(1);
    let server = project.serve();
    let load = Load { port: server.port, path: "/task_0".to_owned(), body: project::READING.to_owned() };
    load.run(4, Duration::from_secs(2));
    let runs: Vec<f64> = (0..5).map(|_| load.run(4, Duration::from_secs(4))).collect();
    vec![
        Figure::rate("`run`: HTTP in, message out, 4 at a time, an instance each", &runs)
            .goal("≥ 1,000/s")
            .original("940/s (a wasmCloud 1.9.2 host)"),
    ]
}
