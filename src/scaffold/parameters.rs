//! The values that a task gives its template.

use std::collections::BTreeMap;

use super::ScaffoldError;
use crate::catalog::{Kind, Parameter, Template};
use crate::check;
use crate::project::edit::Content;
use crate::remedy::Remedy;
use crate::text::suggest;

/// The fields for the given values, in the template's order. Parameters with a default that are not given are left
/// out.
pub(super) fn fields(
    template: &Template,
    given: &BTreeMap<String, String>,
) -> Result<Vec<(String, Content)>, ScaffoldError> {
    check_known(template, given)?;
    let known = &template.manifest.parameters;
    let of = || template.manifest.name.clone();
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

/// Whether a template has all of the parameters that are given.
///
/// # Errors
/// When it has not.
pub fn check_known(template: &Template, given: &BTreeMap<String, String>) -> Result<(), ScaffoldError> {
    let known = &template.manifest.parameters;
    let Some(name) = given.keys().find(|name| known.get(name).is_none()) else { return Ok(()) };
    let help = match suggest::nearest(name, known.names()) {
        Some(near) => format!("did you mean {}?", Remedy::parameter(near)),
        None => {
            let names: Vec<_> = known.names().map(|name| Remedy::parameter(name).to_string()).collect();
            format!("the template has the parameters {}", names.join(", "))
        }
    };
    let template = template.manifest.name.clone();
    Err(ScaffoldError::UnknownParameter { template, name: name.clone(), help })
}

/// Whether a parameter takes a value.
///
/// # Errors
/// When it does not.
pub fn check_parameter(name: &str, parameter: &Parameter, value: &str) -> Result<(), ScaffoldError> {
    check::parameters::value(name, parameter, value).map_err(|wrong| ScaffoldError::Value {
        parameter: name.to_owned(),
        message: wrong.message,
        help: wrong.help,
    })
}

fn content(name: &str, parameter: &Parameter, value: &str) -> Result<Content, ScaffoldError> {
    check_parameter(name, parameter, value)?;
    Ok(match (parameter.kind, value.parse()) {
        (Kind::Integer, Ok(number)) => Content::Number(number),
        (Kind::Subject, _) if parameter.several && value.contains(',') => {
            Content::Words(parameter.values(value).into_iter().map(str::to_owned).collect())
        }
        _ => Content::Text(value.to_owned()),
    })
}
