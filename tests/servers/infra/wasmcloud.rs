//! Configurations for wasmCloud 2, read by the server that they are for. `cluster::edge_and_cloud` runs those with TLS.

use super::leaves::check;
use crate::support::written::Written;

#[test]
fn nats_server_takes_the_configurations_of_this_machine() {
    let written = Written::wasmcloud(&[]);
    for file in ["local/nats.conf", "local/nats-leaf.conf"] {
        let checked = check(&written.path(file), &[]);
        assert!(checked.status.success(), "{file}: {checked:?}");
    }
}

/// A password that nobody has given is not an empty one.
#[test]
fn without_a_password_no_server_starts() {
    let written = Written::wasmcloud(&[]);
    let leaf = ("LEAF_URL", "tls://leaf:p12e4@nats.example.org:7422");
    for (file, variables, lacking) in [
        ("cloud/nats.conf", &[("SERVER_NAME", "nats-0")][..], "LEAF_PASSWORD"),
        ("edge/nats-leaf.conf", &[leaf], "DEVICE_PASSWORD"),
        ("edge/nats-leaf.conf", &[("DEVICE_PASSWORD", "p12e4")], "LEAF_URL"),
    ] {
        let checked = check(&written.path(file), variables);
        let said = String::from_utf8_lossy(&checked.stderr).into_owned();
        assert!(!checked.status.success() && said.contains(lacking), "{file}: {said}");
    }
}
