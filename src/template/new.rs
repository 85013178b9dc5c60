//! A new template, made of another one: it works as that one does, until its author changes it.

use liquid::model::Value;

use super::TemplateError;
use super::source::{self, FOLDER};
use crate::catalog::template::{ConformanceSection, Data, MANIFEST};
use crate::catalog::{Capability, Flow, Kind, Parameter, Template, Unit, manifest};
use crate::files::{Files, RelPath};
use crate::remedy::Argument;
use crate::report::Source;
use crate::text::{is_plain, render};

#[derive(Debug, Clone)]
pub struct NewTemplate<'a> {
    pub name: String,
    pub summary: String,
    /// The one that it is made of.
    pub from: &'a Template,
    /// Whether the source of the trigger is wanted, too.
    pub source: bool,
}

const TRIGGER: &str = "trigger.wasm";

/// The files of a new template.
///
/// # Errors
/// When a value would make the manifest wrong, or there is no source.
pub fn new(template: &NewTemplate<'_>) -> Result<Files, TemplateError> {
    let from = template.from;
    check(template)?;
    let values = values(template);
    let mut files = Files::new();
    let mut add = |path: &str, name: &str| {
        let bytes = render(source::own_file(name), &values)
            .map_err(|reason| crate::report::Problem::error("manifest", &Source::new(name, ""), reason))?;
        files.insert(RelPath::new(path)?, bytes);
        Ok::<_, TemplateError>(())
    };
    add(MANIFEST, "template.toml.liquid")?;
    add("README.md", "README.md.liquid")?;
    let file = &from.manifest.trigger;
    let bytes = from
        .folder
        .read(file)
        .map_err(|source| TemplateError::Unreadable { path: from.folder.shown(file), source })?;
    files.insert(RelPath::new(TRIGGER)?, bytes.into_owned());
    if template.source {
        let description = format!("The trigger of the template {}", template.name);
        for (path, bytes) in source::of(from, &description)? {
            files.insert(RelPath::new(format!("{FOLDER}/{path}"))?, bytes);
        }
    }
    let text = files.get(MANIFEST).map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    Template::parse(&Source::new(MANIFEST, text.unwrap_or_default()))?;
    Ok(files)
}

/// Names the argument of what is wrong.
fn check(template: &NewTemplate<'_>) -> Result<(), TemplateError> {
    let value =
        |what, words: &str, argument| Err(TemplateError::Value { what, words: words.to_owned(), argument });
    if let Err(problem) = manifest::name(&Source::new(MANIFEST, ""), &template.name) {
        return value("name", &problem.message, Argument::NameOfUnit);
    }
    if template.summary.trim().is_empty() {
        return value("summary", "it is empty", Argument::Summary);
    }
    if let Some(hidden) = template.summary.chars().find(|c| !is_plain(*c)) {
        let words = format!("it has a character that is not seen: {}", hidden.escape_unicode());
        return value("summary", &words, Argument::Summary);
    }
    Ok(())
}

fn values(template: &NewTemplate<'_>) -> liquid::Object {
    let from = &template.from.manifest;
    let mut values = liquid::Object::new();
    let mut set = |key: &str, value: Value| drop(values.insert(key.to_owned().into(), value));
    for (key, value) in [
        ("name", template.name.as_str()),
        ("summary", &template.summary),
        ("trigger", TRIGGER),
        ("from", template.from.name()),
    ] {
        set(key, toml(value));
        set(&format!("{key}_plain"), text(value));
    }
    set(
        "data",
        match from.data {
            Data::Message => Value::Nil,
            Data::Entry => toml("entry"),
            Data::Route => toml("route"),
            Data::List => toml("list"),
        },
    );
    set("source", Value::scalar(template.source));
    set("parameters", Value::array(from.parameters.iter().map(|(name, one)| parameter(name, one))));
    set("capabilities", Value::array(from.capabilities.iter().map(capability)));
    let ConformanceSection { message, result, leaves } = &from.conformance;
    let usual = ConformanceSection::default();
    set("usual", Value::scalar(*message == usual.message && *result == usual.result && leaves.is_none()));
    set("message", toml(message));
    set("result", toml(result));
    set("leaves", toml(leaves.as_ref().unwrap_or(result)));
    values
}

fn parameter(name: &str, parameter: &Parameter) -> Value {
    let mut values = liquid::Object::new();
    let mut set = |key: &'static str, value: Value| drop(values.insert(key.into(), value));
    let maybe = |value: Option<&str>| value.map_or(Value::Nil, toml);
    set("key", text(name));
    set(
        "kind",
        toml(match parameter.kind {
            Kind::Subject => "subject",
            Kind::Integer => "integer",
            Kind::String => "string",
        }),
    );
    set("prompt", toml(&parameter.prompt));
    set("help", maybe(parameter.help.as_deref()));
    set("default", maybe(parameter.default.as_deref()));
    set("pattern", maybe(parameter.pattern.as_ref().map(|pattern| pattern.text())));
    set("expected", maybe(parameter.expected.as_deref()));
    set("example", maybe(parameter.example.as_deref()));
    set("setting", Value::scalar(parameter.setting));
    set(
        "flow",
        maybe(parameter.flow.map(|flow| match flow {
            Flow::Reads => "reads",
            Flow::Writes => "writes",
        })),
    );
    set("wildcards", Value::scalar(parameter.wildcards));
    set("several", Value::scalar(parameter.several));
    Value::Object(values)
}

fn capability(capability: &Capability) -> Value {
    let mut values = liquid::Object::new();
    let mut set = |key: &'static str, value: Value| drop(values.insert(key.into(), value));
    set("wit", toml(&capability.wit));
    set("subscriptions", Value::scalar(capability.config.contains_key("subscriptions")));
    let mut config = toml_edit::InlineTable::new();
    for (key, value) in &capability.config {
        config.insert(key.as_str(), value.as_str().into());
    }
    set("config", if config.is_empty() { Value::Nil } else { text(config.to_string().trim()) });
    Value::Object(values)
}

fn text(text: &str) -> Value {
    Value::scalar(text.to_owned())
}

/// A text as it is written in TOML.
fn toml(value: &str) -> Value {
    text(toml_edit::Value::from(value).to_string().trim())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;
    use proptest::prelude::*;

    fn made(name: &str, summary: &str, from: &str, source: bool) -> Result<Files, TemplateError> {
        let catalog = Catalog::built_in();
        let from = catalog.templates.get(from).unwrap();
        new(&NewTemplate { name: name.to_owned(), summary: summary.to_owned(), from, source })
    }

    fn read(files: &Files) -> crate::catalog::template::TemplateManifest {
        Template::parse(&Source::new(MANIFEST, String::from_utf8(files[MANIFEST].clone()).unwrap())).unwrap()
    }

    #[test]
    fn nothing_of_the_one_that_it_is_made_of_is_lost() {
        for from in Catalog::built_in().templates.iter() {
            let files = made("mine", "My own", from.name(), false).unwrap();
            let read = read(&files);
            let old = &from.manifest;
            assert_eq!((read.name.as_str(), read.summary.as_str()), ("mine", "My own"));
            assert!(read.aliases.is_empty(), "two templates of one name");
            assert_eq!(format!("{:?}", read.parameters), format!("{:?}", old.parameters));
            assert_eq!(format!("{:?}", read.capabilities), format!("{:?}", old.capabilities));
            let (new, old) = (&read.conformance, &old.conformance);
            assert_eq!((&new.message, &new.result), (&old.message, &old.result));
            let names: Vec<_> = files.keys().map(RelPath::as_str).collect();
            assert_eq!(names, ["README.md", "template.toml", "trigger.wasm"]);
        }
    }

    #[test]
    fn every_built_in_template_brings_its_source() {
        for from in Catalog::built_in().templates.iter() {
            let files = made("mine", "My own", from.name(), true).unwrap();
            for name in
                ["Cargo.toml", "Cargo.lock", "trigger/src/lib.rs", "flow/src/lib.rs", "wit/triggers.wit"]
            {
                assert!(files.contains_key(format!("source/{name}").as_str()), "{}: {name}", from.name());
            }
            let workspace = String::from_utf8(files["source/Cargo.toml"].clone()).unwrap();
            assert!(workspace.contains("members = [\"flow\", \"trigger\"]"), "{workspace}");
        }
    }

    #[test]
    fn what_is_wrong_names_its_argument() {
        let argument = |name, summary| match made(name, summary, "processor_nats", false).unwrap_err() {
            TemplateError::Value { argument, .. } => argument,
            other => panic!("{other:?}"),
        };
        assert_eq!(argument("Mine", "My own"), Argument::NameOfUnit);
        assert_eq!(argument("mine", " "), Argument::Summary);
        assert_eq!(argument("mine", "My\nown"), Argument::Summary);
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_manifest(summary in any::<String>()) {
            prop_assume!(!summary.trim().is_empty() && summary.chars().all(is_plain));
            prop_assert_eq!(read(&made("mine", &summary, "processor_nats", false).unwrap()).summary, summary);
        }
    }
}
