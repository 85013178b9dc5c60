//! What functions of a pack do when they are called.

use std::sync::Arc;
use std::time::Duration;

use super::{CheckFailure, CheckResult, Fixture, failed};
use crate::catalog::pack::Panics;
use crate::host::observe::{Outcome, Unobserved};
use crate::host::{self, Compiler, Limits, Series};

/// What a function gave: its output or its error.
type Answer = Result<Vec<u8>, String>;

/// Letters of several lengths in UTF-8, of both directions, and one that is made of two.
const TEXT: &str = "Grüße, 世界! 🌍 שלום e\u{301}\n\t\"'\\{}";
/// As many calls on one instance.
const CALLS: usize = 5_000;
/// Inputs of up to so many bytes: all together more than an instance may have here, so that what is not freed shows.
const LARGEST: usize = 64 * 1024;
/// As much memory may one of them have. Interpreters need some tens of it.
const MEMORY: u64 = 128 << 20;
const MEBIBYTE: usize = 1 << 20;

pub(super) fn text(fixture: &mut Fixture) -> CheckResult {
    expect(fixture, "echo", &[TEXT.as_bytes().to_vec(), b"plain".to_vec(), Vec::new()], |input, answer| {
        answer.as_deref() == Ok(input)
    })?;
    Ok("UTF-8, and the empty text".to_owned())
}

pub(super) fn binary(fixture: &mut Fixture) -> CheckResult {
    let all: Vec<u8> = (0..=255).collect();
    let broken = b"\xc3\x28 \0 \xed\xa0\x80 \xf8\x88".to_vec();
    expect(fixture, "bytes", &[all, broken, vec![0], Vec::new()], |input, answer| {
        answer.as_deref() == Ok(input)
    })?;
    Ok("all 256 bytes".to_owned())
}

pub(super) fn large(fixture: &mut Fixture) -> CheckResult {
    let input: Vec<u8> = (0..MEBIBYTE).map(|at| (at * 7 % 251) as u8).collect();
    expect(fixture, "bytes", &[input.clone(), input], |input, answer| answer.as_deref() == Ok(input))?;
    Ok("1 MiB in and out".to_owned())
}

pub(super) fn empty(fixture: &mut Fixture) -> CheckResult {
    expect(fixture, "empty", &[b"x".to_vec(), Vec::new()], |_, answer| answer.as_deref() == Ok(&[]))?;
    Ok("an empty result".to_owned())
}

pub(super) fn error(fixture: &mut Fixture) -> CheckResult {
    let texts = [TEXT.as_bytes().to_vec(), b"no input".to_vec()];
    expect(fixture, "error", &texts, |input, answer| {
        answer.as_ref().is_err_and(|message| message.contains(&*String::from_utf8_lossy(input)))
    })?;
    Ok("its message, and the instance continues".to_owned())
}

pub(super) fn panic(fixture: &mut Fixture) -> CheckResult {
    let panics = fixture.pack()?.manifest.conformance.as_ref().map(|section| section.panics);
    if panics == Some(Panics::None) {
        return Err(CheckFailure::Skipped("the pack declares that its language has none".to_owned()));
    }
    let function = fixture.function("panic")?;
    let inputs = [b"first".to_vec(), b"second".to_vec()];
    let (answers, end) = call(fixture, "panic", &function, &inputs)?;
    let caught = answers.len() == inputs.len() && answers.iter().all(Result::is_err);
    match (panics, end) {
        (Some(Panics::Errors), Ok(())) if caught => {
            Ok("becomes an error, and the instance continues".to_owned())
        }
        (Some(Panics::Traps), Err(Outcome::Trapped { message })) if answers.is_empty() => {
            Ok(format!("ends the instance: {message}"))
        }
        (_, end) => {
            let found = shown(answers.last(), end.as_ref().err());
            let help = "the function must panic, and `conformance.panics` must declare what happens then";
            Err(failed(format!("a panic behaves differently than the manifest declares: {found}"), help))
        }
    }
}

pub(super) fn calls(fixture: &mut Fixture) -> CheckResult {
    let function = fixture.function("bytes")?;
    let frees = fixture.pack()?.manifest.conformance.as_ref().is_none_or(|section| section.frees);
    let largest = if frees { LARGEST } else { LARGEST / 64 };
    let pattern: Vec<u8> = (0..LARGEST * 2).map(|at| (at * 31 % 253) as u8).collect();
    let input = |call: usize| {
        let size = call * 7_919 % largest;
        pattern[call % LARGEST..][..size].to_vec()
    };
    let mut done = 0;
    let mut wrong = None;
    let end = series(fixture, "bytes", &function, CALLS, &input, &mut |call, answer| {
        let right = answer.as_deref() == Ok(input(call).as_slice());
        (done, wrong) = (call + 1, if right { None } else { Some(shown(Some(&answer), None)) });
        right
    })?;
    let help = "check that each call frees its memory and keeps nothing of the call before: see `cabi_post_…` and `cabi_realloc` in the wrapper";
    match (wrong, end) {
        (Some(found), _) => Err(failed(format!("call {done} on one instance: {found}"), help)),
        (None, Err(end)) => {
            Err(failed(format!("after {done} calls on one instance: {}", shown(None, Some(&end))), help))
        }
        (None, Ok(())) if frees => Ok(format!("{done} on one instance")),
        (None, Ok(())) => {
            Ok(format!("{done} small ones on one instance: the pack declares that each call keeps memory"))
        }
    }
}

/// Calls a task's function on one instance, and sees that every answer is right.
fn expect(
    fixture: &mut Fixture,
    task: &'static str,
    inputs: &[Vec<u8>],
    right: impl Fn(&[u8], &Answer) -> bool,
) -> Result<(), CheckFailure> {
    let function = fixture.function(task)?;
    let (answers, end) = call(fixture, task, &function, inputs)?;
    let wrong = inputs.iter().zip(&answers).find(|(input, answer)| !right(input, answer));
    let help = || {
        let about =
            crate::pack::TASKS.iter().find(|known| known.name == task).map_or("", |known| known.about);
        format!("the function of conformance/{task}/ {about}")
    };
    match (wrong, end) {
        (Some((input, answer)), _) => {
            let found = shown(Some(answer), None);
            Err(failed(format!("`{task}` called with {}: {found}", bytes(input)), help()))
        }
        (None, Err(end)) => {
            let input = inputs.get(answers.len()).map_or(String::new(), |input| bytes(input));
            Err(failed(format!("`{task}` called with {input}: {}", shown(None, Some(&end))), help()))
        }
        (None, Ok(())) => Ok(()),
    }
}

type Called = (Vec<Answer>, Result<(), Outcome>);

fn call(
    fixture: &Fixture,
    task: &str,
    function: &Arc<Vec<u8>>,
    inputs: &[Vec<u8>],
) -> Result<Called, CheckFailure> {
    let mut answers = Vec::new();
    let input = |call: usize| inputs[call].clone();
    let end = series(fixture, task, function, inputs.len(), &input, &mut |_, answer| {
        answers.push(answer);
        true
    })?;
    Ok((answers, end))
}

fn series(
    fixture: &Fixture,
    task: &str,
    function: &Arc<Vec<u8>>,
    count: usize,
    input: &(dyn Fn(usize) -> Vec<u8> + Sync),
    answer: &mut (dyn FnMut(usize, Answer) -> bool + Send),
) -> Result<Result<(), Outcome>, CheckFailure> {
    let limits = Limits { time: Duration::from_secs(300), memory: MEMORY };
    let cache = fixture.options.build.cache.join("compiled");
    let compiler = Compiler { cache_dir: Some(cache), ..Compiler::default() };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime =
        runtime.map_err(|error| CheckFailure::Skipped(format!("no threads can be started: {error}")))?;
    let prefix = fixture.prefix(task);
    let prefixed = |call: usize| [prefix.as_slice(), &input(call)].concat();
    let series = Series { count, input: &prefixed, answer };
    let ended = host::series(task, function, series, &limits, &compiler, Arc::new(Unobserved));
    runtime.block_on(ended).map_err(|error| {
        failed(crate::conformance::with_help(&error), "the function's component must run with WASI only")
    })
}

/// What came of a call, in words.
fn shown(answer: Option<&Answer>, end: Option<&Outcome>) -> String {
    match (end, answer) {
        (Some(end), _) => format!("it {}", crate::host::observe::in_words(end)),
        (None, Some(Ok(output))) => format!("it returned {}", bytes(output)),
        (None, Some(Err(message))) => format!("it failed: {}", bytes(message.as_bytes())),
        (None, None) => "it returned nothing".to_owned(),
    }
}

/// Bytes for a person: a text in quotes, or how many there are.
fn bytes(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        _ if bytes.is_empty() => "nothing".to_owned(),
        Ok(text) if text.len() <= 60 => format!("{text:?}"),
        _ => format!("{} bytes", bytes.len()),
    }
}
