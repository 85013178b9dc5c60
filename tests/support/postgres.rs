//! A PostgreSQL server of our own. It ends with this value.

use std::fs::Permissions;
use std::net::SocketAddrV4;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use tempfile::TempDir;
use tokio_postgres::NoTls;

use super::{Running, address, tools};

/// The password of the user `postgres`.
pub const PASSWORD: &str = "sesame";

pub struct Server {
    folder: TempDir,
    programs: PathBuf,
    process: Option<Running>,
    pub address: SocketAddrV4,
}

impl Server {
    /// None if there is no PostgreSQL, unless in CI, where there must be one.
    pub fn start() -> Option<Self> {
        Self::with(None)
    }

    /// One that takes encrypted connections, too, and proves itself by a certificate and its key, both PEM.
    pub fn with(certificate: Option<(&str, &str)>) -> Option<Self> {
        let Some(programs) = tools::postgres_bin() else {
            assert!(!tools::in_ci(), "there is no PostgreSQL: install postgresql");
            eprintln!("skipped: there is no PostgreSQL");
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        let mut server = Self { folder, programs, process: None, address: address::reserve() };
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
        // It cannot choose a port by itself. Should somebody listen there in spite of all, it gets another.
        while let Err(log) = server.launch() {
            assert!(log.contains("Address already in use"), "PostgreSQL does not start: {log}");
            server.address = address::reserve();
        }
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
        // What it logs is read: it must not be in the language of whoever runs the tests.
        command.current_dir(self.folder.path()).env("LC_ALL", "C").stdin(Stdio::null());
        command
    }

    /// Cuts all connections and ends.
    pub fn stop(&mut self) {
        let Some(mut process) = self.process.take() else { return };
        if !process.has_ended() {
            // The quick way to stop: the connections are cut.
            process.signal("INT");
            process.wait();
        }
    }

    pub fn restart(&mut self) {
        self.launch().unwrap_or_else(|log| panic!("PostgreSQL does not start again: {log}"));
    }

    /// Starts it; what it has logged if it does not.
    fn launch(&mut self) -> Result<(), String> {
        let mut command = self.program("postgres");
        command.arg("-D").arg(self.path("data")).args(["-p", &self.address.port().to_string()]);
        command.args(["-c", &format!("listen_addresses={}", self.address.ip())]);
        command.args(["-c", "fsync=off", "-c", "unix_socket_directories="]);
        let process = Running::start(command);
        process.hears("ready to accept connections")?;
        self.process = Some(process);
        Ok(())
    }

    pub fn url(&self) -> String {
        format!("postgres://postgres:{PASSWORD}@{}/postgres?sslmode=disable", self.address)
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
