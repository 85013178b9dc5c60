//! Why a project or task cannot be created.

use crate::files::FileError;
use crate::project::edit::EditError;
use crate::remedy::{Argument, Operation, Remedy};

/// Why a project or task cannot be created. Nothing has been written.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum ScaffoldError {
    #[error("the folder {folder} is not empty")]
    #[diagnostic(
        code(pelato::scaffold::not_empty),
        help(
            "choose another name or an empty folder; in a project that already exists, add a task with {}",
            Operation::AddTask
        )
    )]
    NotEmpty { folder: String },
    #[error("tasks/{component_name} already exists")]
    #[diagnostic(
        code(pelato::scaffold::code_exists),
        help("choose another {}; PELATO never overwrites what you wrote", Argument::ComponentName)
    )]
    CodeExists { component_name: String },
    #[error("a component `{component_name}` already exists")]
    #[diagnostic(code(pelato::scaffold::name_taken), help("choose another {}", Argument::ComponentName))]
    NameTaken { component_name: String },
    /// A name that is not a valid artifact name.
    #[error("`{name}` is not a valid name for a component")]
    #[diagnostic(code(pelato::scaffold::name))]
    Name {
        name: String,
        #[help]
        help: String,
    },
    /// A name of a task that cannot be shown.
    #[error("{message}")]
    #[diagnostic(code(pelato::scaffold::title))]
    Title {
        message: String,
        #[help]
        help: String,
    },
    #[error("the {what} is empty")]
    #[diagnostic(code(pelato::scaffold::empty), help("give it a name, such as \"{example}\""))]
    Empty { what: &'static str, example: &'static str },
    /// A task that no host would run.
    #[error("the task has no target: no host would run it")]
    #[diagnostic(code(pelato::scaffold::no_target), help("choose the hosts by their label host-type: {}", Argument::Target.with("edge")))]
    NoTarget,
    #[error("the template `{template}` has no parameter `{name}`")]
    #[diagnostic(code(pelato::scaffold::unknown_parameter))]
    UnknownParameter {
        template: String,
        name: String,
        /// The nearest one, or all of them.
        #[help]
        help: String,
    },
    #[error("the template `{template}` needs {}", .parameters.iter().map(|name| Remedy::parameter(name).to_string()).collect::<Vec<_>>().join(" and "))]
    #[diagnostic(code(pelato::scaffold::missing_parameters))]
    MissingParameters {
        template: String,
        parameters: Vec<String>,
        #[help]
        help: String,
    },
    /// A value that its parameter does not accept.
    #[error("{}: {message}", Remedy::parameter(.parameter))]
    #[diagnostic(code(pelato::scaffold::value))]
    Value {
        parameter: String,
        message: String,
        #[help]
        help: String,
    },
    /// A target that no host can have as its label.
    #[error("{}: {message}", Argument::Target)]
    #[diagnostic(code(pelato::scaffold::target))]
    Target {
        message: String,
        #[help]
        help: String,
    },
    /// The language pack's starter cannot be used.
    #[error("the starter of the language pack `{pack}` cannot be used: {file}: {reason}")]
    #[diagnostic(
        code(pelato::scaffold::starter),
        help("report this to the author of the pack; {} describes starters", Operation::Explain.on("language-packs"))
    )]
    Starter { pack: String, file: String, reason: String },
    /// A file of PELATO's own that cannot be rendered.
    #[error("PELATO's own {file} cannot be rendered: {reason}")]
    #[diagnostic(code(pelato::scaffold::built_in), help("this is a bug in PELATO: please report it"))]
    BuiltIn { file: String, reason: String },
    #[error(transparent)]
    #[diagnostic(transparent)]
    Edit(#[from] EditError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Files(#[from] FileError),
}
