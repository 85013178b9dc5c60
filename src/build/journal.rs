//! PELATO's own component that publishes what a function writes, and how its calls end. It takes the place of its host's
//! streams.

use super::wit::{self, JOURNAL, NotAComponent};

/// The component, as it is composed with the functions whose logs are published.
pub const COMPONENT: &[u8] = include_bytes!("../../templates/journal/journal.wasm");

/// By what it publishes.
pub(super) const CONSUMER: &str = "wasmcloud:messaging/consumer";

/// The interfaces whose types are those of the streams.
const STREAMS: [&str; 2] = ["wasi:io/streams", "wasi:io/error"];

/// The name of an interface without its version.
pub(super) fn unversioned(name: &str) -> &str {
    name.split('@').next().unwrap_or(name)
}

/// What takes the place of an import of a function, if something does.
pub(super) fn replacement<'a>(import: &str, exports: &'a [String]) -> Option<&'a String> {
    exports.iter().find(|export| *export != JOURNAL && unversioned(export) == unversioned(import))
}

/// An import of a function that needs the streams of its host: beside those of the journal, it cannot be used.
pub(super) fn needs_streams(function: &[u8], exports: &[String]) -> Result<Option<String>, NotAComponent> {
    let (resolve, world) = wit::decode(function)?;
    let needs = |key: &wit_parser::WorldKey, item: &wit_parser::WorldItem| {
        let wit_parser::WorldItem::Interface { id, .. } = item else { return None };
        let name = resolve.name_world_key(key);
        let mut dependencies = resolve.interface_direct_deps(*id).filter_map(|id| resolve.id_of(id));
        let has_streams = dependencies.any(|name| STREAMS.contains(&unversioned(&name)));
        (has_streams && replacement(&name, exports).is_none()).then_some(name)
    };
    Ok(resolve.worlds[world].imports.iter().find_map(|(key, item)| needs(key, item)))
}
