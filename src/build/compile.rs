//! Runs a pack's compiler on this machine.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use regex::Regex;

use super::container;
use super::toolchain::{self, Place, Toolchain};
use crate::catalog::Pack;
use crate::check::Code;

/// One call of a compiler.
#[derive(Debug)]
pub struct Compilation<'a> {
    /// The pack whose command it is.
    pub pack: &'a Pack,
    /// The compiler.
    pub toolchain: &'a Toolchain,
    /// The folder of the sources, absolute.
    pub source: &'a Path,
    /// The file to write, absolute.
    pub output: &'a Path,
    /// The user's own files, relative to `source`.
    pub own: &'a [String],
    /// The folder of what the pack keeps between builds.
    pub cache: &'a Path,
    /// The network is not to be used.
    pub offline: bool,
}

/// How a compilation failed.
#[derive(Debug)]
pub enum Failure {
    /// The compiler found something wrong: its words.
    Rejected(String),
    /// The compiler could not be run, or left nothing behind.
    Broken(String),
    /// Somebody wanted the work to end.
    Interrupted,
}

/// Compiles; what comes out is in `output`.
///
/// # Errors
/// When the compiler reports a mistake or cannot be run.
pub fn run(compilation: &Compilation<'_>) -> Result<(), Failure> {
    match &compilation.toolchain.place {
        Place::Here { path, .. } => here(compilation, path),
        Place::Container(image) => container::compile(image, compilation),
    }
}

fn here(compilation: &Compilation<'_>, path: &OsStr) -> Result<(), Failure> {
    let Compilation { pack, source, output, cache, offline, .. } = compilation;
    let build = &pack.manifest.build;
    let fill = |word: &String| word.replace("{output}", &output.to_string_lossy());
    let words: Vec<String> = build.command.iter().map(fill).collect();
    let broken = |error: std::io::Error| Failure::Broken(format!("{}: {error}", words.join(" ")));
    let mut command = toolchain::command(&words, path)
        .ok_or_else(|| Failure::Broken("the pack has no build command".to_owned()))?;
    command.current_dir(source).envs(&build.env).stdin(Stdio::null());
    if *offline {
        command.envs(&build.offline);
    }
    for (variable, folder) in cache_folders(pack, cache) {
        std::fs::create_dir_all(&folder).map_err(broken)?;
        command.env(variable, folder);
    }
    let result = command.output().map_err(broken)?;
    let said = [result.stdout, result.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    match result.status.success() {
        true if output.is_file() => Ok(()),
        true => Err(Failure::Broken(format!("{} wrote no file\n{said}", words.join(" ")))),
        false if said.trim().is_empty() => {
            Err(Failure::Broken(format!("{} ended with {}", words.join(" "), result.status)))
        }
        false => Err(Failure::Rejected(said)),
    }
}

/// The folders that a pack keeps between builds, by the variable that names each.
pub(super) fn cache_folders(pack: &Pack, cache: &Path) -> Vec<(OsString, PathBuf)> {
    let folder = cache.join("packs").join(&pack.manifest.name);
    pack.manifest.build.cache.iter().map(|name| (name.into(), folder.join(name))).collect()
}

/// Whether a compiler may have something to fetch: the task has files that name dependencies.
pub(super) fn needs_network(compilation: &Compilation<'_>) -> bool {
    let names = &compilation.pack.manifest.build.dependencies;
    !compilation.offline && names.iter().any(|name| compilation.own.contains(name))
}

/// A compiler's words about the user's own files, and what the pack has to say about them.
pub fn explained(said: &str, pack: &Pack, code: &Code, source: &Path) -> String {
    let mut text = with_own_files(said.trim_end(), code, source);
    let known = pack.manifest.build.explain.iter();
    for explanation in known.filter(|explanation| explanation.pattern.regex().is_match(said)) {
        text.push_str(&format!("\n  help: {}", explanation.help));
    }
    text
}

/// A compiler's words with the user's own files in place of the copies in `gen/`.
fn with_own_files(said: &str, code: &Code, source: &Path) -> String {
    let mut names: Vec<&str> = code.files.iter().map(String::as_str).collect();
    // The longest first: `a/convert.go` has to be tried before `convert.go`.
    names.sort_by_key(|name| std::cmp::Reverse(name.len()));
    let names: Vec<_> = names.into_iter().map(regex::escape).collect();
    let copies = format!(
        r#"(?m)(?P<before>^|[\s"'(\[=])(?:\./|{}/)?(?P<file>{})(?P<after>[:"'(),\s\]]|$)"#,
        regex::escape(&source.to_string_lossy()),
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
            folder: "/p/tasks".into(),
            files: vec!["convert.go".into(), "sub/convert.go".into()],
            shown: "tasks/t".into(),
        };
        let own = |said: &str| with_own_files(said, &code, Path::new("/p/gen/c/source"));
        assert_eq!(own("./convert.go:3:5: undefined: x"), "tasks/t/convert.go:3:5: undefined: x");
        assert_eq!(own("# c\nsub/convert.go:1:1: y"), "# c\ntasks/t/sub/convert.go:1:1: y");
        assert_eq!(own("/p/gen/c/source/convert.go:9"), "tasks/t/convert.go:9");
        assert_eq!(own("  File \"convert.go\", line 2"), "  File \"tasks/t/convert.go\", line 2");
        assert_eq!(
            own("./pelato_shell.go:3:5 my_convert.go:1 convert.gox"),
            "./pelato_shell.go:3:5 my_convert.go:1 convert.gox"
        );
    }
}
