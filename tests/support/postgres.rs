//! A PostgreSQL server of our own on a free port. It ends with this value.

use std::fs::Permissions;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use tokio_postgres::NoTls;

/// The password of the user `postgres`.
pub const PASSWORD: &str = "sesame";

pub struct Server {
    folder: TempDir,
    programs: PathBuf,
    child: Option<Child>,
    pub port: u16,
}

impl Server {
    /// None if there is no PostgreSQL, unless in CI, where there must be one.
    pub fn start() -> Option<Self> {
        Self::with(None)
    }

    /// One that takes encrypted connections, too, and proves itself by a certificate and its key, both PEM.
    pub fn with(certificate: Option<(&str, &str)>) -> Option<Self> {
        let Some(programs) = programs() else {
            assert!(std::env::var_os("CI").is_none(), "there is no PostgreSQL: install postgresql");
            eprintln!("skipped: there is no PostgreSQL");
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
        let mut server = Self { folder, programs, child: None, port };
        std::fs::write(server.path("password"), PASSWORD).unwrap();
        server.give_away();
        let made = server
            .program("initdb")
            .args(["--username=postgres", "--auth=scram-sha-256", "--encoding=UTF8", "--no-sync"])
            .arg(format!("--pwfile={}", server.path("password").display()))
            .arg(server.path("data"))
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        if let Some((certificate, key)) = certificate {
            let data = server.path("data");
            let settings = "ssl = on\nssl_cert_file = 'server.crt'\nssl_key_file = 'server.key'\n";
            std::fs::write(data.join("server.crt"), certificate).unwrap();
            std::fs::write(data.join("server.key"), key).unwrap();
            std::fs::write(data.join("postgresql.auto.conf"), settings).unwrap();
            std::fs::set_permissions(data.join("server.key"), Permissions::from_mode(0o600)).unwrap();
            server.give_away();
        }
        server.restart();
        Some(server)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// PostgreSQL does not run as root: its folder belongs to its own user then.
    fn give_away(&self) {
        if is_root() {
            let given =
                Command::new("chown").args(["-R", "postgres"]).arg(self.folder.path()).status().unwrap();
            assert!(given.success());
        }
    }

    fn program(&self, name: &str) -> Command {
        let path = self.programs.join(name);
        let mut command = match is_root() {
            true => {
                let mut command = Command::new("setpriv");
                command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups", "--"]).arg(path);
                command
            }
            false => Command::new(path),
        };
        command.current_dir(self.folder.path()).stdin(Stdio::null());
        command
    }

    /// Cuts all connections and ends.
    pub fn stop(&mut self) {
        let Some(mut child) = self.child.take() else { return };
        // The quick way to stop: the connections are cut.
        let _ = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
        child.wait().unwrap();
    }

    pub fn restart(&mut self) {
        let log = std::fs::File::create(self.path("log")).unwrap();
        let settings =
            ["-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c", "unix_socket_directories="];
        let child = self
            .program("postgres")
            .arg("-D")
            .arg(self.path("data"))
            .args(["-p", &self.port.to_string()])
            .args(settings)
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        self.child = Some(child);
        let begin = Instant::now();
        while std::net::TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_err() {
            let log = std::fs::read_to_string(self.path("log")).unwrap();
            assert!(begin.elapsed() < Duration::from_secs(60), "PostgreSQL does not start: {log}");
            std::thread::sleep(Duration::from_millis(20));
        }
        // It listens before it lets anyone in.
        while !std::fs::read_to_string(self.path("log")).unwrap().contains("ready to accept connections") {
            assert!(begin.elapsed() < Duration::from_secs(60), "PostgreSQL is not ready");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    pub fn url(&self) -> String {
        format!("postgres://postgres:{PASSWORD}@127.0.0.1:{}/postgres?sslmode=disable", self.port)
    }

    async fn client(&self) -> tokio_postgres::Client {
        let (client, connection) = tokio_postgres::connect(&self.url(), NoTls).await.unwrap();
        tokio::spawn(connection);
        client
    }

    /// Runs statements.
    pub async fn run(&self, statements: &str) {
        self.client().await.batch_execute(statements).await.unwrap();
    }

    /// The first column of what a query gives: texts.
    pub async fn column(&self, query: &str) -> Vec<String> {
        let rows = self.client().await.query(query, &[]).await.unwrap();
        rows.iter().map(|row| row.get(0)).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

fn is_root() -> bool {
    let who = Command::new("id").arg("-u").output().unwrap();
    who.stdout.trim_ascii() == b"0"
}

/// The folder of the programs: Debian has one for each version, none of them on PATH.
fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut folders: Vec<_> = versions.map(|entry| entry.path().join("bin")).collect();
    folders.sort();
    let on_path = std::env::var_os("PATH").unwrap_or_default();
    folders.extend(std::env::split_paths(&on_path));
    folders.into_iter().find(|folder| Path::new(folder).join("initdb").exists())
}
