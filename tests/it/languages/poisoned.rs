//! What a person has set for other work does not reach into a build.

use std::process::Command;

use crate::support::tools::all_compilers;
use crate::support::workshop::Workshop;

/// Each would break or change a compiler that sees it.
const POISON: [&str; 41] = [
    "GOROOT",
    "GOPATH",
    "GOEXPERIMENT",
    "GOENV",
    "GOFLAGS",
    "GOOS",
    "GOARCH",
    "GOWORK",
    "GOTOOLCHAIN",
    "GOCACHEPROG",
    "GO111MODULE",
    "CGO_ENABLED",
    "CGO_CFLAGS",
    "PYTHONHOME",
    "PYTHONPATH",
    "PYTHONSTARTUP",
    "PYTHONUSERBASE",
    "VIRTUAL_ENV",
    "RUSTFLAGS",
    "CARGO_ENCODED_RUSTFLAGS",
    "CARGO_BUILD_TARGET",
    "CARGO_TARGET_DIR",
    "CARGO_BUILD_RUSTFLAGS",
    "RUSTC",
    "RUSTC_WRAPPER",
    "RUSTUP_TOOLCHAIN",
    "NODE_OPTIONS",
    "NODE_PATH",
    "ESBUILD_BINARY_PATH",
    "CC",
    "CXX",
    "AR",
    "LD",
    "CFLAGS",
    "CXXFLAGS",
    "LDFLAGS",
    "CPATH",
    "C_INCLUDE_PATH",
    "LIBRARY_PATH",
    "ZIG_LIB_DIR",
    "ZIG_GLOBAL_CACHE_DIR",
];

/// What a person has set for other work, in files as well: Go's own settings, where `GOENV` says and where they usually
/// are, and modules that Python would import before anything else.
struct Poison(tempfile::TempDir);

impl Poison {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("go")).unwrap();
        let settings = "GOROOT=/nonsense\nGOFLAGS=-nonsense\nGOARCH=nonsense\nGOTOOLCHAIN=go99.9\nGOEXPERIMENT=nonsense\n";
        std::fs::write(folder.path().join("go/env"), settings).unwrap();
        for module in ["sitecustomize.py", "json.py", "componentize_py.py"] {
            std::fs::write(folder.path().join(module), "raise SystemExit('poisoned')\n").unwrap();
        }
        Self(folder)
    }

    fn in_(&self, mut command: Command) -> Command {
        for name in POISON {
            command.env(name, "/nonsense --nonsense=nonsense");
        }
        let folder = self.0.path();
        command.env("GOENV", folder.join("go/env")).env("XDG_CONFIG_HOME", folder);
        command.env("PYTHONPATH", folder).env("NODE_OPTIONS", "--require=/nonsense.js");
        command
    }
}

/// How a command ended and what it printed. What is free on the disks changes meanwhile.
fn ended(mut command: Command) -> std::process::Output {
    let mut output = command.output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let free = regex::Regex::new(r"\d+ [GM]iB free").unwrap();
    output.stdout = free.replace_all(&text, "[FREE] free").into_owned().into_bytes();
    output
}

#[test]
fn variables_for_other_work_change_nothing() {
    let (mut workshop, poison) = (Workshop::new(), Poison::new());
    let poisoned = |command| poison.in_(command);
    for (language, file, code) in [
        ("go", "a.go", "package main\n\nfunc exec_task(arg string) string { return arg }\n"),
        ("c", "b.c", "char *exec_task(const char *arg) { return (char *)arg; }\n"),
        ("cpp", "c.cpp", "#include <string>\nstd::string exec_task(std::string arg) { return arg; }\n"),
    ] {
        workshop.task(language, language, &[(file, code)]);
    }
    let all_there = all_compilers();
    if all_there {
        for (language, file, code) in [
            ("rust", "d.rs", "pub fn exec_task(arg: String) -> String { arg }\n"),
            ("python", "e.py", "def exec_task(arg: str) -> str:\n    return arg\n"),
            ("javascript", "f.js", "export function exec_task(arg) { return arg; }\n"),
        ] {
            workshop.task(language, language, &[(file, code)]);
        }
    }
    let built = ["build", "--builder", "local", "-q", "go", "c", "cpp"];
    // Components in Python and JavaScript are never the same: they are only built under the poison.
    let rust: &[&str] = if all_there { &["rust"] } else { &[] };
    let slow: &[&str] = if all_there { &["python", "javascript"] } else { &[] };
    let all = [&built[..], rust].concat();
    let plain = workshop.command(&all).output().unwrap();
    assert!(plain.status.success(), "{plain:?}");
    for words in [
        &["check", "-q"][..],
        &["doctor", "--offline", "--builder", "local", "--timeout", "5m"],
        &["call", "--builder", "local", "-q", "go", "x"],
    ] {
        let plain = ended(workshop.command(words));
        let output = ended(poisoned(workshop.command(words)));
        assert_eq!(output, plain, "{words:?}");
        assert!(words[0] == "doctor" || output.status.success(), "{words:?}: {output:?}");
    }
    let output = poisoned(workshop.command(&all)).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && !said.contains("compiled"), "{output:?}");
    // Made anew under the poison, it is the same, byte for byte.
    let before = ["go", "c", "cpp"].map(|name| workshop.built(name));
    std::fs::remove_dir_all(workshop.path().join("gen")).unwrap();
    let output = poisoned(workshop.command(&[&all[..], slow].concat())).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    for language in slow {
        let call = ["call", "--builder", "local", "-q", language, "grüße"];
        let output = ended(poisoned(workshop.command(&call)));
        assert!(output.status.success() && output.stdout == "grüße".as_bytes(), "{output:?}");
    }
    assert!(["go", "c", "cpp"].map(|name| workshop.built(name)) == before);
}
