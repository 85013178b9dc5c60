//! A language that a test can compile: a file with one word, `exec_task WORD`, and a compiler that copies the module of
//! that word. What a pack does right and wrong is decided by the words.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::Place;

/// The tasks of a sound pack: folder and word.
pub const SOUND: &[(&str, &str)] = &[
    ("echo", "echo"),
    ("bytes", "echo"),
    ("empty", "empty"),
    ("error", "error"),
    ("panic", "panic"),
    ("wrong", "no-such-word"),
];

const COMPILER: &str = r##"#!/bin/bash
[ "$1" = --version ] && { echo "toyc 1.2.3"; exit; }
words=$(dirname "$0")
read -r _ word <task.toy
if [ "$word" = only-online ] && [ -n "$TOY_OFFLINE" ]; then echo "task.toy:1: cannot fetch" >&2; exit 1; fi
if [ "$word" = network ] && [ "$(readlink /proc/self/ns/net)" != "$TOY_NET" ]; then echo "task.toy:1: no network" >&2; exit 1; fi
[ -f "$words/$word.wasm" ] || { echo "task.toy:1:11: error: '$word' is no word" >&2; exit 1; }
cp "$words/$word.wasm" "$1"
# A section that nobody reads, with the time in it.
[ "$word" != clock ] || printf '\x00\x0a\x09%s' "$(date +%N)" >>"$1"
"##;

/// Writes the pack `toy` into a folder of packs.
pub fn pack(packs: &Path, tasks: &[(&str, &str)], change: impl Fn(String) -> String) {
    let pack = packs.join("toy");
    let manifest = r#"schema = 1
name = "toy"
summary = "Toy functions"
extensions = ["toy"]

[task]
entry = "exec_task"
starter = "starter"

[toolchain]
program = "toyc"
check = ["toyc", "--version"]
version = '(\d+\.\d+\.\d+)'
requires = ">=1"
inherit = ["TOY_NET"]

[build]
command = ["toyc", "{output}"]
produces = "module"
runs = []
offline = { TOY_OFFLINE = "1" }

[conformance]
dir = "conformance"
panics = "traps"
"#;
    let write = |name: &str, text: String| {
        let path = pack.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write("pack.toml", change(manifest.to_owned()));
    write("starter/task.toy", "exec_task echo\n".to_owned());
    for (task, word) in tasks {
        write(&format!("conformance/{task}/task.toy"), format!("exec_task {word}\n"));
    }
}

/// A place with the compiler on PATH.
pub fn place() -> Place {
    let place = Place::empty();
    let bin = place.above().join("bin");
    fs::create_dir_all(&bin).unwrap();
    fs::write(bin.join("toyc"), COMPILER).unwrap();
    fs::set_permissions(bin.join("toyc"), fs::Permissions::from_mode(0o755)).unwrap();
    for (word, tag, size, more, after) in [
        ("echo", 0, "(local.get 1)", "", RESET),
        ("only-online", 0, "(local.get 1)", "", RESET),
        ("network", 0, "(local.get 1)", "", RESET),
        ("clock", 0, "(local.get 1)", "", RESET),
        ("empty", 0, "(i32.const 0)", "", RESET),
        ("error", 1, "(local.get 1)", "", RESET),
        ("panic", 0, "(local.get 1)", "unreachable", RESET),
        ("leak", 0, "(local.get 1)", "", ""),
        // Right the first hundred times.
        ("tired", 0, "(i32.sub (local.get 1) (i32.gt_u (global.get $calls) (i32.const 100)))", "", RESET),
    ] {
        fs::write(bin.join(format!("{word}.wasm")), wat::parse_str(module(tag, size, more, after)).unwrap())
            .unwrap();
    }
    fs::write(bin.join("all.wasm"), wat::parse_str(all()).unwrap()).unwrap();
    fs::write(bin.join("odd.wasm"), odd_component(true)).unwrap();
    fs::write(bin.join("more.wasm"), odd_component(false)).unwrap();
    let net = fs::read_link("/proc/self/ns/net").unwrap();
    let path = format!("{}:/usr/bin:/bin", bin.display());
    place.env("PATH", path).env("TOY_NET", net).trusted()
}

const RESET: &str = "(global.set $free (i32.const 1024))";

/// Does what the first line of its input says: the second letter tells which it is.
fn all() -> String {
    let echo = module(0, "(local.get 1)", "", RESET);
    let (before, rest) = echo.split_once("    (i32.store (i32.const 0)").unwrap();
    let (_, after) = rest.split_once("    (i32.const 0))").unwrap();
    let is =
        |letter: char| format!("(i32.eq (i32.load8_u offset=1 (local.get 0)) (i32.const {}))", letter as u32);
    let name = format!("(i32.sub (i32.const 6) {})", is('c'));
    let (error, panic, empty) = (is('r'), is('a'), is('m'));
    format!(
        "{before}(if {panic} (then unreachable))
         (i32.store (i32.const 0) {error})
         (i32.store (i32.const 4) (i32.add (local.get 0) {name}))
         (i32.store (i32.const 8) (select (i32.const 0) (i32.sub (local.get 1) {name}) {empty}))
         (i32.const 0)){after}"
    )
}

fn module(tag: u32, size: &str, more: &str, after: &str) -> String {
    format!("(module {})", parts(tag, size, more, after))
}

fn parts(tag: u32, size: &str, more: &str, after: &str) -> String {
    format!(
        r#"
  (memory (export "memory") 1)
  (global $free (mut i32) (i32.const 1024))
  (global $calls (mut i32) (i32.const 0))
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (local $at i32)
    (local.set $at (global.get $free))
    (global.set $free (i32.and (i32.add (i32.add (local.get $at) (local.get 3)) (i32.const 7)) (i32.const -8)))
    (block $fits (loop $more
      (br_if $fits (i32.le_u (global.get $free) (i32.mul (memory.size) (i32.const 65536))))
      (if (i32.eq (memory.grow (i32.const 16)) (i32.const -1)) (then unreachable))
      (br $more)))
    (local.get $at))
  (func (export "pelato:task/handler@0.1.0#exec") (param i32 i32) (result i32)
    {more}
    (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
    (i32.store (i32.const 0) (i32.const {tag}))
    (i32.store (i32.const 4) (local.get 0))
    (i32.store (i32.const 8) {size})
    (i32.const 0))
  (func (export "cabi_post_pelato:task/handler@0.1.0#exec") (param i32) {after})"#
    )
}

/// A component that exports more than it should, and may import more, too.
fn odd_component(imports: bool) -> Vec<u8> {
    let mut resolve = wit_parser::Resolve::default();
    resolve.push_source("task.wit", pelato::build::wit::TASK_WIT).unwrap();
    let (wanted, import, now) = match imports {
        true => {
            ("import extra;", r#"(import "odd:odd/extra" "now" (func $now (result i32)))"#, "(call $now)")
        }
        false => ("", "", "(i32.const 7)"),
    };
    let text = format!(
        "package odd:odd;\ninterface extra {{ now: func() -> u32; }}\n\
         world odd {{ {wanted} export extra; export pelato:task/handler@0.1.0; }}"
    );
    let package = resolve.push_source("odd.wit", &text).unwrap();
    let world = resolve.select_world(&[package], Some("odd")).unwrap();
    let parts = parts(0, "(local.get 1)", "", RESET);
    let text = format!(r#"(module {import} {parts} (func (export "odd:odd/extra#now") (result i32) {now}))"#);
    let mut module = wat::parse_str(text).unwrap();
    wit_component::embed_component_metadata(
        &mut module,
        &resolve,
        world,
        wit_component::StringEncoding::UTF8,
    )
    .unwrap();
    wit_component::ComponentEncoder::default().module(&module).unwrap().encode().unwrap()
}
