//! Runs a pack's compiler on this machine.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::Path;

use regex::Regex;

use super::compilation::{Compilation, Failure, cache_folders};
use super::container::{self, Kept};
use super::placeholders::{Fill, shown};
use super::toolchain::{self, Place};
use crate::catalog::Pack;
use crate::catalog::pack::BuildSection;
use crate::check::Code;
use crate::files;
use crate::process;

/// Compiles; what comes out is in `output`. `kept` are containers that are kept from one build to the next.
///
/// # Errors
/// When the compiler reports a mistake or cannot be run.
pub fn run(compilation: &Compilation<'_>, kept: Option<&Kept>) -> Result<(), Failure> {
    let build = &compilation.toolchain.pack.manifest.build;
    let mut said = String::new();
    let one = |command: &[String]| match &compilation.toolchain.place {
        Place::Here { path, env, .. } => here(compilation, command, path, env),
        Place::Container(image) => container::compile(image, compilation, kept, command),
    };
    for command in commands(compilation, build) {
        let fails = |said: &str| build.fail.iter().any(|pattern| pattern.regex().is_match(said));
        said = match one(command) {
            Ok(said) if !fails(&said) => said,
            Ok(said) | Err(Failure::Rejected(said)) => {
                return Err(with_diagnosis(said, &build.diagnose, one));
            }
            Err(other) => return Err(other),
        };
    }
    if compilation.resolves || compilation.output.is_file() {
        return Ok(());
    }
    Err(Failure::Broken(format!("`{}` did not write its output file\n{said}", build.command.join(" "))))
}

/// The command lines in order.
fn commands<'a>(compilation: &Compilation<'_>, build: &'a BuildSection) -> Vec<&'a Vec<String>> {
    match build.resolve.as_ref().filter(|_| compilation.resolves) {
        Some(resolve) => vec![&resolve.command],
        None => build.before.iter().chain([&build.command]).collect(),
    }
}

/// What the compiler said, and what the pack's own command finds out about the sources. That it may fail changes
/// nothing: the compiler's words are there already.
fn with_diagnosis(
    said: String,
    command: &[String],
    run: impl Fn(&[String]) -> Result<String, Failure>,
) -> Failure {
    if command.is_empty() {
        return Failure::Rejected(said);
    }
    match run(command) {
        Ok(found) if !found.trim().is_empty() => {
            Failure::Rejected(format!("{}\n{}", said.trim_end(), found.trim_end()))
        }
        Err(Failure::Cancelled) => Failure::Cancelled,
        _ => Failure::Rejected(said),
    }
}

/// Runs one command; what it said.
fn here(
    compilation: &Compilation<'_>,
    words: &[String],
    path: &OsStr,
    env: &BTreeMap<String, OsString>,
) -> Result<String, Failure> {
    let Compilation { toolchain, source, output, offline, .. } = compilation;
    let build = &toolchain.pack.manifest.build;
    let work = output.parent().unwrap_or(output);
    let fill = Fill::new([("output", *output), ("work", work)]);
    let within = compilation.within.iter().map(OsString::from);
    let words: Vec<_> = within.chain(fill.words(words)).collect();
    let broken = |error: std::io::Error| Failure::Broken(format!("{}: {error}", shown(&words)));
    let mut command = toolchain::command(&toolchain.pack, &words, path)
        .ok_or_else(|| Failure::Broken("the pack has no build command".to_owned()))?;
    // A compiler that is ended leaves its temporary files: they go with the folder.
    command.env("TMPDIR", work).current_dir(source).envs(fill.env(&build.env)).envs(env);
    if *offline {
        command.envs(fill.env(&build.offline));
    }
    for (variable, folder) in cache_folders(compilation) {
        files::create_folder(files::anywhere(), &folder).map_err(|error| {
            let folder = folder.display();
            Failure::Broken(format!(
                "the folder {folder} for the compiler's cache cannot be created: {error}; `PELATO_CACHE` sets another"
            ))
        })?;
        command.env(variable, folder);
    }
    let result = process::output(&mut command, compilation.cancel);
    let result = result.map_err(broken)?.ok_or(Failure::Cancelled)?;
    let said = [result.stdout, result.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    match result.status.success() {
        true => Ok(said),
        false if said.trim().is_empty() => {
            Err(Failure::Broken(format!("`{}` ended with {}", shown(&words), result.status)))
        }
        false => Err(Failure::Rejected(said)),
    }
}

/// A compiler's words about the user's own files, and what the pack has to say about them.
pub fn explained(said: &str, pack: &Pack, code: &Code, source: &Path) -> String {
    let task = &pack.manifest.task;
    let omit = pack.manifest.build.omit.iter();
    let told = omit.fold(said.to_owned(), |told, part| part.regex().replace_all(&told, "").into_owned());
    let mut text =
        with_own_files(&with_own_name(told.trim_end(), pack, code), code, source, task.into.as_deref());
    let known = pack.manifest.build.explain.iter();
    for explanation in known.filter(|explanation| explanation.pattern.regex().is_match(said)) {
        text.push_str(&format!("\n  help: {}", explanation.help));
    }
    text
}

/// A compiler's words with a task's only file in place of the name that its copy has.
fn with_own_name(said: &str, pack: &Pack, code: &Code) -> String {
    match (&pack.manifest.task.single, code.files.first()) {
        (Some(single), Some(own)) if code.is_file => said.replace(&single.name, own),
        _ => said.to_owned(),
    }
}

/// A compiler's words with the user's own files in place of the copies in `gen/`.
fn with_own_files(said: &str, code: &Code, source: &Path, into: Option<&str>) -> String {
    let mut names: Vec<&str> = code.files.iter().map(String::as_str).collect();
    // The longest first: `a/convert.go` has to be tried before `convert.go`.
    names.sort_by_key(|name| std::cmp::Reverse(name.len()));
    let names: Vec<_> = names.into_iter().map(regex::escape).collect();
    let copies = format!(
        r#"(?m)(?P<before>^|[\s"'(\[=@])(?:\./|{}/)?{}(?P<file>{})(?P<after>[:"'(),\s\]]|$)"#,
        regex::escape(&source.to_string_lossy()),
        into.map(|folder| format!("{}/", regex::escape(folder.trim_end_matches('/')))).unwrap_or_default(),
        names.join("|")
    );
    match Regex::new(&copies) {
        Ok(copies) => {
            let own = format!("${{before}}{}/${{file}}${{after}}", code.shown.replace('$', "$$"));
            copies.replace_all(said, own).into_owned()
        }
        Err(_) => said.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_name_the_users_files() {
        let code = Code {
            tasks: "/p/tasks".into(),
            folder: "/p/tasks".into(),
            files: vec!["convert.go".into(), "sub/convert.go".into()],
            shown: "tasks/t".into(),
            is_file: false,
        };
        let own = |said: &str| with_own_files(said, &code, Path::new("/p/gen/c/source"), None);
        assert_eq!(own("./convert.go:3:5: undefined: x"), "tasks/t/convert.go:3:5: undefined: x");
        assert_eq!(own("# c\nsub/convert.go:1:1: y"), "# c\ntasks/t/sub/convert.go:1:1: y");
        assert_eq!(own("/p/gen/c/source/convert.go:9"), "tasks/t/convert.go:9");
        assert_eq!(own("run@sub/convert.go:3:5"), "run@tasks/t/sub/convert.go:3:5");
        assert_eq!(own("  File \"convert.go\", line 2"), "  File \"tasks/t/convert.go\", line 2");
        assert_eq!(
            own("./pelato_shell.go:3:5 my_convert.go:1 convert.gox"),
            "./pelato_shell.go:3:5 my_convert.go:1 convert.gox"
        );
        let own = |said: &str| with_own_files(said, &code, Path::new("/p/gen/c/source"), Some("task/"));
        assert_eq!(
            own(" --> task/sub/convert.go:3:5\n --> shell.go:1:1"),
            " --> tasks/t/sub/convert.go:3:5\n --> shell.go:1:1"
        );
    }
}
