//! The interfaces of PELATO's own that components meet at, and reading a component's interfaces.

use wit_component::{DecodedWasm, StringEncoding};
use wit_parser::{Resolve, WorldId, WorldItem};

/// The package `pelato:task`, as WIT text.
pub const TASK_WIT: &str = include_str!("wit/pelato-task.wit");
/// The interface that a language pack exports and a trigger imports.
pub const HANDLER: &str = "pelato:task/handler@0.1.0";
/// The interface of a task's settings, which a trigger imports.
pub const SETTINGS: &str = "pelato:task/settings@0.1.0";
/// The interface by which a trigger says what becomes of its calls.
pub const JOURNAL: &str = "pelato:task/journal@0.1.0";
/// WASI's interface of the environment, in any version, and as the component that takes its host's place exports it.
pub(super) const ENVIRONMENT: &str = "wasi:cli/environment";
pub(super) const ENVIRONMENT_EXPORT: &str = "wasi:cli/environment@0.2.0";
/// The namespace of PELATO's own interfaces: none of them may be left open in a finished component.
pub(super) const NAMESPACE: &str = "pelato:";

/// How a core module begins.
pub(super) const CORE_MODULE: &[u8] = b"\0asm\x01\0\0\0";

/// The names of what a component imports and exports, in the component's order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Interfaces {
    /// What the component needs from its host.
    pub imports: Vec<String>,
    /// What the component offers.
    pub exports: Vec<String>,
}

/// Lists what a component imports and exports.
///
/// # Errors
/// The bytes are not a component; the error says why.
pub fn interfaces(component: &[u8]) -> Result<Interfaces, NotAComponent> {
    let (resolve, world) = decode(component)?;
    let names =
        |keys: Vec<&wit_parser::WorldKey>| keys.into_iter().map(|key| resolve.name_world_key(key)).collect();
    let world = &resolve.worlds[world];
    Ok(Interfaces {
        imports: names(world.imports.keys().collect()),
        exports: names(world.exports.keys().collect()),
    })
}

/// Bytes that should have been a component and are not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, miette::Diagnostic)]
#[error("this is not a WebAssembly component: {reason}")]
#[diagnostic(code(pelato::wit::not_a_component))]
pub struct NotAComponent {
    /// What the decoder found.
    pub reason: String,
}

pub(super) fn decode(component: &[u8]) -> Result<(Resolve, WorldId), NotAComponent> {
    // The decoder would take a core module for a component without interfaces.
    if component.starts_with(CORE_MODULE) {
        return Err(NotAComponent { reason: "it is a core module".into() });
    }
    match wit_component::decode(component) {
        Ok(DecodedWasm::Component(resolve, world)) => Ok((resolve, world)),
        Ok(DecodedWasm::WitPackage(..)) => {
            Err(NotAComponent { reason: "it is an encoded WIT package".into() })
        }
        Err(error) => Err(NotAComponent { reason: format!("{error:#}") }),
    }
}

/// The imported interfaces of a component that somebody has to provide: those with functions, not those with types only.
///
/// # Errors
/// The bytes are not a component; the error says why.
pub fn needed(component: &[u8]) -> Result<Vec<String>, NotAComponent> {
    let (resolve, world) = decode(component)?;
    let is_needed = |item: &WorldItem| match item {
        WorldItem::Interface { id, .. } => !resolve.interfaces[*id].functions.is_empty(),
        WorldItem::Function(_) => true,
        WorldItem::Type { .. } => false,
    };
    let imports = resolve.worlds[world].imports.iter().filter(|(_, item)| is_needed(item));
    Ok(imports.map(|(key, _)| resolve.name_world_key(key)).collect())
}

/// Whether the sections of a module or component are there to their last byte; if not, why. Compilers can leave a part
/// of a module and say that all went well: Go's linker on a full disk (1.27). `wit-component` 0.254 panics at it.
pub(super) fn check_sections(bytes: &[u8]) -> Result<(), String> {
    let mut payloads = wasmparser::Parser::new(0).parse_all(bytes);
    payloads.try_for_each(|payload| payload.map(drop)).map_err(|error| error.to_string())
}

/// Encodes a core module that has the types of its interfaces in it as a component.
pub(super) fn componentize(module: &[u8]) -> Result<Vec<u8>, String> {
    check_sections(module)?;
    let encode = || {
        let encoder = wit_component::ComponentEncoder::default().validate(true).module(module)?;
        encoder.adapter(ADAPTED, ADAPTER)?.encode()
    };
    encode().map_err(|error| format!("{error:#}"))
}

/// What stands between `wasi_snapshot_preview1` and WASI 0.2.
pub(super) const ADAPTER: &[u8] =
    wasi_preview1_component_adapter_provider::WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER;
/// The module whose imports it meets.
pub(super) const ADAPTED: &str =
    wasi_preview1_component_adapter_provider::WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME;

/// Encodes a core module as a component of one of the worlds in [`TASK_WIT`]; `adapter` is what stands between
/// its `wasi_snapshot_preview1` imports and WASI 0.2, if it may have any. The code inside is not validated: composing
/// does that, and twice would take as long as compiling.
pub(super) fn encode(core_module: &[u8], world: &str, adapter: Option<&[u8]>) -> Result<Vec<u8>, String> {
    encode_with(core_module, TASK_WIT, world, adapter)
}

/// The same, of a world in another text.
pub(super) fn encode_with(
    core_module: &[u8],
    text: &str,
    world: &str,
    adapter: Option<&[u8]>,
) -> Result<Vec<u8>, String> {
    check_sections(core_module)?;
    let encode = || {
        let mut resolve = Resolve::default();
        let package = resolve.push_source("world.wit", text)?;
        let world = resolve.select_world(&[package], Some(world))?;
        let mut module = core_module.to_vec();
        wit_component::embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8)?;
        let mut encoder = wit_component::ComponentEncoder::default().module(&module)?;
        if let Some(adapter) = adapter {
            encoder = encoder.adapter(ADAPTED, adapter)?;
        }
        encoder.encode()
    };
    // The library's errors are chains of context; only their text is of use here.
    encode().map_err(|error| format!("{error:#}"))
}
