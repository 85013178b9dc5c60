//! New versions for components: worked out first, then written into `workflow.yaml` and nothing else of it touched.

mod next;

use std::collections::BTreeSet;
use std::path::Path;

use semver::Version;
use serde_yaml::Value;

use super::edit::{self, EditError, NotReplaceable};
use super::place::Place;
use super::workflow::{FILE, Task, Workflow};
use crate::files::{FileError, Plan, RelPath};
use crate::remedy::{Argument, Operation};
use crate::text::suggest;

pub use next::{Kind, Level, NextVersionError};

/// Which components get a new version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selection {
    All,
    /// Those of these names.
    Components(Vec<String>),
}

/// A component's new version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bump {
    /// The component, or what its task is called where it has no name.
    pub component: String,
    /// Its version so far.
    pub old: Version,
    pub new: Version,
    /// Where the version stands.
    pub place: Place,
    /// The task's number in the workflow, from 0.
    pub task: usize,
}

/// Why versions cannot be changed. The workflow is as it was.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum BumpError {
    /// Nothing is selected, or nothing is there.
    #[error("no component is named")]
    #[diagnostic(
        code(pelato::bump::nothing_named),
        help(
            "name the components, or take every one with {}; a project without tasks has none",
            Argument::All
        )
    )]
    NothingNamed,
    #[error("there is no component `{name}` in {FILE}")]
    #[diagnostic(code(pelato::bump::unknown))]
    Unknown {
        name: String,
        /// The nearest name, or all of them.
        #[help]
        help: String,
    },
    #[error("several tasks have the component `{name}`")]
    #[diagnostic(
        code(pelato::bump::ambiguous),
        help("give each task a `component_name` of its own; {} shows where they are", Operation::Check)
    )]
    Ambiguous { name: String },
    #[error("`{component}` has no version")]
    #[diagnostic(code(pelato::bump::no_version), help("add a line `version: 0.1.0` to its task in {FILE}"))]
    NoVersion { component: String },
    #[error("`{component}` has the version `{version}`, which is not a semantic version: {reason}")]
    #[diagnostic(
        code(pelato::bump::invalid_version),
        help("write three numbers, such as 1.2.3 or 1.2.3-rc.1, in {FILE}")
    )]
    InvalidVersion { component: String, version: String, reason: String },
    /// The new version would not be higher.
    #[error("`{component}` would go from {old} {direction} {new}")]
    #[diagnostic(
        code(pelato::bump::backwards),
        help(
            "registries and clusters expect versions to rise; choose a higher one, or allow it with {}",
            Argument::AllowBackwards
        )
    )]
    Backwards {
        component: String,
        old: Version,
        new: Version,
        /// `back to`, or `to the same`.
        direction: &'static str,
    },
    #[error("`{component}` cannot be raised from {old}: a number in it is the largest possible one")]
    #[diagnostic(code(pelato::bump::highest), help("set the version yourself: {}", Argument::Version.with("VERSION")))]
    Highest { component: String, old: Version },
    /// What was asked for makes no version.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Kind(#[from] NextVersionError),
    /// The version is not written as plain words in its own task.
    #[error("the version of `{component}` cannot be changed: {reason}")]
    #[diagnostic(
        code(pelato::bump::not_replaceable),
        help("write the version out in its own task: `version: {new}`")
    )]
    NotReplaceable { component: String, reason: NotReplaceable, new: Version },
    #[error(transparent)]
    #[diagnostic(transparent)]
    Edit(#[from] EditError),
    #[error("{} versions cannot be changed", .0.len())]
    #[diagnostic(code(pelato::bump::multiple), help("nothing was changed; fix these errors first"))]
    Multiple(#[related] Vec<BumpError>),
}

/// Works out new versions. All of them can be had, or none.
///
/// # Errors
/// When a component is not there, its version is broken, or the new one is not higher (unless `allow_backwards`).
pub fn plan(
    workflow: &Workflow,
    selection: &Selection,
    kind: &Kind,
    allow_backwards: bool,
) -> Result<Vec<Bump>, BumpError> {
    kind.check()?;
    let selected = select(workflow, selection)?;
    if selected.is_empty() {
        return Err(BumpError::NothingNamed);
    }
    let bumps = selected.into_iter().map(|(index, task)| bump(index, task, kind, allow_backwards));
    all(bumps)
}

fn select<'a>(workflow: &'a Workflow, selection: &Selection) -> Result<Vec<(usize, &'a Task)>, BumpError> {
    let tasks = || workflow.tasks.iter().enumerate();
    let names = match selection {
        Selection::All => return Ok(tasks().collect()),
        Selection::Components(names) => names,
    };
    // Named twice is meant once.
    let mut seen = BTreeSet::new();
    let names = names.iter().filter(|name| seen.insert(name.as_str()));
    all(names.map(|name| {
        let is_it =
            |(_, task): &(usize, &Task)| task.component_name.as_ref().is_some_and(|f| f.text == *name);
        let mut found = tasks().filter(is_it);
        match (found.next(), found.next()) {
            (Some(task), None) => Ok(task),
            (Some(_), Some(_)) => Err(BumpError::Ambiguous { name: name.clone() }),
            (None, _) => {
                let known: Vec<_> = tasks()
                    .filter_map(|(_, task)| Some(task.component_name.as_ref()?.text.as_str()))
                    .collect();
                Err(BumpError::Unknown { name: name.clone(), help: suggest::help(name, known) })
            }
        }
    }))
}

/// Everything, or every error.
fn all<T>(results: impl Iterator<Item = Result<T, BumpError>>) -> Result<Vec<T>, BumpError> {
    let (mut good, mut bad) = (Vec::new(), Vec::new());
    for result in results {
        match result {
            Ok(value) => good.push(value),
            Err(error) => bad.push(error),
        }
    }
    match bad.len() {
        0 => Ok(good),
        1 => Err(bad.remove(0)),
        _ => Err(BumpError::Multiple(bad)),
    }
}

fn bump(index: usize, task: &Task, kind: &Kind, allow_backwards: bool) -> Result<Bump, BumpError> {
    let component = task.label(index);
    let Some(field) = &task.version else {
        return Err(BumpError::NoVersion { component });
    };
    let old = Version::parse(&field.text).map_err(|error| BumpError::InvalidVersion {
        component: component.clone(),
        version: field.text.clone(),
        reason: error.to_string(),
    })?;
    let Some(new) = kind.after(&old) else {
        return Err(BumpError::Highest { component, old });
    };
    // What stands behind a `+` counts for nothing, here as in every other tool.
    let direction = match new.cmp_precedence(&old) {
        std::cmp::Ordering::Greater => None,
        std::cmp::Ordering::Equal => Some("to the same"),
        std::cmp::Ordering::Less => Some("back to"),
    };
    match direction {
        Some(direction) if !allow_backwards => Err(BumpError::Backwards { component, old, new, direction }),
        _ => Ok(Bump { component, old, new, place: field.place.clone(), task: index }),
    }
}

/// The workflow's text with the new versions.
///
/// # Errors
/// When a version is not written out in its own task.
pub fn apply(workflow: &Workflow, bumps: &[Bump]) -> Result<String, BumpError> {
    let text = &workflow.source.text;
    let document = edit::document(text)?;
    let splices = all(bumps.iter().map(|bump| {
        let splice = edit::replacement(text, &document, &bump.place, &bump.new.to_string());
        splice.map_err(|reason| not_replaceable(bump, reason))
    }))?;
    let shared = |bump: &Bump| not_replaceable(bump, NotReplaceable::Shared);
    let Some(new) = edit::apply(text, &splices) else {
        // Two tasks that are one by an alias: their version stands in one place.
        return Err(bumps.first().map_or(BumpError::NothingNamed, shared));
    };
    let mut wanted = edit::value(text)?;
    for bump in bumps {
        let version = wanted.get_mut("tasks").and_then(|tasks| tasks.get_mut(bump.task)?.get_mut("version"));
        match version {
            Some(version) => *version = Value::from(bump.new.to_string()),
            None => return Err(not_replaceable(bump, NotReplaceable::Elsewhere)),
        }
    }
    if edit::value(&new)? != wanted {
        return Err(bumps.first().map_or(BumpError::NothingNamed, shared));
    }
    Ok(new)
}

fn not_replaceable(bump: &Bump, reason: NotReplaceable) -> BumpError {
    BumpError::NotReplaceable { component: bump.component.clone(), reason, new: bump.new.clone() }
}

/// The new versions as a plan: to be shown as a diff, or carried out.
///
/// # Errors
/// As [`apply`].
pub fn file_plan(workflow: &Workflow, bumps: &[Bump]) -> Result<Plan, BumpError> {
    let after = apply(workflow, bumps)?;
    let root: &Path = workflow.root();
    let path =
        RelPath::new(FILE).map_err(|error: FileError| EditError::Unreadable { reason: error.to_string() })?;
    Ok(Plan::replacing(root, path, &workflow.source.text, &after))
}

#[cfg(test)]
mod tests;
