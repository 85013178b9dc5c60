//! A real cluster for one test: a Kubernetes API, NATS, a registry, hosts of wasmCloud 2, and an operator, as processes on
//! ports that nobody else has. See docs/contributing/cluster.md.

mod control_plane;
mod host;
pub mod keeper;
mod objects;
mod operator;
pub mod operator_stand_in;
mod rig;
pub mod webhook;

use std::collections::BTreeMap;
use std::net::SocketAddrV4;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};

use super::lattice::Bus;
use super::nats::Server;
use super::process::wait_within;
use super::registry::{How as RegistrySetup, Registry};
use super::shared::Turn;
use super::written::Written;
use super::{Ran, address, tools};

#[allow(unused_imports, reason = "the tests without servers end no parts")]
pub use control_plane::{ControlPlane, Part, User};
pub use host::{Host, HostSetup};
pub use objects::Objects;
#[allow(unused_imports, reason = "the tests without servers start no operator of their own")]
pub use operator::{How as OperatorSetup, Operator};
pub use rig::Rig;

/// Long enough for the slowest start on a busy machine, and for an operator that notices after 96 s that a host is gone.
pub const PATIENCE: Duration = Duration::from_secs(240);

/// So many clusters at the same time, on this machine.
const AT_ONCE: usize = 2;

/// Two machines at the edge and one in the cloud.
pub const HOSTS: [HostSetup; 3] =
    [HostSetup::new("edge", "edge-1"), HostSetup::new("edge", "edge-2"), HostSetup::new("cloud", "cloud-1")];

/// What a cluster is to have.
pub struct Setup<'a> {
    pub hosts: &'a [HostSetup<'a>],
    /// Names of sites: each has a NATS server of its own, which is a leaf of the cluster's, with a JetStream domain of
    /// this name.
    pub sites: &'a [&'a str],
    /// The workflow whose topics the sites' servers keep to themselves, as `pelato infra` configures them for it.
    pub scoped: Option<&'a str>,
    /// Whether an operator runs.
    pub operator: bool,
    /// More flags of the operator, such as `-allow-shared-hosts=false`.
    pub operator_flags: &'a [&'a str],
    /// The long times of the operator's stand-in are divided by it. wasmCloud's own operator is never hasty.
    pub haste: u32,
    /// Whether the control plane is for this test alone: it ends parts of it, or changes what concerns all namespaces.
    pub own_control_plane: bool,
    /// Whether the API server knows wasmCloud's resources. Only a control plane of one's own can be without.
    pub definitions: bool,
    /// The database of the hosts.
    pub postgres: Option<&'a str>,
    pub registry: RegistrySetup<'a>,
}

impl Setup<'_> {
    /// The usual one, for constants.
    pub const fn new() -> Self {
        Self {
            hosts: &HOSTS,
            sites: &[],
            scoped: None,
            operator: true,
            operator_flags: &[],
            haste: 1,
            own_control_plane: false,
            definitions: true,
            postgres: None,
            registry: RegistrySetup::OPEN,
        }
    }
}

impl Default for Setup<'_> {
    fn default() -> Self {
        Self::new()
    }
}

/// A cluster; what is this test's own ends with this value.
pub struct Cluster {
    pub hosts: Vec<Host>,
    /// None where none was wanted.
    pub operator: Option<Operator>,
    pub registry: Registry,
    pub bus: Bus,
    /// The servers of sites, by name.
    pub sites: BTreeMap<String, Server>,
    pub nats: Server,
    /// As one who may do everything.
    pub objects: Objects,
    /// Only one's own: that of all must stay as it is.
    pub control_plane: Option<ControlPlane>,
    _shared: Option<keeper::Shared>,
    host_flags: Vec<String>,
    api: SocketAddrV4,
    files: PathBuf,
    namespace: String,
    operator_namespace: String,
    pub rig: &'static Rig,
    pub folder: tempfile::TempDir,
    _turn: Turn,
}

impl Cluster {
    /// With two hosts at the edge and one in the cloud; none if there is no rig.
    pub fn start() -> Option<Self> {
        Self::with(&Setup::default())
    }

    pub fn with(setup: &Setup) -> Option<Self> {
        let rig = Rig::find()?;
        let turn = Turn::one_of(AT_ONCE, "cluster");
        let folder = tempfile::Builder::new().prefix("pelato-cluster-").tempdir().unwrap();
        let (control_plane, shared) = match setup.own_control_plane {
            true => (Some(ControlPlane::start(rig, &folder.path().join("control-plane"))), None),
            false => (None, Some(keeper::Shared::join())),
        };
        let (api, files) = match (&control_plane, &shared) {
            (Some(own), _) => (own.api(), own.folder().to_owned()),
            (None, shared) => {
                let shared = shared.as_ref().unwrap();
                (shared.api, shared.folder.clone())
            }
        };
        if control_plane.is_some() && setup.definitions {
            keeper::define(&files.join("admin.yaml"));
        }
        let number = getrandom::u32().unwrap();
        let leaves = address::reserve();
        let nats = nats("cloud", &format!("leafnodes {{ listen: \"{leaves}\" }}"));
        let leaf = format!("leafnodes {{ remotes: [ {{ url: \"nats-leaf://{leaves}\" }} ] }}");
        let site = |&name: &&str| {
            let flags = ["--only", "local", "--edge-domain", name];
            let written = setup.scoped.map(|workflow| Written::beside(workflow, &flags).leaf(leaves));
            (name.to_owned(), written.unwrap_or_else(|| self::nats(name, &leaf)))
        };
        let mut cluster = Self {
            hosts: Vec::new(),
            operator: None,
            registry: Registry::start_as(&setup.registry),
            bus: Bus::connect(&nats.url(), None).expect("the server lets us in"),
            sites: setup.sites.iter().map(site).collect(),
            nats,
            objects: Objects::connect(&files.join("admin.yaml")),
            control_plane,
            _shared: shared,
            host_flags: Vec::new(),
            api,
            files,
            namespace: format!("pelato-{number:08x}"),
            operator_namespace: format!("wasmcloud-{number:08x}"),
            rig,
            folder,
            _turn: turn,
        };
        cluster.prepare(setup);
        Some(cluster)
    }

    fn prepare(&mut self, setup: &Setup) {
        for namespace in [&self.namespace, &self.operator_namespace] {
            let object =
                json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": namespace } });
            self.objects.apply("", &object);
        }
        self.give_rights();
        if setup.registry.tls.is_none() {
            self.host_flags.push("--allow-insecure-registries".to_owned());
        }
        self.host_flags.extend(setup.postgres.map(|url| format!("--postgres-url={url}")));
        if setup.operator {
            let how = operator::How {
                rig: self.rig,
                kubeconfig: self.kubeconfig(User::Operator),
                nats: self.nats.url(),
                namespace: self.namespace.clone(),
                own_namespace: self.operator_namespace.clone(),
                flags: setup.operator_flags.iter().map(|&flag| flag.to_owned()).collect(),
                haste: setup.haste,
                folder: self.folder.path().to_owned(),
                started: 0,
            };
            self.operator = Some(Operator::start(how));
        }
        for host in setup.hosts {
            self.add_host(host);
        }
        if setup.operator && setup.definitions {
            self.wait_for_hosts(setup.hosts.len());
        }
    }

    /// Gives PELATO and the operator the roles that `pelato infra` writes for them, in both namespaces.
    fn give_rights(&self) {
        let written = Written::within(&self.namespace, &self.operator_namespace, &["--only", "local"]);
        for (file, user) in
            [("local/rights.yaml", User::Pelato), ("local/operator-rights.yaml", User::Operator)]
        {
            for mut object in written.yaml(file) {
                if object["kind"] == "RoleBinding" {
                    let group = &object["roleRef"]["apiGroup"];
                    object["subjects"] = json!([{ "apiGroup": group, "kind": "User", "name": user.name() }]);
                }
                let namespace = object["metadata"]["namespace"].as_str().unwrap().to_owned();
                self.objects.apply(&namespace, &object);
            }
        }
    }

    /// The roles of PELATO, as `pelato infra` writes them.
    pub fn roles(&self) -> Vec<Value> {
        let written = Written::within(&self.namespace, &self.operator_namespace, &["--only", "local"]);
        let mut roles = written.yaml("local/rights.yaml");
        roles.retain(|object| object["kind"] == "Role");
        roles
    }

    /// Settings of PELATO for this cluster.
    pub fn settings(&self) -> Vec<(&'static str, String)> {
        let registry = self.registry.host();
        vec![
            ("PLATFORM", "wasmcloud".to_owned()),
            ("KUBECONFIG", self.kubeconfig(User::Pelato).display().to_string()),
            ("OPERATOR_NAMESPACE", self.operator_namespace.clone()),
            ("REGISTRY_URL", format!("{registry}/team")),
            ("REGISTRY_INSECURE", registry),
            ("NATS_HOST", self.nats.host().to_string()),
            ("NATS_PORT", self.nats.port.to_string()),
            ("HOSTS_NATS_URL", self.nats.url()),
        ]
    }

    /// A kubeconfig, whose only context, `rig`, is about the namespace of this test.
    pub fn kubeconfig(&self, user: User) -> PathBuf {
        let file = self.folder.path().join(format!("{}.yaml", user.name()));
        control_plane::write_kubeconfig(&self.files, self.api, user, &self.namespace, &file);
        file
    }

    /// Where workloads go.
    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    /// Where the operator is, and with it the objects of hosts.
    pub fn operator_namespace(&self) -> &str {
        &self.operator_namespace
    }

    /// `https://…` of the API server.
    pub fn api_url(&self) -> String {
        format!("https://{}", self.api)
    }

    /// One more host, which the operator may not know yet.
    pub fn add_host(&mut self, setup: &HostSetup) -> &mut Host {
        let nats = setup.site.map_or(&self.nats, |site| &self.sites[site]).url();
        let host = Host::start(self.rig, setup, &nats, &self.host_flags, self.folder.path());
        self.hosts.push(host);
        self.hosts.last_mut().unwrap()
    }

    /// The host of an environment.
    pub fn host(&mut self, environment: &str) -> &mut Host {
        self.hosts.iter_mut().find(|host| host.environment() == environment).unwrap()
    }

    /// Waits until exactly so many hosts are ready for work.
    pub fn wait_for_hosts(&self, count: usize) -> Vec<Value> {
        self.wait_for(&format!("{count} hosts"), || {
            let ready: Vec<_> =
                self.list_in(&self.operator_namespace, "hosts").into_iter().filter(is_ready).collect();
            (ready.len() == count).then_some(ready)
        })
    }

    /// Waits until something is there.
    pub fn wait_for<T>(&self, what: &str, look: impl FnMut() -> Option<T>) -> T {
        wait_within(PATIENCE, what, look)
    }

    /// Waits until what was last applied runs: the workloads of the current replica set, so many as are wanted, made of the
    /// current template. That a deployment says Ready is not enough: it says so of what ran before, too.
    pub fn wait_for_running(&self, deployment: &str) -> Vec<Value> {
        self.wait_for(&format!("{deployment} runs"), || self.running(deployment))
    }

    /// Its workloads, if it runs.
    pub fn running(&self, deployment: &str) -> Option<Vec<Value>> {
        let deployment = self.get("workloaddeployments", deployment)?;
        let set =
            self.get("workloadreplicasets", deployment["status"]["currentReplicaSet"]["name"].as_str()?)?;
        let wanted = &deployment["spec"]["template"]["spec"];
        (set["spec"]["template"]["spec"]["components"] == wanted["components"]).then_some(())?;
        (set["spec"]["template"]["spec"]["hostSelector"] == wanted["hostSelector"]).then_some(())?;
        let is_of_set = |workload: &Value| {
            let owners = workload["metadata"]["ownerReferences"].as_array();
            owners.is_some_and(|owners| owners.iter().any(|owner| owner["uid"] == set["metadata"]["uid"]))
        };
        let workloads: Vec<_> = self.list("workloads").into_iter().filter(is_of_set).collect();
        let complete = deployment["spec"]["replicas"] == json!(workloads.len());
        (complete && is_ready(&deployment) && workloads.iter().all(is_ready)).then_some(workloads)
    }

    /// An object in the namespace of workloads.
    pub fn get(&self, resource: &str, name: &str) -> Option<Value> {
        self.objects.get(&self.namespace, resource, name)
    }

    /// All objects of a resource in the namespace of workloads.
    pub fn list(&self, resource: &str) -> Vec<Value> {
        self.list_in(&self.namespace, resource)
    }

    pub fn list_in(&self, namespace: &str, resource: &str) -> Vec<Value> {
        self.objects.list(namespace, resource)
    }

    /// Applies an object in the namespace of workloads, as somebody who is not PELATO.
    #[track_caller]
    pub fn apply(&self, object: &Value) -> Value {
        self.objects.apply(&self.namespace, object)
    }

    pub fn delete(&self, resource: &str, name: &str) {
        self.objects.delete(&self.namespace, resource, name);
    }

    /// Whether there is nothing of any workload, in the cluster and on the hosts that run.
    pub fn is_empty(&mut self) -> bool {
        let kinds = ["workloaddeployments", "workloadreplicasets", "workloads"];
        let gone = kinds.iter().all(|kind| self.list(kind).is_empty());
        let bus = &self.bus;
        gone && self.hosts.iter_mut().all(|host| host.has_ended() || host.workloads(bus) == 0)
    }

    /// `kubectl` as this user.
    pub fn kubectl(&self, user: User, arguments: &[&str]) -> Ran {
        let mut command = Command::new(tools::kubectl().expect("no kubectl: .ci/run installs it"));
        command.args(arguments).env("KUBECONFIG", self.kubeconfig(user)).env("HOME", self.folder.path());
        Ran::from(&command.output().unwrap())
    }
}

/// A NATS server with JetStream, whose port stays the same when it is started again.
fn nats(name: &str, leafnodes: &str) -> Server {
    let listen = address::reserve();
    let text =
        format!("listen: \"{listen}\"\nserver_name: {name}\njetstream {{ domain: {name} }}\n{leafnodes}\n");
    Server::configured(&text, &[])
}

/// The conditions of an object: status and message of each.
pub fn conditions(object: &Value) -> BTreeMap<String, (String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let conditions = object["status"]["conditions"].as_array().cloned().unwrap_or_default();
    let each = |one: &Value| (text(&one["type"]), (text(&one["status"]), text(&one["message"])));
    conditions.iter().map(each).collect()
}

/// Whether an object says that it is ready.
pub fn is_ready(object: &Value) -> bool {
    conditions(object).get("Ready").is_some_and(|(status, _)| status == "True")
}
