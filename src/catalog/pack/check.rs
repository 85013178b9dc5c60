//! What a manifest may not say, beside what its types forbid.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{PackManifest, ToolchainSection, runs};
use crate::catalog::manifest;
use crate::report::{Problem, Source};
use crate::text::{self, placeholders, suggest};

/// How many variables an environment may have.
const MOST_VARIABLES: usize = 50;
/// How much may be said about what is run: some screens of text.
const MOST_ROWS: usize = 150;
const MOST_CHARACTERS: usize = 10_000;
/// The placeholders of a command that looks at a compiler, and of the environment of all commands.
const LOOK: &[&str] = &["home", "work"];
/// Those of a command that installs a compiler, and of its environment.
const INSTALL: &[&str] = &["home", "dir"];
/// Those of a command that builds.
const BUILD: &[&str] = &["home", "work", "output"];
/// Those of what a person is told to do about third-party code.
const RESOLVE: &[&str] = &["folder", "program"];

/// Checks what the types alone do not say.
///
/// # Errors
/// When a value cannot be, or two do not fit.
pub(super) fn check(source: &Arc<Source>, manifest: &PackManifest) -> Result<(), Problem> {
    manifest::name(source, &manifest.name)?;
    let build = &manifest.build;
    if manifest.extensions.is_empty() {
        return Err(empty(source, "extensions", "a file extension of source files, such as \"go\""));
    }
    if build.command.is_empty() || build.before.iter().any(Vec::is_empty) {
        let key = if build.command.is_empty() { "build.command" } else { "build.before" };
        return Err(empty(source, key, "the compiler's command line"));
    }
    let inside = [
        ("task.starter", Some(&manifest.task.starter)),
        ("task.into", manifest.task.into.as_ref()),
        ("task.single.name", manifest.task.single.as_ref().map(|single| &single.name)),
        ("shell.dir", manifest.shell.dir.as_ref()),
        ("conformance.dir", manifest.conformance.as_ref().map(|section| &section.dir)),
    ];
    for (key, path) in inside {
        manifest::inside(source, key, path)?;
    }
    if let Some(resolve) = &build.resolve {
        if resolve.command.is_empty() || resolve.files.is_empty() {
            let (key, what) = ("build.resolve", "a command line, and the files that it writes");
            return Err(empty(source, key, what));
        }
        check_program(source, "build.resolve.command", resolve.command.first())?;
        resolve
            .files
            .iter()
            .try_for_each(|file| manifest::inside(source, "build.resolve.files", Some(file)))?;
    }
    for (key, names) in [("build.cache", &build.cache), ("build.own_cache", &build.own_cache)] {
        if !names.iter().all(|name| is_variable(name)) {
            return Err(manifest::wrong(source, key, "is not a valid name of an environment variable")
                .advise("use letters, digits and `_`, such as \"GOCACHE\""));
        }
    }
    check_environment(source, "build.env", &build.env)?;
    check_environment(source, "build.offline", &build.offline)?;
    check_program(source, "build.command", build.command.first())?;
    build.before.iter().try_for_each(|command| check_program(source, "build.before", command.first()))?;
    check_program(source, "build.diagnose", build.diagnose.first())?;
    check_amount(source)?;
    says_where(source, "build.command", &build.command)?;
    check_placeholders(source, manifest)?;
    if manifest.shell.values.iter().any(|value| value.pattern.groups() == 0) {
        return Err(manifest::wrong(source, "shell.values", "has a pattern without a capture group")
            .advise("put the part that is the value in parentheses"));
    }
    check_toolchain(source, "toolchain", &manifest.toolchain)?;
    for other in &manifest.toolchain.alternatives {
        check_toolchain(source, "toolchain.alternatives", other)?;
        if !other.alternatives.is_empty() {
            return Err(manifest::wrong(
                source,
                "toolchain.alternatives",
                "must not have alternatives itself",
            )
            .advise("write them all in one list"));
        }
    }
    Ok(())
}

fn check_toolchain(source: &Arc<Source>, key: &str, toolchain: &ToolchainSection) -> Result<(), Problem> {
    let key = |name: &str| format!("{key}.{name}");
    if toolchain.check.is_empty() {
        return Err(empty(source, &key("check"), "a command that prints the version"));
    }
    if !toolchain.inherit.iter().all(|name| is_variable(name.strip_suffix('*').unwrap_or(name))) {
        let message = "has a text that is not a valid name of an environment variable";
        return Err(manifest::wrong(source, &key("inherit"), message).advise(
            "use letters, digits and `_`, with `*` only at the end, such as \"GOPROXY\" or \"PIP_*\"",
        ));
    }
    if toolchain.install_in_image && (toolchain.image.is_none() || toolchain.install.is_none()) {
        return Err(manifest::wrong(
            source,
            &key("install_in_image"),
            "installs nothing, or has no image to install it in",
        )
        .advise("set `image` and `install`, too"));
    }
    if toolchain.probe.as_ref().is_some_and(Vec::is_empty) {
        return Err(empty(source, &key("probe"), "a command that must succeed"));
    }
    check_program(source, &key("program"), Some(&toolchain.program))?;
    toolchain.also.iter().try_for_each(|name| check_program(source, &key("also"), Some(name)))?;
    check_program(source, &key("check"), toolchain.check.first())?;
    for (name, command) in
        [("probe", &toolchain.probe), ("install", &toolchain.install), ("command", &toolchain.command)]
    {
        check_program(source, &key(name), command.iter().flatten().next())?;
    }
    check_environment(source, &key("env"), &toolchain.env)?;
    manifest::inside(source, &key("bin"), toolchain.bin.as_ref())?;
    if toolchain.version.groups() == 0 {
        return Err(manifest::wrong(source, &key("version"), "has no capture group")
            .advise("put the part that is the version in parentheses"));
    }
    if let Some(command) = &toolchain.command {
        says_where(source, &key("command"), command)?;
    }
    let installs_somewhere = |command: &Vec<String>| has_placeholder(command, "dir");
    if toolchain.install.as_ref().is_some_and(|command| !installs_somewhere(command)) {
        return Err(manifest::wrong(source, &key("install"), "does not name the folder to install into")
            .advise("use `{dir}` for that folder"));
    }
    Ok(())
}

/// A program is searched on PATH: a path would lead to whatever lies there, such as in the project.
fn check_program(source: &Arc<Source>, key: &str, program: Option<&String>) -> Result<(), Problem> {
    let is_program = |name: &str| {
        !name.is_empty() && !name.starts_with(['-', '.', '@']) && !name.contains(['/', '\\', '{', ' ', '='])
    };
    match program {
        Some(program) if !is_program(program) => Err(manifest::wrong(
            source,
            key,
            &format!("runs {}, which is not the name of a program", text::quoted(program)),
        )
        .advise("write the name of a program that is on PATH; for a script, write what runs it: \"sh\", \"script.sh\"")),
        _ => Ok(()),
    }
}

fn check_environment(
    source: &Arc<Source>,
    key: &str,
    environment: &BTreeMap<String, String>,
) -> Result<(), Problem> {
    if environment.len() > MOST_VARIABLES {
        let words = format!("has {} variables; the limit is {MOST_VARIABLES}", environment.len());
        return Err(manifest::wrong(source, key, &words).advise("set only what the compiler needs"));
    }
    match environment.keys().find(|name| !is_variable(name)) {
        None => Ok(()),
        Some(name) => {
            let words = format!("has a variable {}", text::quoted(name));
            Err(manifest::wrong(source, key, &words).advise(
                "a variable's name consists of letters, digits and `_`, and does not begin with a digit",
            ))
        }
    }
}

/// Whether it can be the name of an environment variable.
fn is_variable(name: &str) -> bool {
    let is_letter = |c: char| c.is_ascii_alphabetic() || c == '_';
    name.starts_with(is_letter) && name.chars().all(|c| is_letter(c) || c.is_ascii_digit())
}

/// A person has to be able to read everything that is run, before it is allowed.
fn check_amount(source: &Arc<Source>) -> Result<(), Problem> {
    let rows = runs(&source.text);
    let characters: usize = rows.iter().map(|[_, value]| value.chars().count()).sum();
    if rows.len() <= MOST_ROWS && characters <= MOST_CHARACTERS {
        return Ok(());
    }
    let words = format!(
        "and `toolchain` have {} rows with {characters} characters about what is run; the limits are {MOST_ROWS} and {MOST_CHARACTERS}",
        rows.len()
    );
    Err(manifest::wrong(source, "build", &words).advise("put long commands into a script of the pack"))
}

fn empty(source: &Arc<Source>, key: &str, expected: &str) -> Problem {
    manifest::wrong(source, key, "is empty").advise(format!("expected {expected}"))
}

fn says_where(source: &Arc<Source>, key: &str, command: &[String]) -> Result<(), Problem> {
    if has_placeholder(command, "output") {
        return Ok(());
    }
    Err(manifest::wrong(source, key, "does not name the file to write")
        .advise("use `{output}` for that file"))
}

fn has_placeholder(command: &[String], name: &str) -> bool {
    command.iter().any(|word| placeholders::names(word).any(|found| found == name))
}

/// Checks the placeholders of all keys.
fn check_placeholders(source: &Arc<Source>, manifest: &PackManifest) -> Result<(), Problem> {
    let build = &manifest.build;
    words(source, "build.command", &build.command, BUILD)?;
    for (index, command) in build.before.iter().enumerate() {
        words(source, &format!("build.before.{index}"), command, BUILD)?;
    }
    words(source, "build.diagnose", &build.diagnose, BUILD)?;
    if let Some(resolve) = &build.resolve {
        words(source, "build.resolve.command", &resolve.command, BUILD)?;
        placeholder(source, "build.resolve.help", &resolve.help, RESOLVE)?;
    }
    environment(source, "build.env", &build.env, LOOK)?;
    environment(source, "build.offline", &build.offline, LOOK)?;
    toolchain_placeholders(source, "toolchain", &manifest.toolchain)?;
    let mut alternatives = manifest.toolchain.alternatives.iter().enumerate();
    alternatives.try_for_each(|(index, other)| {
        let place = format!("toolchain.alternatives.{index}");
        toolchain_placeholders(source, &place, other)
    })
}

/// Checks the placeholders of a toolchain; `place` is where it is, by keys and indices.
fn toolchain_placeholders(
    source: &Arc<Source>,
    place: &str,
    toolchain: &ToolchainSection,
) -> Result<(), Problem> {
    for (name, command, known) in [
        ("check", Some(&toolchain.check), LOOK),
        ("probe", toolchain.probe.as_ref(), LOOK),
        ("install", toolchain.install.as_ref(), INSTALL),
        ("command", toolchain.command.as_ref(), BUILD),
    ] {
        let place = format!("{place}.{name}");
        words(source, &place, command.map(Vec::as_slice).unwrap_or_default(), known)?;
    }
    environment(source, &format!("{place}.env"), &toolchain.env, INSTALL)
}

fn words(source: &Arc<Source>, place: &str, words: &[String], known: &[&str]) -> Result<(), Problem> {
    let mut words = words.iter().enumerate();
    words.try_for_each(|(index, word)| placeholder(source, &format!("{place}.{index}"), word, known))
}

fn environment(
    source: &Arc<Source>,
    place: &str,
    variables: &BTreeMap<String, String>,
    known: &[&str],
) -> Result<(), Problem> {
    let one =
        |(name, value): (&String, &String)| placeholder(source, &format!("{place}.{name}"), value, known);
    variables.iter().try_for_each(one)
}

/// Refuses a placeholder that has no value there.
fn placeholder(source: &Arc<Source>, place: &str, word: &str, known: &[&str]) -> Result<(), Problem> {
    let Some(unknown) = placeholders::names(word).find(|name| !known.contains(name)) else { return Ok(()) };
    let words = format!("has the placeholder `{{{unknown}}}`, which does not exist there");
    let advice = match suggest::nearest(unknown, known.iter().copied()) {
        Some(near) => format!("did you mean `{{{near}}}`?"),
        None => {
            let known: Vec<_> = known.iter().map(|name| format!("`{{{name}}}`")).collect();
            format!("use {};", known.join(", "))
        }
    };
    let help = format!("{advice} `{{{{{unknown}}}}}` stands for these characters themselves");
    // The key is the place without the indices of lists.
    let key: Vec<_> = place.split('.').filter(|part| part.parse::<usize>().is_err()).collect();
    Err(manifest::wrong_at(source, &key.join("."), place, &words).advise(help))
}
