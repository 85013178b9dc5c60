//! Runs the commands that README.md shows, and compares what they print with what it shows.
//!
//! How a page is read is told in `tests/support/page.rs`, how a command is run in `tests/support/shell.rs`.

use crate::support::page;
use crate::support::shell::Shell;

/// Commands that cannot be run here, and why.
const NOT_RUN: &[(&str, &str)] = &[
    (".ci/run", "it runs this test"),
    ("cargo install --path .", "it builds PELATO once more; this test runs the one that is built already"),
];

fn readme() -> String {
    std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap()
}

#[test]
fn its_commands_print_what_it_shows() {
    let steps = page::steps(&readme());
    assert!(steps.len() > 10, "only {} commands were found", steps.len());
    for (command, reason) in NOT_RUN {
        assert!(
            steps.iter().any(|step| step.command == *command),
            "`{command}` ({reason}) is not in README.md"
        );
    }
    let steps = steps.into_iter().filter(|step| NOT_RUN.iter().all(|(command, _)| step.command != *command));
    let mut shell = Shell::new();
    shell.play(&steps.collect::<Vec<_>>()).unwrap_or_else(|wrong| panic!("README.md, {wrong}"));
}

#[test]
fn its_picture_is_what_graph_prints() {
    let readme = readme();
    let (_, picture) = readme.split_once("```mermaid\n").expect("a picture");
    let (picture, _) = picture.split_once("```").unwrap();
    let printed = Shell::new().run("pelato -C examples/temperature graph").unwrap();
    assert_eq!(printed.trim(), picture.trim());
}

/// What a page with one block says is wrong.
fn wrong(block: &str) -> String {
    Shell::new().play(&page::steps(&format!("```console\n{block}\n```\n"))).expect_err("nothing is wrong")
}

#[test]
fn a_wrong_page_is_noticed() {
    let version = format!("pelato {}", env!("CARGO_PKG_VERSION"));
    Shell::new().play(&page::steps(&format!("```console\n$ pelato -V\n{version}\n```\n"))).unwrap();
    assert!(wrong("$ pelato -V\npelato 99.0.0").contains("pelato 99.0.0"));
    assert!(wrong("$ pelato -V\n...\nmore").contains("more"));
    assert!(wrong("$ pelato no-such-command").contains("ends with 2"));
    assert!(wrong("$ no-such-program").contains("ends with 127"));
    assert!(wrong("$ pelato -V   # exits 3").contains("ends with 0"));
    assert!(wrong("$ pelato -C nowhere run").contains("ended"));
}
