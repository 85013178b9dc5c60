//! A Kubernetes API of etcd, API server and controllers, without nodes: wasmCloud's hosts are no pods.

use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddrV4;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;

use super::objects::Objects;
use super::rig::Rig;
use crate::support::address;
use crate::support::lattice::Program;

/// What a control plane consists of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    Etcd,
    ApiServer,
    /// Of which only some run: that of garbage, of namespaces and of quotas.
    Controllers,
}

/// Who speaks to the API server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum User {
    /// May do everything.
    Admin,
    /// May do what the roles of the operator say.
    Operator,
    /// May do what the roles of PELATO say.
    Pelato,
    /// Is known and may do nothing.
    Nobody,
}

impl User {
    const ALL: [Self; 4] = [Self::Admin, Self::Operator, Self::Pelato, Self::Nobody];

    pub fn name(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Operator => "operator",
            Self::Pelato => "pelato",
            Self::Nobody => "nobody",
        }
    }

    /// What proves it. Nothing may repeat it.
    pub fn token(self) -> String {
        format!("t0ken-0f-{}", self.name())
    }

    /// A line of the API server's file of tokens: token, user, id, groups.
    fn line(self) -> String {
        let groups = if self == Self::Admin { ",system:masters" } else { "" };
        format!("{},{},{}{groups}\n", self.token(), self.name(), self.name())
    }
}

/// A control plane that ends with this value.
pub struct ControlPlane {
    program: PathBuf,
    folder: PathBuf,
    etcd: [SocketAddrV4; 2],
    api: SocketAddrV4,
    running: BTreeMap<Part, Program>,
    /// So often a part was started: each has its own log.
    started: usize,
}

impl ControlPlane {
    /// Starts one whose files are in this folder; it answers when this returns.
    pub fn start(rig: &Rig, folder: &Path) -> Self {
        fs::create_dir_all(folder.join("tls")).unwrap();
        let folder = folder.canonicalize().unwrap();
        fs::write(folder.join("tokens.csv"), User::ALL.map(User::line).concat()).unwrap();
        let accounts = rcgen::KeyPair::generate().unwrap();
        fs::write(folder.join("accounts.key"), accounts.serialize_pem()).unwrap();
        fs::write(folder.join("accounts.pub"), accounts.public_key_pem()).unwrap();
        let etcd = [address::reserve(), address::reserve()];
        let program = rig.control_plane.clone();
        let (api, running) = (address::reserve(), BTreeMap::new());
        let mut this = Self { program, folder, etcd, api, running, started: 0 };
        write_kubeconfig(&this.folder, this.api, User::Admin, "default", &this.folder.join("admin.yaml"));
        for part in [Part::Etcd, Part::ApiServer, Part::Controllers] {
            this.launch(part);
        }
        this
    }

    pub fn api(&self) -> SocketAddrV4 {
        self.api
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Starts a part that does not run, and waits until it does its work.
    pub fn launch(&mut self, part: Part) {
        self.started += 1;
        let (name, mut command) = self.command(part);
        let name = format!("{name}-{}", self.started);
        command.current_dir(&self.folder);
        let mut program = Program::start(&name, command, &self.folder);
        if part == Part::ApiServer {
            let admin = self.folder.join("admin.yaml");
            // With a new client each time: the certificate may have been read while it was written.
            program.wait("answering", |_| Objects::try_connect(&admin).filter(Objects::is_ready));
        }
        self.running.insert(part, program);
    }

    fn command(&self, part: Part) -> (&'static str, Command) {
        let mut command = Command::new(&self.program);
        let url = |address: SocketAddrV4| format!("http://{address}");
        let [clients, peers] = self.etcd.map(url);
        let ip = self.api.ip().to_string();
        let name = match part {
            Part::Etcd => {
                command.args(["etcd", "--data-dir", "etcd", "--unsafe-no-fsync", "--log-level", "warn"]);
                command.args(["--listen-client-urls", &clients, "--advertise-client-urls", &clients]);
                command.args(["--listen-peer-urls", &peers, "--initial-advertise-peer-urls", &peers]);
                command.args(["--initial-cluster", &format!("default={peers}")]);
                "etcd"
            }
            Part::ApiServer => {
                command.args(["apiserver", "--etcd-servers", &clients, "--bind-address", &ip]);
                command.args(["--advertise-address", &ip, "--secure-port", &self.api.port().to_string()]);
                command.args(["--cert-dir", "tls", "--token-auth-file", "tokens.csv"]);
                command.args(["--authorization-mode", "RBAC", "--service-cluster-ip-range", "10.96.0.0/24"]);
                command.args(["--disable-admission-plugins", "ServiceAccount"]);
                command.args(["--service-account-issuer", "https://kubernetes.default.svc"]);
                command.args(["--service-account-key-file", "accounts.pub"]);
                command.args(["--service-account-signing-key-file", "accounts.key"]);
                command.args(["--endpoint-reconciler-type", "none"]);
                "api-server"
            }
            Part::Controllers => {
                let some = "garbage-collector-controller,namespace-controller,resourcequota-controller";
                command.args(["controllers", "--kubeconfig", "admin.yaml", "--bind-address", &ip]);
                command.args(["--secure-port", "0", "--leader-elect=false", "--controllers", some]);
                // Else it is 5 minutes, and a quota counts nothing until then that was there before wasmCloud's resources
                // were found.
                command.args(["--resource-quota-sync-period", "2s"]);
                "controllers"
            }
        };
        (name, command)
    }

    #[allow(dead_code, reason = "the tests without servers stop no part")]
    pub fn process(&self, part: Part) -> u32 {
        self.running[&part].id()
    }

    /// Ends a part at once.
    pub fn kill(&mut self, part: Part) {
        self.running.remove(&part).expect("it runs");
    }

    /// Sends a part a signal, such as `-STOP`.
    pub fn signal(&self, part: Part, signal: &str) {
        self.running[&part].signal(signal);
    }

    /// The first part that has ended by itself, and the end of its log.
    pub fn ended(&mut self) -> Option<String> {
        self.running.values_mut().find_map(|program| program.has_ended().then(|| program.tail()))
    }
}

/// Writes what clients need, with one context, `rig`.
pub fn write_kubeconfig(folder: &Path, api: SocketAddrV4, user: User, namespace: &str, file: &Path) {
    let certificate = folder.join("tls/apiserver.crt");
    let cluster = json!({ "server": format!("https://{api}"), "certificate-authority": certificate });
    let context = json!({ "cluster": "rig", "user": user.name(), "namespace": namespace });
    let config = json!({
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "rig",
        "clusters": [{ "name": "rig", "cluster": cluster }],
        "users": [{ "name": user.name(), "user": { "token": user.token() } }],
        "contexts": [{ "name": "rig", "context": context }],
    });
    fs::write(file, serde_yaml::to_string(&config).unwrap()).unwrap();
}
