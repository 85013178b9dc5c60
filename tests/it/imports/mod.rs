//! The floor plan of `src/`: an import points down, from front to stage to base, or along a line that has an order.
//! No files of one module import each other in a circle.
//!
//! Sources are parsed, not searched: macros' arguments count, comments, texts and `#[cfg(test)]` do not.

mod source;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use source::{Import, Sources};

/// The floors, from top to bottom: a module imports what is further down. Those of one line do not know each other.
const FLOORS: &[(&str, &[&str])] = &[
    ("front", &["cli"]),
    ("front", &["ui"]),
    ("facade", &["pelato"]),
    ("work", &["conformance"]),
    ("work", &["doctor", "drill", "evaluation", "graph", "infra", "pack", "scaffold", "template"]),
    ("stages", &["platform"]),
    ("stages", &["push"]),
    ("stages", &["build"]),
    ("stages", &["generate"]),
    ("stages", &["check"]),
    ("stages", &["catalog"]),
    ("stages", &["project"]),
    ("engine", &["host", "stream"]),
    ("base", &["measurement", "metrics", "nats", "postgres", "process", "progress", "protocol", "trust"]),
    ("base", &["cancel", "clock", "entry", "explain", "files", "remedy", "report", "text", "web"]),
];

fn sources() -> Sources {
    Sources::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"))
}

/// Where a module is in the floor plan: the floor's name, and how far down the line is.
fn place(module: &str) -> Option<(&'static str, usize)> {
    let line = FLOORS.iter().position(|(_, modules)| modules.contains(&module))?;
    Some((FLOORS[line].0, line))
}

/// What is wrong with an import, if it does not point down.
fn violation(import: &Import) -> Option<String> {
    let (from, to) = (import.source_module()?, import.target_module()?);
    if from == to {
        return None;
    }
    let at = format!("{}:{}: ", import.file, import.line);
    let (Some((from_floor, above)), Some((to_floor, below))) = (place(from), place(to)) else {
        return Some(format!("{at}`{from}` imports `{to}`, and one of them has no floor"));
    };
    let down = above < below;
    (!down).then(|| format!("{at}`{from}` ({from_floor}) imports `{to}` ({to_floor})"))
}

#[test]
fn every_import_points_down() {
    let sources = sources();
    let imports = sources.imports();
    assert!(imports.len() > 1000, "only {} imports were found: are the sources read?", imports.len());
    let violations: Vec<_> = imports.iter().filter_map(violation).collect();
    assert!(violations.is_empty(), "imports have to point down:\n{}", violations.join("\n"));
}

#[test]
fn every_module_has_one_floor() {
    let named: Vec<_> = FLOORS.iter().flat_map(|(_, modules)| *modules).copied().collect();
    let distinct: BTreeSet<_> = named.iter().copied().collect();
    assert_eq!(named.len(), distinct.len(), "a module is named twice");
    let without: Vec<_> = sources().modules().into_iter().filter(|module| place(module).is_none()).collect();
    assert_eq!(without, Vec::<String>::new(), "modules without a floor");
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    let mut graph: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let sources = sources();
    // The file of a module stands for the module as a whole: it may take from the files in it, and they from it.
    for import in sources.imports().iter().filter(|import| !import.is_inward()) {
        if import.source_module() == import.target_module() && import.file != import.target {
            graph.entry(import.file.clone()).or_default().insert(import.target.clone());
        }
    }
    let circles: Vec<_> = circles(&graph).iter().map(|files| files.join(" → ")).collect();
    assert!(circles.is_empty(), "files import each other:\n{}", circles.join("\n"));
}

/// The sets of files that can reach each other.
fn circles(graph: &BTreeMap<String, BTreeSet<String>>) -> Vec<Vec<String>> {
    let reached = |from: &String| {
        let mut reached = BTreeSet::new();
        let mut next: Vec<_> = graph.get(from).into_iter().flatten().collect();
        while let Some(file) = next.pop() {
            if reached.insert(file.clone()) {
                next.extend(graph.get(file).into_iter().flatten());
            }
        }
        reached
    };
    let all: BTreeMap<_, _> = graph.keys().map(|file| (file, reached(file))).collect();
    let in_circle = |file: &String| all[file].contains(file);
    let mut sets: BTreeSet<Vec<String>> = BTreeSet::new();
    for file in graph.keys().filter(|file| in_circle(file)) {
        let with = |other: &&String| {
            all[file].contains(*other) && all.get(*other).is_some_and(|back| back.contains(file))
        };
        sets.insert(graph.keys().filter(with).cloned().collect());
    }
    sets.into_iter().collect()
}

/// A small tree with one of each kind of mistake, so that the tests above cannot pass by reading nothing.
#[test]
fn mistakes_are_found() {
    let folder = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    write("lib.rs", "mod files;\nmod project;\nmod pelato;\npub use pelato::Error;\n");
    write("pelato.rs", "pub struct Error;\nuse crate::project::Settings;\n");
    write(
        "files.rs",
        "// crate::cli is not meant\nfn f() {\n    println!(\"{}\", crate::project::FILE);\n}\n",
    );
    write(
        "project/mod.rs",
        "mod a;\nmod b;\npub use a::A;\nuse b::B;\n#[cfg(test)]\nmod tests;\n#[cfg(test)]\nmod more { use crate::ui; }\n",
    );
    write("project/tests.rs", "use crate::cli::main;\n");
    write("project/a.rs", "use super::b::{self, B as C};\npub struct A(crate::Error);\n");
    write("project/b.rs", "use super::A;\npub struct B;\n");
    let sources = Sources::read(folder.path());
    let imports = sources.imports();
    let violations: Vec<_> = imports.iter().filter_map(violation).collect();
    assert_eq!(
        violations,
        [
            "src/files.rs:3: `files` (base) imports `project` (stages)",
            "src/project/a.rs:2: `project` (stages) imports `pelato` (facade)",
        ]
    );
    let inside: BTreeSet<_> = imports
        .iter()
        .filter(|import| {
            import.source_module() == Some("project") && import.target_module() == Some("project")
        })
        .map(|import| (import.file.as_str(), import.target.as_str(), import.is_inward()))
        .collect();
    let expected = [
        ("src/project/a.rs", "src/project/b.rs", false),
        ("src/project/b.rs", "src/project/a.rs", false),
        ("src/project/mod.rs", "src/project/a.rs", true),
        ("src/project/mod.rs", "src/project/b.rs", true),
    ];
    assert_eq!(inside, expected.into());
    let graph = BTreeMap::from([
        ("a".to_owned(), BTreeSet::from(["b".to_owned()])),
        ("b".to_owned(), BTreeSet::from(["c".to_owned()])),
        ("c".to_owned(), BTreeSet::from(["b".to_owned()])),
    ]);
    assert_eq!(circles(&graph), [["b", "c"]]);
}
