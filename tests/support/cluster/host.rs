//! A host of wasmCloud 2: `wash host`.

use std::net::SocketAddrV4;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::rig::Rig;
use crate::support::address;
use crate::support::lattice::{Bus, Program};

/// What a host is to be.
#[derive(Debug, Clone, Copy)]
pub struct HostSetup<'a> {
    /// The group is the target of PELATO.
    pub group: &'a str,
    /// The environment tells the machines of a group apart.
    pub environment: &'a str,
    /// The site whose NATS server is its own; none for that of the cluster.
    pub site: Option<&'a str>,
    /// More flags of `wash host`.
    pub flags: &'a [&'a str],
}

impl<'a> HostSetup<'a> {
    pub const fn new(group: &'a str, environment: &'a str) -> Self {
        Self { group, environment, site: None, flags: &[] }
    }
}

/// A host; it ends with this value.
pub struct Host {
    how: How,
    process: Program,
    id: String,
    name: String,
}

/// How a host is started.
struct How {
    rig: &'static Rig,
    group: String,
    environment: String,
    flags: Vec<String>,
    nats: String,
    http: SocketAddrV4,
    folder: PathBuf,
    started: usize,
}

impl Host {
    /// Starts a host with both planes on one NATS server; it takes work when this returns.
    pub fn start(rig: &'static Rig, setup: &HostSetup, nats: &str, more: &[String], folder: &Path) -> Self {
        let mut flags: Vec<_> = setup.flags.iter().map(|&flag| flag.to_owned()).collect();
        flags.extend_from_slice(more);
        let mut how = How {
            rig,
            group: setup.group.to_owned(),
            environment: setup.environment.to_owned(),
            flags,
            nats: nats.to_owned(),
            http: address::reserve(),
            folder: folder.to_owned(),
            started: 0,
        };
        let (process, id, name) = how.launch();
        Self { how, process, id, name }
    }

    pub fn group(&self) -> &str {
        &self.how.group
    }

    pub fn environment(&self) -> &str {
        &self.how.environment
    }

    /// Its id, a new one at each start.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The name of its object in the cluster, a new one at each start.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The number of its process.
    pub fn process(&self) -> u32 {
        self.process.id()
    }

    /// Where its HTTP server listens, whenever it runs.
    pub fn http(&self) -> SocketAddrV4 {
        self.how.http
    }

    /// What it has written since its last start.
    pub fn log(&self) -> String {
        self.process.log()
    }

    /// Ends it at once, as a machine that loses power.
    pub fn kill(&mut self) {
        self.process.kill();
    }

    /// Sends it a signal: `-STOP`, and it does nothing until `-CONT`; `-TERM` ends it in good order.
    pub fn signal(&self, name: &str) {
        self.process.signal(name);
    }

    /// Whether it has ended.
    pub fn has_ended(&mut self) -> bool {
        self.process.has_ended()
    }

    /// Starts it again: the same machine, another id.
    pub fn restart(&mut self) {
        self.kill();
        (self.process, self.id, self.name) = self.how.launch();
    }

    /// Asks it by its own protocol: `heartbeat`, `workload.start`, `workload.status`, `workload.stop`. None if it does not
    /// answer.
    pub fn ask(&self, bus: &Bus, what: &str, request: &Value) -> Option<Value> {
        bus.request(&format!("runtime.host.{}.{what}", self.id), &request.to_string())
    }

    /// So many workloads run there, as it says.
    pub fn workloads(&self, bus: &Bus) -> u64 {
        let heartbeat = self.ask(bus, "heartbeat", &serde_json::json!({})).expect("a host that answers");
        // Numbers of 64 bits are strings in the JSON of protocol buffers, and zero is left out.
        heartbeat["workloadCount"].as_str().map_or(0, |count| count.parse().unwrap())
    }
}

impl How {
    /// The process, its id and its name.
    fn launch(&mut self) -> (Program, String, String) {
        self.started += 1;
        let name = format!("host-{}-{}", self.environment, self.started);
        let home = self.folder.join(&name);
        std::fs::create_dir_all(&home).unwrap();
        let mut command = Command::new(&self.rig.wash);
        command.args(["host", "--non-interactive", "--host-name", &self.environment]);
        command.args(["--host-group", &self.group, "--environment", &self.environment]);
        command.args(["--scheduler-nats-url", &self.nats, "--data-nats-url", &self.nats]);
        command.args(["--http-addr", &self.http.to_string()]);
        command.arg("--oci-cache-dir").arg(home.join("images")).args(&self.flags);
        // With backtraces each call costs several times as much.
        command.env("RUST_BACKTRACE", "0").env("HOME", &home).current_dir(&home);
        let mut process = Program::start(&name, command, &self.folder);
        let line = process.wait("a host", |process| {
            process.log().lines().find(|line| line.contains("Host started")).map(str::to_owned)
        });
        let field = |name: &str| {
            let rest = line.split(&format!("{name}=\"")).nth(1).unwrap_or_else(|| panic!("{line}"));
            rest.split('"').next().unwrap().to_owned()
        };
        (process, field("host_id"), field("friendly_name"))
    }
}
