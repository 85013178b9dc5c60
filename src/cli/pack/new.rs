//! `pelato pack new`

use std::path::PathBuf;

use clap::Args;

use super::super::context::Context;
use crate::catalog::PACKS_FOLDER;
use crate::catalog::pack::{Panics, Produces};
use crate::pack::NewPack;
use crate::pelato::{Error, Library, Made};
use crate::ui::prompt::{Question, Questions};

/// Create a language pack: a valid manifest, and files for the starter, wrapper and conformance tasks
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  pelato pack new zig      # asks for what it needs\n  \
    pelato pack new zig --extension zig --program zig --check 'zig version' --requires '>=0.14' \
    --build 'zig build-exe pelato_shell.zig -femit-bin={output}' --produces module --panics traps")]
pub struct Arguments {
    /// Its name, and that of its folder
    name: String,
    /// Into the user's own folder, for all projects
    #[arg(long, conflicts_with = "folder")]
    user: bool,
    /// Into this folder [default: language-packs/ of the project]
    #[arg(long = "in", value_name = "DIR")]
    folder: Option<PathBuf>,
    /// The file extension of source files, without the dot; may be repeated
    #[arg(long = "extension", value_name = "EXTENSION")]
    extensions: Vec<String>,
    /// The compiler's program, searched for on PATH
    #[arg(long)]
    program: Option<String>,
    /// The command that prints the compiler's version
    #[arg(long, value_name = "COMMAND")]
    check: Option<String>,
    /// Regular expression whose first group is the version in the output of --check
    #[arg(long, value_name = "REGEX", default_value = r"(\d+\.\d+(?:\.\d+)?)")]
    version_pattern: String,
    /// The compatible versions, such as '>=1.2'
    #[arg(long, value_name = "VERSIONS")]
    requires: Option<String>,
    /// The compiler's command line; {output} is the file to write
    #[arg(long, value_name = "COMMAND")]
    build: Option<String>,
    /// The output: a core module that PELATO wraps, or a component
    #[arg(long)]
    produces: Option<Produces>,
    /// What happens on a panic or an exception
    #[arg(long)]
    panics: Option<Panics>,
    /// A command that installs a pinned compiler into {dir}, without root
    #[arg(long, value_name = "COMMAND")]
    install: Option<String>,
    /// Folder of the programs that --install installs, below {dir} [default: bin]
    #[arg(long, value_name = "DIR")]
    bin: Option<String>,
    /// A container image that contains the compiler
    #[arg(long)]
    image: Option<String>,
    /// A variable that names a folder to keep between builds; may be repeated
    #[arg(long, value_name = "VARIABLE")]
    cache: Vec<String>,
    /// One line about the pack [default: made from its name]
    #[arg(long, value_name = "TEXT")]
    summary: Option<String>,
    /// The function that a task must define
    #[arg(long, value_name = "NAME", default_value = "exec_task")]
    entry: String,
    /// Start of a line comment in the language
    #[arg(long, value_name = "TEXT", default_value = "//")]
    comment: String,
}

/// Runs the command.
pub fn run(arguments: Arguments, context: &Context) -> Result<(), Error> {
    let packs = match &arguments.folder {
        Some(folder) => context.here.join(folder),
        None => super::home(arguments.user, " or `--in DIR`", context)?.root.join(PACKS_FOLDER),
    };
    Library::vacant(&packs.join(&arguments.name))?;
    let new = complete(arguments, context)?;
    let Made { folder, files } = Library::new_pack(&packs, &new, &context.trust())?;
    context.library().update_schema()?;
    let next = format!(
        "write its wrapper, its starter and its conformance tasks; then run: pelato pack check {}",
        new.name
    );
    context.ui.made(&folder, &files, "language pack", &next);
    Ok(())
}

/// What the flags do not say is asked for.
fn complete(arguments: Arguments, context: &Context) -> Result<NewPack, Error> {
    let mut questions = context.ui.questions();
    let mut ask = |given: Option<String>, prompt: &str, flag: &str, default: Option<String>| {
        let check = |text: &str| if text.trim().is_empty() { Err("give a value".to_owned()) } else { Ok(()) };
        questions.ask(given, &Question { prompt, flag, default, check: &check })
    };
    let name = arguments.name;
    let extensions = match arguments.extensions.is_empty() {
        true => ask(None, "File extension of source files", "--extension zig", Some(name.clone()))?
            .map(|extension| vec![extension]),
        false => Some(arguments.extensions),
    };
    let program = ask(arguments.program, "Compiler's program", "--program zig", Some(name.clone()))?;
    let usual = program.as_ref().map(|program| format!("{program} --version"));
    let check = ask(arguments.check, "Command that prints its version", "--check 'zig version'", usual)?;
    let requires = ask(arguments.requires, "Compatible versions", "--requires '>=1.2'", None)?;
    let build = ask(
        arguments.build,
        "Compiler's command line ({output}: the file to write)",
        "--build 'zig … {output}'",
        None,
    )?;
    let produces = match arguments.produces {
        Some(produces) => Some(produces),
        None => choose::<Produces>("Output of the compiler", "--produces module", &mut questions)?,
    };
    let panics = match arguments.panics {
        Some(panics) => Some(panics),
        None => {
            choose::<Panics>("What happens on a panic or an exception", "--panics traps", &mut questions)?
        }
    };
    let (Some(extensions), Some(program), Some(check), Some(requires), Some(build)) =
        (extensions, program, check, requires, build)
    else {
        return Err(questions.unanswered().into());
    };
    let (Some(produces), Some(panics)) = (produces, panics) else {
        return Err(questions.unanswered().into());
    };
    Ok(NewPack {
        summary: arguments.summary.unwrap_or_else(|| format!("Functions in {name}, compiled by {program}")),
        extensions: extensions.iter().map(|ending| ending.trim_start_matches('.').to_owned()).collect(),
        comment: arguments.comment,
        entry: arguments.entry,
        check: words(&check, "--check")?,
        version: arguments.version_pattern,
        requires,
        install: arguments.install.map(|text| words(&text, "--install")).transpose()?,
        bin: arguments.bin,
        image: arguments.image,
        command: words(&build, "--build")?,
        cache: arguments.cache,
        produces,
        panics,
        program,
        name,
    })
}

/// One of a few values, chosen from their names and what is said about each.
fn choose<T: clap::ValueEnum>(
    prompt: &str,
    flag: &str,
    questions: &mut Questions<'_>,
) -> Result<Option<T>, Error> {
    let about = |value: &T| {
        let value = value.to_possible_value()?;
        let help = value.get_help().map(ToString::to_string).unwrap_or_default();
        Some((value.get_name().to_owned(), help))
    };
    let choices: Vec<_> = T::value_variants().iter().filter_map(about).collect();
    let chosen = questions.choose(None, prompt, flag, &choices)?;
    let read = chosen.map(|chosen| T::from_str(&chosen, false)).transpose();
    read.map_err(|message| Error::Usage { message, help: flag.to_owned() })
}

/// A command line as a shell parts it.
fn words(text: &str, flag: &'static str) -> Result<Vec<String>, Error> {
    shell_words::split(text).map_err(|error| Error::Usage {
        message: format!("`{flag}` is not a valid command line: {error}"),
        help: "quote it as in a shell".to_owned(),
    })
}
