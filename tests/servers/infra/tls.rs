//! The lines that docs/infrastructure-wadm.md gives for TLS, put where it says.

use std::fs;
use std::path::Path;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};

use super::leaves::{Servers, block_on, check, is_heard};
use crate::support::address;
use crate::support::written::{PASSWORD, Written};

/// The block of the page that has a text in it, with the files in another folder.
fn lines(text: &str, folder: &Path) -> String {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/infrastructure-wadm.md");
    let page = fs::read_to_string(page).unwrap();
    let blocks = page.split("```\n").filter(|block| block.contains(text));
    let blocks: Vec<_> = blocks.filter(|block| block.lines().count() < 6).collect();
    assert_eq!(blocks.len(), 1, "{text}: {blocks:#?}");
    blocks[0].replace("/etc/nats/tls", folder.to_str().unwrap())
}

/// `tls.crt`, `tls.key` and `ca.crt` for servers on this machine.
fn certificates() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: String| fs::write(folder.path().join(name), text).unwrap();
    let mut root = CertificateParams::new(Vec::<String>::new()).unwrap();
    root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let root = CertifiedIssuer::self_signed(root, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(vec![address::own().to_string()]).unwrap();
    write("tls.crt", certificate.signed_by(&key, &root).unwrap().pem());
    write("tls.key", key.serialize_pem());
    write("ca.crt", root.pem());
    folder
}

fn edit(written: &Written, name: &str, edit: impl FnOnce(String) -> String) {
    let (before, path) = (written.read(name), written.path(name));
    let after = edit(before.clone());
    assert_ne!(before, after, "{name}");
    fs::write(path, after).unwrap();
}

fn at_the_cloud(written: &Written, folder: &Path) {
    let (listening, tls) = ("  authorization {", lines("cert_file", folder));
    edit(written, "cloud/nats.conf", |text| text.replace(listening, &format!("{tls}{listening}")));
}

fn at_leaves(written: &Written, folder: &Path) {
    for name in ["cloud/nats-host.conf", "edge/nats-leaf.conf"] {
        edit(written, name, |text| text.replace("    { url: $LEAF_URL }\n", &lines("ca_file", folder)));
    }
}

#[test]
fn the_way_between_edge_and_cloud_is_encrypted() {
    let folder = certificates();
    let servers = Servers::start_with(PASSWORD, |written| {
        at_the_cloud(written, folder.path());
        at_leaves(written, folder.path());
    });
    block_on(async {
        let (beside, edge) = (servers.client(1).await, servers.client(2).await);
        let mut messages = beside.subscribe("a").await.unwrap();
        is_heard(&edge, &mut messages, "a").await;
    });
}

#[test]
fn who_does_not_encrypt_stays_outside() {
    let folder = certificates();
    let servers = Servers::start_with(PASSWORD, |written| at_the_cloud(written, folder.path()));
    servers.cloud[0].wait_for("TLS leafnode handshake error");
}

#[test]
fn credentials_instead_of_the_password() {
    let written = Written::wadm(&[]);
    let line = lines("credentials:", Path::new("/nowhere"));
    edit(&written, "edge/nats-leaf.conf", |text| text.replace("    { url: $LEAF_URL }\n", &line));
    let checked = check(&written.path("edge/nats-leaf.conf"), &[]);
    assert!(checked.status.success(), "{checked:?}");
}
