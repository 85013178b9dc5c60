//! The values that a task gives its template.

use std::collections::BTreeMap;

use super::ScaffoldError;
use crate::catalog::{Kind, Parameter, Template};
use crate::check::values;
use crate::nats::subject;
use crate::project::edit::Content;
use crate::remedy::Remedy;
use crate::text::suggest;

/// The fields for the given values, in the template's order. Parameters with a default that are not given are left
/// out.
pub(super) fn fields(
    template: &Template,
    given: &BTreeMap<String, String>,
) -> Result<Vec<(String, Content)>, ScaffoldError> {
    let known = &template.manifest.parameters;
    let of = || template.manifest.name.clone();
    if let Some(name) = given.keys().find(|name| known.get(name).is_none()) {
        let help = match suggest::nearest(name, known.names()) {
            Some(near) => format!("did you mean {}?", Remedy::parameter(near)),
            None => {
                let names: Vec<_> = known.names().map(|name| Remedy::parameter(name).to_string()).collect();
                format!("the template has the parameters {}", names.join(", "))
            }
        };
        return Err(ScaffoldError::UnknownParameter { template: of(), name: name.clone(), help });
    }
    let is_missing = |(name, parameter): &(&str, &Parameter)| {
        parameter.default.is_none() && given.get(*name).is_none_or(|value| value.is_empty())
    };
    let missing: Vec<_> = known.iter().filter(is_missing).collect();
    if !missing.is_empty() {
        let line = |(name, parameter): &(&str, &Parameter)| {
            format!("{}: {}", Remedy::parameter_with(name, "…"), parameter.prompt)
        };
        let help = format!("add\n{}", missing.iter().map(line).collect::<Vec<_>>().join("\n"));
        let parameters = missing.iter().map(|(name, _)| (*name).to_owned()).collect();
        return Err(ScaffoldError::MissingParameters { template: of(), parameters, help });
    }
    let values = known.iter().filter_map(|(name, parameter)| Some((name, parameter, given.get(name)?)));
    values.map(|(name, parameter, value)| Ok((name.to_owned(), content(name, parameter, value)?))).collect()
}

/// Whether a parameter takes a value; if not, why, as one who gives it is told at once.
///
/// # Errors
/// When it does not.
pub fn check_parameter(parameter: &Parameter, text: &str) -> Result<(), String> {
    match parameter.kind {
        Kind::Integer => values::integer(text).map(drop).map_err(|wrong| wrong.message),
        Kind::Subject if !parameter.wildcards && subject::has_wildcards(text) => {
            Err("this topic must not contain wildcards".to_owned())
        }
        Kind::Subject => {
            let wrong = |topic| Some((topic, subject::validate(topic).err()?));
            match parameter.values(text).into_iter().find_map(wrong) {
                None => Ok(()),
                Some((topic, error)) => Err(format!("`{topic}` is not a valid topic: it {error}")),
            }
        }
        Kind::String if !parameter.matches(text) => Err(format!("use {}", parameter.expected())),
        Kind::String => Ok(()),
    }
}

/// Checks only the kind of a value: `check` validates topics, on the whole workflow.
fn content(name: &str, parameter: &Parameter, value: &str) -> Result<Content, ScaffoldError> {
    let wrong = |expected: &str| {
        let (expected, example) = (expected.to_owned(), parameter.example().to_owned());
        Err(ScaffoldError::Value { parameter: name.to_owned(), value: value.to_owned(), expected, example })
    };
    match parameter.kind {
        Kind::Integer => match value.parse() {
            Ok(number) => Ok(Content::Number(number)),
            Err(_) => wrong("a whole number"),
        },
        Kind::Subject if parameter.several && value.contains(',') => {
            let values: Vec<_> = parameter.values(value).into_iter().map(str::to_owned).collect();
            let fits = values.iter().all(|one| !one.is_empty() && !one.contains(char::is_whitespace));
            if fits { Ok(Content::Words(values)) } else { wrong("topics with commas between them") }
        }
        Kind::Subject if value.chars().any(|c| c.is_whitespace() || c.is_control()) => wrong("a topic"),
        Kind::String if !parameter.matches(value) => wrong(&format!("made of {}", parameter.expected())),
        Kind::Subject | Kind::String => Ok(Content::Text(value.to_owned())),
    }
}
