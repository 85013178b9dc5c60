//! Projects that are deployed, and what `pelato` says about them.

use std::path::Path;

use serde_json::Value;

use crate::support::echoes::{self, PACK, PACK_TEXT};
use crate::support::lattice::Lattice;
use crate::support::{Place, Ran, address, http};

/// A project that is deployed to a lattice.
pub struct Project {
    pub place: Place,
}

/// A task in a workflow of echoes.
#[derive(Clone)]
pub struct Task {
    pub name: String,
    pub from: String,
    pub to: String,
    pub targets: &'static str,
    pub replicas: u32,
    pub every_host: bool,
    /// More lines.
    pub more: &'static str,
    /// It answers HTTP too, at this port.
    pub http: Option<u16>,
}

impl Default for Task {
    fn default() -> Self {
        let text = String::new;
        let (every_host, more, http) = (false, "", None);
        Self { name: text(), from: text(), to: text(), targets: "edge", replicas: 1, every_host, more, http }
    }
}

/// A workflow of echoes.
pub fn workflow(project: &str, tasks: &[Task]) -> String {
    let mut text = format!("project_name: {project}\ntasks:\n");
    for task in tasks {
        let Task { name, from, to, targets, replicas, .. } = task;
        let template = if task.http.is_some() { "http_producer_nats" } else { "processor_nats" };
        text += &format!(
            "  - name: {name}\n    type: {template}\n    language: wat\n    code: echo\n    targets: [{targets}]\n    \
             source_topic: {from}\n    dest_topic: {to}\n    component_name: {name}\n    version: 1.0.0\n    \
             replicas: {replicas}\n"
        );
        text += if task.every_host { "    placement: every-host\n" } else { "" };
        text += task.more;
        text += &task.http.map(|port| format!("    http: {{port: {port}}}\n")).unwrap_or_default();
    }
    text
}

impl Project {
    /// Of these files, with the settings of a lattice.
    pub fn new(lattice: &Lattice, files: &[(&str, &str)]) -> Self {
        Self { place: Place::with(files) }.of(lattice)
    }

    /// With the settings of a lattice.
    pub fn of(self, lattice: &Lattice) -> Self {
        self.set(&lattice.settings())
    }

    /// With these settings.
    pub fn set(self, settings: &[(&str, String)]) -> Self {
        settings.iter().fold(self, |project, (name, value)| project.env(name, value))
    }

    /// Tasks whose functions all give their input back.
    pub fn echoes(lattice: &Lattice, workflow: &str) -> Self {
        Self::of_echoes(workflow).of(lattice)
    }

    /// The same without settings.
    pub fn of_echoes(workflow: &str) -> Self {
        let place = Place::with(&[("workflow.yaml", workflow), (PACK, PACK_TEXT)]);
        let project = Self { place: place.trusted() };
        project.place.write("language-packs/wat/starter/function.wasm", echoes::echo());
        project.place.write("tasks/echo/function.wasm", echoes::echo());
        project
    }

    /// `examples/temperature`, with a port for HTTP that is free here.
    pub fn temperature(lattice: &Lattice, port: u16) -> Self {
        let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/temperature");
        let read = |name: &str| std::fs::read_to_string(example.join(name)).unwrap();
        let version = "    component_name: celsius_to_kelvin_conversion\n";
        let workflow = read("workflow.yaml");
        assert!(workflow.contains(version));
        let workflow = workflow.replace(version, &format!("{version}    http: {{port: {port}}}\n"));
        let (convert, filter) = (read("tasks/convert.go"), read("tasks/filter.go"));
        let files =
            [("workflow.yaml", &*workflow), ("tasks/convert.go", &convert), ("tasks/filter.go", &filter)];
        Self::new(lattice, &files)
    }

    /// With another value of a setting.
    pub fn env(self, name: &str, value: &str) -> Self {
        Self { place: self.place.env(name, value) }
    }

    /// Runs `pelato` to its end, whatever that is.
    pub fn run(&self, arguments: &[&str]) -> Ran {
        self.place.ran(arguments)
    }

    /// Runs `pelato` to its good end.
    pub fn pelato(&self, arguments: &[&str]) -> Ran {
        let ran = self.run(arguments);
        assert_eq!(ran.code, 0, "{arguments:?}: {}", ran.err);
        ran
    }

    /// What `pelato … --json` prints.
    pub fn json(&self, arguments: &[&str]) -> Value {
        serde_json::from_str(&self.pelato(&[arguments, &["--json"]].concat()).out).unwrap()
    }

    /// What `pelato status --json` prints. Its exit code says whether everything runs.
    pub fn status(&self) -> Value {
        let ran = self.run(&["status", "--json"]);
        let status: Value = serde_json::from_str(&ran.out).unwrap();
        let mut parts = status["parts"].as_array().unwrap().iter();
        let runs = parts.all(|part| part["state"] == "running") && status["missing"] == serde_json::json!([]);
        assert_eq!(ran.code, if runs { 0 } else { 7 }, "{status}");
        status
    }

    /// Builds, pushes and deploys.
    pub fn brush(&self) -> Ran {
        self.pelato(&["push"]);
        self.pelato(&["deploy"])
    }
}

/// The status and body of a POST to the HTTP provider of a lattice.
pub fn post(port: u16, path: &str, body: &str) -> (u16, String) {
    http::post((address::own(), port), path, body)
}
