//! Debian's `docker-registry` on a port that it has chosen.

use std::net::SocketAddrV4;
use std::path::Path;
use std::process::Command;

use super::{Running, http, tools};

/// How a registry is to be.
pub struct How<'a> {
    /// Certificate and key, for https.
    pub tls: Option<(&'a Path, &'a Path)>,
    /// Whether it wants [`USER`] and [`PASSWORD`].
    pub closed: bool,
    /// Whether nothing can be pushed to it.
    pub read_only: bool,
    /// Where it keeps what is pushed, if not in a folder of its own.
    pub storage: Option<&'a Path>,
    /// Where it listens, if that has to be known before.
    pub address: Option<SocketAddrV4>,
    /// Environment variables, which say what the configuration does not.
    pub variables: &'a [(&'a str, &'a str)],
}

impl How<'_> {
    /// Plain http for everybody.
    pub const OPEN: Self =
        Self { tls: None, closed: false, read_only: false, storage: None, address: None, variables: &[] };
}

impl Default for How<'_> {
    fn default() -> Self {
        Self::OPEN
    }
}

/// Who may come in.
pub const USER: &str = "somebody";
/// Nothing may repeat this.
pub const PASSWORD: &str = "s3cret-passw0rd";
/// The bcrypt hash of it: htpasswd's program is not needed for one line.
const HTPASSWD: &str = "somebody:$2y$05$abcdefghijklmnopqrstuueIkQmRIJEXwPQvcK6jkXoHtgu6vme9e\n";

/// A registry; killed when dropped.
pub struct Registry {
    pub process: Running,
    _folder: tempfile::TempDir,
    address: SocketAddrV4,
}

impl Registry {
    /// One that speaks plain http to everybody.
    pub fn start() -> Self {
        Self::start_as(&How::default())
    }

    /// Without the program these tests fail: they do not skip.
    pub fn start_as(how: &How<'_>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let storage = how.storage.map_or_else(|| folder.path().join("data"), Path::to_owned);
        let read_only = how.read_only;
        let wanted = how.address.map_or_else(|| "127.0.0.1:0".to_owned(), |address| address.to_string());
        let mut config = format!(
            "version: 0.1\nstorage:\n  filesystem:\n    rootdirectory: {}\n  maintenance:\n    readonly:\n      \
             enabled: {read_only}\nhttp:\n  addr: {wanted}\n",
            storage.display()
        );
        if let Some((certificate, key)) = how.tls {
            let (certificate, key) = (certificate.display(), key.display());
            config += &format!("  tls:\n    certificate: {certificate}\n    key: {key}\n");
        }
        if how.closed {
            let file = folder.path().join("htpasswd");
            std::fs::write(&file, HTPASSWD).unwrap();
            config += &format!("auth:\n  htpasswd:\n    realm: test\n    path: {}\n", file.display());
        }
        let file = folder.path().join("config.yml");
        std::fs::write(&file, config).unwrap();
        let mut command = Command::new(tools::registry());
        command.arg("serve").arg(file).current_dir(folder.path()).envs(how.variables.iter().copied());
        let process = Running::start(command);
        let line = process.wait_for("listening on 127.");
        let address = line.split("listening on ").nth(1).unwrap();
        let address = address.split(|c: char| !c.is_ascii_digit() && !".:".contains(c)).next().unwrap();
        let address = address.trim_end_matches('.').parse().unwrap_or_else(|_| panic!("{line}"));
        Self { process, _folder: folder, address }
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    pub fn host(&self) -> String {
        self.address.to_string()
    }

    /// What REGISTRY_URL has to be.
    pub fn url(&self, path: &str) -> String {
        format!("{}/{path}", self.host())
    }

    /// Everything that it has logged.
    pub fn log(&self) -> String {
        self.process.err()
    }

    /// How many requests with this method it has logged.
    pub fn requests(&self, method: &str) -> usize {
        self.log().matches(&format!("http.request.method={method} ")).count()
    }

    /// The manifest of an image, and its digest as the registry says it.
    pub fn manifest(&self, name: &str, tag: &str) -> (serde_json::Value, String) {
        let answer = self.ask("GET", &format!("/v2/{name}/manifests/{tag}"), "");
        let digest = answer.field("Docker-Content-Digest").unwrap().to_owned();
        (serde_json::from_slice(&answer.body).unwrap(), digest)
    }

    /// A blob's bytes.
    pub fn blob(&self, name: &str, digest: &str) -> Vec<u8> {
        self.ask("GET", &format!("/v2/{name}/blobs/{digest}"), "").body
    }

    /// The names of all repositories.
    pub fn repositories(&self) -> serde_json::Value {
        let answer = self.ask("GET", "/v2/_catalog", "");
        serde_json::from_slice::<serde_json::Value>(&answer.body).unwrap()["repositories"].take()
    }

    /// Puts a manifest there, as another program would.
    pub fn put_manifest(&self, name: &str, tag: &str, manifest: &serde_json::Value) {
        self.ask("PUT", &format!("/v2/{name}/manifests/{tag}"), &manifest.to_string());
    }

    fn ask(&self, method: &str, path: &str, body: &str) -> http::Answer {
        let kind = "application/vnd.oci.image.manifest.v1+json";
        let fields = [("Accept", kind), ("Content-Type", kind)];
        let answer = http::send(self.address, method, path, &fields, body.as_bytes());
        assert!([200, 201].contains(&answer.status), "{path}: {}", answer.head);
        answer
    }
}
