//! The command line: one file per command, with its arguments and a short `run`. No logic here.

mod add_task;
mod brush;
mod build;
mod bump;
mod call;
mod check;
mod complete;
mod completions;
mod config;
mod context;
mod dead_letters;
mod deploy;
mod doctor;
mod drill;
mod explain;
mod flags;
mod r#gen;
mod graph;
mod infra;
mod logs;
mod r#move;
mod new;
mod pack;
pub mod parameters;
mod push;
mod raw;
mod reference;
mod remove;
mod report;
mod rollback;
mod run;
mod schema;
mod send;
mod signals;
mod status;
mod tail;
mod task;
mod template;
mod trust;
mod usage;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{ArgMatches, Args, CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::pelato::{Error, Exit};
use crate::ui::{Colour, Level, OutputOptions, Ui};
use context::Context;
use raw::Raw;

/// Write one function, run it as a WebAssembly component on every host of a wasmCloud cluster.
#[derive(Debug, Parser)]
#[command(name = "pelato", version, max_term_width = 100, arg_required_else_help = true)]
#[command(
    after_help = "A first project:\n  pelato new my-project      # asks for what it needs\n  cd my-project\n  \
    pelato run                 # the whole workflow, on this machine\n\n\
    Exit codes: 0 done, 1 failed, 2 wrong command line, 3 the project is wrong, 4 build failed, 5 the function \
    failed, 6 a server or port could not be used, 7 the cluster did not do what was requested, 8 the machine lacks \
    something (`pelato doctor`), 9 a drill missed an objective."
)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Global options")]
struct Global {
    /// The project's folder, or its workflow.yaml [default: the nearest one with a workflow.yaml, here or above]
    #[arg(short = 'C', long, global = true, value_name = "DIR")]
    project: Option<PathBuf>,
    /// Set a setting for this call only, such as NATS_HOST=10.0.0.5
    #[arg(long = "setting", global = true, value_name = "NAME=VALUE")]
    settings: Vec<String>,
    /// Results as JSON on stdout
    #[arg(long, global = true)]
    json: bool,
    /// Events as JSON on stderr, one a line, instead of messages
    #[arg(long, global = true)]
    events: bool,
    /// Print more details
    #[arg(short, long, global = true, conflicts_with = "quiet")]
    verbose: bool,
    /// Print nothing but results and errors
    #[arg(short, long, global = true)]
    quiet: bool,
    /// When to use colour
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    color: Colour,
    /// Allow code of the project, and of its language packs, to run on this machine for this call
    #[arg(long, global = true)]
    trust: bool,
    /// Never ask questions; a missing value is an error
    #[arg(long, global = true)]
    no_input: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    New(new::Arguments),
    AddTask(add_task::Arguments),
    Check(check::Arguments),
    Run(run::Arguments),
    Call(call::Arguments),
    Send(send::Arguments),
    Tail(tail::Arguments),
    Logs(logs::Arguments),
    Gen(r#gen::Arguments),
    Build(build::Arguments),
    Brush(brush::Arguments),
    Push(push::Arguments),
    Deploy(deploy::Arguments),
    Status(status::Arguments),
    Move(r#move::Arguments),
    Rollback(rollback::Arguments),
    Remove(remove::Arguments),
    Drill(drill::Arguments),
    #[command(subcommand)]
    DeadLetters(dead_letters::Action),
    Infra(infra::Arguments),
    Bump(bump::Arguments),
    Graph(graph::Arguments),
    Report(report::Arguments),
    Schema(schema::Arguments),
    #[command(subcommand)]
    Pack(pack::Action),
    #[command(subcommand)]
    Template(template::Action),
    Explain(explain::Arguments),
    #[command(subcommand)]
    Trust(trust::Action),
    Config(config::Arguments),
    Doctor(doctor::Arguments),
    Completions(completions::Arguments),
    #[command(hide = true)]
    Reference(reference::Arguments),
}

/// Runs a command line and gives the exit code.
pub fn main(arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<_> = arguments.collect();
    if let Some(answer) = complete::answer(&arguments, command) {
        let ui = Ui::new(OutputOptions::results_only());
        ui.result_bytes(&answer);
        return code(if ui.unwritten().is_some() { Exit::Failed } else { Exit::Done });
    }
    let matches = match command(&Raw(&arguments)).try_get_matches_from(&arguments) {
        Ok(matches) => matches,
        Err(error) => return code(usage::report(&error, &Raw(&arguments))),
    };
    let cli = match Cli::from_arg_matches(&matches) {
        Ok(cli) => cli,
        Err(error) => return code(usage::report(&error, &Raw(&arguments))),
    };
    let ui = Ui::new(output_options(&cli.global));
    let context = Context::new(cli.global, ui);
    let done = dispatch(cli.command, &matches, &context);
    if context.ui.is_interrupted() {
        context.signals.interrupt();
    }
    context.clean_up();
    match done.and_then(|()| context.written()) {
        Ok(()) => code(Exit::Done),
        Err(error) => {
            context.ui.failure(&error);
            if error.is_cancelled() || context.ui.is_interrupted() {
                context.signals.obey();
            }
            code(error.exit())
        }
    }
}

/// The whole command line, with the templates' parameters as flags where these can be used.
fn command(raw: &Raw<'_>) -> clap::Command {
    let command = Cli::command().color(raw.colour());
    // Reading the catalog takes a millisecond or two: only for those who need its flags.
    if ["new", "add-task", "help"].iter().any(|name| raw.has(name)) {
        return parameters::with_flags(command, &context::library_for(raw).catalog());
    }
    command
}

fn dispatch(command: Command, matches: &ArgMatches, context: &Context) -> Result<(), Error> {
    match command {
        Command::New(arguments) => new::run(&arguments, matches, context),
        Command::AddTask(arguments) => add_task::run(&arguments, matches, context),
        Command::Check(arguments) => check::run(&arguments, context),
        Command::Run(arguments) => run::run(arguments, context),
        Command::Call(arguments) => call::run(arguments, context),
        Command::Send(arguments) => send::run(arguments, context),
        Command::Tail(arguments) => tail::run(&arguments, context),
        Command::Logs(arguments) => logs::run(&arguments, context),
        Command::Gen(arguments) => r#gen::run(&arguments, context),
        Command::Build(arguments) => build::run(arguments, context),
        Command::Brush(arguments) => brush::run(&arguments, context),
        Command::Push(arguments) => push::run(arguments, context),
        Command::Deploy(arguments) => deploy::run(&arguments, context),
        Command::Status(arguments) => status::run(&arguments, context),
        Command::Move(arguments) => r#move::run(&arguments, context),
        Command::Rollback(arguments) => rollback::run(&arguments, context),
        Command::Remove(arguments) => remove::run(arguments, context),
        Command::Drill(arguments) => drill::run(arguments, context),
        Command::DeadLetters(action) => dead_letters::run(action, context),
        Command::Infra(arguments) => infra::run(&arguments, context),
        Command::Bump(arguments) => bump::run(arguments, context),
        Command::Graph(arguments) => graph::run(&arguments, context),
        Command::Report(arguments) => report::run(arguments, context),
        Command::Schema(arguments) => schema::run(&arguments, context),
        Command::Pack(action) => pack::run(action, context),
        Command::Template(action) => template::run(action, context),
        Command::Explain(arguments) => explain::run(&arguments, context),
        Command::Trust(action) => trust::run(action, context),
        Command::Config(arguments) => config::run(&arguments, context),
        Command::Doctor(arguments) => doctor::run(&arguments, context),
        Command::Completions(arguments) => completions::run(&arguments, context),
        Command::Reference(arguments) => reference::run(&arguments, context),
    }
}

fn output_options(global: &Global) -> OutputOptions {
    let level = match (global.quiet, global.verbose) {
        (true, _) => Level::Quiet,
        (_, true) => Level::Verbose,
        _ => Level::Normal,
    };
    OutputOptions {
        level,
        json: global.json,
        events: global.events,
        colour: global.color,
        may_ask: !global.no_input,
    }
}

fn code(exit: Exit) -> ExitCode {
    ExitCode::from(exit as u8)
}
