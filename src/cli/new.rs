//! `pelato new`

use clap::{ArgMatches, Args};

use super::context::Context;
use super::parameters;
use super::task::{self, Surroundings, TaskFlags};
use crate::pelato::{Created, Error, Library, NewProject};
use crate::scaffold::Git;
use crate::ui::prompt::Question;
use crate::ui::{Ui, json};

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
pub fn run(arguments: &Arguments, matches: &ArgMatches, context: &Context) -> Result<(), Error> {
    let ui = &context.ui;
    let catalog = context.catalog();
    let given = parameters::given(matches, &catalog);
    let around = Surroundings { catalog: &catalog, workflow: None, given };
    let parent = context.parent();
    let question = Question {
        prompt: "Folder of the project",
        flag: "my-project",
        check: &|text| Library::vacant_project(&parent, text).map(drop),
        ..Question::default()
    };
    let (shown, project) = ui.form(|form| {
        let shown = form.ask(arguments.folder.clone(), &question)?;
        let task = match arguments.no_task {
            true => None,
            false => task::complete(&arguments.task, &around, form)?,
        };
        let (Some(shown), true) = (shown, form.is_complete()) else { return Err(form.unanswered()) };
        let (name, folder) = (arguments.project_name.clone(), parent.join(&shown));
        let project = NewProject { name, folder, task, git: !arguments.no_git };
        let plan = form.admit(Library::plan_project(&project, &catalog))?;
        form.confirm("Create the project?", &plan.paths())?;
        Ok((shown, project))
    })?;
    show(&Library::new_project(project, &catalog, &context.trust())?, &shown, arguments.no_task, ui);
    Ok(())
}

fn show(created: &Created, shown: &str, is_empty: bool, ui: &Ui) {
    match &created.git {
        Some(Git::NoGit) => ui.note("git is not installed: no repository was created"),
        Some(Git::Failed(words)) => ui.warning(format!("git init: {words}")),
        _ => {}
    }
    if ui.json() {
        ui.result_json(&json::Made::new(&created.folder, &created.files));
        return;
    }
    created.files.iter().for_each(|file| ui.detail(format!("wrote {file}")));
    ui.status("Created", format!("project in {}", created.folder.display()));
    let next = if is_empty { "pelato add-task" } else { "pelato run" };
    ui.status(
        "Next",
        match shell_words::quote(shown).as_ref() {
            "." => next.to_owned(),
            folder => format!("cd {folder} && {next}"),
        },
    );
}
