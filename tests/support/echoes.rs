//! Functions so small that hosts compile them at once, and a language pack that takes them as they are.

/// The folder of the project that the pack is in.
pub const PACK: &str = "language-packs/wat/pack.toml";
/// Core modules are compiled already: the compiler is `cp`.
pub const PACK_TEXT: &str = r#"
schema = 1
name = "wat"
summary = "Core modules, taken as they are"
extensions = ["wasm"]

[task]
entry = "exec"
starter = "starter"

[toolchain]
program = "cp"
check = ["cp", "--version"]
version = 'cp \(GNU coreutils\) (\d+\.\d+)'
requires = ">=1"

[build]
command = ["cp", "function.wasm", "{output}"]
produces = "module"
"#;

/// Gives its input back.
pub fn echo() -> Vec<u8> {
    module("(call $ok (local.get $p) (local.get $n))", "")
}

/// Gives all of its environment back: `NAME=value`, each with a byte 0 behind it.
pub fn environment() -> Vec<u8> {
    let imports = r#"
        (import "wasi_snapshot_preview1" "environ_sizes_get" (func $sizes (param i32 i32) (result i32)))
        (import "wasi_snapshot_preview1" "environ_get" (func $environment (param i32 i32) (result i32)))"#;
    let body = "(drop (call $sizes (i32.const 32) (i32.const 36)))
        (drop (call $environment (i32.const 64) (i32.const 2048)))
        (call $ok (i32.const 2048) (i32.load (i32.const 36)))";
    importing(imports, body, "")
}

/// Writes `hello` and a line that has no end, and gives its input back. If that begins with an `f`, gives an error; with an
/// `x`, traps.
pub fn speaking() -> Vec<u8> {
    let write = |stream: u32, at: u32, length: u32| {
        format!(
            "(i32.store (i32.const 16) (i32.const {at})) (i32.store (i32.const 20) (i32.const {length}))
            (drop (call $write (i32.const {stream}) (i32.const 16) (i32.const 1) (i32.const 24)))"
        )
    };
    let body = format!(
        "{} {}
        (if (i32.eq (i32.load8_u (local.get $p)) (i32.const 120)) (then (unreachable)))
        (if (result i32) (i32.eq (i32.load8_u (local.get $p)) (i32.const 102))
            (then (i32.store (i32.const 16) (i32.const 1)) (i32.store (i32.const 20) (i32.const 96))
                (i32.store (i32.const 24) (i32.const 10)) (i32.const 16))
            (else (call $ok (local.get $p) (local.get $n))))",
        write(1, 64, 6),
        write(2, 80, 7)
    );
    let data = r#"(data (i32.const 64) "hello\0a") (data (i32.const 80) "careful") (data (i32.const 96) "I will not")"#;
    importing(WRITES, &body, data)
}

/// Writes all of its environment, each variable with a byte 0 behind it, and gives its input back.
pub fn telling() -> Vec<u8> {
    let imports = format!(
        r#"{WRITES}
        (import "wasi_snapshot_preview1" "environ_sizes_get" (func $sizes (param i32 i32) (result i32)))
        (import "wasi_snapshot_preview1" "environ_get" (func $environment (param i32 i32) (result i32)))"#
    );
    let body = "(drop (call $sizes (i32.const 32) (i32.const 36)))
        (drop (call $environment (i32.const 64) (i32.const 2048)))
        (i32.store (i32.const 16) (i32.const 2048)) (i32.store (i32.const 20) (i32.load (i32.const 36)))
        (drop (call $write (i32.const 1) (i32.const 16) (i32.const 1) (i32.const 24)))
        (call $ok (local.get $p) (local.get $n))";
    importing(&imports, body, "")
}

const WRITES: &str = r#"
        (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))"#;

/// A function that filters everything out.
pub fn empty() -> Vec<u8> {
    module("(call $ok (local.get $p) (i32.const 0))", "")
}

/// Gives an error.
pub fn failing() -> Vec<u8> {
    let error = r#"(i32.store (i32.const 16) (i32.const 1)) (i32.store (i32.const 20) (i32.const 64))
        (i32.store (i32.const 24) (i32.const 10)) (i32.const 16)"#;
    module(error, r#"(data (i32.const 64) "I will not")"#)
}

/// Gives an error of so many bytes.
pub fn failing_at_length(bytes: u32) -> Vec<u8> {
    let error = format!(
        "(memory.fill (i32.const 65536) (i32.const 97) (i32.const {bytes}))
        (i32.store (i32.const 16) (i32.const 1)) (i32.store (i32.const 20) (i32.const 65536))
        (i32.store (i32.const 24) (i32.const {bytes})) (i32.const 16)"
    );
    module(&error, "")
}

/// Ends as soon as it starts.
pub fn broken() -> Vec<u8> {
    module("(unreachable)", "(func $start (unreachable)) (start $start)")
}

/// Gives its input back, unless that begins with an `x`: then it never ends.
pub fn endless_for_x() -> Vec<u8> {
    let body = r#"(if (i32.eq (i32.load8_u (local.get $p)) (i32.const 120)) (then (loop $again (br $again))))
        (call $ok (local.get $p) (local.get $n))"#;
    module(body, "")
}

/// Gives its input back after so many seconds, in which it waits and computes nothing.
pub fn slow(seconds: u32) -> Vec<u8> {
    let imports = r#"(import "wasi_snapshot_preview1" "poll_oneoff" (func $wait (param i32 i32 i32 i32) (result i32)))"#;
    // One subscription, to the monotonic clock: its number is at 16, the time in nanoseconds at 24.
    let body = format!(
        "(i32.store (i32.const 80) (i32.const 1))
        (i64.store (i32.const 88) (i64.const {seconds}000000000))
        (drop (call $wait (i32.const 64) (i32.const 128) (i32.const 1) (i32.const 192)))
        (call $ok (local.get $p) (local.get $n))"
    );
    importing(imports, &body, "")
}

fn module(body: &str, more: &str) -> Vec<u8> {
    importing("", body, more)
}

fn importing(imports: &str, body: &str, more: &str) -> Vec<u8> {
    let text = format!(
        r#"(module
        {imports}
        (memory (export "memory") 64)
        (global $heap (mut i32) (i32.const 4096))
        (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (local $at i32)
            (local.set $at (i32.and (i32.add (global.get $heap) (i32.const 15)) (i32.const -16)))
            (global.set $heap (i32.add (local.get $at) (local.get 3)))
            (local.get $at))
        (func $ok (param i32 i32) (result i32)
            (i32.store (i32.const 16) (i32.const 0))
            (i32.store (i32.const 20) (local.get 0))
            (i32.store (i32.const 24) (local.get 1))
            (i32.const 16))
        (func (export "pelato:task/handler@0.1.0#exec") (param $p i32) (param $n i32) (result i32) {body})
        {more})"#
    );
    wat::parse_str(text).unwrap()
}
