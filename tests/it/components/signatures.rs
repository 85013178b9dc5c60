//! The four forms of `exec_task`, and what the compiler says about any other.

use super::go::{advice, function, refused};
use crate::support::instance::Running;

fn answers(source: &str) -> [Result<Vec<u8>, String>; 3] {
    let mut running = Running::new(&function(&[("convert.go", source)]));
    [&b"abc"[..], b"", b"\xff\x00\xfe"].map(|input| running.exec(input).unwrap())
}

#[test]
fn text_to_text() {
    let answers = answers(
        r#"package main

func exec_task(arg string) string { return arg + arg }
"#,
    );
    assert_eq!(answers, [Ok(b"abcabc".into()), Ok(b"".into()), Ok(b"\xff\x00\xfe\xff\x00\xfe".into())]);
}

#[test]
fn text_to_text_or_error() {
    let answers = answers(
        r#"package main

import "errors"

func exec_task(arg string) (string, error) {
	if arg == "" {
		return "lost", errors.New("no input")
	}
	return arg[1:], nil
}
"#,
    );
    assert_eq!(answers, [Ok(b"bc".into()), Err("no input".into()), Ok(b"\x00\xfe".into())]);
}

#[test]
fn bytes_to_bytes() {
    // The same slice, changed in place.
    let answers = answers(
        r#"package main

import "slices"

func exec_task(arg []byte) []byte {
	slices.Reverse(arg)
	return arg
}
"#,
    );
    assert_eq!(answers, [Ok(b"cba".into()), Ok(b"".into()), Ok(b"\xfe\x00\xff".into())]);
}

#[test]
fn bytes_to_bytes_or_error() {
    let answers = answers(
        r#"package main

import "fmt"

func exec_task(arg []byte) ([]byte, error) {
	if len(arg) == 0 {
		return nil, fmt.Errorf("not UTF-8: %s", "\xff")
	}
	return arg[:1], nil
}
"#,
    );
    assert_eq!(answers, [Ok(b"a".into()), Err("not UTF-8: \u{FFFD}".into()), Ok(b"\xff".into())]);
}

fn compiler_says(source: &str) -> String {
    refused(&[("convert.go", source)])
}

#[test]
fn another_signature_is_a_compile_error_that_names_the_possible_ones() {
    let said = compiler_says(
        r#"package main

func exec_task(celsius float64) float64 { return celsius + 273.15 }
"#,
    );
    let line =
        said.lines().find(|line| line.starts_with("./pelato_shell.go:")).unwrap_or_else(|| panic!("{said}"));
    assert!(
        line.ends_with(
            ": func(celsius float64) float64 does not satisfy pelatoExecTaskMustBeOneOf (func(celsius float64) float64 \
             missing in func(string) string | func(string) (string, error) | func([]byte) []byte | \
             func([]byte) ([]byte, error))"
        ),
        "{said}"
    );
    assert_eq!(advice(&said), 1, "{said}");
}

#[test]
fn the_users_errors_come_with_the_users_file_and_line() {
    let said = compiler_says(
        r#"package main

func exec_task(arg string) string {
	return arg + 1
}
"#,
    );
    let compiler: Vec<_> = said.lines().skip_while(|line| !line.starts_with('#')).collect();
    assert!(compiler[1].starts_with("tasks/convert.go:4:9: invalid operation: arg + 1 "), "{said}");
    assert!(
        compiler[2].starts_with("error: 1 of 1 components"),
        "nothing but the package and the error: {said}"
    );
    assert_eq!(advice(&said), 0, "{said}");
}

#[test]
fn a_missing_module_is_explained() {
    let said = compiler_says(
        r#"package main

import "example.org/units"

func exec_task(arg string) string { return units.Kelvin(arg) }
"#,
    );
    assert!(said.contains("convert.go:3:8: no required module provides package example.org/units"), "{said}");
    assert_eq!(advice(&said), 1, "{said}");
}

#[test]
fn other_pitfalls_are_explained() {
    let task = ("task.go", "package main\n\nfunc exec_task(arg string) string { return arg }\n");
    for files in [
        &[task, ("go.mod", "module t\n\ngo 9.9\n")][..],
        &[task, ("more.go", "package more\n")],
        &[task, ("notes.go", "package main\n\n/*\nfunc main() {}\n*/\n")],
    ] {
        let said = refused(files);
        assert_eq!(advice(&said), 1, "{said}");
    }
}
