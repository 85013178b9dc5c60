//! Language packs: how functions of one language are started, wrapped and compiled.

mod check;
mod runs;
mod sections;

use std::sync::Arc;

use regex::Regex;

pub use runs::runs;
pub use sections::*;

use super::manifest::{Described, Manifest};
use crate::report::{Problem, Source};

pub const MANIFEST: &str = "pack.toml";

pub type Pack = Described<PackManifest>;

impl Pack {
    /// The pack once for each of its toolchains, the first that is looked for first.
    pub fn variants(&self) -> Vec<Self> {
        let others = &self.manifest.toolchain.alternatives;
        let variant = |toolchain: &ToolchainSection| {
            let mut pack = self.clone();
            pack.manifest.toolchain = ToolchainSection { alternatives: Vec::new(), ..toolchain.clone() };
            if let Some(command) = &toolchain.command {
                pack.manifest.build.command = command.clone();
            }
            pack
        };
        std::iter::once(&self.manifest.toolchain).chain(others).map(variant).collect()
    }

    /// The pack with the first of its toolchains that has an image; without one, as it is.
    pub fn for_containers(&self) -> Self {
        let has_image = |variant: &Self| variant.manifest.toolchain.image.is_some();
        self.variants().into_iter().find(has_image).unwrap_or_else(|| self.clone())
    }

    /// The source file that has the function: the first in which the first of `requires` matches.
    pub fn entry_file<'f>(&self, mut sources: impl Iterator<Item = (&'f str, &'f [u8])>) -> Option<&'f str> {
        let pattern = self.manifest.task.requires.first()?.pattern.regex();
        let found = sources.find(|(_, content)| pattern.is_match(&String::from_utf8_lossy(content)));
        found.map(|(name, _)| name)
    }

    /// Where a file that `[build.resolve]` writes is kept, for a task that is a single file: `convert.go.mod` for
    /// `go.mod` and `convert.go`.
    pub fn kept_beside(&self, file: &str, resolved: &str) -> String {
        let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
        format!("{stem}.{resolved}")
    }

    /// What a file is for the build that is kept beside a task's only file.
    fn resolved(&self, file: &str) -> Option<&str> {
        let resolve = self.manifest.build.resolve.as_ref()?;
        let names = resolve.files.iter().map(String::as_str);
        names.into_iter().find(|name| file.strip_suffix(name).is_some_and(|stem| stem.ends_with('.')))
    }

    /// The name and content of the copy of a file, for a task that is a single file.
    pub fn single(&self, file: &str, content: Vec<u8>) -> (String, Vec<u8>) {
        if let Some(name) = self.resolved(file) {
            return (name.to_owned(), content);
        }
        let Some(single) = &self.manifest.task.single else { return (file.to_owned(), content) };
        let content = match &single.first_line {
            // A byte order mark is one only at the beginning.
            Some(line) => {
                let content = content.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&content);
                [line.replace("{file}", file).as_bytes(), b"\n", content].concat()
            }
            None => content,
        };
        (single.name.clone(), content)
    }

    /// Where a file of the user's is put.
    pub fn place(&self, file: &str) -> String {
        match &self.manifest.task.into {
            Some(folder) => format!("{}/{file}", folder.trim_end_matches('/')),
            None => file.to_owned(),
        }
    }

    /// Whether a file of the user's is left out of the component: by its name or that of a folder it is in.
    pub fn ignores(&self, path: &str) -> bool {
        is_named(&self.manifest.task.ignore, path)
    }

    /// Whether `requires` and `shell.skip` look into a file of the user's.
    pub fn is_source(&self, path: &str) -> bool {
        let task = &self.manifest.task;
        if !task.sources.is_empty() {
            return task.sources.iter().any(|pattern| fits(pattern, path));
        }
        let ending = path.rsplit_once('.').map(|(_, ending)| ending);
        self.manifest.extensions.iter().any(|known| ending == Some(known))
    }

    /// The version in what the toolchain's `check` printed.
    pub fn version_in(&self, printed: &str) -> Option<semver::Version> {
        let pattern: &Regex = self.manifest.toolchain.version.regex();
        let found = pattern.captures(printed)?.get(1)?.as_str();
        // Compilers say `1.27`; semantic versions want three numbers.
        let dots = found.matches('.').count();
        semver::Version::parse(&format!("{found}{}", ".0".repeat(2usize.saturating_sub(dots)))).ok()
    }
}

impl Manifest for PackManifest {
    const KIND: &'static str = "language pack";
    const FILE: &'static str = MANIFEST;
    const TEXTS: &'static [&'static str] = &[
        "task.requires.pattern",
        "task.absent.pattern",
        "shell.skip.when",
        "shell.values.pattern",
        "shell.values.default",
        "toolchain.version",
        "toolchain.alternatives.version",
        "build.fail",
        "build.omit",
        "run.details",
        "build.explain.pattern",
    ];

    fn name(&self) -> &str {
        &self.name
    }

    /// By the extension of its files, such as `js`, or by a longer name, such as `golang`.
    fn is_meant_by(&self, name: &str) -> bool {
        self.extensions.iter().any(|known| known == name)
            || self.name.len() > 1 && name.starts_with(&self.name)
    }

    fn summary(&self) -> &str {
        &self.summary
    }

    fn check(&self, source: &Arc<Source>) -> Result<(), Problem> {
        check::check(source, self)
    }
}

/// Whether a file, or a folder that it is in, has a name that one of the patterns fits.
pub fn is_named(patterns: &[String], path: &str) -> bool {
    path.split('/').any(|name| patterns.iter().any(|pattern| fits(pattern, name)))
}

/// Whether a pattern fits a path: `*` stands for anything but a `/`.
fn fits(pattern: &str, path: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == path,
        Some((start, rest)) => path.strip_prefix(start).is_some_and(|path| {
            let ends = path.char_indices().map(|(at, _)| at).chain([path.len()]);
            ends.take_while(|at| !path[..*at].contains('/')).any(|at| fits(rest, &path[at..]))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn a_manifest_that_was_cut_or_scrambled_is_read_or_pointed_at(
            at in 0usize..4_000,
            length in 0usize..200,
            instead in "\\PC{0,12}|[\\[\\]{}=\"'#,.\n a-z0-9]{0,20}",
        ) {
            let whole = include_str!("../../../language-packs/go/pack.toml");
            let boundary = |at: usize| (0..=at.min(whole.len())).rev().find(|at| whole.is_char_boundary(*at));
            let (from, to) = (boundary(at).unwrap(), boundary(at + length).unwrap());
            let source = Source::new("pack.toml", format!("{}{instead}{}", &whole[..from], &whole[to..]));
            if let Err(problem) = Pack::parse(&source) {
                proptest::prop_assert!(!problem.message.is_empty());
                let lines = source.text.lines().count() + 1;
                proptest::prop_assert!(problem.position().is_none_or(|(line, _)| line <= lines));
            }
        }
    }

    #[test]
    fn every_command_begins_with_the_name_of_a_program() {
        let whole = include_str!("../../../language-packs/go/pack.toml");
        let commands: Vec<_> = whole.match_indices("[\"go\",").map(|(at, _)| at).collect();
        assert_eq!(commands.len(), 4, "check, build, resolve, diagnose");
        for at in commands {
            let changed = format!("{}[\"./go\",{}", &whole[..at], &whole[at + "[\"go\",".len()..]);
            let problem = Pack::parse(&Source::new("pack.toml", changed)).unwrap_err();
            assert!(
                problem.message.contains("runs `./go`, which is not the name of a program"),
                "{problem:?}"
            );
        }
    }

    #[test]
    fn a_star_stays_in_its_folder() {
        assert!(fits("*_test.go", "a_test.go") && fits("*", "") && fits("a*c*", "abbcd"));
        assert!(!fits("*.go", "sub/a.go") && fits("sub/*.go", "sub/a.go"));
        assert!(!fits("*_test.go", "a.go") && !fits("a", "ab"));
    }
}
