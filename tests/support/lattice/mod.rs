//! A real lattice for one test: NATS, a registry, wadm and hosts, as processes on ports that they have chosen.

mod bus;
mod images;
mod program;
mod rig;

use std::process::Command;
use std::time::Instant;

use super::address;
use super::nats::{Server, restricted};
use super::process::wait_within;
use super::registry::{How, Registry};
use super::shared::Turn;

#[allow(unused_imports, reason = "the tests without servers name no topics")]
pub use bus::Topic;
pub use bus::{Bus, Inventory};
pub use program::{PATIENCE, Program};
pub use rig::Rig;

/// The lattice's name.
pub const NAME: &str = "default";

/// So many lattices at the same time, on this machine: each keeps a core busy while it starts.
const AT_ONCE: usize = 2;

/// What a lattice is to have.
#[derive(Clone)]
pub struct Setup<'a> {
    /// The label `host-type` of each host.
    pub hosts: &'a [&'a str],
    /// Whether wadm runs.
    pub wadm: bool,
    /// The NATS server's user and password.
    pub login: Option<(&'a str, &'a str)>,
    /// The permissions of a further user of the NATS server, `restricted` with the password `pw`; who has no login may do
    /// everything.
    pub restricted: Option<&'a str>,
    /// Whether hosts may speak plain http with the registry.
    pub insecure: bool,
    /// Seconds after which hosts give a call up; none for their default.
    pub call_limit: Option<u64>,
}

impl Default for Setup<'_> {
    fn default() -> Self {
        let (hosts, insecure) = (&["edge", "cloud"][..], true);
        Self { hosts, wadm: true, login: None, restricted: None, insecure, call_limit: None }
    }
}

/// A lattice; it ends with this value.
pub struct Lattice {
    pub hosts: Vec<Program>,
    wadm: Option<Program>,
    pub registry: Registry,
    pub nats: Server,
    pub bus: Bus,
    login: Option<(String, String)>,
    insecure: bool,
    call_limit: Option<u64>,
    /// Hosts that were ever started.
    started: usize,
    pub rig: &'static Rig,
    pub folder: tempfile::TempDir,
    _turn: Turn,
}

impl Lattice {
    /// With an edge and a cloud host; none if there is no rig.
    pub fn start() -> Option<Self> {
        Self::with(&Setup::default())
    }

    pub fn with(setup: &Setup) -> Option<Self> {
        let rig = Rig::find()?;
        let turn = Turn::one_of(AT_ONCE, "lattice");
        let folder = tempfile::Builder::new().prefix("pelato-lattice-").tempdir().unwrap();
        let login =
            setup.login.map_or_else(Vec::new, |(user, password)| vec!["--user", user, "--pass", password]);
        let users = folder.path().join("users.conf").display().to_string();
        let configuration = setup.restricted.map_or_else(Vec::new, |permissions| {
            let restricted = restricted(permissions);
            let all = "{user: all, password: pw}";
            let text = format!("authorization {{users: [{all}, {restricted}]}}\nno_auth_user: all\n");
            std::fs::write(&users, text).unwrap();
            vec!["-c", users.as_str()]
        });
        let nats =
            Server::of(&rig.nats, &[&["-js", "-sd", "jetstream"][..], &login, &configuration].concat());
        let bus = Bus::connect(&nats.url(), setup.login).expect("the server lets us in");
        let storage = folder.path().join("images");
        images::store(rig, &storage);
        let registry = Registry::start_as(&How { storage: Some(&storage), ..How::default() });
        let mut lattice = Self {
            hosts: Vec::new(),
            wadm: None,
            registry,
            nats,
            bus,
            login: setup.login.map(|(user, password)| (user.to_owned(), password.to_owned())),
            insecure: setup.insecure,
            call_limit: setup.call_limit,
            started: 0,
            rig,
            folder,
            _turn: turn,
        };
        if setup.wadm {
            lattice.start_wadm();
        }
        for target in setup.hosts {
            lattice.add_host(target);
        }
        lattice.wait_for_hosts(setup.hosts.len());
        Some(lattice)
    }

    pub fn nats_url(&self) -> String {
        self.nats.url()
    }

    /// `HOST:PORT` of the registry.
    pub fn registry_address(&self) -> String {
        self.registry.host()
    }

    /// Settings of PELATO for this lattice, with providers as processes of their own.
    pub fn settings(&self) -> Vec<(&'static str, String)> {
        let registry = self.registry_address();
        vec![
            ("PLATFORM", "wadm".to_owned()),
            ("REGISTRY_URL", format!("{registry}/team")),
            ("REGISTRY_INSECURE", registry.clone()),
            ("NATS_HOST", "127.0.0.1".to_owned()),
            ("NATS_PORT", self.nats.port.to_string()),
            ("HOSTS_NATS_URL", self.nats_url()),
            ("MESSAGING_PROVIDER", images::image(&registry, "messaging-nats")),
            ("HTTP_PROVIDER", images::image(&registry, "http-server")),
            ("KEYVALUE_PROVIDER", images::image(&registry, "stand-in-keyvalue-nats")),
            ("POSTGRES_PROVIDER", images::image(&registry, "stand-in-sqldb-postgres")),
            ("HTTP_ADDRESS", address::own().to_string()),
        ]
    }

    /// The address with what the server wants to know, for programs that take it there.
    fn url_with_login(&self) -> String {
        match &self.login {
            Some((user, password)) => format!("nats://{user}:{password}@127.0.0.1:{}", self.nats.port),
            None => self.nats_url(),
        }
    }

    fn start_wadm(&mut self) {
        let mut command = Command::new(self.rig.program("wadm"));
        command.args(["-s", &format!("127.0.0.1:{}", self.nats.port)]).env("RUST_LOG", "info");
        let mut wadm = Program::start("wadm", command, self.folder.path());
        let list = format!("wadm.api.{NAME}.model.get");
        wadm.wait("answering", |_| self.bus.request(&list, ""));
        self.wadm = Some(wadm);
    }

    /// One more host; it may take a moment until it is part of the lattice.
    pub fn add_host(&mut self, target: &str) {
        self.started += 1;
        let name = format!("host-{}-{target}", self.started);
        // Providers and images are unpacked into it.
        let temporary = self.folder.path().join(&name);
        std::fs::create_dir(&temporary).unwrap();
        let mut command = Command::new(self.rig.program("host"));
        command.args(["--nats", &self.url_with_login(), "--label", &format!("host-type={target}")]);
        if self.insecure {
            command.args(["--insecure", &self.registry_address()]);
        }
        command.args(self.call_limit.map(|seconds| format!("--max-execution-time={seconds}")));
        command.env("TMPDIR", temporary).env("RUST_LOG", "info");
        self.hosts.push(Program::start(&name, command, self.folder.path()));
    }

    /// Waits until so many hosts answer.
    pub fn wait_for_hosts(&mut self, count: usize) -> Vec<Inventory> {
        wait_for(&format!("{count} hosts"), || self.bus.inventories(NAME, count))
    }

    /// What runs on each host.
    pub fn inventories(&self) -> Vec<Inventory> {
        wait_for("inventories", || self.bus.inventories(NAME, self.hosts.len()))
    }

    /// The programs of providers that run.
    pub fn provider_processes(&self) -> Vec<String> {
        self.hosts.iter().flat_map(Program::children).collect()
    }

    /// What there is of any application. A provider may take a moment to end after its host has let it go.
    pub fn left(&self) -> String {
        let busy: Vec<_> = self.inventories().into_iter().filter(|host| !host.is_empty()).collect();
        let (applications, links) = (self.applications(), self.links());
        format!(
            "{busy:?}, applications {applications:?}, {links} links, processes {:?}",
            self.provider_processes()
        )
    }

    /// Whether there is nothing of any application.
    pub fn is_empty(&self) -> bool {
        let empty = || {
            let hosts = self.inventories().iter().all(Inventory::is_empty);
            let gone = self.applications().is_empty() && self.provider_processes().is_empty();
            (hosts && gone && self.links() == 0).then_some(())
        };
        let end = Instant::now() + PATIENCE;
        std::iter::repeat_with(empty).take_while(|_| Instant::now() < end).any(|empty| empty.is_some())
    }

    /// wadm's applications.
    pub fn applications(&self) -> Vec<String> {
        let answer = self.bus.request(&format!("wadm.api.{NAME}.model.get"), "").unwrap();
        let models = answer["models"].as_array().cloned().unwrap_or_default();
        models.iter().map(|model| model["name"].as_str().unwrap().to_owned()).collect()
    }

    /// How many links there are.
    pub fn links(&self) -> usize {
        let answer = self.bus.request(&format!("wasmbus.ctl.v1.{NAME}.link.get"), "").unwrap();
        answer["response"].as_array().map_or(0, Vec::len)
    }
}

/// Waits until something is there.
pub fn wait_for<T>(what: &str, look: impl FnMut() -> Option<T>) -> T {
    wait_within(PATIENCE, what, look)
}
