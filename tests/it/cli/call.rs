//! `pelato call`

use snapbox::str;

use crate::support::Place;
use crate::support::functions::PROJECT;

fn built() -> Place {
    let place = Place::with(PROJECT);
    place.run(&["build", "-q"]).code(0);
    place
}

#[test]
fn the_output_is_the_functions_and_nothing_else() {
    let place = built();
    place.run_in_vain(&["call", "double", "21"]).code(0).stdout_eq("42").stderr_eq("");
    place.run_in_vain(&["call", "double", "-21"]).code(0).stdout_eq("-42").stderr_eq("");
    place
        .run_in_vain(&["call", "double", "--json", "21"])
        .code(0)
        .stdout_eq(str![[r#"
{"schema":1,"component":"double","ok":true,"output":"42","milliseconds":[SECONDS]}

"#]])
        .stderr_eq("");
}

#[test]
fn a_dash_reads_the_input_from_stdin() {
    let place = built();
    place.pelato(&["call", "double", "-"]).stdin("21").assert().code(0).stdout_eq("42").stderr_eq("");
}

#[test]
fn without_an_input_it_is_empty() {
    let place = built();
    place.run(&["call", "play"]).code(0).stdout_eq("").stderr_eq("");
}

#[test]
fn any_bytes_go_in_and_come_out() {
    let place = built();
    let bytes: Vec<u8> = (0..=255).rev().collect();
    let ran = place.pelato(&["call", "play", "-"]).stdin(bytes.clone()).assert().code(0).stderr_eq("");
    assert_eq!(ran.get_output().stdout, bytes);
    let ran =
        place.pelato(&["call", "play", "-", "--json"]).stdin(vec![0xff, 0]).assert().code(0).stderr_eq("");
    let said = String::from_utf8(ran.get_output().stdout.clone()).unwrap();
    assert!(said.contains("\"output_bytes\":[255,0]"), "{said}");
}

#[test]
fn a_huge_input_goes_through() {
    let place = built();
    let huge = vec![b'x'; 8 << 20];
    let ran = place.pelato(&["call", "play", "-"]).stdin(huge.clone()).assert().code(0).stderr_eq("");
    assert!(ran.get_output().stdout == huge);
}

#[test]
fn an_empty_output_is_no_failure() {
    built().run(&["call", "play", "nothing"]).code(0).stdout_eq("").stderr_eq("");
}

#[test]
fn what_the_function_prints_goes_to_stderr() {
    built().run(&["call", "play", "print"]).code(0).stdout_eq("print").stderr_eq(str![[r#"
on stdout
on stderr

"#]]);
}

#[test]
fn an_error_of_the_function_is_exit_code_5() {
    let place = built();
    place.run_in_vain(&["call", "play", "error"]).code(5).stdout_eq("").stderr_eq(str![[r#"
error: `play` failed: I will not

"#]]);
    place
        .run_in_vain(&["call", "play", "error", "--json"])
        .code(5)
        .stdout_eq(str![[r#"
{"schema":1,"component":"play","ok":false,"failure":"failed: I will not","milliseconds":[SECONDS]}

"#]])
        .stderr_eq("");
}

#[test]
fn a_panic_is_shown_with_the_users_own_line() {
    let ran = built().run(&["call", "play", "panic"]).code(5).stdout_eq("");
    let said = String::from_utf8(ran.get_output().stderr.clone()).unwrap();
    assert!(said.starts_with("panic: at the disco\n"), "{said}");
    assert!(said.contains("play.go:18"), "{said}");
    assert!(said.contains("\nerror: `play` failed: panic: at the disco\n"), "{said}");
}

#[test]
fn an_endless_loop_ends_at_the_time_limit() {
    built().run_in_vain(&["call", "play", "loop", "--timeout", "0.3"]).code(5).stdout_eq("").stderr_eq(str![
        [r#"
error: `play` took longer than [TIME] (`--timeout` sets the limit)

"#]
    ]);
}

#[test]
fn memory_without_end_ends_at_the_memory_limit() {
    let ran = built().run(&["call", "play", "memory", "--memory", "32"]).code(5).stdout_eq("");
    let said = String::from_utf8(ran.get_output().stderr.clone()).unwrap();
    assert!(
        said.contains("\nerror: `play` needed more than 32 MiB of memory (`--memory` sets the limit)\n"),
        "{said}"
    );
}

#[test]
fn a_function_that_ends_its_process_ends_its_call_only() {
    built().run(&["call", "play", "exit"]).code(5).stdout_eq("").stderr_eq(str![[r#"
error: `play` trapped: it exited instead of returning

"#]]);
}

#[test]
fn an_unknown_component_brings_the_nearest_name() {
    let place = Place::with(PROJECT);
    place.run_in_vain(&["call", "dubble", "1"]).code(3).stdout_eq("").stderr_eq(str![[r#"
error: there is no component `dubble` in the workflow
  help: did you mean `double`?

"#]]);
    place.run_in_vain(&["call"]).code(2).stdout_eq("").stderr_eq(str![[r#"
error: the following required arguments were not provided:
  <COMPONENT>

Usage: pelato call <COMPONENT> [INPUT]

For more information, try '--help'.

"#]]);
}

#[test]
fn the_first_call_builds_and_says_so() {
    Place::with(PROJECT).run(&["call", "double", "4"]).code(0).stdout_eq("8").stderr_eq(str![[r#"
   Compiling double (not built yet)

"#]]);
}
