//! Templates: what surrounds a function.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;

use super::folder::Folder;
use super::manifest::{self, Pattern, Schema};
use super::{Origin, Unit};
use crate::project::read::TASK_FIELDS;
use crate::report::{Problem, Source};

/// The manifest's file name.
pub const MANIFEST: &str = "template.toml";

/// A template.
#[derive(Debug, Clone)]
pub struct Template {
    /// What `template.toml` says.
    pub manifest: TemplateManifest,
    /// Where it was found.
    pub origin: Origin,
    /// Its files.
    pub folder: Folder,
}

/// `template.toml`; an unknown key is an error.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TemplateManifest {
    /// The version of this format: 1.
    pub schema: Schema,
    /// The template's name; also the name of its folder.
    pub name: String,
    /// One line about it.
    pub summary: String,
    /// Other names it goes by.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// The file of its trigger.
    pub trigger: String,
    /// Fields of a task of this template, in order.
    #[serde(default)]
    pub parameters: toml_order::Ordered<Parameter>,
    /// What the platform must provide.
    #[serde(default)]
    pub capabilities: Vec<Capability>,
    /// What `pelato template check` sends through it.
    #[serde(default)]
    pub conformance: ConformanceSection,
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
    /// What values it takes.
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
    /// Whether messages come in or go out by this subject.
    #[serde(default)]
    pub flow: Option<Flow>,
}

impl Parameter {
    /// Whether a text matches the pattern, if there is one.
    pub fn matches(&self, text: &str) -> bool {
        self.pattern.as_ref().is_none_or(|pattern| pattern.regex().is_match(text))
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
    /// A NATS subject.
    Subject,
    /// A whole number, 0 or more.
    Integer,
    /// Any text.
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

/// Names that parameters cannot have beside the fields of all tasks: the flags of `new` and `add-task`.
pub const RESERVED: [&str; 16] = [
    "color",
    "dry_run",
    "folder",
    "help",
    "json",
    "no_git",
    "no_input",
    "no_task",
    "project",
    "project_name",
    "quiet",
    "setting",
    "task_version",
    "template",
    "verbose",
    "version",
];

impl Template {
    /// Reads the template in a folder.
    ///
    /// # Errors
    /// When its manifest is missing or wrong.
    pub fn load(folder: Folder, origin: Origin) -> Result<Self, Problem> {
        let (source, manifest) = manifest::read::<TemplateManifest>(&folder, MANIFEST)?;
        check(&source, &manifest)?;
        Ok(Self { manifest, origin, folder })
    }

    /// Reads the text of a manifest.
    ///
    /// # Errors
    /// When it is wrong.
    pub fn parse(source: &Arc<Source>) -> Result<TemplateManifest, Problem> {
        let manifest = manifest::parse(source)?;
        check(source, &manifest)?;
        Ok(manifest)
    }

    /// Whether components of this template answer HTTP.
    pub fn serves_http(&self) -> bool {
        let is_http = |capability: &Capability| capability.wit.starts_with("wasi:http/incoming-handler");
        self.manifest.capabilities.iter().any(is_http)
    }

    /// Whether components of this template receive messages.
    pub fn receives_messages(&self) -> bool {
        let is_handler = |capability: &Capability| capability.wit.starts_with("wasmcloud:messaging/handler");
        self.manifest.capabilities.iter().any(is_handler)
    }

    /// A parameter by name.
    pub fn parameter(&self, name: &str) -> Option<&Parameter> {
        self.manifest.parameters.get(name)
    }
}

impl Unit for Template {
    const KIND: &'static str = "template";
    const MANIFEST: &'static str = MANIFEST;
    fn name(&self) -> &str {
        &self.manifest.name
    }
    fn summary(&self) -> &str {
        &self.manifest.summary
    }
    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn folder(&self) -> &Folder {
        &self.folder
    }
    fn aliases(&self) -> &[String] {
        &self.manifest.aliases
    }
    fn load(folder: Folder, origin: Origin) -> Result<Self, Problem> {
        Self::load(folder, origin)
    }
}

/// What the types alone do not say.
fn check(source: &Arc<Source>, manifest: &TemplateManifest) -> Result<(), Problem> {
    manifest::name(source, &manifest.name)?;
    manifest::inside(source, "trigger", Some(&manifest.trigger))?;
    for (name, parameter) in manifest.parameters.iter() {
        let key = format!("parameters.{name}");
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        if !name.starts_with(|c: char| c.is_ascii_lowercase()) || !name.bytes().all(fits) {
            return Err(manifest::wrong(source, &key, "has a name that cannot be used for an argument")
                .advise("use lower-case letters, digits and `_`, a letter first"));
        }
        if TASK_FIELDS.contains(&name) || RESERVED.contains(&name) {
            return Err(manifest::wrong(
                source,
                &key,
                "is a field that every task has, or an argument of PELATO",
            )
            .advise("choose another name"));
        }
        let subject_only = parameter.wildcards || parameter.flow.is_some();
        if subject_only && parameter.kind != Kind::Subject {
            return Err(manifest::wrong(source, &key, "has `wildcards` or `flow` but is not a subject")
                .advise("set `kind = \"subject\"`, or remove them"));
        }
        check_pattern(source, &key, parameter)?;
    }
    Ok(())
}

/// A pattern is for texts, is explained, and takes the default and the example.
fn check_pattern(source: &Arc<Source>, key: &str, parameter: &Parameter) -> Result<(), Problem> {
    if parameter.pattern.is_some() != parameter.expected.is_some() {
        return Err(manifest::wrong(source, key, "has one of `pattern` and `expected` without the other")
            .advise("`expected` describes in words what the regular expression `pattern` matches"));
    }
    let whole = |pattern: &Pattern| {
        let text = pattern.regex().as_str();
        text.starts_with('^') && text.ends_with('$')
    };
    if parameter.pattern.as_ref().is_some_and(|pattern| !whole(pattern)) {
        return Err(manifest::wrong(source, &format!("{key}.pattern"), "would also match a part of a value")
            .advise("begin it with `^` and end it with `$`"));
    }
    if parameter.pattern.is_some() && parameter.kind != Kind::String {
        return Err(manifest::wrong(source, key, "has a `pattern` but is not a string")
            .advise("set `kind = \"string\"`, or remove it"));
    }
    for (name, value) in [("default", &parameter.default), ("example", &parameter.example)] {
        if value.as_ref().is_some_and(|value| !parameter.matches(value)) {
            return Err(manifest::wrong(source, &format!("{key}.{name}"), "does not match the `pattern`")
                .advise("change one of the two"));
        }
    }
    Ok(())
}

/// Maps that keep the order of the file.
pub mod toml_order {
    use serde::de::{MapAccess, Visitor};
    use serde::{Deserialize, Deserializer};
    use std::fmt;
    use std::marker::PhantomData;

    /// Named values in the order in which they were written.
    #[derive(Debug, Clone)]
    pub struct Ordered<T>(Vec<(String, T)>);

    impl<T> Default for Ordered<T> {
        fn default() -> Self {
            Self(Vec::new())
        }
    }

    impl<T> Ordered<T> {
        /// All of them.
        pub fn iter(&self) -> impl Iterator<Item = (&str, &T)> + Clone {
            self.0.iter().map(|(name, value)| (name.as_str(), value))
        }

        /// The names.
        pub fn names(&self) -> impl Iterator<Item = &str> + Clone {
            self.0.iter().map(|(name, _)| name.as_str())
        }

        /// One of them.
        pub fn get(&self, name: &str) -> Option<&T> {
            self.iter().find(|(n, _)| *n == name).map(|(_, value)| value)
        }
    }

    impl<'de, T: Deserialize<'de>> Deserialize<'de> for Ordered<T> {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            struct Entries<T>(PhantomData<T>);
            impl<'de, T: Deserialize<'de>> Visitor<'de> for Entries<T> {
                type Value = Ordered<T>;
                fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str("a table")
                }
                fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Ordered<T>, M::Error> {
                    let mut entries = Vec::new();
                    while let Some(entry) = map.next_entry()? {
                        entries.push(entry);
                    }
                    Ok(Ordered(entries))
                }
            }
            deserializer.deserialize_map(Entries(PhantomData))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What is said of a manifest with one parameter.
    fn problem(parameter: &str) -> Option<String> {
        let text = format!(
            "schema = 1\nname = \"t\"\nsummary = \"s\"\ntrigger = \"t\"\n[parameters.p]\nprompt = \"p\"\n{parameter}"
        );
        let source = Source::new("template.toml", &*text);
        let manifest = toml_edit::de::from_str(&text).unwrap();
        check(&source, &manifest).err().map(|problem| problem.message)
    }

    #[test]
    fn patterns_are_explained_and_take_the_default_and_the_example() {
        let good = "kind = \"string\"\npattern = \"^[a-z]+$\"\nexpected = \"letters\"\n";
        assert_eq!(problem(&format!("{good}default = \"a\"\nexample = \"b\"")), None);
        let wrong = |parameter: &str| problem(parameter).unwrap();
        assert_eq!(
            wrong(&format!("{good}default = \"1\"")),
            "`parameters.p.default` does not match the `pattern`"
        );
        assert_eq!(
            wrong(&format!("{good}example = \"ab \"")),
            "`parameters.p.example` does not match the `pattern`"
        );
        assert_eq!(
            wrong(&good.replace('^', "")),
            "`parameters.p.pattern` would also match a part of a value"
        );
        assert_eq!(
            wrong(&good.replace("string", "subject")),
            "`parameters.p` has a `pattern` but is not a string"
        );
        let lonely = "kind = \"string\"\nexpected = \"letters\"\n";
        assert_eq!(wrong(lonely), "`parameters.p` has one of `pattern` and `expected` without the other");
    }

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
