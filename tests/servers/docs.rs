//! The pages of the docs whose commands need a server.

use std::path::Path;

use crate::support::nats::Server;
use crate::support::page;
use crate::support::shell::Shell;

#[test]
fn rehearse_a_fault() {
    let server = Server::start(&[]);
    let shell = Shell::new().env("NATS_HOST", "127.0.0.1".to_owned());
    let mut shell = shell.env("NATS_PORT", server.port.to_string());
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/drill.md");
    let steps = page::steps(&std::fs::read_to_string(page).unwrap());
    assert!(!steps.is_empty(), "the page shows no command");
    shell.play(&steps).unwrap_or_else(|wrong| panic!("docs/drill.md, {wrong}"));
}
