//! Why a project or task cannot be created.

use crate::files::FileError;
use crate::project::edit::EditError;

/// Why a project or task cannot be created. Nothing has been written.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum ScaffoldError {
    /// The project's folder is not empty.
    #[error("the folder {folder} is not empty")]
    #[diagnostic(help(
        "choose another name or an empty folder; in a project that exists already, add a task with `pelato add-task`"
    ))]
    NotEmpty {
        /// The folder.
        folder: String,
    },
    /// The code's place is taken.
    #[error("tasks/{component_name} exists already")]
    #[diagnostic(help("choose another `--component-name`; PELATO never overwrites what you wrote"))]
    CodeExists {
        /// The task's component.
        component_name: String,
    },
    /// Another task has the component's name.
    #[error("there is a component `{component_name}` already")]
    #[diagnostic(help("choose another `--component-name`"))]
    NameTaken {
        /// The name.
        component_name: String,
    },
    /// A name that is not a valid artifact name.
    #[error("`{name}` cannot be the name of a component")]
    Name {
        /// The name.
        name: String,
        /// A name that can.
        #[help]
        help: String,
    },
    /// A name that says nothing.
    #[error("the {what} is empty")]
    #[diagnostic(help("give it a name, such as \"{example}\""))]
    Empty {
        /// What has no name.
        what: &'static str,
        /// A name it might have.
        example: &'static str,
    },
    /// A task that no host would run.
    #[error("the task has no target: no host would run it")]
    #[diagnostic(help("say which hosts run it, by their label host-type: `--target edge`"))]
    NoTarget,
    /// The template has no such parameter.
    #[error("the template `{template}` has no parameter `{name}`")]
    UnknownParameter {
        /// The template.
        template: String,
        /// The parameter.
        name: String,
        /// The nearest one, or all of them, as flags.
        #[help]
        help: String,
    },
    /// Required parameters that are missing.
    #[error("the template `{template}` needs {}", flags.join(" and "))]
    MissingParameters {
        /// The template.
        template: String,
        /// The missing ones, as flags.
        flags: Vec<String>,
        /// What they are for.
        #[help]
        help: String,
    },
    /// A value that its parameter does not accept.
    #[error("`{value}` is not {expected}, as {flag} wants it")]
    #[diagnostic(help("give it another value, such as `{flag} {example}`"))]
    Value {
        /// The parameter, as a flag.
        flag: String,
        /// The value.
        value: String,
        /// What it takes.
        expected: String,
        /// A value that it takes.
        example: String,
    },
    /// The language pack's starter cannot be used.
    #[error("the starter of the language pack `{pack}` cannot be used: {file}: {reason}")]
    #[diagnostic(help("this is for whoever wrote the pack: see docs/contributing"))]
    Starter {
        /// The pack.
        pack: String,
        /// The file of it.
        file: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A file of PELATO's own that cannot be rendered.
    #[error("PELATO's own {file} cannot be rendered: {reason}")]
    #[diagnostic(help("this is a mistake in PELATO: please report it"))]
    BuiltIn {
        /// The file.
        file: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The workflow cannot be added to.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Edit(#[from] EditError),
    /// The files cannot be written.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Files(#[from] FileError),
}
