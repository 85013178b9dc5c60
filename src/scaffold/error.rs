//! Why a project or task cannot be created.

use crate::files::FileError;
use crate::project::edit::EditError;
use crate::remedy::{Argument, Operation, Remedy};

/// Why a project or task cannot be created. Nothing has been written.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum ScaffoldError {
    /// The project's folder is not empty.
    #[error("the folder {folder} is not empty")]
    #[diagnostic(
        code(pelato::scaffold::not_empty),
        help(
            "choose another name or an empty folder; in a project that already exists, add a task with {}",
            Operation::AddTask
        )
    )]
    NotEmpty {
        /// The folder.
        folder: String,
    },
    /// The code's place is taken.
    #[error("tasks/{component_name} already exists")]
    #[diagnostic(
        code(pelato::scaffold::code_exists),
        help("choose another {}; PELATO never overwrites what you wrote", Argument::ComponentName)
    )]
    CodeExists {
        /// The task's component.
        component_name: String,
    },
    /// Another task has the component's name.
    #[error("a component `{component_name}` already exists")]
    #[diagnostic(code(pelato::scaffold::name_taken), help("choose another {}", Argument::ComponentName))]
    NameTaken {
        /// The name.
        component_name: String,
    },
    /// A name that is not a valid artifact name.
    #[error("`{name}` is not a valid name for a component")]
    #[diagnostic(code(pelato::scaffold::name))]
    Name {
        /// The name.
        name: String,
        /// A name that can.
        #[help]
        help: String,
    },
    /// A name that says nothing.
    #[error("the {what} is empty")]
    #[diagnostic(code(pelato::scaffold::empty), help("give it a name, such as \"{example}\""))]
    Empty {
        /// What has no name.
        what: &'static str,
        /// A name it might have.
        example: &'static str,
    },
    /// A task that no host would run.
    #[error("the task has no target: no host would run it")]
    #[diagnostic(code(pelato::scaffold::no_target), help("choose the hosts by their label host-type: {}", Argument::Target.with("edge")))]
    NoTarget,
    /// The template has no such parameter.
    #[error("the template `{template}` has no parameter `{name}`")]
    #[diagnostic(code(pelato::scaffold::unknown_parameter))]
    UnknownParameter {
        /// The template.
        template: String,
        /// The parameter.
        name: String,
        /// The nearest one, or all of them.
        #[help]
        help: String,
    },
    /// Required parameters that are missing.
    #[error("the template `{template}` needs {}", .parameters.iter().map(|name| Remedy::parameter(name).to_string()).collect::<Vec<_>>().join(" and "))]
    #[diagnostic(code(pelato::scaffold::missing_parameters))]
    MissingParameters {
        /// The template.
        template: String,
        /// The missing ones.
        parameters: Vec<String>,
        /// What they are for.
        #[help]
        help: String,
    },
    /// A value that its parameter does not accept.
    #[error("`{value}` is not {expected}, as {} requires", Remedy::parameter(.parameter))]
    #[diagnostic(
        code(pelato::scaffold::value),
        help("give it another value, such as {}", Remedy::parameter_with(parameter, example))
    )]
    Value {
        /// The parameter.
        parameter: String,
        /// The value.
        value: String,
        /// What it takes.
        expected: String,
        /// A value that it takes.
        example: String,
    },
    /// The language pack's starter cannot be used.
    #[error("the starter of the language pack `{pack}` cannot be used: {file}: {reason}")]
    #[diagnostic(
        code(pelato::scaffold::starter),
        help("report this to the author of the pack; docs/contributing describes starters")
    )]
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
    #[diagnostic(code(pelato::scaffold::built_in), help("this is a bug in PELATO: please report it"))]
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
