//! The five forms of `exec_task`, and what the compiler says about any other.

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
    compiler_says_of("convert.go", source)
}

fn compiler_says_of(file: &str, source: &str) -> String {
    refused(&[(file, source)])
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
             func([]byte) ([]byte, error) | func(string, string) (string, string))"
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
        &[task, ("tool.go", "//go:build ignore\n\npackage main\n\nfunc main() {}\n")],
    ] {
        let said = refused(files);
        assert!(advice(&said) > 0, "{said}");
    }
}

#[test]
fn key_and_data_to_key_and_data() {
    let mut running = Running::new(&function(&[(
        "convert.go",
        r#"package main

func exec_task(key, data string) (string, string) {
	if data == "" {
		return "", ""
	}
	return key + "!", "<" + data + ">"
}
"#,
    )]));
    let mut exec = |input: &str| running.exec(input.as_bytes()).unwrap();
    assert_eq!(exec(r#"{"key":"a","data":"wärm"}"#), Ok(r#"{"data":"\u003cwärm\u003e","key":"a!"}"#.into()));
    let json = exec(r#"{"key":"a","data":{"x":[1]}}"#);
    assert_eq!(json, Ok(r#"{"data":"\u003c{\"x\":[1]}\u003e","key":"a!"}"#.into()));
    assert_eq!(exec(r#"{"key":"a","data":""}"#), Ok("".into()));
    for wrong in ["", "21.5", r#"{"data":"x"}"#, r#"{"key":"x"}"#, r#"{"key":1,"data":1}"#] {
        let said = exec(wrong).unwrap_err();
        assert!(said.contains("which the template nats_to_nats_kv makes of each message"), "{wrong}: {said}");
    }
}

#[test]
fn whatever_go_takes_for_the_function_is_one() {
    for source in [
        "\u{feff}/* c */ package /* d */ main\n\n\tfunc exec_task(arg string) string { return arg }\n",
        "package main\n\nvar exec_task = func(arg string) string { return arg }\n",
        "package main\n\nvar (\n\texec_task = id[string]\n)\n\nfunc id[T any](arg T) T { return arg }\n",
        // A main in a comment or a string is none.
        "package main\n\n/*\nfunc main() {}\n*/\nvar _ = `\nfunc main()`\nfunc exec_task(arg string) string { return arg }\n",
        "package main\n\nconst q = '\"'\n  func /* x */ main () {}\nfunc exec_task(arg string) string { return arg }\n",
    ] {
        let mut running = Running::new(&function(&[("convert.go", source)]));
        assert_eq!(running.exec(b"x").unwrap(), Ok(b"x".into()), "{source}");
    }
}

#[test]
fn a_single_file_may_have_any_name_and_messages_name_it() {
    for name in ["sensor_linux.go", "_double.go", "double_windows_amd64.go", "a b.go"] {
        let good = "package main\n\nfunc exec_task(arg string) string { return arg }\n";
        assert_eq!(Running::new(&function(&[(name, good)])).exec(b"x").unwrap(), Ok(b"x".into()), "{name}");
        let said = compiler_says_of(name, &good.replace("return arg", "return args"));
        assert!(said.contains(&format!("tasks/{name}:3:44: undefined: args")), "{said}");
    }
}

#[test]
fn what_go_leaves_out_is_said() {
    for line in ["//go:build tinygo\n\npackage main\n", "package main\n\nimport \"C\"\n"] {
        let said = compiler_says(&format!("{line}\nfunc exec_task(arg string) string {{ return arg }}\n"));
        assert!(said.contains("note: tasks/convert.go is not compiled\n"), "{said}");
        assert!(
            said.contains("a file is left out if it has `import \"C\"` or a `//go:build` line"),
            "{said}"
        );
    }
    let other = "package main\n\nfunc exec_task(arg string) string { return arg }\n";
    let said = refused(&[("task_linux.go", other), ("more.go", "package main\n")]);
    assert!(said.contains("task_linux.go is not compiled\n"), "{said}");
}

#[test]
fn what_no_host_offers_is_not_blamed_on_the_language_pack() {
    let said = compiler_says(
        "package main\n\n//go:wasmimport env blink\nfunc blink()\n\nfunc exec_task(arg string) string { blink(); return arg }\n",
    );
    assert!(said.contains("the function imports `env.blink`"), "{said}");
    assert!(said.contains("help: a function may import nothing but WASI: remove the code"), "{said}");
    assert!(!said.contains("language pack"), "{said}");
}
