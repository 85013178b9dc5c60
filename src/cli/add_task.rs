//! `pelato add-task`

use clap::{ArgMatches, Args};

use super::context::Context;
use super::parameters;
use super::task::{self, Surroundings, TaskFlags};
use crate::pelato::Error;
use crate::ui::json;

/// Add a task to the project: an entry in workflow.yaml and a function to start from
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  pelato add-task            # asks for what it needs\n  \
    pelato add-task --template processor_nats --name 'Temp filter' --source-topic room.kelvin --dest-topic \
    room.plausible --target cloud --dry-run")]
pub struct Arguments {
    /// Only show what would change
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    task: TaskFlags,
}

/// Runs the command.
pub fn run(arguments: &Arguments, matches: &ArgMatches, context: &Context) -> Result<(), Error> {
    let ui = &context.ui;
    let pelato = context.open()?;
    let workflow = pelato.workflow()?;
    let catalog = pelato.catalog();
    let given = parameters::given(matches, &catalog);
    let around = Surroundings { catalog: &catalog, workflow: Some(&workflow), given };
    let task = ui.form(|form| {
        let Some(task) = task::complete(&arguments.task, &around, form)? else {
            return Err(form.unanswered());
        };
        let plan = form.admit(pelato.plan_task(&task))?.plan;
        if !arguments.dry_run {
            form.confirm("Add the task?", &plan.paths())?;
        }
        Ok(task)
    })?;
    if arguments.dry_run {
        let plan = pelato.plan_task(&task)?.plan;
        ui.plan(pelato.root(), &plan);
        return Ok(());
    }
    let added = pelato.add_task(&task)?;
    if ui.json() {
        ui.result_json(&json::Made::new(pelato.root(), &added.plan.paths()));
        return Ok(());
    }
    ui.status("Added", format!("{}: its function is in tasks/{0}/", added.component_name));
    Ok(())
}
