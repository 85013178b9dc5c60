//! Functions that do one thing, written in WAT, and the components around them.

use std::collections::BTreeMap;
use std::path::Path;

/// `ok` with the input.
pub const ECHO: &str = "(call $return (i32.const 0) (local.get $p) (local.get $n))";
/// `ok` and empty.
pub const FILTER: &str = "(call $return (i32.const 0) (i32.const 0) (i32.const 0))";
/// `err("no good")`.
pub const FAIL: &str = "(call $return (i32.const 1) (i32.const 1024) (i32.const 7))";
/// Never ends.
pub const LOOP: &str = "(loop $l (br $l)) (unreachable)";
/// Breaks off.
pub const TRAP: &str = "(unreachable)";
/// Takes memory until it gets no more, and breaks off.
pub const GROW: &str =
    "(loop $l (br_if $l (i32.ne (memory.grow (i32.const 16)) (i32.const -1)))) (unreachable)";
/// Takes memory until it gets no more, and makes do.
pub const FRUGAL: &str = "(loop $l (br_if $l (i32.ne (memory.grow (i32.const 16)) (i32.const -1)))) \
     (call $return (i32.const 0) (local.get $p) (local.get $n))";
/// Calls itself without end.
pub const RECURSE: &str = "(drop (call $deep (i32.const 0))) (unreachable)";
/// Calls itself eight thousand times, then gives the input back: optimised code has room for that.
pub const DEEP: &str =
    "(drop (call $down (i32.const 8000))) (call $return (i32.const 0) (local.get $p) (local.get $n))";
/// Gives the input back by an instruction that the quick compiler does not know.
pub const TAIL_CALL: &str = "(return_call $return (i32.const 0) (local.get $p) (local.get $n))";
/// Ends the program.
pub const EXIT: &str = "(call $exit (i32.const 3)) (unreachable)";
/// Writes a line to both streams and half a line, then gives the input back.
pub const SAY: &str = "(call $write (i32.const 1) (i32.const 1040) (i32.const 6)) \
     (call $write (i32.const 2) (i32.const 1046) (i32.const 5)) \
     (call $write (i32.const 1) (i32.const 1040) (i32.const 3)) \
     (call $return (i32.const 0) (local.get $p) (local.get $n))";
/// Writes lines without end.
pub const FLOOD: &str =
    "(loop $l (call $write (i32.const 1) (i32.const 1040) (i32.const 6)) (br $l)) (unreachable)";
/// Counts its calls, and answers with the count.
pub const COUNT: &str = "(i32.store8 (i32.const 1060) (i32.add (i32.load8_u (i32.const 1060)) (i32.const 1))) \
     (call $return (i32.const 0) (i32.const 1060) (i32.const 1))";
/// Answers with "two".
pub const TWO: &str = "(call $return (i32.const 0) (i32.const 1064) (i32.const 3))";
/// Computes for a while (about half a second in a debug build), then gives the input back.
pub const SLOW: &str = "(local.set $i (i32.const 400000000)) \
     (loop $l (local.set $i (i32.sub (local.get $i) (i32.const 1))) (br_if $l (local.get $i))) \
     (call $return (i32.const 0) (local.get $p) (local.get $n))";
/// A megabyte and a half of zeros.
pub const LARGE: &str = "(drop (memory.grow (i32.const 32))) \
     (call $return (i32.const 0) (i32.const 65536) (i32.const 1500000))";

/// A function component with this body.
pub fn function(body: &str) -> Vec<u8> {
    let wat = format!(
        r#"(module
        (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
        (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
        (memory (export "memory") 2)
        (data (i32.const 1024) "no good")
        (data (i32.const 1040) "hello\nouch\n")
        (data (i32.const 1060) "0")
        (data (i32.const 1064) "two")
        (global $heap (mut i32) (i32.const 4096))
        (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (local $at i32)
            (local.set $at (i32.and (i32.add (global.get $heap) (i32.const 15)) (i32.const -16)))
            (global.set $heap (i32.add (local.get $at) (local.get 3)))
            (if (i32.gt_u (global.get $heap) (i32.mul (memory.size) (i32.const 65536)))
                (then (drop (memory.grow (i32.add (i32.const 1) (i32.div_u (local.get 3) (i32.const 65536)))))))
            (local.get $at))
        (func $return (param i32 i32 i32) (result i32)
            (i32.store (i32.const 16) (local.get 0))
            (i32.store (i32.const 20) (local.get 1))
            (i32.store (i32.const 24) (local.get 2))
            (i32.const 16))
        (func $write (param i32 i32 i32)
            (i32.store (i32.const 32) (local.get 1))
            (i32.store (i32.const 36) (local.get 2))
            (drop (call $fd_write (local.get 0) (i32.const 32) (i32.const 1) (i32.const 40))))
        (func $deep (param i32) (result i32)
            (i32.add (call $deep (i32.add (local.get 0) (i32.const 1))) (i32.load (local.get 0))))
        (func $down (param i32) (result i32)
            (if (result i32) (local.get 0)
                (then (i32.add (call $down (i32.sub (local.get 0) (i32.const 1))) (local.get 0)))
                (else (i32.const 0))))
        (func (export "pelato:task/handler@0.1.0#exec") (param $p i32) (param $n i32) (result i32) (local $i i32)
            {body}))"#
    );
    pelato::build::wrap(&wat::parse_str(wat).unwrap()).unwrap()
}

/// A component of the template `processor_nats`.
pub fn processor(name: &str, body: &str, dest_topic: &str) -> Vec<u8> {
    composed("processor_nats", name, body, dest_topic)
}

/// A component of the template `http_producer_nats`.
pub fn producer(name: &str, body: &str, dest_topic: &str) -> Vec<u8> {
    composed("http_producer_nats", name, body, dest_topic)
}

/// A component of the template `nats_to_nats_kv`.
pub fn keeper(name: &str, body: &str, bucket: &str) -> Vec<u8> {
    with_settings("nats_to_nats_kv", body, &[("component_name", name), ("bucket", bucket)])
}

/// A component of the template `dbsync_nats`.
pub fn storer(name: &str, body: &str, settings: &[(&str, &str)]) -> Vec<u8> {
    let usual = [("component_name", name), ("column", "data")];
    with_settings("dbsync_nats", body, &[&usual[..], settings].concat())
}

fn composed(template: &str, name: &str, body: &str, dest_topic: &str) -> Vec<u8> {
    with_settings(template, body, &[("component_name", name), ("dest_topic", dest_topic)])
}

fn with_settings(template: &str, body: &str, settings: &[(&str, &str)]) -> Vec<u8> {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/tasks").join(template).join("trigger.wasm");
    let trigger = std::fs::read(path).unwrap();
    let settings: BTreeMap<_, _> =
        settings.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    let settings = pelato::build::settings_component(&settings).unwrap();
    pelato::build::compose(&trigger, &function(body), &settings).unwrap()
}
