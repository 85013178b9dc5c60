//! `workflow.yaml` as a person wrote it: its fields and where each one stands.
//!
//! Reading finds what is no workflow at all (bad YAML, a list where a word belongs). Whether the words make sense
//! together with the language packs and templates is for [`crate::check`].

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::document::Document;
use super::place::Place;
use super::settings;
use crate::report::Source;

/// The file's name in a project's folder.
pub const FILE: &str = crate::files::MARKER;

/// Larger files are refused: the biggest sensible workflow (a thousand tasks) has a third of this. In bytes.
pub const MAX_BYTES: u64 = 1 << 20;

/// A value as text, and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// The text, as written for numbers and truth values.
    pub text: String,
    /// Where it stands.
    pub place: Place,
}

/// What a function finds under a name of its environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Variable {
    /// This text, as a part of the component.
    Text(Field),
    /// The secret of this name, which the component is given where it runs.
    Secret(Field),
}

impl Variable {
    /// The secret's name, if it is one.
    pub fn secret(&self) -> Option<&str> {
        match self {
            Self::Secret(field) => Some(&field.text),
            Self::Text(_) => None,
        }
    }
}

/// What a person wrote; fields that are missing or of a wrong shape are `None` and have been reported.
pub struct Workflow {
    pub path: PathBuf,
    /// Its text, for problems that point into it.
    pub source: Arc<Source>,
    /// `project_name`
    pub project_name: Option<Field>,
    /// `http.hosts`: names by which HTTP requests reach the hosts.
    pub http_hosts: Vec<Field>,
    /// `env`: what the functions of all tasks find in their environment.
    pub env: BTreeMap<String, Variable>,
    /// `logs`: whether all tasks publish their logs.
    pub logs: Option<Field>,
    /// `tasks`, in order.
    pub tasks: Vec<Task>,
    /// Parsed only when a place is asked for; none where the text has no places.
    pub(super) document: OnceCell<Option<Document>>,
    /// `.env` of the project, read when a value of it is asked for.
    pub(super) env_file: OnceCell<BTreeMap<String, String>>,
}

/// One entry of `tasks`.
#[derive(Debug, Default)]
pub struct Task {
    /// Where the entry stands.
    pub place: Place,
    /// `name`: shown to people, may contain spaces.
    pub name: Option<Field>,
    /// `type`: the template.
    pub template: Option<Field>,
    /// `code`: a file or a folder below `tasks/`.
    pub code: Option<Field>,
    /// `targets` (or `target`): host groups, or on wasmCloud 1.9 values of the hosts' label `host-type`.
    pub targets: Vec<Field>,
    /// `component_name`: the artifact's name.
    pub component_name: Option<Field>,
    /// `version`: a semantic version.
    pub version: Option<Field>,
    /// `language`: the language pack; else found by the file's ending.
    pub language: Option<Field>,
    /// `replicas`: how many run in each target; 1 if not given.
    pub replicas: Option<Field>,
    /// `placement`: how it is spread over the hosts of a target; `per-target` if not given.
    pub placement: Option<Field>,
    /// `prefer`: the target that handles messages while one of its hosts is there.
    pub prefer: Option<Field>,
    /// `scope`: whether the messages that it reads stay within its site; `everywhere` if not given.
    pub scope: Option<Field>,
    /// `delivery`: how often a message is handed over; `at-most-once` if not given.
    pub delivery: Option<Field>,
    /// `max_deliver`: how often a message is tried before it is given up.
    pub max_deliver: Option<Field>,
    /// `dead_letter_topic`: where messages go that are given up.
    pub dead_letter_topic: Option<Field>,
    /// `http.port`
    pub http_port: Option<Field>,
    /// `http.path`
    pub http_path: Option<Field>,
    /// `http.allow_origins`: whose pages may call it in a browser.
    pub http_allow_origins: Vec<Field>,
    /// `env`: what the function finds in its environment.
    pub env: BTreeMap<String, Variable>,
    /// `logs`: whether it publishes its log.
    pub logs: Option<Field>,
    /// All other fields: the template's parameters, if it knows them.
    pub parameters: BTreeMap<String, Field>,
    /// The items of those that are lists; their text in `parameters` has commas between the items.
    pub lists: BTreeMap<String, Vec<Field>>,
}

impl Task {
    /// What to call the task in messages: its component name, else its name, else its number.
    pub fn label(&self, index: usize) -> String {
        let known = self.component_name.as_ref().or(self.name.as_ref());
        known.map_or_else(|| format!("task {}", index + 1), |field| field.text.clone())
    }
}

impl Workflow {
    /// The bytes of the file that a place covers.
    pub fn span(&self, place: &Place) -> Option<Range<usize>> {
        let document = self.document.get_or_init(|| Document::new(&self.source.text).ok());
        place.span(document.as_ref()?)
    }

    /// A value of the project's `.env`. A file that cannot be read has none: whoever loads the settings reports it.
    pub fn env_value(&self, name: &str) -> Option<&str> {
        let read = || settings::env_file(self.root()).unwrap_or_default().0;
        self.env_file.get_or_init(read).get(name).map(String::as_str)
    }

    pub fn root(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new(""))
    }
}
