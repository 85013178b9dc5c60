//! `pelato new`

use clap::{ArgMatches, Args};

use super::context::Context;
use super::parameters;
use super::task::{self, TaskFlags};
use crate::pelato;
use crate::pelato::Error;
use crate::scaffold::{self, Git};
use crate::ui::json;
use crate::ui::prompt::Question;

/// Create a project in a new folder
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  pelato new my-project      # asks for what it needs\n  \
    pelato new my-project --no-task\n  pelato new my-project --language go --template http_producer_nats \
    --name 'Celsius to Kelvin' --source-topic room.celsius --dest-topic room.kelvin --target edge")]
pub struct Arguments {
    /// The folder to create
    #[arg(value_name = "NAME")]
    folder: Option<String>,
    /// The project's name, as shown to users [default: the folder's]
    #[arg(long, value_name = "NAME")]
    project_name: Option<String>,
    /// Do not add a first task
    #[arg(long)]
    no_task: bool,
    /// Do not create a git repository
    #[arg(long)]
    no_git: bool,
    #[command(flatten)]
    task: TaskFlags,
}

/// Runs the command.
pub fn run(arguments: Arguments, matches: &ArgMatches, context: &Context) -> Result<(), Error> {
    let ui = &context.ui;
    let catalog = context.catalog();
    let question = Question {
        prompt: "Folder of the project",
        flag: "my-project",
        default: None,
        check: &|text| if text.trim().is_empty() { Err("give it a name".to_owned()) } else { Ok(()) },
    };
    let folder_shown = ui.ask(arguments.folder, &question)?;
    let folder = context.parent().join(&folder_shown);
    scaffold::check_folder(&folder)?; // before anything is asked
    let folder_name = || folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let name = arguments.project_name.unwrap_or_else(folder_name);
    let task = match arguments.no_task {
        true => None,
        false => {
            Some(task::complete(arguments.task, parameters::given(matches, &catalog), &catalog, context)?)
        }
    };
    let made = pelato::new_project(name, &folder, task, &catalog, &context.trust())?;
    let git = if arguments.no_git { None } else { Some(scaffold::init(&folder)) };
    match git {
        Some(Git::NoGit) => ui.note("git is not installed: no repository was created"),
        Some(Git::Failed(words)) => ui.warning(format!("git init: {words}")),
        _ => {}
    }
    if ui.json() {
        ui.result_json(&json::Made::new(&folder, &made));
        return Ok(());
    }
    made.iter().for_each(|file| ui.detail(format!("wrote {file}")));
    ui.status("Created", format!("project in {}", folder.display()));
    let next = if arguments.no_task { "pelato add-task" } else { "pelato run" };
    let next = match quoted(&folder_shown).as_str() {
        "." => next.to_owned(),
        folder => format!("cd {folder} && {next}"),
    };
    ui.status("Next", next);
    Ok(())
}

/// A path as a shell takes it.
fn quoted(path: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "/._-+".contains(c);
    if path.chars().all(plain) && !path.starts_with('-') {
        path.to_owned()
    } else {
        format!("'{}'", path.replace('\'', r"'\''"))
    }
}
