//! The JSON schema of `workflow.yaml`, for editors.

use serde_json::{Map, Value, json};

use super::logs::SWITCH;
use super::{DELIVERIES, MAX_DELIVER, Placement, SCOPES};
use crate::catalog::{Catalog, Kind, Parameter, Template, Unit};
use crate::entry;
use crate::project::read::TASK_FIELDS;

/// What the schema is known by.
const ID: &str = "https://json-schema.org/draft/2020-12/schema";

/// A NATS subject in which every part is a word or, if allowed, a wildcard.
const SUBJECT: &str = r"^[^.\s,|*>\x00-\x1f]+(\.[^.\s,|*>\x00-\x1f]+)*$";
const PATTERN: &str = r"^(([^.\s,|*>\x00-\x1f]+|\*)(\.([^.\s,|*>\x00-\x1f]+|\*))*(\.>)?|>)$";
const COMPONENT_NAME: &str = "^[a-z0-9]+((_|__|-+)[a-z0-9]+)*$";
/// Of a variable of the environment, and of a secret.
const NAME: &str = "^[A-Za-z_][A-Za-z0-9_]*$";
const TARGET: &str = "^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$";
const CODE: &str = r"^(?!/)(?!(.*/)?\.\.(/|$))[^\\]*[^\\./][^\\]*$";
const HTTP_PATH: &str = r"^/[A-Za-z0-9/._~!$&'()*+,;=:@%-]*$";
const HTTP_HOST: &str = r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$";
const ORIGIN: &str = r"^[A-Za-z][A-Za-z0-9+.-]*://(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(:[0-9]{1,5})?$";
const VERSION: &str = r"^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-(0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*)(\.(0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*))*)?$";

pub fn text(catalog: &Catalog) -> String {
    format!("{:#}", schema(catalog))
}

/// The schema of a workflow that uses the catalog's templates and language packs.
pub fn schema(catalog: &Catalog) -> Value {
    json!({
        "$schema": ID,
        "title": "PELATO workflow",
        "description": "Functions, and the topics that connect them",
        "type": "object",
        "required": ["project_name", "tasks"],
        "additionalProperties": false,
        "patternProperties": { "^x-": { "description": "What tasks have in common, for `<<`" } },
        "properties": {
            "project_name": named("The project's name, shown to people"),
            "http": {
                "description": "What all tasks that answer HTTP have in common",
                "type": "object",
                "additionalProperties": false,
                "properties": { "hosts": hosts() }
            },
            "logs": logs("Whether all tasks publish their logs"),
            "env": env("What the functions of all tasks find in their environment"),
            "tasks": {
                "description": "The tasks of the workflow",
                "type": ["array", "null"],
                "items": { "$ref": "#/$defs/task" }
            }
        },
        "$defs": { "task": task(catalog) }
    })
}

fn hosts() -> Value {
    let host = json!({ "type": "string", "pattern": HTTP_HOST, "maxLength": 253 });
    json!({
        "description": "More names by which HTTP requests reach the hosts, without scheme and port",
        "anyOf": [{ "type": "array", "items": host }, host]
    })
}

fn named(description: &str) -> Value {
    json!({ "description": description, "type": ["string", "number", "boolean"], "pattern": r"\S", "maxLength": 200 })
}

fn task(catalog: &Catalog) -> Value {
    let required = ["name", "type", "code", "component_name", "version"];
    json!({
        "type": "object",
        "required": required,
        "oneOf": [{ "required": ["targets"] }, { "required": ["target"] }],
        "properties": properties(catalog),
        "allOf": catalog.templates.iter().map(of_template).collect::<Vec<_>>(),
        // What a template adds is known here too: unlike `additionalProperties`.
        "unevaluatedProperties": false
    })
}

fn properties(catalog: &Catalog) -> Map<String, Value> {
    let templates = catalog.templates.names();
    let languages = catalog.packs.names();
    let target = json!({ "type": ["string", "number", "boolean"], "pattern": TARGET, "maxLength": 63 });
    let targets = json!({
        "description": "Where it runs: values of the hosts' label `host-type`",
        "anyOf": [{ "type": "array", "items": target, "minItems": 1, "uniqueItems": true }, target]
    });
    let fields = [
        named("What the task does, shown to people"),
        json!({ "description": "The template: where data comes from and goes to", "enum": templates }),
        json!({ "description": "A file or folder below tasks/", "type": "string", "pattern": CODE }),
        targets.clone(),
        targets,
        json!({
            "description": "The artifact's name: lower-case letters, digits, `_` and `-`",
            "type": ["string", "number"], "pattern": COMPONENT_NAME, "maxLength": 63, "not": { "const": entry::IMAGE }
        }),
        json!({
            "description": "The artifact's semantic version: major.minor.patch",
            "type": "string", "pattern": VERSION, "maxLength": 128
        }),
        json!({ "description": "The language pack; else the file extension decides", "enum": languages }),
        json!({
            "description": "Replicas in each target", "default": 1,
            "anyOf": [
                { "type": "integer", "minimum": 1, "maximum": 1000 },
                { "type": "string", "pattern": "^0*([1-9][0-9]{0,2}|1000)$" }
            ]
        }),
        json!({
            "description": "Whether `replicas` are counted for each target, or for each host of it",
            "enum": Placement::NAMES, "default": Placement::default().to_string()
        }),
        json!({
            "description": "One of `targets`: its hosts handle the messages while one of them is there, \
                            and those of the others when none is",
            "type": ["string", "number", "boolean"], "pattern": TARGET, "maxLength": 63
        }),
        json!({
            "description": "`site`: messages on the topics that it reads, and on those that it writes unless a task of \
                            another scope reads them, do not leave the site of its target",
            "enum": SCOPES, "default": SCOPES[0]
        }),
        json!({
            "description": "`at-least-once`: JetStream stores messages until the task has acknowledged them",
            "enum": DELIVERIES, "default": DELIVERIES[0]
        }),
        json!({
            "description": "With `at-least-once`: how often a message is delivered", "default": 5,
            "anyOf": [
                { "type": "integer", "minimum": 1, "maximum": MAX_DELIVER },
                { "type": "string", "pattern": "^0*([1-9][0-9]?|100)$" }
            ]
        }),
        json!({
            "description": "With `at-least-once`: the topic for dead letters; \
                            `dead.` and the component's name if not given",
            "type": ["string", "number", "boolean"], "pattern": SUBJECT, "maxLength": 255
        }),
        http(),
        env("What the function finds in its environment, before what the workflow says for all"),
        logs("Whether it publishes its log, before what the workflow says for all"),
    ];
    TASK_FIELDS.iter().map(|name| (*name).to_owned()).zip(fields).collect()
}

fn logs(description: &str) -> Value {
    json!({
        "description": description, "default": false,
        "anyOf": [{ "type": "boolean" }, { "type": "string", "enum": SWITCH }]
    })
}

fn env(description: &str) -> Value {
    json!({
        "description": description,
        "type": "object",
        "propertyNames": { "pattern": NAME, "maxLength": 128 },
        "additionalProperties": {
            "anyOf": [
                { "type": ["string", "number", "boolean"], "maxLength": 8192 },
                {
                    "type": "object",
                    "required": ["secret"],
                    "additionalProperties": false,
                    "properties": { "secret": { "type": "string", "pattern": NAME, "maxLength": 128 } }
                }
            ]
        }
    })
}

fn http() -> Value {
    let origin = json!({ "type": "string", "pattern": ORIGIN });
    json!({
        "description": "Where HTTP requests reach it, if its template answers HTTP",
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "port": { "description": "The port", "type": "integer", "minimum": 1, "maximum": 65535 },
            "path": {
                "description": "The exact path; `/` and the component's name if not given",
                "type": "string", "pattern": HTTP_PATH, "maxLength": 255
            },
            "allow_origins": {
                "description": "Pages of these origins may call it in a browser: scheme, host, and the port if there is one",
                "anyOf": [{ "type": "array", "items": origin }, origin]
            }
        }
    })
}

/// What holds for tasks of one template.
fn of_template(template: &Template) -> Value {
    let names: Vec<_> =
        std::iter::once(template.name()).chain(template.aliases().iter().map(String::as_str)).collect();
    let parameters = template.manifest.parameters.iter();
    let required: Vec<_> =
        parameters.clone().filter(|(_, p)| p.default.is_none()).map(|(name, _)| name).collect();
    let mut properties: Map<String, Value> =
        parameters.map(|(name, parameter)| (name.to_owned(), of_parameter(parameter))).collect();
    if !template.serves_http() {
        // Its components do not answer HTTP.
        properties.insert("http".to_owned(), json!({ "maxProperties": 0 }));
    }
    json!({
        "if": { "properties": { "type": { "enum": names } }, "required": ["type"] },
        "then": { "required": required, "properties": properties }
    })
}

fn of_parameter(parameter: &Parameter) -> Value {
    let mut value = match parameter.kind {
        Kind::Subject => {
            let pattern = if parameter.wildcards { PATTERN } else { SUBJECT };
            let one =
                json!({ "type": ["string", "number", "boolean"], "pattern": pattern, "maxLength": 255 });
            let each = pattern.trim_matches(['^', '$']);
            match parameter.several {
                false => one,
                true => json!({ "anyOf": [
                    { "type": ["string", "number", "boolean"], "pattern": format!(r"^\s*({each})(\s*,\s*({each}))*\s*$") },
                    { "type": "array", "items": one, "minItems": 1, "uniqueItems": true }
                ] }),
            }
        }
        Kind::Integer => json!({
            "anyOf": [{ "type": "integer", "minimum": 0 }, { "type": "string", "pattern": "^[0-9]+$" }]
        }),
        Kind::String => json!({ "type": ["string", "number", "boolean"] }),
    };
    if let (Some(pattern), Some(map)) = (&parameter.pattern, value.as_object_mut()) {
        map.insert("pattern".to_owned(), json!(pattern.text()));
    }
    if let Some(map) = value.as_object_mut() {
        let about = parameter.help.as_ref().unwrap_or(&parameter.prompt);
        map.insert("description".to_owned(), json!(about));
        if let Some(default) = &parameter.default {
            map.insert("default".to_owned(), json!(default));
        }
    }
    value
}
