//! Values of a template's parameters: what the rules say of a workflow, and of a value that is given on its own.

use super::values::{Wrong, integer};
use crate::catalog::{Flow, Kind, Parameter};
use crate::nats::subject::{has_wildcards, validate};
use crate::text::quoted;

/// A value of a parameter, or several with commas between them where it takes them.
pub fn value(name: &str, parameter: &Parameter, text: &str) -> Result<(), Wrong> {
    match parameter.kind {
        Kind::Integer => integer(text).map(drop),
        Kind::String => matching(name, parameter, text),
        Kind::Subject => parameter.values(text).into_iter().try_for_each(|one| {
            topic(one)?;
            exact(name, parameter, one)
        }),
    }
}

/// A NATS subject, with or without wildcards.
pub fn topic(text: &str) -> Result<(), Wrong> {
    validate(text).map_err(|error| Wrong {
        message: format!("{} is not a valid NATS subject: it {error}", quoted(text)),
        help: nearest_topic(text),
    })
}

fn nearest_topic(text: &str) -> String {
    let replaced: String = text.trim().chars().map(|c| if c.is_whitespace() { '_' } else { c }).collect();
    let parts: Vec<_> = replaced.split('.').filter(|part| !part.is_empty()).collect();
    let fixed = parts.join(".");
    if validate(&fixed).is_ok() {
        format!("write {}", quoted(&fixed))
    } else {
        "use letters, digits, `_` and `-`, in parts with dots between them, such as `home.living_room`"
            .to_owned()
    }
}

/// A topic without wildcards, where the parameter needs one exact topic.
pub fn exact(name: &str, parameter: &Parameter, text: &str) -> Result<(), Wrong> {
    if parameter.kind != Kind::Subject || parameter.wildcards || !has_wildcards(text) {
        return Ok(());
    }
    let why = match parameter.flow {
        Some(Flow::Writes) => ": a message is sent to one topic",
        _ => "",
    };
    Err(Wrong {
        message: format!("{} has wildcards, which `{name}` cannot have{why}", quoted(text)),
        help: "write out the parts that are `*` or `>`".to_owned(),
    })
}

/// A text that matches the parameter's pattern, if there is one.
pub fn matching(name: &str, parameter: &Parameter, text: &str) -> Result<(), Wrong> {
    if parameter.matches(text) {
        return Ok(());
    }
    Err(Wrong {
        message: format!("{} is not a valid `{name}`", quoted(text)),
        help: format!("use {}, such as `{}`", parameter.expected(), parameter.example()),
    })
}
