//! `nats-server` with a configuration that was written.

use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use super::Running;

/// Ports that nobody has.
pub fn free_ports<const N: usize>() -> [u16; N] {
    let listeners = [(); N].map(|()| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap());
    listeners.map(|listener| listener.local_addr().unwrap().port())
}

/// A server; killed when dropped.
pub struct Server {
    configuration: PathBuf,
    variables: Vec<(&'static str, String)>,
    folder: tempfile::TempDir,
    pub process: Running,
}

impl Server {
    /// With these environment variables. What would listen everywhere listens on this machine only, and texts of the
    /// configuration may be others here.
    pub fn start(
        configuration: &Path,
        variables: &[(&'static str, String)],
        others: &[(String, String)],
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut text = std::fs::read_to_string(configuration).unwrap();
        for (written, here) in others {
            assert!(text.contains(written), "{written} in {text}");
            text = text.replace(written, here);
        }
        let text = text.replace("\"0.0.0.0:", "\"127.0.0.1:");
        let configuration = folder.path().join("nats.conf");
        std::fs::write(&configuration, text).unwrap();
        let process = launch(&configuration, variables, folder.path());
        process.wait_for("Server is ready");
        Self { configuration, variables: variables.to_vec(), folder, process }
    }

    /// Kills it and starts it again, with the data that it had.
    pub fn stop(&mut self) {
        self.process.signal("KILL");
        self.process.wait();
    }

    pub fn start_again(&mut self) {
        self.process = launch(&self.configuration, &self.variables, self.folder.path());
        self.process.wait_for("Server is ready");
    }
}

fn launch(configuration: &Path, variables: &[(&str, String)], folder: &Path) -> Running {
    let mut command = nats_server();
    command.arg("--config").arg(configuration).arg("--store_dir").arg(folder.join("data"));
    command.envs(variables.iter().map(|(name, value)| (name, value))).current_dir(folder);
    Running::start(command)
}

/// `nats-server -t`: whether a configuration is right.
pub fn check(configuration: &Path, variables: &[(&str, &str)]) -> Output {
    let mut command = nats_server();
    command.arg("-t").arg("--config").arg(configuration).env_clear().envs(variables.iter().copied());
    command.output().unwrap()
}

/// The one that a lattice needs, where `.ci/run` has installed it; else Debian's, which is older.
fn nats_server() -> Command {
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/tools/nats/bin/nats-server");
    let given = std::env::var_os("PELATO_TEST_NATS").map(PathBuf::from);
    let found = given.into_iter().chain([tools, "/usr/sbin/nats-server".into()]).find(|path| path.exists());
    Command::new(found.unwrap_or_else(|| "nats-server".into()))
}
