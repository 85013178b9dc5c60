//! A function by itself.

use std::sync::Arc;
use std::time::{Duration, Instant};

use pelato::host::observe::{Observer, Outcome};
use pelato::host::{Called, HostError, Limits, call};

use crate::support::host::functions::{ECHO, FAIL, FILTER, GROW, LOOP, SAY, TRAP, function, processor};
use crate::support::host::stage::{Recorder, block_on};

fn limits() -> Limits {
    Limits { memory: 16 << 20, time: Duration::from_secs(2) }
}

fn run(wasm: &[u8], input: &[u8]) -> (Result<Called, HostError>, Arc<Recorder>) {
    let recorder = Arc::new(Recorder::default());
    let observer = Arc::clone(&recorder) as Arc<dyn Observer>;
    let input = input.to_vec().into();
    (block_on(async { call("f", wasm, input, &limits(), None, observer).await }), recorder)
}

fn result(body: &str, input: &[u8]) -> Result<Vec<u8>, Outcome> {
    run(&function(body), input).0.unwrap().result
}

#[test]
fn bytes_go_in_and_out() {
    let input: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    assert_eq!(result(ECHO, &input), Ok(input));
    assert_eq!(result(FILTER, b"x"), Ok(vec![]));
}

#[test]
fn every_way_to_fail_is_told() {
    assert_eq!(result(FAIL, b"x"), Err(Outcome::Failed { message: "no good".into() }));
    assert!(
        matches!(result(TRAP, b"x"), Err(Outcome::Trapped { message }) if message.contains("unreachable"))
    );
    assert_eq!(result(LOOP, b"x"), Err(Outcome::TimedOut { limit: limits().time }));
    assert_eq!(result(GROW, b"x"), Err(Outcome::OutOfMemory { limit: limits().memory }));
}

#[test]
fn what_it_writes_is_reported() {
    let (called, recorder) = run(&function(SAY), b"x");
    assert_eq!(called.unwrap().result, Ok(b"x".to_vec()));
    assert_eq!(recorder.lines("f"), ["Stdout: hello", "Stderr: ouch", "Stdout: hel"]);
}

#[test]
fn what_is_no_function_is_refused() {
    assert!(matches!(run(b"nonsense", b"x").0, Err(HostError::Invalid { .. })));
    // A composed component wants a message bus and a log.
    let composed = processor("it", ECHO, "out");
    assert!(matches!(run(&composed, b"x").0, Err(HostError::Import { .. })));
}

#[test]
fn the_second_call_takes_the_compiled_code_from_the_cache() {
    let dir = tempfile::tempdir().unwrap();
    let wasm = function(ECHO);
    let timed = || {
        let begun = Instant::now();
        let observer = Arc::new(Recorder::default());
        let called =
            block_on(call("f", &wasm, b"x".as_slice().into(), &limits(), Some(dir.path()), observer));
        assert_eq!(called.unwrap().result, Ok(b"x".to_vec()));
        begun.elapsed()
    };
    let (first, second) = (timed(), timed());
    assert!(second < first, "compiled {first:?}, cached {second:?}");
    let file = dir.path().join("file");
    std::fs::write(&file, "").unwrap();
    let observer = Arc::new(Recorder::default());
    let error =
        block_on(call("f", &wasm, b"x".as_slice().into(), &limits(), Some(&file), observer)).unwrap_err();
    assert!(matches!(error, HostError::Cache { .. }), "{error}");
}
