//! `pelato pack new`

use std::path::PathBuf;

use clap::Args;

use super::super::context::Context;
use crate::catalog::PACKS_FOLDER;
use crate::catalog::pack::{Panics, Produces};
use crate::pack::NewPack;
use crate::pelato::{Error, Library, Made};
use crate::ui::prompt::{Form, Question};

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
pub fn run(arguments: &Arguments, context: &Context) -> Result<(), Error> {
    let packs = match &arguments.folder {
        Some(folder) => context.here.join(folder),
        None => super::home(arguments.user, " or `--in DIR`", context)?.root.join(PACKS_FOLDER),
    };
    Library::vacant(&packs.join(&arguments.name))?;
    let new = context.ui.form(|form| {
        let mut draft = Draft { new: arguments.to_draft()?, form };
        draft.complete(arguments)?;
        let Draft { new, form } = draft;
        if !form.is_complete() {
            return Err(form.unanswered());
        }
        let files = form.admit(Library::plan_pack(&new))?;
        form.confirm("Create the language pack?", &files)?;
        Ok(new)
    })?;
    let Made { folder, files } = Library::new_pack(&packs, &new, &context.trust())?;
    context.library().update_schema()?;
    let next = format!(
        "write its wrapper, its starter and its conformance tasks; then run: pelato pack check {}",
        new.name
    );
    context.ui.made(&folder, &files, "language pack", &next);
    Ok(())
}

impl Arguments {
    /// What the flags say, with values in place of the missing ones that any pack could have.
    fn to_draft(&self) -> Result<NewPack, Error> {
        let text = |given: &Option<String>, usual: &str| given.clone().unwrap_or_else(|| usual.to_owned());
        let program = text(&self.program, "compiler");
        let mut extensions: Vec<_> = self.extensions.iter().map(|text| extension(text)).collect();
        if extensions.is_empty() {
            extensions.push("x".to_owned());
        }
        Ok(NewPack {
            name: self.name.clone(),
            summary: text(&self.summary, &format!("Functions in {}, compiled by {program}", self.name)),
            extensions,
            comment: self.comment.clone(),
            entry: self.entry.clone(),
            check: words(&text(&self.check, "compiler --version"), "--check")?,
            version: self.version_pattern.clone(),
            requires: text(&self.requires, ">=1"),
            install: self.install.as_deref().map(|text| words(text, "--install")).transpose()?,
            bin: self.bin.clone(),
            image: self.image.clone(),
            command: words(&text(&self.build, "compiler {output}"), "--build")?,
            cache: self.cache.clone(),
            produces: self.produces.unwrap_or(Produces::Module),
            panics: self.panics.unwrap_or(Panics::Traps),
            program,
        })
    }
}

/// A pack of which more is known with each answer.
struct Draft<'a, 'ui> {
    new: NewPack,
    form: &'a mut Form<'ui>,
}

impl Draft<'_, '_> {
    /// What the flags do not say is asked for.
    fn complete(&mut self, arguments: &Arguments) -> Result<(), Error> {
        Library::plan_pack(&self.new)?; // what the flags say, before anything is asked
        let (name, summary) = (arguments.name.clone(), arguments.summary.is_none());
        let extensions = (!arguments.extensions.is_empty()).then(|| arguments.extensions.join(","));
        let prompt = ("File extension of source files", "--extension zig");
        self.ask(extensions, prompt, Some(name.clone()), |new, text| {
            new.extensions = text.split(',').map(extension).collect();
            Ok(())
        })?;
        let prompt = ("Compiler's program", "--program zig");
        self.ask(arguments.program.clone(), prompt, Some(name.clone()), |new, text| {
            new.program = text.to_owned();
            if summary {
                new.summary = format!("Functions in {name}, compiled by {text}");
            }
            Ok(())
        })?;
        let prompt = ("Command that prints its version", "--check 'zig version'");
        let usual = format!("{} --version", self.new.program);
        self.ask(arguments.check.clone(), prompt, Some(usual), |new, text| {
            new.check = words(text, "--check")?;
            Ok(())
        })?;
        let prompt = ("Compatible versions", "--requires '>=1.2'");
        self.ask(arguments.requires.clone(), prompt, None, |new, text| {
            new.requires = text.to_owned();
            Ok(())
        })?;
        let prompt = ("Compiler's command line ({output}: the file to write)", "--build 'zig … {output}'");
        self.ask(arguments.build.clone(), prompt, None, |new, text| {
            new.command = words(text, "--build")?;
            Ok(())
        })?;
        let flag = "--produces module";
        if let Some(produces) = choose(arguments.produces, "Output of the compiler", flag, self.form)? {
            self.new.produces = produces;
        }
        let prompt = "What happens on a panic or an exception";
        if let Some(panics) = choose(arguments.panics, prompt, "--panics traps", self.form)? {
            self.new.panics = panics;
        }
        Ok(())
    }

    fn ask(
        &mut self,
        given: Option<String>,
        (prompt, flag): (&str, &str),
        default: Option<String>,
        set: impl Fn(&mut NewPack, &str) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let check = |text: &str| {
            let mut new = self.new.clone();
            set(&mut new, text)?;
            Library::plan_pack(&new).map(drop)
        };
        let question = Question { prompt, flag, default, check: &check, ..Question::default() };
        match self.form.ask(given, &question)? {
            Some(text) => set(&mut self.new, &text),
            None => Ok(()),
        }
    }
}

/// One of a few values, chosen from their names and what is said about each.
fn choose<T: clap::ValueEnum>(
    given: Option<T>,
    prompt: &str,
    flag: &str,
    form: &mut Form<'_>,
) -> Result<Option<T>, Error> {
    let about = |value: &T| {
        let value = value.to_possible_value()?;
        let help = value.get_help().map(ToString::to_string).unwrap_or_default();
        Some((value.get_name().to_owned(), help))
    };
    let choices: Vec<_> = T::value_variants().iter().filter_map(about).collect();
    let given = given.as_ref().and_then(about).map(|(name, _)| name);
    let chosen = form.choose(given, prompt, flag, &choices)?;
    let read = chosen.map(|chosen| T::from_str(&chosen, false)).transpose();
    read.map_err(|message| Error::Usage { message, help: flag.to_owned() })
}

/// A file extension as the manifest has it.
fn extension(text: &str) -> String {
    text.trim().trim_start_matches('.').to_owned()
}

/// A command line as a shell parts it.
fn words(text: &str, flag: &'static str) -> Result<Vec<String>, Error> {
    shell_words::split(text).map_err(|error| Error::Usage {
        message: format!("`{flag}` is not a valid command line: {error}"),
        help: "quote it as in a shell".to_owned(),
    })
}
