//! Which components are not any more what their version stands for.

use std::ffi::OsString;
use std::fmt;

use semver::Version;

use super::Error;
use super::operation::Operation;
use super::{BuildFlags, Pelato};
use crate::progress::OperationKind;
use crate::project::LockFile;
use crate::remedy::Argument;
use crate::{build, generate};

/// The components of a workflow, by whether they need a new version.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changed {
    /// Those that do.
    pub changed: Vec<String>,
    /// Those that do not, and why.
    pub left: Vec<Left>,
}

/// A component that needs no new version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    pub component: String,
    pub why: Why,
}

/// Why a component needs no new version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// There is nothing to compare it with.
    NotPushed,
    Bumped {
        /// The one in the workflow.
        version: Version,
        /// The one that was pushed last.
        pushed: Version,
    },
    Same(Version),
}

impl fmt::Display for Why {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotPushed => out.write_str("it has not been pushed yet"),
            Self::Bumped { version, pushed } => {
                write!(out, "its version is already {version}, and {pushed} was pushed")
            }
            Self::Same(version) => write!(out, "it is unchanged since it was pushed as {version}"),
        }
    }
}

impl Pelato {
    /// Compares all components with what `pelato.lock` remembers. Nothing is built, and nobody is asked. Compilers
    /// are looked for on `path`: their version is part of what a component is made from.
    ///
    /// # Errors
    /// When the workflow or `pelato.lock` is wrong, or there is no compiler.
    pub async fn changed(&self, path: OsString) -> Result<Changed, Error> {
        self.begin(OperationKind::Changed)?.alone(move |operation| operation.changed(path)).await
    }
}

impl Operation {
    fn changed(&self, path: OsString) -> Result<Changed, Error> {
        let lock_file = LockFile::read(&self.root)?;
        let components = self.components()?;
        let planned = generate::plan(&components)?;
        let flags = BuildFlags { no_install: Some(Argument::Changed.into()), path, ..BuildFlags::default() };
        let toolchains = self.toolchains(&components, &self.build_options(&flags))?;
        let plan =
            build::plan(&components, &toolchains, &planned, &self.root.join(generate::FOLDER), &self.store)?;
        let mut result = Changed::default();
        for job in &plan.jobs {
            let (component, version) = (job.component.name.clone(), job.component.version.clone());
            let why = match lock_file.get(&component) {
                None => Why::NotPushed,
                Some(locked) if locked.version != version => {
                    Why::Bumped { version, pushed: locked.version.clone() }
                }
                Some(locked) if locked.content.as_str() == job.content() => Why::Same(version),
                Some(_) => {
                    result.changed.push(component);
                    continue;
                }
            };
            result.left.push(Left { component, why });
        }
        Ok(result)
    }
}
