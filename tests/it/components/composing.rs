//! Trigger + function + settings, and what is said when they do not fit.

use super::go::function;
use crate::support::instance::Running;
use pelato::build::{
    ComposeError, FunctionError, WrapError, check_function, compose, compose_with_log, interfaces,
    settings_component, wrap,
};
use std::collections::BTreeMap;
use wasm_encoder::{
    CodeSection, EntityType, ExportKind, ExportSection, Function, FunctionSection, ImportSection,
    MemorySection, MemoryType, Module, TypeSection, ValType,
};

const PROBE: &str = "pelato:test/probe@0.1.0";

/// A component that exports `exec` and `get` and passes both on to what it imports; `world` names the imports.
/// The result of an import has the layout that an export gives back, so a call is all there is to it.
fn trigger(world: &str, imports: &[(&str, &str)], exports: &[(&str, u32)]) -> Vec<u8> {
    let mut module = Module::new();
    let mut types = TypeSection::new();
    types.ty().function([ValType::I32; 3], []);
    types.ty().function([ValType::I32; 2], [ValType::I32]);
    types.ty().function([ValType::I32; 4], [ValType::I32]);
    let (mut import, mut functions, mut code) =
        (ImportSection::new(), FunctionSection::new(), CodeSection::new());
    for (interface, name) in imports {
        import.import(interface, name, EntityType::Function(0));
    }
    let own = u32::try_from(imports.len()).unwrap();
    let mut export = ExportSection::new();
    export.export("memory", ExportKind::Memory, 0);
    for (at, (name, target)) in exports.iter().enumerate() {
        functions.function(1);
        let mut body = Function::new([]);
        body.instructions().local_get(0).local_get(1).i32_const(8).call(*target).i32_const(8).end();
        code.function(&body);
        export.export(name, ExportKind::Func, own + u32::try_from(at).unwrap());
    }
    // Every allocation at the same place: one text at a time is enough here.
    functions.function(2);
    let mut body = Function::new([]);
    body.instructions().i32_const(1024).end();
    code.function(&body);
    export.export("cabi_realloc", ExportKind::Func, own + u32::try_from(exports.len()).unwrap());
    let mut memories = MemorySection::new();
    memories.memory(MemoryType {
        minimum: 2,
        maximum: None,
        memory64: false,
        shared: false,
        page_size_log2: None,
    });
    module
        .section(&types)
        .section(&import)
        .section(&functions)
        .section(&memories)
        .section(&export)
        .section(&code);
    component(module.finish(), world)
}

fn component(mut module: Vec<u8>, world: &str) -> Vec<u8> {
    let mut resolve = wit_parser::Resolve::default();
    let task = include_str!("../../../src/build/wit/pelato-task.wit");
    resolve.push_source("task.wit", task).unwrap();
    let package = resolve.push_source("test.wit", &format!("package pelato:test@0.1.0;\n{world}")).unwrap();
    let world = resolve.select_world(&[package], None).unwrap();
    wit_component::embed_component_metadata(
        &mut module,
        &resolve,
        world,
        wit_component::StringEncoding::UTF8,
    )
    .unwrap();
    wit_component::ComponentEncoder::default().validate(true).module(&module).unwrap().encode().unwrap()
}

fn probe() -> Vec<u8> {
    let world = "interface probe { exec: func(input: list<u8>) -> result<list<u8>, string>; get: func(key: string) -> option<string>; }
        world w { import pelato:task/handler@0.1.0; import pelato:task/settings@0.1.0; export probe; }";
    trigger(
        world,
        &[("pelato:task/handler@0.1.0", "exec"), ("pelato:task/settings@0.1.0", "get")],
        &[(&format!("{PROBE}#exec"), 0), (&format!("{PROBE}#get"), 1)],
    )
}

fn go_function() -> Vec<u8> {
    function(&[(
        "echo.go",
        r#"package main

func exec_task(arg string) (string, error) {
	if arg == "" {
		panic("nothing")
	}
	return "go: " + arg, nil
}
"#,
    )])
}

fn settings(pairs: &[(&str, &str)]) -> Vec<u8> {
    let pairs: BTreeMap<_, _> =
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    settings_component(&pairs).unwrap()
}

#[test]
fn a_trigger_reaches_function_and_settings() {
    let settings = settings(&[("dest_topic", "kelvin \"data\"")]);
    let composed = compose(&probe(), &go_function(), &settings).unwrap();
    assert!(
        composed == compose(&probe(), &go_function(), &settings).unwrap(),
        "composing must be deterministic"
    );

    let names = interfaces(&composed).unwrap();
    assert_eq!(names.exports, [PROBE]);
    assert!(names.imports.iter().all(|name| name.starts_with("wasi:")), "{names:?}");

    let mut running = Running::new(&composed);
    assert_eq!(running.exec_of(PROBE, b"x").unwrap(), Ok(b"go: x".into()));
    assert_eq!(running.exec_of(PROBE, b"").unwrap(), Err("panic: nothing".into()));
    assert_eq!(running.get_of(PROBE, "dest_topic").as_deref(), Some("kelvin \"data\""));
    assert_eq!(running.get_of(PROBE, "other"), None);
    assert_eq!(running.exec_of(PROBE, b"again").unwrap(), Ok(b"go: again".into()));
}

#[test]
fn a_trigger_without_use_for_settings() {
    let world = "interface probe { exec: func(input: list<u8>) -> result<list<u8>, string>; }
        world w { import pelato:task/handler@0.1.0; export probe; }";
    let trigger = trigger(world, &[("pelato:task/handler@0.1.0", "exec")], &[(&format!("{PROBE}#exec"), 0)]);
    let composed = compose(&trigger, &go_function(), &settings(&[])).unwrap();
    assert_eq!(Running::new(&composed).exec_of(PROBE, b"x").unwrap(), Ok(b"go: x".into()));
}

#[test]
fn what_does_not_fit_is_named() {
    let none = settings(&[]);
    // The settings in the function's place: nobody offers the handler.
    assert_eq!(
        compose(&probe(), &none, &none),
        Err(ComposeError::MissingImport { import: "pelato:task/handler@0.1.0".into() })
    );
    assert_eq!(compose(&none, &none, &none), Err(ComposeError::NoHandlerImport));
    let broken = compose(b"no wasm", &none, &none).unwrap_err();
    assert!(matches!(broken, ComposeError::BrokenPart { part: "trigger", .. }), "{broken}");

    let other_version = "world w { import pelato:task/handler@0.1.0; import other: interface { get: func(key: string) -> option<string>; } import later; }
        interface later { get: func(key: string) -> option<string>; }";
    let trigger = trigger(
        other_version,
        &[("pelato:task/handler@0.1.0", "exec"), ("pelato:test/later@0.1.0", "get")],
        &[],
    );
    let error = compose(&trigger, &handler("list<u8>", "result<list<u8>, string>"), &none).unwrap_err();
    assert_eq!(error, ComposeError::MissingImport { import: "pelato:test/later@0.1.0".into() });
    assert_eq!(
        error.to_string(),
        "the trigger imports `pelato:test/later@0.1.0`, which neither the function nor the settings export"
    );
}

#[test]
fn a_handler_of_another_type_is_refused_by_check_and_by_compose() {
    let handler = handler("string", "option<string>");
    let error = check_function(&handler).unwrap_err();
    assert_eq!(error, FunctionError::WrongType { found: "func(string) -> option<string>".into() });
    let error = compose(&probe(), &handler, &settings(&[])).unwrap_err();
    assert!(matches!(error, ComposeError::TypeMismatch { part: "function", .. }), "{error}");
}

#[test]
fn a_log_needs_a_trigger_that_sends_messages_and_a_function_without_other_streams() {
    let none = settings(&[]);
    assert_eq!(compose_with_log(&probe(), &go_function(), &none), Err(ComposeError::NoMessaging));
    let trigger = std::fs::read("templates/tasks/processor_nats/trigger.wasm").unwrap();
    let names = |component: &[u8]| interfaces(component).unwrap().imports;
    let silent = names(&compose(&trigger, &go_function(), &none).unwrap());
    let composed = names(&compose_with_log(&trigger, &go_function(), &none).unwrap());
    // It asks its host for nothing that a function does not have, and for no files.
    assert!(silent.iter().any(|name| name.starts_with("wasi:filesystem/")), "{silent:?}");
    assert!(!composed.iter().any(|name| name.starts_with("wasi:filesystem/")), "{composed:?}");
    assert!(!composed.iter().any(|name| name.starts_with("pelato:")), "{composed:?}");
    // The trigger of HTTP has streams of its own; as a function it would not be one, but it has the import.
    let http = std::fs::read("templates/tasks/http_producer_nats/trigger.wasm").unwrap();
    let refused = ComposeError::Streams { import: "wasi:http/types@0.2.0".into() };
    assert_eq!(compose_with_log(&trigger, &http, &none), Err(refused));
}

#[test]
fn functions_are_checked() {
    assert_eq!(check_function(&handler("list<u8>", "result<list<u8>, string>")), Ok(()));
    let error = check_function(&settings(&[])).unwrap_err();
    assert_eq!(
        error,
        FunctionError::NoHandler {
            exports: vec!["pelato:task/settings@0.1.0".into(), "pelato:task/journal@0.1.0".into()]
        }
    );
    let error = check_function(&probe()).unwrap_err();
    assert!(matches!(error, FunctionError::NoHandler { .. }), "{error}");
    assert!(matches!(check_function(b"\0asm\x01\0\0\0"), Err(FunctionError::NotAComponent(_))));
    assert!(matches!(check_function(b""), Err(FunctionError::NotAComponent(_))));

    let world = "interface far { exec: func(input: list<u8>) -> result<list<u8>, string>; }
        interface more { get: func(key: string) -> option<string>; }
        world w { import far; export pelato:task/handler@0.1.0; export more; }";
    let exports = [("pelato:task/handler@0.1.0#exec", 0), ("pelato:test/more@0.1.0#get", 0)];
    let foreign = trigger(world, &[("pelato:test/far@0.1.0", "exec")], &exports);
    let error = check_function(&foreign).unwrap_err();
    assert_eq!(error, FunctionError::UnsupportedImports { imports: vec!["pelato:test/far@0.1.0".into()] });
}

#[test]
fn modules_are_checked() {
    assert_eq!(wrap(b"text"), Err(WrapError::NotAModule));
    assert_eq!(wrap(&settings(&[])), Err(WrapError::NotAModule));
    let error = wrap(b"\0asm\x01\0\0\0").unwrap_err().to_string();
    assert!(error.contains("pelato:task/handler@0.1.0"), "{error}");
}

/// A component whose handler has any type (of two parameters as flat values, and a result in memory).
fn handler(input: &str, output: &str) -> Vec<u8> {
    let mut resolve = wit_parser::Resolve::default();
    let wit = format!(
        "package pelato:task@0.1.0; interface handler {{ exec: func(input: {input}) -> {output}; }} world w {{ export handler; }}"
    );
    let package = resolve.push_source("task.wit", &wit).unwrap();
    let world = resolve.select_world(&[package], None).unwrap();
    let mut module = core_handler();
    wit_component::embed_component_metadata(
        &mut module,
        &resolve,
        world,
        wit_component::StringEncoding::UTF8,
    )
    .unwrap();
    wit_component::ComponentEncoder::default().validate(true).module(&module).unwrap().encode().unwrap()
}

fn core_handler() -> Vec<u8> {
    core_handler_of(0)
}

/// The same with so many bytes of code that do nothing.
fn core_handler_of(size: usize) -> Vec<u8> {
    let mut types = TypeSection::new();
    types.ty().function([ValType::I32; 2], [ValType::I32]);
    types.ty().function([ValType::I32; 4], [ValType::I32]);
    let (mut functions, mut code, mut exports) =
        (FunctionSection::new(), CodeSection::new(), ExportSection::new());
    functions.function(0).function(1);
    for _ in 0..2 {
        let mut body = Function::new([]);
        for _ in 0..size {
            body.instructions().nop();
        }
        body.instructions().i32_const(1024).end();
        code.function(&body);
    }
    exports.export("memory", ExportKind::Memory, 0);
    exports.export("pelato:task/handler@0.1.0#exec", ExportKind::Func, 0);
    exports.export("cabi_realloc", ExportKind::Func, 1);
    let mut memories = MemorySection::new();
    memories.memory(MemoryType {
        minimum: 2,
        maximum: None,
        memory64: false,
        shared: false,
        page_size_log2: None,
    });
    let mut module = Module::new();
    module.section(&types).section(&functions).section(&memories).section(&exports).section(&code);
    module.finish()
}

#[test]
fn broken_bytes_do_not_panic() {
    let (probe, handler, none) = (probe(), handler("list<u8>", "result<list<u8>, string>"), settings(&[]));
    for bent in bent(&probe) {
        let _ = (compose(&bent, &handler, &none), interfaces(&bent));
    }
    for bent in bent(&handler) {
        let _ = (check_function(&bent), compose(&probe, &bent, &none));
    }
    for bent in bent(&core_handler()) {
        let _ = wrap(&bent);
    }
}

/// As a compiler leaves it on a full disk.
#[test]
fn a_part_of_a_large_module_is_an_error() {
    let module = core_handler_of(100_000);
    let whole = wrap(&module);
    assert!(whole.is_ok(), "{:?}", whole.err());
    for length in (8..module.len()).step_by(997) {
        assert!(wrap(&module[..length]).is_err(), "{length} of {} bytes", module.len());
    }
}

/// The bytes cut off everywhere, and with a bit turned over everywhere.
fn bent(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    (0..bytes.len()).flat_map(|at| {
        let mut turned = bytes.to_vec();
        turned[at] ^= 1 << (at % 8);
        [bytes[..at].to_vec(), turned]
    })
}
