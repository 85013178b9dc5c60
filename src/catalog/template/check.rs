//! What the types of `template.toml` alone do not say.

use std::sync::Arc;

use super::{Kind, Parameter, TemplateManifest};
use crate::catalog::manifest::{self, Pattern};
use crate::project::read::TASK_FIELDS;
use crate::report::{Problem, Source};

/// Names that parameters cannot have beside the fields of all tasks: the flags of `new` and `add-task`.
pub const RESERVED: [&str; 18] = [
    "color",
    "dry_run",
    "events",
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
    "trust",
    "verbose",
    "version",
];

pub(super) fn check(source: &Arc<Source>, manifest: &TemplateManifest) -> Result<(), Problem> {
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
        let subject_only = parameter.wildcards || parameter.several || parameter.flow.is_some();
        if subject_only && parameter.kind != Kind::Subject {
            return Err(manifest::wrong(
                source,
                &key,
                "has `wildcards`, `several` or `flow` but is not a subject",
            )
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
        let text = pattern.text();
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

#[cfg(test)]
mod tests {
    use super::*;

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
}
