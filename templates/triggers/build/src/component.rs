//! From a core module to a finished component.

use wasm_encoder::{ComponentSection, CustomSection};
use wasmparser::{Parser, Payload};
use wit_component::ComponentEncoder;

use crate::Result;
use crate::digest::SECTION;
use crate::trigger::Trigger;

/// Makes a component of a module and marks it with the digest of its sources.
pub(crate) fn from_module(module: &[u8], digest: &str) -> Result<Vec<u8>> {
    let mut component = ComponentEncoder::default().validate(true).module(module)?.encode()?;
    let section = CustomSection { name: SECTION.into(), data: digest.as_bytes().into() };
    section.append_to_component(&mut component);
    Ok(component)
}

/// Checks that a component imports and exports what its trigger must, and nothing else.
pub(crate) fn check(component: &[u8], trigger: &Trigger) -> Result<()> {
    let (imports, exports) = interfaces(component)?;
    same(trigger.name, "imports", &imports, trigger.imports)?;
    same(trigger.name, "exports", &exports, trigger.exports)
}

fn same(trigger: &str, what: &str, found: &[String], expected: &[&str]) -> Result<()> {
    if found == expected {
        return Ok(());
    }
    Err(format!("{trigger} {what} {found:#?}\ninstead of {expected:#?}").into())
}

/// The names of a component's imports and exports, sorted.
fn interfaces(component: &[u8]) -> Result<(Vec<String>, Vec<String>)> {
    let (mut imports, mut exports) = (Vec::new(), Vec::new());
    let mut depth = 0_usize;
    for payload in Parser::new(0).parse_all(component) {
        match payload? {
            // What is inside is the component's own business.
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::ComponentImportSection(section) if depth == 0 => {
                for import in section {
                    imports.push(import?.name.name.to_owned());
                }
            }
            Payload::ComponentExportSection(section) if depth == 0 => {
                for export in section {
                    exports.push(export?.name.name.to_owned());
                }
            }
            _ => {}
        }
    }
    imports.sort_unstable();
    exports.sort_unstable();
    Ok((imports, exports))
}
