//! Projects that are deployed, and what `pelato` says about them.

use std::path::Path;
use std::process::Output;

use serde_json::Value;

use crate::lattice::Lattice;
use crate::support::{Place, http};

/// A project that is deployed to a lattice.
pub struct Project {
    pub place: Place,
}

/// How a run of `pelato` ended.
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Project {
    /// Of these files, with the settings of a lattice.
    pub fn new(lattice: &Lattice, files: &[(&str, &str)]) -> Self {
        let settings = lattice.settings();
        let set = |place: Place, (name, value): (&str, String)| place.env(name, value);
        Self { place: settings.into_iter().fold(Place::with(files), set) }
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
        let output = self.place.command(arguments).stdin(std::process::Stdio::null()).output().unwrap();
        Ran::from(&output)
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

    /// Builds, pushes and deploys.
    pub fn brush(&self) -> Ran {
        self.pelato(&["push"]);
        self.pelato(&["deploy"])
    }
}

impl Ran {
    fn from(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self {
            code: output.status.code().unwrap_or(-1),
            out: text(&output.stdout),
            err: text(&output.stderr),
        }
    }

    /// Whether it failed with this code and said all of this.
    #[track_caller]
    pub fn failed(&self, code: i32, words: &[&str]) {
        assert_eq!(self.code, code, "{}", self.err);
        self.said(words);
    }

    /// Whether it said all of this on stderr; how lines are broken does not count.
    #[track_caller]
    pub fn said(&self, words: &[&str]) {
        let plain = |text: &str| {
            let words = text.split(|c: char| c.is_whitespace() || "│╰─▶".contains(c));
            words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
        };
        let said = plain(&self.err);
        for words in words {
            assert!(said.contains(&plain(words)), "{words:?} is not in:\n{}", self.err);
        }
    }
}

/// The status and body of a POST. The HTTP provider sends what it gets from a component in chunks.
pub fn post(port: u16, path: &str, body: &str) -> (u16, String) {
    let (status, answer) = http::post(&format!("127.0.0.1:{port}"), path, body);
    let mut chunks = answer.split("\r\n");
    let mut text = String::new();
    while let Some(chunk) = chunks.next().filter(|size| !size.is_empty() && *size != "0") {
        assert!(usize::from_str_radix(chunk, 16).is_ok(), "no chunks: {answer:?}");
        text.push_str(chunks.next().unwrap_or_default());
    }
    (status, text)
}
