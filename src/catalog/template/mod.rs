//! Templates: what surrounds a function.

mod check;
mod ordered;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;

pub use check::RESERVED;
pub use ordered::Ordered;

use super::manifest::{Described, Manifest, Pattern, Schema};
use crate::report::{Problem, Source};

pub const MANIFEST: &str = "template.toml";

pub type Template = Described<TemplateManifest>;

/// `template.toml`; an unknown key is an error.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TemplateManifest {
    /// The version of this format: 1.
    pub schema: Schema,
    /// The template's name; also the name of its folder.
    pub name: String,
    pub summary: String,
    /// Other names it goes by.
    #[serde(default)]
    pub aliases: Vec<String>,
    pub trigger: String,
    /// What the function is given and returns.
    #[serde(default)]
    pub data: Data,
    /// Fields of a task of this template, in order.
    #[serde(default)]
    pub parameters: Ordered<Parameter>,
    /// What the platform must provide.
    #[serde(default)]
    pub capabilities: Vec<Capability>,
    /// What `pelato template check` sends through it.
    #[serde(default)]
    pub conformance: ConformanceSection,
}

/// What a function is given and returns.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Data {
    /// The message itself, and a message.
    #[default]
    Message,
    /// An entry of a bucket: `{"key": …, "data": …}`.
    Entry,
    /// The message itself, and messages with their topics: `{"topic": …, "data": …}`, or a list of such.
    Route,
    /// The message itself, and a list of messages.
    List,
}

/// `[conformance]`: where the defaults will not do.
#[derive(Debug, Clone, Deserialize)]
#[serde(default)]
#[serde(deny_unknown_fields)]
pub struct ConformanceSection {
    /// A message or an HTTP body that the trigger takes.
    pub message: String,
    /// What the function gives then; the trigger may want it in some form.
    pub result: String,
    /// What is to be found in what the component sends, stores or answers then; else the result.
    pub leaves: Option<String>,
}

impl Default for ConformanceSection {
    fn default() -> Self {
        Self { message: "21.5".to_owned(), result: "294.65".to_owned(), leaves: None }
    }
}

/// `[parameters.<name>]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameter {
    pub kind: Kind,
    /// What a person is asked.
    pub prompt: String,
    /// More about it, for help texts.
    #[serde(default)]
    pub help: Option<String>,
    /// Its value when the task does not say; without one the task must.
    #[serde(default)]
    pub default: Option<String>,
    /// Whether the trigger is given it.
    #[serde(default)]
    pub setting: bool,
    /// What a text has to match, from `^` to `$`.
    #[serde(default)]
    pub pattern: Option<Pattern>,
    /// The pattern in words, after "use ".
    #[serde(default)]
    pub expected: Option<String>,
    /// A value that it takes.
    #[serde(default)]
    pub example: Option<String>,
    /// Whether a subject may have wildcards.
    #[serde(default)]
    pub wildcards: bool,
    /// Whether a task may give several subjects, as a list or with commas between them. A text of `capabilities` that
    /// names the parameter is filled in for each, with commas between them. The trigger is given them with commas, too.
    #[serde(default)]
    pub several: bool,
    /// Whether messages come in or go out by this subject.
    #[serde(default)]
    pub flow: Option<Flow>,
}

impl Parameter {
    /// Whether a text matches the pattern, if there is one.
    pub fn matches(&self, text: &str) -> bool {
        self.pattern.as_ref().is_none_or(|pattern| pattern.regex().is_match(text))
    }

    /// The values in a text: several have commas between them.
    pub fn values<'t>(&self, text: &'t str) -> Vec<&'t str> {
        if self.several { text.split(',').map(str::trim).collect() } else { vec![text] }
    }

    /// The pattern in words.
    pub fn expected(&self) -> &str {
        self.expected.as_deref().unwrap_or("a value that the template accepts")
    }

    /// A value that it takes.
    pub fn example(&self) -> &str {
        match (&self.example, self.kind) {
            (Some(example), _) => example,
            (None, Kind::Subject) => "room.celsius",
            (None, Kind::Integer) => "10",
            (None, Kind::String) => "TEXT",
        }
    }
}

/// What values a parameter takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Subject,
    /// A whole number, 0 or more.
    Integer,
    String,
}

/// The direction of messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Flow {
    /// The component receives what arrives there.
    Reads,
    /// The component sends there.
    Writes,
}

/// `[[capabilities]]`: an interface, and its configuration for this component.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Capability {
    /// The interface, as `namespace:package/interface@version`.
    pub wit: String,
    /// Liquid texts over the task's values.
    #[serde(default)]
    pub config: BTreeMap<String, String>,
}

impl Template {
    /// Whether components of this template answer HTTP.
    pub fn serves_http(&self) -> bool {
        let is_http = |capability: &Capability| capability.wit.starts_with("wasi:http/incoming-handler");
        self.manifest.capabilities.iter().any(is_http)
    }

    /// Whether components of this template use a PostgreSQL database.
    pub fn uses_database(&self) -> bool {
        let is_database = |capability: &Capability| capability.wit.starts_with("wasmcloud:postgres/");
        self.manifest.capabilities.iter().any(is_database)
    }

    /// Whether components of this template receive messages.
    pub fn receives_messages(&self) -> bool {
        let is_handler = |capability: &Capability| capability.wit.starts_with("wasmcloud:messaging/handler");
        self.manifest.capabilities.iter().any(is_handler)
    }

    pub fn parameter(&self, name: &str) -> Option<&Parameter> {
        self.manifest.parameters.get(name)
    }
}

impl Manifest for TemplateManifest {
    const KIND: &'static str = "template";
    const FILE: &'static str = MANIFEST;
    const TEXTS: &'static [&'static str] =
        &["conformance.message", "conformance.result", "conformance.leaves", "parameters.*.pattern"];

    fn name(&self) -> &str {
        &self.name
    }

    fn summary(&self) -> &str {
        &self.summary
    }

    fn aliases(&self) -> &[String] {
        &self.aliases
    }

    fn check(&self, source: &Arc<Source>) -> Result<(), Problem> {
        check::check(source, self)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    proptest! {
        /// Whatever the patterns let pass is a name, or names with a dot between them, and nothing more.
        #[test]
        fn names_of_a_database_have_no_quotes_in_them(text in "[a-zA-Z0-9_. ;\"'ä\\n:-]{0,6}") {
            let catalog = crate::catalog::Catalog::built_in();
            let template = catalog.templates.get("dbsync_nats").unwrap();
            let name = |text: &str| {
                let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
                text.chars().all(plain) && text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            };
            let takes = |parameter, text: &str| template.parameter(parameter).unwrap().matches(text);
            prop_assert_eq!(takes("column", &text), name(&text));
            let parts: Vec<_> = text.split('.').collect();
            prop_assert_eq!(takes("table", &text), parts.len() <= 2 && parts.iter().all(|part| name(part)));
            prop_assert_eq!(takes("on_conflict", &format!("update:{text}")), name(&text));
        }

        /// What a bucket may be called, as the client of NATS has it: `[a-zA-Z0-9_-]+`.
        #[test]
        fn buckets_are_those_of_nats(text in "[a-zA-Z0-9_. /ä\n-]{0,5}") {
            let catalog = crate::catalog::Catalog::built_in();
            let template = catalog.templates.get("nats_to_nats_kv").unwrap();
            let fits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b));
            prop_assert_eq!(template.parameter("bucket").unwrap().matches(&text), fits);
        }
    }
}
