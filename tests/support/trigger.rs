//! A trigger that nobody compiled into PELATO, written by hand as a core module: a message in, the function's result
//! out, with the mistakes that a test wants.

use wit_component::StringEncoding;
use wit_parser::Resolve;

/// What is wrong with a trigger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slip {
    None,
    /// It never calls the function.
    Deaf,
    /// It calls it, and sends nothing.
    SendsNothing,
    /// It sends also what is empty.
    SendsEmpty,
    /// It tells nobody that the function failed.
    HidesErrors,
    /// It does not tell JetStream what became of a message.
    NoAck,
}

pub const MANIFEST: &str = r#"schema = 1
name = "toy"
summary = "A message in, a message out, by hand"
trigger = "trigger.wasm"
[parameters.source_topic]
kind = "subject"
prompt = "Topic to read from"
flow = "reads"
[parameters.dest_topic]
kind = "subject"
prompt = "Topic to write to"
flow = "writes"
setting = true
[[capabilities]]
wit = "wasmcloud:messaging/handler@0.2.0"
config = { subscriptions = "{{ source_topic }}|{{ component_name }}" }
[[capabilities]]
wit = "wasmcloud:messaging/consumer@0.2.0"
"#;

const WORLD: &str = "package test:trigger;
world trigger {
  import pelato:task/handler@0.1.0;
  import pelato:task/settings@0.1.0;
  import wasmcloud:messaging/consumer@0.2.0;
  export wasmcloud:messaging/handler@0.2.0;
}";

/// The module, with the types of its interfaces in it.
pub fn module(slip: Slip) -> Vec<u8> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/templates/triggers/wit/deps");
    let mut resolve = Resolve::default();
    for package in ["pelato-task", "messaging"] {
        resolve.push_dir(format!("{root}/{package}")).unwrap();
    }
    let package = resolve.push_source("trigger.wit", WORLD).unwrap();
    let world = resolve.select_world(&[package], Some("trigger")).unwrap();
    let mut module = wat::parse_str(text(slip)).unwrap();
    wit_component::embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
    module
}

/// At 16 is what the function gave: failed or not, address, size. At 32 what is given back. At 48 a setting: there or
/// not, address, size. At 64 what publishing gave.
fn text(slip: Slip) -> String {
    let call = "(call $exec (local.get 2) (local.get 3) (i32.const 16))";
    let failed = "(i32.load8_u (i32.const 16))";
    let tell_error = if slip == Slip::HidesErrors { "" } else { "(i32.store (i32.const 32) (i32.const 1))" };
    let empty =
        if slip == Slip::SendsEmpty { "(i32.const 0)" } else { "(i32.eqz (i32.load (i32.const 24)))" };
    let to_topic =
        if slip == Slip::SendsNothing { "" } else { "(call $send (i32.const 208) (i32.const 10))" };
    let is_ack =
        if slip == Slip::NoAck { "(i32.const 0)" } else { "(call $is_ack (local.get 4) (local.get 5))" };
    let (import, call) = match slip {
        Slip::Deaf => ("", "(i32.store (i32.const 16) (i32.const 0))"),
        _ => (r#"(import "pelato:task/handler@0.1.0" "exec" (func $exec (param i32 i32 i32)))"#, call),
    };
    format!(
        r#"(module
  {import}
  (import "pelato:task/settings@0.1.0" "get" (func $get (param i32 i32 i32)))
  (import "wasmcloud:messaging/consumer@0.2.0" "publish" (func $publish (param i32 i32 i32 i32 i32 i32 i32 i32)))
  (memory (export "memory") 4)
  (global $free (mut i32) (i32.const 4096))
  (data (i32.const 200) "+ACK")
  (data (i32.const 208) "dest_topic")
  (data (i32.const 224) "dead_letter_topic")
  (data (i32.const 244) "+TERM")
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (local $at i32)
    (local.set $at (global.get $free))
    (global.set $free (i32.and (i32.add (i32.add (local.get $at) (local.get 3)) (i32.const 7)) (i32.const -8)))
    (local.get $at))
  ;; Whether a reply subject begins with `$`.
  (func $is_ack (param i32 i32) (result i32)
    (if (result i32) (local.get 0) (then (i32.eq (i32.load8_u (local.get 1)) (i32.const 36))) (else (i32.const 0))))
  (func $put (param $subject i32) (param $size i32) (param $body i32) (param $length i32)
    (call $publish (local.get $subject) (local.get $size) (local.get $body) (local.get $length)
      (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 64)))
  ;; The result, to the topic that a setting says.
  (func $send (param $key i32) (param $size i32)
    (call $get (local.get $key) (local.get $size) (i32.const 48))
    (call $put (i32.load (i32.const 52)) (i32.load (i32.const 56)) (i32.load (i32.const 20)) (i32.load (i32.const 24))))
  (func (export "wasmcloud:messaging/handler@0.2.0#handle-message")
    (param $subject i32) (param $subject_size i32) (param $body i32) (param $size i32)
    (param $replies i32) (param $reply i32) (param $reply_size i32) (result i32)
    (i32.store (i32.const 32) (i32.const 0))
    {call}
    (if {failed}
      (then
        {tell_error}
        (i32.store (i32.const 36) (i32.load (i32.const 20)))
        (i32.store (i32.const 40) (i32.load (i32.const 24)))
        (if {is_ack}
          (then
            (call $get (i32.const 224) (i32.const 17) (i32.const 48))
            (call $put (i32.load (i32.const 52)) (i32.load (i32.const 56)) (local.get $body) (local.get $size))
            (call $put (local.get $reply) (local.get $reply_size) (i32.const 244) (i32.const 5)))))
      (else
        (if (i32.eqz {empty}) (then {to_topic}))
        (if {is_ack}
          (then (call $put (local.get $reply) (local.get $reply_size) (i32.const 200) (i32.const 4))))))
    (i32.const 32))
)"#
    )
}
