//! What a function finds in its environment: texts of the workflow, in which `${NAME}` stands for one of `.env`; and
//! secrets, of which only the names are known here.
//!
//! Values of this process's environment are never used: a component has to be the same wherever it is built.

use std::collections::{BTreeMap, BTreeSet};

use super::values::{Wrong, wrong};
use crate::project::settings::{self, ENV_FILE, Role};
use crate::project::settings::{Key, Kind};
use crate::project::{Task, Variable, Workflow};
use crate::text::quoted;

/// The longest name, in bytes.
const NAME_BYTES: usize = 128;
/// The longest text, in bytes.
const VALUE_BYTES: usize = 8192;
/// All names and texts of a task together, in bytes: they are in the memory of each instance.
const TASK_BYTES: usize = 65536;

/// What a function finds in its environment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Env {
    /// Texts, by name: part of the component.
    pub texts: BTreeMap<String, String>,
    /// The names of secrets, by the names that the function knows them by.
    pub secrets: BTreeMap<String, String>,
}

impl Env {
    /// That of a task: what it says itself comes before what the workflow says for all. What cannot be used is left out.
    pub fn of(workflow: &Workflow, task: &Task) -> Self {
        let mut env = Self::default();
        for (name, variable) in workflow.env.iter().chain(&task.env).collect::<BTreeMap<_, _>>() {
            match variable {
                Variable::Secret(field) => {
                    env.secrets.insert(name.clone(), field.text.clone());
                }
                Variable::Text(field) => {
                    env.texts.extend(text(workflow, &field.text).ok().map(|text| (name.clone(), text)));
                }
            }
        }
        env
    }

    pub fn is_empty(&self) -> bool {
        self.texts.is_empty() && self.secrets.is_empty()
    }

    /// Sees that it is not too large.
    pub(super) fn fits(&self) -> Result<(), Wrong> {
        let texts = self.texts.iter().map(|(name, text)| name.len() + text.len());
        let secrets = self.secrets.iter().map(|(name, secret)| name.len() + secret.len());
        let bytes: usize = texts.chain(secrets).sum();
        if bytes <= TASK_BYTES {
            return Ok(());
        }
        wrong(
            format!("the names and values of `env` have {bytes} bytes in all; the limit is {TASK_BYTES}"),
            "put the data into a file beside the code, or into the message",
        )
    }
}

/// The names of all secrets of a workflow.
fn secrets(workflow: &Workflow) -> BTreeSet<&str> {
    let tasks = workflow.tasks.iter().flat_map(|task| task.env.values());
    workflow.env.values().chain(tasks).filter_map(Variable::secret).collect()
}

/// The name of a variable.
pub fn name(text: &str) -> Result<&str, Wrong> {
    if is_name(text) && text.len() <= NAME_BYTES {
        return Ok(text);
    }
    wrong(
        format!("{} is not a valid name of an environment variable", quoted(text)),
        format!(
            "use up to {NAME_BYTES} letters, digits and `_`, not beginning with a digit, such as `THRESHOLD`"
        ),
    )
}

fn is_name(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    text.bytes().all(fits) && text.bytes().next().is_some_and(|first| !first.is_ascii_digit())
}

/// A text, with values of `.env` filled in. `$${` stands for `${`.
pub fn text(workflow: &Workflow, text: &str) -> Result<String, Wrong> {
    let text = filled(text, |name| looked_up(workflow, name))?;
    if text.contains('\0') {
        return wrong("the value has a character of code 0", "remove it: no environment can hold it");
    }
    if text.len() > VALUE_BYTES {
        return wrong(
            format!("the value has {} bytes; the limit is {VALUE_BYTES}", text.len()),
            "put the data into a file beside the code, or into the message",
        );
    }
    Ok(text)
}

/// The name of a secret.
pub fn secret(text: &str) -> Result<&str, Wrong> {
    if !is_name(text) || text.len() > NAME_BYTES {
        return wrong(
            format!("{} is not a valid name of a secret", quoted(text)),
            format!(
                "use up to {NAME_BYTES} letters, digits and `_`, not beginning with a digit, such as `API_KEY`; the value \
                 does not belong in workflow.yaml"
            ),
        );
    }
    match settings::ALL.iter().any(|key| key.name == text) {
        true => wrong(
            format!("`{text}` is a setting of PELATO itself"),
            "give the function's secret another name: what PELATO uses to connect is not for functions",
        ),
        false => Ok(text),
    }
}

fn filled(text: &str, look_up: impl Fn(&str) -> Result<String, Wrong>) -> Result<String, Wrong> {
    let (mut value, mut rest) = (String::new(), text);
    while let Some(at) = rest.find("${") {
        let (before, after) = (&rest[..at], &rest[at + 2..]);
        if let Some(literal) = before.strip_suffix('$') {
            value.push_str(literal);
            value.push_str("${");
            rest = after;
            continue;
        }
        let Some((name, behind)) = after.split_once('}') else {
            return wrong(
                "`${` has no `}` behind it",
                "write `${NAME}` for a value of .env, or `$${` for `${` itself",
            );
        };
        if !is_name(name) {
            return wrong(
                format!("{} is not a name of a value in .env", quoted(&format!("${{{name}}}"))),
                "write a name in the braces, such as `${SITE}`, or `$${` for `${` itself",
            );
        }
        value.push_str(before);
        value.push_str(&look_up(name)?);
        rest = behind;
    }
    value.push_str(rest);
    Ok(value)
}

fn looked_up(workflow: &Workflow, name: &str) -> Result<String, Wrong> {
    let value = workflow.env_value(name).filter(|value| !value.is_empty());
    let is_secret = |key: &Key| {
        // An address may have a user and a password in it.
        let is_secret_address = key.role.is_some() && value.is_some_and(|value| value.contains('@'));
        key.kind == Kind::Secret || key.role == Some(Role::Secret) || is_secret_address
    };
    if settings::ALL.iter().any(|key| key.name == name && is_secret(key)) {
        return wrong(
            format!("`{name}` is a secret setting: in a component, everybody who can fetch it could read it"),
            "remove it: functions do not connect to PELATO's servers",
        );
    }
    if secrets(workflow).contains(name) {
        return wrong(
            format!(
                "`{name}` is a secret of this workflow: in a component, everybody who can fetch it could read it"
            ),
            format!("write `{{secret: {name}}}` instead of `${{{name}}}`"),
        );
    }
    match value {
        Some(value) => Ok(value.to_owned()),
        None => wrong(
            format!("`{name}` has no value in {ENV_FILE}"),
            format!(
                "add a line `{name}=…` to {ENV_FILE}, which is for this machine and not committed, or write a value that \
                 all machines share here in its place; the shell's environment is not used"
            ),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn fill(text: &str) -> Result<String, String> {
        let look_up = |name: &str| match name {
            "SITE" => Ok("north".to_owned()),
            other => wrong(format!("no {other}"), ""),
        };
        filled(text, look_up).map_err(|wrong| wrong.message)
    }

    #[test]
    fn values_of_the_file_are_filled_in() {
        for (text, value) in [
            ("-18.5", "-18.5"),
            ("${SITE}", "north"),
            ("a ${SITE}/${SITE} $b $", "a north/north $b $"),
            ("$${SITE}", "${SITE}"),
            ("$$${SITE}", "$${SITE}"),
            ("", ""),
        ] {
            assert_eq!(fill(text), Ok(value.to_owned()), "{text}");
        }
        for (text, message) in [
            ("${HOME}", "no HOME"),
            ("${SITE", "`${` has no `}` behind it"),
            ("${}", "`${}` is not a name of a value in .env"),
            ("${a-b}", "`${a-b}` is not a name of a value in .env"),
        ] {
            assert_eq!(fill(text), Err(message.to_owned()), "{text}");
        }
    }

    #[test]
    fn names_are_those_of_every_system() {
        for good in ["THRESHOLD", "_a1", "x"] {
            assert_eq!(name(good), Ok(good));
            assert_eq!(secret(good), Ok(good));
        }
        for bad in ["", "1A", "A-B", "A=B", "ä", "A B", &"A".repeat(129)] {
            assert!(name(bad).is_err() && secret(bad).is_err(), "{bad}");
        }
        assert!(name("NATS_PASSWORD").is_ok() && secret("NATS_PASSWORD").is_err());
    }

    proptest! {
        #[test]
        fn texts_without_a_dollar_stay(text in "[^$]{0,40}") {
            prop_assert_eq!(fill(&text), Ok(text));
        }

        #[test]
        fn no_text_is_a_reason_to_panic(text in "[${}A-Z ]{0,20}") {
            let _ = fill(&text);
        }
    }
}
