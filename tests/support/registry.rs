//! Debian's `docker-registry` on a free port.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::Running;

/// How a registry is to be.
#[derive(Default)]
pub struct How<'a> {
    /// Certificate and key, for https.
    pub tls: Option<(&'a Path, &'a Path)>,
    /// Whether it wants [`USER`] and [`PASSWORD`].
    pub closed: bool,
    /// Whether nothing can be pushed to it.
    pub read_only: bool,
    /// Where it keeps what is pushed, if not in a folder of its own.
    pub storage: Option<&'a Path>,
}

/// Who may come in.
pub const USER: &str = "somebody";
/// Nothing may repeat this.
pub const PASSWORD: &str = "s3cret-passw0rd";
/// The bcrypt hash of it: htpasswd's program is not needed for one line.
const HTPASSWD: &str = "somebody:$2y$05$abcdefghijklmnopqrstuueIkQmRIJEXwPQvcK6jkXoHtgu6vme9e\n";

/// A registry; killed when dropped.
pub struct Registry {
    process: Running,
    _folder: tempfile::TempDir,
    port: u16,
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
        let mut config = format!(
            "version: 0.1\nstorage:\n  filesystem:\n    rootdirectory: {}\n  maintenance:\n    readonly:\n      \
             enabled: {read_only}\nhttp:\n  addr: 127.0.0.1:0\n",
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
        let mut command = Command::new(program());
        command.arg("serve").arg(file).current_dir(folder.path());
        let process = Running::start(command);
        let line = process.wait_for("listening on");
        let port = line.split("listening on 127.0.0.1:").nth(1).unwrap();
        let port = port.split(|c: char| !c.is_ascii_digit()).next().unwrap().parse().unwrap();
        Self { process, _folder: folder, port }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
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
        let (head, body) = self.get(&format!("/v2/{name}/manifests/{tag}"));
        let digest = head.lines().find_map(|line| line.strip_prefix("Docker-Content-Digest: ")).unwrap();
        (serde_json::from_slice(&body).unwrap(), digest.trim().to_owned())
    }

    /// A blob's bytes.
    pub fn blob(&self, name: &str, digest: &str) -> Vec<u8> {
        self.get(&format!("/v2/{name}/blobs/{digest}")).1
    }

    /// The names of all repositories.
    pub fn repositories(&self) -> serde_json::Value {
        serde_json::from_slice::<serde_json::Value>(&self.get("/v2/_catalog").1).unwrap()["repositories"]
            .take()
    }

    /// Puts a manifest there, as another program would.
    pub fn put_manifest(&self, name: &str, tag: &str, manifest: &serde_json::Value) {
        self.ask("PUT", &format!("/v2/{name}/manifests/{tag}"), &manifest.to_string());
    }

    fn get(&self, path: &str) -> (String, Vec<u8>) {
        self.ask("GET", path, "")
    }

    fn ask(&self, method: &str, path: &str, body: &str) -> (String, Vec<u8>) {
        let mut stream = TcpStream::connect(self.host()).unwrap();
        let (host, kind, length) = (self.host(), "application/vnd.oci.image.manifest.v1+json", body.len());
        let request = format!(
            "{method} {path} HTTP/1.0\r\nHost: {host}\r\nAccept: {kind}\r\nContent-Type: {kind}\r\n\
             Content-Length: {length}\r\n\r\n{body}"
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let end = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
        let head = String::from_utf8(answer[..end].to_vec()).unwrap();
        let status = head.lines().next().unwrap();
        assert!(status.contains(" 200 ") || status.contains(" 201 "), "{path}: {head}");
        (head, answer[end + 4..].to_vec())
    }
}

fn program() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<_> = std::env::split_paths(&path).chain(["/usr/bin".into()]).collect();
    let programs = ["docker-registry", "registry"];
    let mut found =
        programs.iter().flat_map(|program| folders.iter().map(move |folder| folder.join(program)));
    found.find(|program| program.is_file()).expect("no docker-registry: apt-get install docker-registry")
}
