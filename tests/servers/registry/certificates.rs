//! https with an authority of one's own, and plain http only where it is allowed.

use std::path::{Path, PathBuf};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use snapbox::str;

use super::project::built;
use crate::support::Place;
use crate::support::registry::{How, Registry};

/// An authority's certificate, and a server's with its key.
struct Files {
    folder: tempfile::TempDir,
}

impl Files {
    fn new(host: &str) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let server = CertificateParams::new(vec![host.to_owned()]).unwrap();
        let server = server.signed_by(&key, &authority).unwrap();
        let files = Self { folder: tempfile::tempdir().unwrap() };
        std::fs::write(files.path("ca.pem"), authority.pem()).unwrap();
        std::fs::write(files.path("server.pem"), server.pem()).unwrap();
        std::fs::write(files.path("server.key"), key.serialize_pem()).unwrap();
        files
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn registry(&self) -> (Registry, Place) {
        let (certificate, key) = (self.path("server.pem"), self.path("server.key"));
        let tls: Option<(&Path, &Path)> = Some((&certificate, &key));
        let registry = Registry::start_as(&How { tls, ..How::default() });
        let place = built().env("REGISTRY_URL", registry.url("team"));
        (registry, place)
    }
}

#[test]
fn an_authority_of_ones_own_has_to_be_named() {
    let files = Files::new("127.0.0.1");
    let (_registry, place) = files.registry();
    place.run_in_vain(&["push"]).code(6).stdout_eq("").stderr_eq(str![[r#"
error: the certificate of the registry at 127.0.0.1:[PORT] is not accepted: its issuer is unknown
  help: if it is signed by an authority of your own, set REGISTRY_CA to the file of that authority's certificate (PEM)

"#]]);
    let doctor = |place: &Place, code, words: &str| {
        let ran = place.run_in_vain(&["doctor", "--timeout", "5m"]).code(code);
        let found = String::from_utf8_lossy(&ran.get_output().stdout).into_owned();
        assert!(found.contains(words), "{found}");
    };
    doctor(&place, 8, "is not accepted: its issuer is unknown\n");
    let place = place.env("REGISTRY_CA", files.path("ca.pem"));
    doctor(&place, 0, " allows anonymous users to push\n");
    place.run(&["push"]).code(0);
    place.run(&["push", "--json", "-q"]).code(0);
}

#[test]
fn a_file_without_certificates_is_of_no_use() {
    let files = Files::new("127.0.0.1");
    let (_registry, place) = files.registry();
    std::fs::write(files.path("empty.pem"), "nothing\n").unwrap();
    for (file, reason) in [
        ("empty.pem", "contains no certificate"),
        ("server.key", "contains no certificate"),
        ("gone.pem", "cannot be read: No such file or directory (os error 2)"),
    ] {
        let path = files.path(file);
        let place = built().env("REGISTRY_URL", "127.0.0.1:1").env("REGISTRY_CA", &path);
        place.run_in_vain(&["push"]).code(3).stdout_eq("").stderr_eq(format!(
            "error: REGISTRY_CA: `{}` {reason}\n  help: REGISTRY_CA names a file of PEM certificates, which begin with \
             -----BEGIN CERTIFICATE-----; the path is relative to the folder in which pelato is started\n",
            path.display()
        ));
    }
    drop(place);
}

#[test]
fn the_certificate_of_another_host_is_not_accepted() {
    let files = Files::new("registry.example.org");
    let (_registry, place) = files.registry();
    let place = place.env("REGISTRY_CA", files.path("ca.pem"));
    place.run_in_vain(&["push"]).code(6).stdout_eq("").stderr_eq(str![[r#"
error: the certificate of the registry at 127.0.0.1:[PORT] is not accepted: it is for another host
  help: if it is signed by an authority of your own, set REGISTRY_CA to the file of that authority's certificate (PEM)

"#]]);
}

#[test]
fn plain_http_has_to_be_allowed() {
    let registry = Registry::start();
    let place = built().env("REGISTRY_URL", registry.url("team"));
    place.run_in_vain(&["push"]).code(6).stdout_eq("").stderr_eq(str![[r#"
error: the registry at 127.0.0.1:[PORT] uses plain HTTP
  help: if plain HTTP is intended, set REGISTRY_INSECURE=127.0.0.1:[PORT]: then everyone on the network path can read and change what is sent

"#]]);
    let place = place.env("REGISTRY_URL", format!("http://{}/team/", registry.host()));
    place.run_in_vain(&["push"]).code(3).stdout_eq("").stderr_eq(str![[r#"
error: REGISTRY_URL selects plain HTTP, and REGISTRY_INSECURE does not list 127.0.0.1:[PORT]
  help: write https://, or set REGISTRY_INSECURE=127.0.0.1:[PORT]: then everyone on the network path can read and change what is sent

"#]]);
    place.env("REGISTRY_INSECURE", "localhost, 127.0.0.1").run(&["push"]).code(0);
    assert_eq!(registry.repositories(), serde_json::json!(["team/double", "team/pelato_entry", "team/play"]));
}

#[test]
fn https_where_http_was_asked_for_is_told() {
    let files = Files::new("127.0.0.1");
    let (registry, place) = files.registry();
    let place = place.env("REGISTRY_INSECURE", registry.host());
    place.run_in_vain(&["push"]).code(6).stdout_eq("").stderr_eq(str![[r#"
error: the registry at 127.0.0.1:[PORT] uses HTTPS, and REGISTRY_INSECURE selects plain HTTP
  help: remove 127.0.0.1:[PORT] from REGISTRY_INSECURE

"#]]);
}
