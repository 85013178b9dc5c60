//! The docs say what is true: what they show is run, and lists are compared with the sources they are about.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use pelato::project::settings::{ALL, Kind};
use regex::Regex;

use crate::support::page;
use crate::support::shared;
use crate::support::shell::Shell;
use crate::support::tools;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// README.md and everything below docs/ and examples/ that people read.
fn pages() -> Vec<PathBuf> {
    let mut pages = vec![root().join("README.md")];
    let mut folders = vec![root().join("docs"), root().join("examples")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.extension().and_then(|ending| ending.to_str()) {
                Some("md") => pages.push(path),
                _ if path.is_dir() && !path.ends_with("gen") => folders.push(path),
                _ => {}
            }
        }
    }
    pages
}

fn matches(pattern: &str, text: &str) -> Vec<String> {
    let pattern = Regex::new(pattern).unwrap();
    pattern.captures_iter(text).map(|found| found[1].to_owned()).collect()
}

/// The first cells of all tables, those in backquotes.
fn listed(page: &str) -> BTreeSet<String> {
    matches(r"(?m)^\| `([^`]+)` \|", page).into_iter().collect()
}

/// Fields of a manifest's structs, with the name of the section in front.
fn keys(source: &str, sections: &[(&str, &str)]) -> BTreeSet<String> {
    let strict = Regex::new(r"deny_unknown_fields\)\]\npub struct (\w+) \{\n((?s).*?)\n\}").unwrap();
    let mut keys = BTreeSet::new();
    for found in strict.captures_iter(source) {
        let section = sections.iter().find(|(name, _)| *name == &found[1]);
        let (_, section) = section.unwrap_or_else(|| panic!("{} is new: add it to this test", &found[1]));
        let fields = matches(r"(?m)^    pub (\w+):", &found[2]);
        keys.extend(fields.iter().map(|field| format!("{section}{field}")));
    }
    keys
}

#[test]
fn every_key_of_a_language_pack() {
    let sections = [
        ("PackManifest", ""),
        ("TaskSection", "task."),
        ("Requirement", "task.requires."),
        ("Absence", "task.absent."),
        ("Single", "task.single."),
        ("Resolve", "build.resolve."),
        ("RunSection", "run."),
        ("ShellSection", "shell."),
        ("Skip", "shell.skip."),
        ("Extract", "shell.values."),
        ("ToolchainSection", "toolchain."),
        ("BuildSection", "build."),
        ("Explanation", "build.explain."),
        ("ConformanceSection", "conformance."),
    ];
    let mut keys = keys(&read("src/catalog/pack/sections.rs"), &sections);
    // Sections: their keys are listed.
    let sections = ["task", "shell", "toolchain", "build", "run", "conformance"];
    let lists = [
        "task.requires",
        "task.absent",
        "task.single",
        "shell.skip",
        "shell.values",
        "build.resolve",
        "build.explain",
    ];
    for section in sections.into_iter().chain(lists) {
        assert!(keys.remove(section), "{section}");
    }
    let mut listed = listed(&read("docs/contributing/language-packs.md"));
    listed.retain(|key| !key.starts_with('{')); // placeholders
    assert_eq!(listed, keys);
}

#[test]
fn every_key_of_a_template() {
    let sections = [("TemplateManifest", ""), ("Parameter", "parameters."), ("Capability", "capabilities.")];
    let sections = [sections.as_slice(), &[("ConformanceSection", "conformance.")]].concat();
    let keys = keys(&read("src/catalog/template/mod.rs"), &sections);
    let listed = listed(&read("docs/contributing/templates.md"));
    let interfaces = |key: &&String| key.contains(':');
    assert_eq!(listed.iter().filter(|key| !interfaces(key)).cloned().collect::<BTreeSet<_>>(), keys);
    assert_eq!(listed.iter().filter(interfaces).count(), 4);
}

#[test]
fn every_check_of_a_language_pack() {
    let page = read("docs/reference/pack-check.md");
    let (_, sections) = page.split_once("\n## The checks\n").unwrap();
    let names: Vec<_> = pelato::conformance::pack::CHECKS.iter().map(|check| check.name.to_owned()).collect();
    assert_eq!(matches(r"(?m)^### (\S+)$", sections), names, "in the order in which they are made");
    let rows = pelato::pack::TASKS.iter().map(|task| format!("| `{}` | {} |", task.name, task.about));
    assert_eq!(rows.filter(|row| !page.contains(row.as_str())).collect::<Vec<_>>(), Vec::<String>::new());
}

#[test]
fn every_check_of_a_template() {
    let page = read("docs/reference/template-check.md");
    let (_, sections) = page.split_once("\n## The checks\n").unwrap();
    let names: Vec<_> =
        pelato::conformance::template::CHECKS.iter().map(|check| check.name.to_owned()).collect();
    assert_eq!(matches(r"(?m)^### (\S+)$", sections), names, "in the order in which they are made");
}

#[test]
fn every_setting() {
    let page = read("docs/reference/settings.md");
    for key in ALL {
        let kind = match key.kind {
            Kind::Text => "text",
            Kind::Secret => "secret",
            Kind::Truth => "boolean",
            Kind::Port => "port",
            Kind::Number | Kind::Calls => "number",
            Kind::Builder => "builder",
            Kind::Time => "time",
            Kind::Host => "host",
            Kind::NatsUrl => "address",
            Kind::IpAddress => "IP address",
            Kind::Token | Kind::Configuration => "name",
            Kind::Pairs => "pairs",
            Kind::Platform => "platform",
            Kind::Namespace => "namespace",
            Kind::Image => "image",
        };
        let default = key.default.map_or("|".to_owned(), |value| format!("`{value}` |"));
        let row = format!("| `{}` | {kind} | {default}", key.name);
        assert!(page.contains(&row), "docs/reference/settings.md has no row that begins with {row}");
    }
}

#[test]
fn every_exit_code() {
    let page = read("docs/reference/exit-codes.md");
    let source = read("src/pelato/exit.rs");
    let (_, source) = source.split_once("pub enum Exit {").unwrap();
    let (source, _) = source.split_once("\n}").unwrap();
    let variant = Regex::new(r"(?m)^    (\w+) = (\d+),").unwrap();
    let rows = variant.captures_iter(source).map(|found| format!("| {} | `{}` |", &found[2], &found[1]));
    let rows: Vec<_> = rows.collect();
    assert!(rows.len() >= 7);
    assert_eq!(rows.iter().filter(|row| !page.contains(*row)).collect::<Vec<_>>(), Vec::<&String>::new());
    assert_eq!(matches(r"(?m)^(\| \d+ \|)", &page).len(), rows.len());
}

#[test]
fn every_subject_of_doctor() {
    let of = |platform: &str| {
        let set = |name: &str| (name == "PLATFORM").then(|| platform.to_owned());
        let settings = pelato::project::Settings::load(None, set, &[]).unwrap();
        pelato::doctor::subjects(pelato::platform::of(&settings).unwrap().as_ref())
    };
    let all = pelato::project::settings::PLATFORMS.map(of);
    let headings = matches(r"(?m)^### (.*)$", &read("docs/doctor.md"));
    for own in &all {
        let others = all.iter().flatten().filter(|subject| !own.contains(subject)).collect::<Vec<_>>();
        let left = headings.iter().filter(|heading| !others.iter().any(|other| **other == heading.as_str()));
        assert_eq!(left.map(String::as_str).collect::<Vec<_>>(), *own);
    }
}

#[test]
fn the_commands_are_those_of_the_program() {
    let printed = Command::new(env!("CARGO_BIN_EXE_pelato")).arg("reference").output().unwrap();
    let printed = String::from_utf8(printed.stdout).unwrap();
    assert!(
        printed.trim_end() == read("docs/reference/commands.md").trim_end(),
        "docs/reference/commands.md is old: cargo run -- reference > docs/reference/commands.md"
    );
}

/// The console blocks of a page.
fn play(path: &str) {
    play_in(Shell::new(), path);
}

fn play_in(mut shell: Shell, path: &str) {
    let steps = page::steps(&read(path));
    assert!(!steps.is_empty(), "{path} shows no command");
    shell.play(&steps).unwrap_or_else(|wrong| panic!("{path}, {wrong}"));
}

#[test]
fn write_a_task() {
    play("docs/write-a-task.md");
}

#[test]
fn languages() {
    play("docs/languages.md");
}

#[test]
fn run_it_on_this_machine() {
    play("docs/run.md");
}

#[test]
fn what_is_missing() {
    play("docs/doctor.md");
}

#[test]
fn store_results() {
    play("docs/store-data.md");
}

#[test]
fn send_results_on() {
    play("docs/send-on.md");
}

#[test]
fn move_from_the_prototype() {
    play("docs/migrate.md");
}

#[test]
fn release_a_version() {
    play("docs/release.md");
}

#[test]
fn from_an_empty_laptop() {
    play("docs/infrastructure.md");
}

#[test]
fn machines_for_wasmcloud_1_9() {
    play("docs/infrastructure-wadm.md");
}

#[test]
fn measure_and_compare() {
    play("docs/measure.md");
}

#[test]
fn add_a_language_pack() {
    play("docs/contributing/language-packs.md");
}

#[test]
fn add_a_template() {
    // What cargo compiles of others is kept from one run to the next.
    let kept = shared::temporary("docs-cargo").display().to_string();
    let mut shell = Shell::new().env("CARGO_BUILD_BUILD_DIR", kept);
    for (name, folder) in tools::cargo_folders() {
        shell = shell.env(name, folder.display().to_string());
    }
    play_in(shell.with_rust(), "docs/contributing/templates.md");
}

#[test]
fn use_a_language_pack_of_others() {
    play("docs/language-packs.md");
}

#[test]
fn json() {
    play("docs/reference/json.md");
}

#[test]
fn every_link_leads_somewhere() {
    let mut broken = Vec::new();
    for path in pages() {
        let page = fs::read_to_string(&path).unwrap();
        for link in matches(r"\]\(([^)\s]+)\)", &page) {
            let (file, heading) = link.split_once('#').unwrap_or((&link, ""));
            if file.contains("://") {
                continue;
            }
            let target = if file.is_empty() { path.clone() } else { path.parent().unwrap().join(file) };
            let found = match fs::read_to_string(&target) {
                _ if heading.is_empty() => target.exists(),
                Ok(text) => matches(r"(?m)^#+ (.*)$", &text).iter().any(|title| anchor(title) == heading),
                Err(_) => false,
            };
            if !found {
                broken.push(format!("{}: {link}", path.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

/// As code hosts make it of a heading.
fn anchor(title: &str) -> String {
    let kept = title.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c));
    kept.collect::<String>().to_lowercase().replace(' ', "-")
}

#[test]
fn commands_in_the_text_exist() {
    let reference = read("docs/reference/commands.md");
    let mut wrong = Vec::new();
    for path in pages().into_iter().filter(|path| !path.ends_with("commands.md")) {
        let page = fs::read_to_string(&path).unwrap();
        let mut commands = matches(r"`(pelato [^`\n]+)`", &page);
        commands.extend(matches(r"(?m)^    (pelato [^\n]+)$", &page));
        for command in commands {
            let words: Vec<_> = command.split_whitespace().skip(1).collect();
            let global = section(&reference, "pelato").unwrap();
            // Global flags may stand in front, with their values.
            let Some(at) = words.iter().position(|w| section(&reference, &format!("pelato {w}")).is_some())
            else {
                if words.iter().any(|word| !word.starts_with('-') && word.len() > 1) {
                    wrong.push(format!("{}: `{command}`", path.display()));
                }
                continue;
            };
            let below =
                words.get(at + 1).and_then(|w| section(&reference, &format!("pelato {} {w}", words[at])));
            let help = below.or_else(|| section(&reference, &format!("pelato {}", words[at]))).unwrap();
            let flags = words.iter().filter(|word| word.starts_with("--") && word.len() > 2);
            let unknown = flags.map(|flag| flag.split('=').next().unwrap()).find(|flag| {
                let known = Regex::new(&format!(r"(?m)^ +(-\w, )?{flag}\b")).unwrap();
                !known.is_match(help) && !known.is_match(global)
            });
            if let Some(flag) = unknown {
                wrong.push(format!("{}: {flag} in `{command}`", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// What docs/reference/commands.md says about a command.
fn section<'a>(reference: &'a str, command: &str) -> Option<&'a str> {
    let (_, rest) = reference.split_once(&format!("\n## {command}\n"))?;
    Some(rest.split("\n## ").next().unwrap_or(rest))
}
