use std::collections::HashSet;
use std::path::PathBuf;

use super::{Context, Finding, Rule};
use crate::check::Entry;
use crate::files;
use crate::project::Field;
use crate::report::Severity;
use crate::text::quoted;

/// Code that uses what components do not have, such as the network.
pub struct CodeAbsent;

impl Rule for CodeAbsent {
    fn id(&self) -> &'static str {
        "code-absent"
    }

    fn check(&self, context: &Context<'_>) -> Vec<Finding> {
        // Tasks may share a file: it is read once for each language.
        let mut seen = HashSet::new();
        context.entries.iter().flat_map(|entry| absent(entry, &mut seen)).collect()
    }
}

fn absent(entry: &Entry<'_>, seen: &mut HashSet<(PathBuf, String)>) -> Vec<Finding> {
    let Some((field, Ok(found))) =
        entry.task.code.as_ref().zip(entry.code.as_ref().map(|outcome| outcome.as_ref().as_ref()))
    else {
        return Vec::new();
    };
    let absences = &found.pack.manifest.task.absent;
    if absences.is_empty() {
        return Vec::new();
    }
    let sources = found.code.files.iter().filter(|file| found.pack.is_source(file));
    let new = |file: &&String| seen.insert((found.code.folder.join(file), found.pack.manifest.name.clone()));
    let texts = sources.filter(new).filter_map(|file| {
        // What cannot be read is for the rules before.
        Some((file, files::text(&found.code.tasks, &found.code.folder.join(file), files::SOURCE).ok()?))
    });
    texts
        .flat_map(|(file, text)| {
            let path = format!("{}/{file}", found.code.shown);
            let used = absences.iter().filter(move |absence| absence.pattern.regex().is_match(&text));
            used.map(move |absence| {
                finding(field, format!("{} {}", quoted(&path), absence.message)).advise(absence.help.clone())
            })
            .collect::<Vec<_>>()
        })
        .collect()
}

fn finding(field: &Field, message: String) -> Finding {
    Finding { severity: Severity::Warning, ..Finding::at(field, message) }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use crate::check::rules::testing::{check_in, project, show, task, workflow};

    fn found(file: &str, text: &str) -> Vec<String> {
        let folder = project();
        fs::write(folder.path().join("tasks").join(file), text).unwrap();
        let text = workflow(&[task(&[&format!("code: {file}")])]);
        check_in(folder.path(), &text).0.problems.iter().map(show).collect()
    }

    const NETWORK: &str =
        "(functions have no network: send the data in the message, or let a task before this one fetch it)";

    #[test]
    fn the_network_is_a_warning_in_every_language() {
        let go = "package main\n\nimport (\n\t\"net/http\"\n\t\"net/url\"\n)\n\nfunc exec_task(arg string) string { return arg }\n";
        assert_eq!(
            found("b.go", go),
            [format!("5:11 code-absent: `tasks/b.go` imports a package that needs the network {NETWORK}")]
        );
        for (file, text) in [
            ("b.rs", "use std::net::TcpStream;\npub fn exec_task(arg: String) -> String { arg }\n"),
            ("b.c", "#include <sys/socket.h>\nchar *exec_task(const char *arg) { return 0; }\n"),
            ("b.cpp", "#include <netdb.h>\nstd::string exec_task(std::string_view arg) { return {}; }\n"),
            ("b.py", "import requests\n\ndef exec_task(arg: str) -> str:\n    return arg\n"),
            ("b.js", "export function exec_task(arg) { fetch(arg); }\n"),
        ] {
            let found = found(file, text);
            assert!(found.len() == 1 && found[0].ends_with(NETWORK), "{file}: {found:?}");
        }
    }

    #[test]
    fn files_are_a_warning_in_every_language() {
        const FILES: &str = "functions have no files: send the data in the message, or put it into the code";
        for (file, text) in [
            (
                "b.go",
                "package main\n\nimport \"os\"\n\nfunc exec_task(arg string) string {\n\tos.ReadFile(arg)\n\treturn arg\n}\n",
            ),
            (
                "b.rs",
                "use std::{collections::*, fs};\npub fn exec_task(arg: String) -> String { fs::read(&arg); arg }\n",
            ),
            ("b.c", "char *exec_task(const char *arg) { fopen(arg, \"r\"); return 0; }\n"),
            ("b.cpp", "#include <fstream>\nstd::string exec_task(std::string_view arg) { return {}; }\n"),
            (
                "b.py",
                "def exec_task(arg: str) -> str:\n    with open(arg) as file:\n        return file.read()\n",
            ),
            (
                "b.js",
                "import { readFileSync } from \"node:fs\";\nexport function exec_task(arg) { return arg; }\n",
            ),
        ] {
            let found = found(file, text);
            assert!(found.len() == 1 && found[0].contains(FILES), "{file}: {found:?}");
        }
        // Outside of functions the build itself says so; and other things are opened, too.
        let text = "WORDS = open(\"words\").read()\n\ndef exec_task(arg: str) -> str:\n    # open(arg)\n    return door.reopen(arg)\n";
        assert_eq!(found("b.py", text), Vec::<String>::new());
        let text = "#include <stdio.h>\nchar *exec_task(const char *arg) { puts(arg); return 0; }\n";
        assert_eq!(found("b.c", text), Vec::<String>::new());
    }

    #[test]
    fn threads_are_a_warning_and_what_only_looks_like_it_is_not() {
        for (file, text, count) in [
            (
                "b.go",
                "package main\n\nimport \"os/exec\"\n\nfunc exec_task(arg string) string { return arg }\n",
                1,
            ),
            (
                "b.go",
                "package main\n\nimport \"net/url\"\n\n// net/http\nfunc exec_task(arg string) string { return arg }\n",
                0,
            ),
            ("b.rs", "pub fn exec_task(arg: String) -> String { std::thread::spawn(|| 1); arg }\n", 1),
            ("b.cpp", "#include <thread>\nstd::string exec_task(std::string_view arg) { return {}; }\n", 1),
            ("b.py", "import threading\n\ndef exec_task(arg: str) -> str:\n    return arg\n", 1),
            ("b.py", "import urllib.parse\n\ndef exec_task(arg: str) -> str:\n    return arg\n", 0),
            ("b.js", "export function exec_task(arg) { return prefetch(arg) + store.fetch(arg); }\n", 0),
        ] {
            let found = found(file, text);
            assert_eq!(found.len(), count, "{file}: {found:?}");
        }
    }
}
