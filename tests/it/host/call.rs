//! A function by itself.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use pelato::host::observe::{Observer, Outcome};
use pelato::host::{Called, Compiler, Environment, HostError, Limits, call};

use crate::support::host::functions::{
    DEEP, ECHO, FAIL, FILTER, GROW, LOOP, SAY, TAIL_CALL, TRAP, TWO, function, processor,
};
use crate::support::host::stage::{Recorder, block_on};

fn limits() -> Limits {
    Limits { memory: 16 << 20, time: Duration::from_secs(2) }
}

fn run(wasm: &[u8], input: &[u8]) -> (Result<Called, HostError>, Arc<Recorder>) {
    let recorder = Arc::new(Recorder::default());
    let observer = Arc::clone(&recorder) as Arc<dyn Observer>;
    let input = input.to_vec().into();
    let compiler = Compiler::default();
    let (environment, limits) = (Environment::default(), limits());
    (block_on(async { call("f", wasm, input, &environment, &limits, &compiler, observer).await }), recorder)
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
    assert_eq!(result(FAIL, b"x"), Err(Outcome::Failed { message: "no good".into(), explanation: None }));
    assert!(
        matches!(result(TRAP, b"x"), Err(Outcome::Trapped { message }) if message.contains("unreachable"))
    );
    assert_eq!(result(LOOP, b"x"), Err(Outcome::TimedOut { limit: limits().time }));
    assert_eq!(result(GROW, b"x"), Err(Outcome::OutOfMemory { limit: limits().memory }));
}

#[test]
fn quick_code_does_what_optimised_code_does() {
    for body in [DEEP, TAIL_CALL] {
        let function = function(body);
        for quick in [true, false] {
            let (compiler, input) = (Compiler { quick, ..Compiler::default() }, b"x".as_slice().into());
            let observer = Arc::new(Recorder::default());
            let called = block_on(async {
                call("f", &function, input, &Environment::default(), &limits(), &compiler, observer).await
            })
            .unwrap();
            assert_eq!(called.result, Ok(b"x".to_vec()), "{body}, quick: {quick}");
        }
    }
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

/// The only compiled component in a cache.
fn compiled(cache: &Path) -> PathBuf {
    let mut waiting = vec![cache.to_owned()];
    let mut found = Vec::new();
    while let Some(folder) = waiting.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.extension() {
                _ if path.is_dir() => waiting.push(path),
                None => found.push(path),
                Some(_) => {} // how often it was used
            }
        }
    }
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}

#[test]
fn the_second_call_takes_the_compiled_code_from_the_cache() {
    let (dir, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let cached = |body: &str, cache: &Path| {
        let observer = Arc::new(Recorder::default());
        let (function, input) = (function(body), b"x".as_slice().into());
        let compiler = Compiler { cache_dir: Some(cache.to_owned()), ..Compiler::default() };
        let environment = Environment::default();
        block_on(async { call("f", &function, input, &environment, &limits(), &compiler, observer).await })
    };
    assert_eq!(cached(ECHO, dir.path()).unwrap().result, Ok(b"x".to_vec()));
    assert_eq!(cached(ECHO, dir.path()).unwrap().result, Ok(b"x".to_vec()));
    // It does what was compiled, not what would be compiled now: with another's code in its place it does what that does.
    assert_eq!(cached(TWO, other.path()).unwrap().result, Ok(b"two".to_vec()));
    std::fs::copy(compiled(other.path()), compiled(dir.path())).unwrap();
    assert_eq!(cached(ECHO, dir.path()).unwrap().result, Ok(b"two".to_vec()));
    let file = dir.path().join("file");
    std::fs::write(&file, "").unwrap();
    let error = cached(ECHO, &file).unwrap_err();
    assert!(matches!(error, HostError::Cache { .. }), "{error}");
}
