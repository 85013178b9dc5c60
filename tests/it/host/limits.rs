//! Functions that misbehave: each is reported by name, and harms nothing else.

use std::time::Duration;

use pelato::host::observe::{Event, Outcome};
use pelato::host::{Limits, Options};

use crate::support::host::functions::{
    ECHO, EXIT, FLOOD, FRUGAL, GROW, LOOP, RECURSE, TRAP, processor, producer,
};
use crate::support::host::stage::{block_on, hosted, options, post, start};

const TIME: Duration = Duration::from_secs(2);
const MEMORY: u64 = 16 << 20;

fn tight() -> Options {
    Options { limits: Limits { memory: MEMORY, time: TIME }, ..options() }
}

/// The outcome of a call of a component with this body, beside a good one that must go on working.
fn outcome(body: &str) -> (Outcome, Vec<String>) {
    block_on(async {
        let bad = hosted("bad", processor("bad", body, "out"), &["in"], None);
        let good = hosted("good", producer("good", ECHO, "out"), &["in"], Some("/"));
        let (host, recorder) = start(tight(), vec![bad, good]).await;
        host.publish("in", "hello").await.unwrap();
        assert!(matches!(recorder.outcome("good").await, Outcome::Sent(_)));
        let outcome = recorder.outcome("bad").await;
        assert_eq!(post(&host, "/", b"still here").await.text(), "still here");
        assert!(host.stop().await.calls_ended);
        (outcome, recorder.lines("bad"))
    })
}

#[test]
fn an_endless_loop_is_ended() {
    assert_eq!(outcome(LOOP).0, Outcome::TimedOut { limit: TIME });
}

#[test]
fn endless_memory_is_refused() {
    assert_eq!(outcome(GROW).0, Outcome::OutOfMemory { limit: MEMORY });
}

#[test]
fn a_function_that_copes_with_the_refusal_may() {
    assert!(matches!(outcome(FRUGAL).0, Outcome::Sent(_)));
}

#[test]
fn endless_recursion_is_ended() {
    let Outcome::Trapped { message } = outcome(RECURSE).0 else { panic!() };
    assert!(message.contains("call stack exhausted"), "{message}");
}

#[test]
fn a_trap_and_an_exit_are_told_apart() {
    let Outcome::Trapped { message } = outcome(TRAP).0 else { panic!() };
    assert!(message.contains("unreachable"), "{message}");
    let Outcome::Trapped { message } = outcome(EXIT).0 else { panic!() };
    assert!(message.contains("it exited instead of returning"), "{message}");
}

#[test]
fn a_flood_of_output_is_cut() {
    let (outcome, lines) = outcome(FLOOD);
    assert_eq!(outcome, Outcome::TimedOut { limit: TIME });
    let size: usize = lines.iter().map(String::len).sum();
    assert!(lines.len() > 1000 && size < 4 << 20, "{} lines, {size} bytes", lines.len());
}

#[test]
fn an_instance_that_is_too_large_to_begin_with_is_out_of_memory() {
    block_on(async {
        let limits = Limits { memory: 128 << 10, ..Limits::default() };
        let small = Options { limits, ..options() };
        let echo = hosted("echo", processor("echo", ECHO, "out"), &["in"], None);
        let (host, recorder) = start(small, vec![echo]).await;
        host.publish("in", "x").await.unwrap();
        assert_eq!(recorder.outcome("echo").await, Outcome::OutOfMemory { limit: 128 << 10 });
    });
}

#[test]
fn loops_on_all_threads_stop_neither_http_nor_other_functions() {
    block_on(async {
        let cores = std::thread::available_parallelism().unwrap().get();
        let long = Limits { time: Duration::from_secs(600), ..Limits::default() };
        let options = Options { limits: long, max_concurrent: cores * 2 + 2, ..options() };
        let endless = hosted("endless", processor("endless", LOOP, "out"), &["in"], None);
        let good = hosted("good", producer("good", ECHO, "out"), &[], Some("/"));
        let (host, recorder) = start(options, vec![endless, good]).await;
        for _ in 0..cores * 2 {
            host.publish("in", "x").await.unwrap();
        }
        recorder.wait(cores * 2, |event| matches!(event, Event::Started { .. })).await;
        for _ in 0..10 {
            assert_eq!(post(&host, "/", b"x").await.status, 200);
        }
        // Starved requests would be answered after the loops, and the client does not wait for so long.
        assert_eq!(recorder.outcomes("endless"), []);
        assert_eq!(post(&host, "/nowhere", b"x").await.status, 404);
        // Dropping the host must not wait for the loops either.
        drop(host);
    });
}

#[test]
fn a_timed_out_request_is_answered() {
    block_on(async {
        let endless = hosted("endless", producer("endless", LOOP, "out"), &[], Some("/"));
        let (host, recorder) = start(tight(), vec![endless]).await;
        let reply = post(&host, "/", b"x").await;
        assert_eq!(reply.status, 504);
        assert!(reply.text().starts_with("endless: no result within 2s"), "{}", reply.text());
        assert_eq!(recorder.outcome("endless").await, Outcome::TimedOut { limit: TIME });
    });
}
