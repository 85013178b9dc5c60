//! Rust.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::support::instance::Running;
use crate::support::tools::{path, rust_bin};
use crate::support::workshop::{
    Workshop, echoes, finds_its_environment, same_bytes, starter, with_environment,
};

const VERBS: &str = r#"
use std::time::{Duration, SystemTime};

pub fn exec_task(arg: &[u8]) -> Result<Vec<u8>, String> {
    let text = String::from_utf8_lossy(arg);
    match text.split_once(' ').unwrap_or((&text, "")) {
        ("empty", _) => Ok(Vec::new()),
        ("error", rest) => Err(rest.to_owned()),
        ("panic", rest) => panic!("so sorry: {rest}"),
        ("index", _) => Ok(vec![arg[arg.len()]]),
        ("env", name) => Ok(std::env::var(name).unwrap_or("unset".into()).into_bytes()),
        ("exit", _) => std::process::exit(3),
        ("deep", _) => Ok(vec![depth(1_000_000)]),
        ("time", _) if SystemTime::now() < SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000) => Err("no clock".into()),
        ("hash", _) => Ok(std::collections::HashMap::from([(1, 2)])[&1].to_string().into_bytes()),
        _ => Ok(arg.to_vec()),
    }
}

#[allow(unconditional_recursion)]
fn depth(left: usize) -> u8 {
    let page = std::hint::black_box([left as u8; 1000]);
    if left == 0 { page[0] } else { depth(left - 1).wrapping_add(page[left % 1000]) }
}
"#;

#[test]
fn results_errors_and_ends() {
    let function = with_environment(&Workshop::function("rust", &[("verbs.rs", VERBS)]));
    let mut running = Running::new(&function);
    echoes(&mut running);
    finds_its_environment(&mut running);
    assert_eq!(running.exec(b"empty").unwrap(), Ok(vec![]));
    assert_eq!(running.exec("error −300".as_bytes()).unwrap(), Err("−300".into()));
    assert_eq!(running.exec(b"time").unwrap(), Ok(b"time".into()));
    assert_eq!(running.exec(b"hash").unwrap(), Ok(b"2".into()));
    for (end, said) in
        [("panic oh", "so sorry: oh"), ("index", "index out of bounds"), ("exit", ""), ("deep", "")]
    {
        let mut running = Running::new(&function);
        assert!(running.exec(end.as_bytes()).is_err(), "{end}");
        assert!(running.stderr().contains(said), "{end}: {}", running.stderr());
    }
    let mut running = Running::new(&function);
    running.exec(b"panic").unwrap_err();
    assert!(running.stderr().contains("panicked at task/verbs.rs:9:"), "{}", running.stderr());
}

#[test]
fn every_form_of_the_function() {
    let forms = [
        "pub fn exec_task(arg: String) -> String { arg + \"!\" }",
        "pub fn exec_task(arg: &str) -> String { format!(\"{arg}!\") }",
        "pub fn exec_task(_: &str) -> &'static str { \"x!\" }",
        "pub fn exec_task(mut arg: Vec<u8>) -> Vec<u8> { arg.push(b'!'); arg }",
        "pub fn exec_task(arg: &[u8]) -> Vec<u8> { [arg, b\"!\"].concat() }",
        "pub fn exec_task(arg: String) -> Result<String, Box<dyn std::error::Error>> {\n    \
         let number: f64 = arg.parse().or_else(|error| if arg == \"x\" { Ok(0.0) } else { Err(error) })?;\n    \
         Ok(format!(\"{}!\", if number == 0.0 { \"x\" } else { \"y\" }))\n}",
        "mod inner { pub fn exec_task(arg: String) -> String { arg + \"!\" } }\npub use inner::exec_task;",
    ];
    let mut workshop = Workshop::new();
    for (at, form) in forms.iter().enumerate() {
        workshop.task(&format!("form_{at}"), "rust", &[(&format!("form_{at}.rs"), form)]);
    }
    workshop.build().unwrap_or_else(|said| panic!("{said}"));
    for (at, form) in forms.iter().enumerate() {
        let mut running = Running::new(&workshop.built(&format!("form_{at}")));
        assert_eq!(running.exec(b"x").unwrap(), Ok(b"x!".into()), "{form}");
        match running.exec(b"\xff").unwrap() {
            Ok(_) => assert!(form.contains("u8"), "{form}"),
            Err(error) => assert!(error.starts_with("the input is not UTF-8: "), "{error}"),
        }
        if form.contains("dyn") {
            assert_eq!(running.exec(b"ten").unwrap(), Err("invalid float literal".into()));
        }
    }
}

/// A crate with a dependency, of which two versions are there: the lock file decides.
#[test]
fn dependencies_are_those_of_the_lock_file() {
    let mut workshop = Workshop::new();
    let manifest = "[package]\nname = \"sensors\"\nversion = \"0.2.0\"\nedition = \"2021\"\n\n\
                    [dependencies]\nunits = { path = \"units\" }\n";
    let files = [
        ("Cargo.toml", manifest),
        ("src/lib.rs", "mod kelvin;\npub fn exec_task(arg: String) -> String { kelvin::of(&arg) }\n"),
        (
            "src/kelvin.rs",
            "pub fn of(text: &str) -> String { units::named(text, env!(\"CARGO_PKG_NAME\")) }\n",
        ),
        ("units/Cargo.toml", "[package]\nname = \"units\"\nversion = \"1.2.3\"\nedition = \"2021\"\n"),
        (
            "units/src/lib.rs",
            "pub fn named(text: &str, by: &str) -> String { format!(\"{text} K by {by}\") }\n",
        ),
        ("target/debug/large.rs", "this is not Rust"),
    ];
    workshop.task("task", "rust", &files);
    // As `cargo test` leaves it in the task's folder.
    let cargo = std::process::Command::new(rust_bin().join("cargo"))
        .args(["generate-lockfile", "--offline"])
        .current_dir(workshop.path().join("tasks/task"))
        .env("PATH", path())
        .output()
        .unwrap();
    assert!(cargo.status.success(), "{cargo:?}");
    workshop.build().unwrap_or_else(|said| panic!("{said}"));
    let mut running = Running::new(&workshop.built("task"));
    assert_eq!(running.exec(b"273").unwrap(), Ok(b"273 K by sensors".into()));
    let lock = |file: &str| fs::read_to_string(workshop.path().join(file)).unwrap();
    let (own, used) = (lock("tasks/task/Cargo.lock"), lock("gen/task/source/Cargo.lock"));
    assert_eq!(used.matches("[[package]]").count(), own.matches("[[package]]").count() + 1, "{used}");
    assert!(used.contains("name = \"units\"\nversion = \"1.2.3\""), "{used}");

    // What cargo wrote there is left alone, and is no reason to build again.
    let output = workshop.command(&["gen"]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("0 files written, 0 removed"), "{said}");

    // A version that is locked and not there is not exchanged for one that is.
    workshop.write("tasks/task/Cargo.lock", &own.replace("1.2.3", "1.2.2"));
    workshop.write("tasks/task/Cargo.toml", &manifest.replace("{ path = \"units\" }", "\"=1.2.2\""));
    let output = workshop.command(&["build", "--builder", "local", "--offline"]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success(), "{said}");
    assert!(
        said.contains("help: in the task's folder, run `cargo fetch` where there is a network"),
        "{said}"
    );
}

#[test]
fn what_is_wrong_is_said_with_file_and_line() {
    let source = "pub fn exec_task(celsius: f64) -> f64 {\n    celsius + 273.15\n}\n";
    let said = Workshop::refused("rust", &[("convert.rs", source)]);
    assert!(
        said.contains("`exec_task` has a signature PELATO cannot call: `fn(f64) -> f64 {exec_task}`"),
        "{said}"
    );
    assert!(said.contains("help: give `exec_task` one of these forms: fn(String) -> String"), "{said}");
    let said = Workshop::refused("rust", &[("convert.rs", "pub fn exec_task(arg: String) -> u32 { 1 }\n")]);
    assert!(said.contains("has a signature PELATO cannot call"), "{said}");

    let source = "pub fn exec_task(arg: String) -> String {\n    arg + 1\n}\n";
    let said = Workshop::refused("rust", &[("convert.rs", source)]);
    assert!(said.contains(" --> tasks/convert.rs:2:"), "{said}");
    assert!(said.contains("error[E0308]: mismatched types"), "{said}");
    let said = Workshop::refused("rust", &[("src/lib.rs", source), ("README.md", "")]);
    assert!(said.contains(" --> tasks/task/src/lib.rs:2:"), "{said}");

    let said = Workshop::refused("rust", &[("convert.rs", "fn exec_task(arg: String) -> String { arg }\n")]);
    assert!(said.contains("no public function `exec_task` in `tasks/convert.rs`"), "{said}");

    let inner = "pub mod inner {\n    pub fn exec_task(arg: String) -> String { arg }\n}\n";
    let said = Workshop::refused("rust", &[("convert.rs", inner)]);
    assert!(said.contains("help: the crate's root, src/lib.rs, has to have it"), "{said}");
}

#[test]
fn the_same_sources_give_the_same_bytes() {
    same_bytes(
        "rust",
        &[
            ("Cargo.toml", "[package]\nname = \"same\"\nversion = \"0.1.0\"\n"),
            (
                "src/lib.rs",
                "pub fn exec_task(arg: String) -> String { if arg.is_empty() { panic!(\"here\") } file!().into() }\n",
            ),
        ],
    );
}

#[test]
fn the_starter() {
    starter("rust", &[&["cargo", "test", "--offline"]]);
}

/// A cargo that is installed without the target, as after installing Rust.
#[test]
fn a_missing_target_is_told_with_what_to_do() {
    let mut workshop = Workshop::new();
    workshop.task("task", "rust", &[("verbs.rs", VERBS)]);
    let bin = workshop.path().join("bin");
    fs::create_dir(&bin).unwrap();
    for (name, script) in [
        ("cargo", "echo 'cargo 1.95.0 (f2d3ce0bd 2026-03-21)'"),
        ("rustc", "echo \"error[E0463]: can't find crate for \\`std\\`\" >&2; exit 1"),
    ] {
        fs::write(bin.join(name), format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(bin.join(name), PermissionsExt::from_mode(0o755)).unwrap();
    }
    let output = workshop.command(&["build"]).env("PATH", &bin).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(4), "{said}");
    assert!(said.contains("bin/cargo cannot be used: error[E0463]: can't find crate for `std`"), "{said}");
    assert!(
        said.contains("help: install Rust with rustup, then run `rustup target add wasm32-wasip1`"),
        "{said}"
    );
}
