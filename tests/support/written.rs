//! Files that `pelato infra` wrote for one test.

use std::net::SocketAddrV4;
use std::path::PathBuf;
use std::process::{Command, Output};

use serde::Deserialize as _;
use serde_json::Value;

use super::echoes::{self, PACK, PACK_TEXT};
use super::nats::Server;
use super::{Place, address};

/// What hosts and edges show at the leaf port: NATS would read it as a number, were it not in quotes.
pub const PASSWORD: &str = "12e4";

/// The files.
pub struct Written {
    place: Place,
}

impl Written {
    /// For wasmCloud 1.9, with these flags beside the addresses, which are of this machine if they are not among the flags.
    pub fn wadm(flags: &[&str]) -> Self {
        Self::at(Place::empty().env("PLATFORM", "wadm"), flags)
    }

    /// For wasmCloud 2.
    pub fn wasmcloud(flags: &[&str]) -> Self {
        Self::at(Place::empty(), flags)
    }

    /// For wasmCloud 2, with these namespaces for applications and for the operator.
    pub fn within(namespace: &str, operator_namespace: &str, flags: &[&str]) -> Self {
        let place = Place::empty().env("KUBE_NAMESPACE", namespace);
        Self::at(place.env("OPERATOR_NAMESPACE", operator_namespace), flags)
    }

    /// For wasmCloud 2, in a project of functions that all give their input back.
    pub fn beside(workflow: &str, flags: &[&str]) -> Self {
        Self::beside_on("wasmcloud", workflow, flags)
    }

    /// The same for this platform.
    pub fn beside_on(platform: &str, workflow: &str, flags: &[&str]) -> Self {
        let place = Place::with(&[("workflow.yaml", workflow), (PACK, PACK_TEXT)]).trusted();
        place.write("language-packs/wat/starter/function.wasm", echoes::echo());
        place.write("tasks/echo/function.wasm", echoes::echo());
        Self::at(place.env("PLATFORM", platform), flags)
    }

    /// The server of a site of this machine, without the one that it is a leaf of: `nats-leaf.conf` as it is started here.
    pub fn leaf(&self, leaves: SocketAddrV4) -> Server {
        let (client, mqtt) = (address::reserve(), address::reserve());
        let text = replaced(
            &self.read("local/nats-leaf.conf"),
            &[
                ("nats://nats:7422", &format!("nats-leaf://{leaves}")),
                ("0.0.0.0:4222", &client.to_string()),
                ("0.0.0.0:1883", &mqtt.to_string()),
            ],
        );
        Server::configured(&text, &[])
    }

    fn at(place: Place, flags: &[&str]) -> Self {
        let addresses = ["--cloud-nats", "127.0.0.1", "--registry", "10.0.0.6:5000/team"];
        let given = addresses.chunks(2).filter(|pair| !flags.contains(&pair[0])).flatten();
        let arguments = ["infra", "infra"].iter().chain(given).chain(flags).copied().collect::<Vec<_>>();
        place.run(&arguments).code(0);
        Self { place }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.place.path("infra").join(name)
    }

    pub fn read(&self, name: &str) -> String {
        self.place.read(&format!("infra/{name}"))
    }

    /// The documents of a YAML file.
    pub fn yaml(&self, name: &str) -> Vec<Value> {
        documents(&self.read(name))
    }

    /// The only document of a YAML file.
    pub fn one_yaml(&self, name: &str) -> Value {
        let documents = self.yaml(name);
        assert_eq!(documents.len(), 1, "{name}");
        documents.into_iter().next().unwrap()
    }

    /// The document of a kind and name in a YAML file.
    pub fn object(&self, name: &str, kind: &str, called: &str) -> Value {
        let fits = |one: &Value| one["kind"] == kind && one["metadata"]["name"] == called;
        let found = self.yaml(name).into_iter().find(fits);
        found.unwrap_or_else(|| panic!("{name} has no {kind} {called}"))
    }

    /// A script of a folder, run there as its page says.
    pub fn script(&self, folder: &str, script: &str, variables: &[(&str, &str)]) -> Output {
        let mut command = Command::new("sh");
        command.arg(script).current_dir(self.path(folder)).envs(variables.iter().copied());
        command.output().unwrap()
    }

    /// `.env` from its template, with the password filled in.
    pub fn fill_in(&self, environment: &str) {
        let template = self.read(&format!("{environment}/.env.template"));
        let filled = template.replace("LEAF_PASSWORD=\n", &format!("LEAF_PASSWORD={PASSWORD}\n"));
        assert_ne!(template, filled);
        std::fs::write(self.path(&format!("{environment}/.env")), filled).unwrap();
    }
}

/// The documents of a YAML text.
pub fn documents(text: &str) -> Vec<Value> {
    let documents = serde_yaml::Deserializer::from_str(text);
    documents.map(|one| Value::deserialize(one).unwrap_or_else(|wrong| panic!("{wrong}: {text}"))).collect()
}

/// A text with others in the place of some of its words, each of which is there.
pub fn replaced(text: &str, others: &[(&str, &str)]) -> String {
    others.iter().fold(text.to_owned(), |text, (written, here)| {
        assert!(text.contains(written), "{written} in {text}");
        text.replace(written, here)
    })
}
