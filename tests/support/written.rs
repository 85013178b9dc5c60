//! Files that `pelato infra` wrote for one test.

use std::path::PathBuf;

use serde::Deserialize as _;
use serde_json::Value;

use super::Place;

/// What hosts and edges show at the leaf port: NATS would read it as a number, were it not in quotes.
pub const PASSWORD: &str = "12e4";

/// The files.
pub struct Written {
    place: Place,
}

impl Written {
    /// With these flags beside the addresses, which are of this machine.
    pub fn with(flags: &[&str]) -> Self {
        let place = Place::empty();
        let given = ["infra", "infra", "--cloud-nats", "127.0.0.1", "--registry", "10.0.0.6:5000/team"];
        place.run(&[&given[..], flags].concat()).code(0);
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
        let text = self.read(name);
        let documents = serde_yaml::Deserializer::from_str(&text);
        documents
            .map(|one| Value::deserialize(one).unwrap_or_else(|wrong| panic!("{name}: {wrong}")))
            .collect()
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

    /// `.env` from its template, with the password filled in.
    pub fn fill_in(&self, environment: &str) {
        let template = self.read(&format!("{environment}/.env.template"));
        let filled = template.replace("LEAF_PASSWORD=\n", &format!("LEAF_PASSWORD={PASSWORD}\n"));
        assert_ne!(template, filled);
        std::fs::write(self.path(&format!("{environment}/.env")), filled).unwrap();
    }
}
