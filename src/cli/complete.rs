//! What a shell offers while a command line is typed. The name of an argument's value says what it takes, so that
//! `COMPONENT` is completed alike in every command. Nothing of the project is run, and what cannot be read offers
//! nothing.

use std::ffi::{OsStr, OsString};
use std::io;
use std::sync::{Arc, OnceLock};

use clap::builder::StyledStr;
use clap::{Arg, Command, ValueHint};
use clap_complete::engine::{
    ArgValueCandidates, ArgValueCompleter, CompletionCandidate, PathCompleter, ValueCompleter,
};
use clap_complete::env::Shells;

use super::raw::Raw;
use super::{bump, context};
use crate::catalog::{Catalog, Collection, Unit};
use crate::explain;
use crate::pelato::Names;
use crate::project::settings::{ALL, Kind};
use crate::text::is_plain;

/// The environment variable by which a shell says that it wants completions, and which shell it is.
const SHELL: &str = "PELATO_COMPLETE";
/// The program's name on a command line.
const PROGRAM: &str = "pelato";
/// What a target is called where nothing else is known.
const USUAL_TARGETS: [&str; 2] = ["cloud", "edge"];

/// The script by which a shell asks this program; none for a shell that it does not know.
pub fn script(shell: &str) -> Option<Vec<u8>> {
    let mut text = Vec::new();
    Shells::builtins()
        .completer(shell)?
        .write_registration(SHELL, PROGRAM, PROGRAM, PROGRAM, &mut text)
        .ok()?;
    Some(text)
}

/// The answer to a shell that asks, if one does: `words` is what follows `--` on the command line, and `command` makes
/// the command of it.
pub fn answer(arguments: &[OsString], command: impl Fn(&Raw<'_>) -> Command) -> Option<Vec<u8>> {
    let shell = std::env::var(SHELL).ok().filter(|shell| !shell.is_empty())?;
    let words: Vec<_> = arguments.iter().skip_while(|word| *word != "--").skip(1).cloned().collect();
    let command = with_candidates(command(&Raw(&words)), &words);
    // A person who types is not told what is wrong.
    Some(candidates(&shell, command, words).unwrap_or_default())
}

fn candidates(shell: &str, mut command: Command, words: Vec<OsString>) -> io::Result<Vec<u8>> {
    let shells = Shells::builtins();
    let Some(shell) = shells.completer(shell).filter(|_| !words.is_empty()) else { return Ok(Vec::new()) };
    let (here, mut answer) = (std::env::current_dir()?, Vec::new());
    shell.write_complete(&mut command, words, Some(&here), &mut answer)?;
    Ok(answer)
}

type Values = fn(&Known) -> Vec<CompletionCandidate>;

/// What is known of the place of a command line, read when it is needed.
struct Known {
    words: Vec<OsString>,
    catalog: OnceLock<Catalog>,
}

impl Known {
    fn catalog(&self) -> &Catalog {
        self.catalog.get_or_init(|| context::library_for(&Raw(&self.words)).catalog())
    }

    fn names(&self) -> Names {
        context::library_for(&Raw(&self.words)).names(self.catalog())
    }
}

fn with_candidates(command: Command, words: &[OsString]) -> Command {
    let known = Arc::new(Known { words: words.to_vec(), catalog: OnceLock::new() });
    everywhere(command, &known)
}

fn everywhere(command: Command, known: &Arc<Known>) -> Command {
    let command = command.mut_args(|argument| with_values(argument, known));
    command.mut_subcommands(|sub| everywhere(sub, known))
}

fn with_values(argument: Arg, known: &Arc<Known>) -> Arg {
    let name = argument.get_value_names().and_then(|names| names.first()).map(|name| name.to_string());
    // Where a value name is not given, it is the argument's own name.
    let name = name.unwrap_or_else(|| argument.get_id().as_str().to_uppercase());
    let is_bump = argument.get_id() == "words";
    let offer = |values: Values| {
        let known = Arc::clone(known);
        ArgValueCandidates::new(move || values(&known))
    };
    let or_folder = |values: Values| {
        let known = Arc::clone(known);
        ArgValueCompleter::new(move |typed: &OsStr| {
            let begins = |candidate: &CompletionCandidate| {
                candidate.get_value().as_encoded_bytes().starts_with(typed.as_encoded_bytes())
            };
            let mut found: Vec<_> = values(&known).into_iter().filter(begins).collect();
            found.extend(PathCompleter::dir().complete(typed));
            found
        })
    };
    match name.as_str() {
        "COMPONENT" if is_bump => argument.add(offer(|known| {
            let levels = bump::LEVELS.map(|(name, _)| name.to_owned());
            words(known.names().components).chain(words(levels)).collect()
        })),
        "COMPONENT" => argument.add(offer(|known| words(known.names().components).collect())),
        "TOPIC" => argument.add(offer(|known| words(known.names().topics).collect())),
        "TOPIC=MESSAGE" => argument.add(offer(|known| keys(known.names().topics))),
        "HOST_TYPE" => argument.add(offer(|known| words(targets(known)).collect())),
        "LANGUAGE" | "PACK" => argument.add(offer(|known| units(&known.catalog().packs))),
        "TEMPLATE" => argument.add(offer(|known| units(&known.catalog().templates))),
        "PATH|PACK" => argument.add(or_folder(|known| units(&known.catalog().packs))),
        "PATH|TEMPLATE" => argument.add(or_folder(|known| units(&known.catalog().templates))),
        "RULE|CODE|PAGE" => argument.add(offer(|_| {
            let topics = explain::topics().into_iter().filter(|topic| topic.kind != explain::Kind::Error);
            words(topics.map(|topic| topic.name.to_owned())).collect()
        })),
        "NAME=VALUE" => argument.add(offer(|_| {
            let settings = ALL.iter().filter(|key| key.kind != Kind::Secret);
            keys(settings.map(|key| key.name.to_owned()))
        })),
        "ID" if !argument.is_positional() => argument,
        "ID" => argument.add(offer(|_| {
            let entries = context::store().entries().unwrap_or_default();
            entries.iter().filter_map(|entry| word(&entry.grant.id(), &entry.grant.to_string())).collect()
        })),
        "DIR" | "PROJECT_DIR" | "FOLDER" => argument.value_hint(ValueHint::DirPath),
        "FILE" => argument.value_hint(ValueHint::FilePath),
        _ => argument,
    }
}

fn targets(known: &Known) -> Vec<String> {
    let mut targets = known.names().targets;
    targets.extend(USUAL_TARGETS.map(str::to_owned));
    targets.sort();
    targets.dedup();
    targets
}

fn units<T: Unit>(units: &Collection<T>) -> Vec<CompletionCandidate> {
    units.iter().filter_map(|unit| word(unit.name(), unit.summary())).collect()
}

fn words(names: impl IntoIterator<Item = String>) -> impl Iterator<Item = CompletionCandidate> {
    names.into_iter().filter_map(|name| word(&name, ""))
}

fn keys(names: impl IntoIterator<Item = String>) -> Vec<CompletionCandidate> {
    let key = |name: String| word(&name, "").map(|_| CompletionCandidate::new(format!("{name}=")));
    names.into_iter().filter_map(key).collect()
}

/// A word that a shell takes as it is: names of a project that is somebody else's may be anything.
fn word(name: &str, about: &str) -> Option<CompletionCandidate> {
    let is_word = !name.starts_with('-') && shell_words::quote(name) == name;
    let about: String = about.chars().filter(|c| is_plain(*c)).collect();
    let help = (!about.is_empty()).then(|| StyledStr::from(about));
    is_word.then(|| CompletionCandidate::new(name).help(help))
}
