//! A template's trigger, as composing takes it.

use super::BuildError;
use super::wit::{self, CORE_MODULE};
use crate::catalog::Template;

/// The trigger of a template. One that is a core module becomes a component here, as functions do, so that nobody who
/// writes one needs a tool for it.
///
/// # Errors
/// When it cannot be read, or is a module that cannot be turned into a component.
pub fn trigger(template: &Template) -> Result<Vec<u8>, BuildError> {
    let file = &template.manifest.trigger;
    let name = || template.manifest.name.clone();
    let bytes = template.folder.read(file).map_err(|source| BuildError::Trigger {
        template: name(),
        file: template.folder.shown(file),
        source,
    })?;
    if !bytes.starts_with(CORE_MODULE) {
        return Ok(bytes.into_owned());
    }
    wit::componentize(&bytes).map_err(|reason| BuildError::BrokenTrigger {
        template: name(),
        file: template.folder.shown(file),
        reason,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::build::{interfaces, wit::TASK_WIT};
    use crate::catalog::{Folder, Origin};
    use wit_component::StringEncoding;

    fn template(trigger: &[u8]) -> (tempfile::TempDir, Template) {
        let folder = tempfile::tempdir().unwrap();
        let manifest = "schema = 1\nname = \"t\"\nsummary = \"s\"\ntrigger = \"trigger.wasm\"\n";
        std::fs::write(folder.path().join("template.toml"), manifest).unwrap();
        std::fs::write(folder.path().join("trigger.wasm"), trigger).unwrap();
        let template = Template::load(Folder::Disk(folder.path().to_owned()), Origin::Project).unwrap();
        (folder, template)
    }

    #[test]
    fn a_module_with_its_types_becomes_a_component() {
        let source = format!("{TASK_WIT}\nworld trigger {{ import handler; import settings; }}\n");
        let mut resolve = wit_parser::Resolve::default();
        let package = resolve.push_source("t.wit", &source).unwrap();
        let world = resolve.select_world(&[package], Some("trigger")).unwrap();
        let module = "(module (import \"pelato:task/handler@0.1.0\" \"exec\" (func (param i32 i32 i32)))
            (memory (export \"memory\") 1)
            (func (export \"cabi_realloc\") (param i32 i32 i32 i32) (result i32) unreachable))";
        let mut module = wat::parse_str(module).unwrap();
        wit_component::embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
        let (_folder, template) = template(&module);
        let found = interfaces(&trigger(&template).unwrap()).unwrap();
        assert_eq!((found.imports, found.exports), (vec![wit::HANDLER.to_owned()], vec![]));
    }

    #[test]
    fn a_component_is_taken_as_it_is_and_a_bare_module_is_refused() {
        let component = wat::parse_str("(component)").unwrap();
        assert_eq!(trigger(&template(&component).1).unwrap(), component);
        let bare = wat::parse_str("(module (import \"a\" \"b\" (func)))").unwrap();
        let error = trigger(&template(&bare).1).unwrap_err();
        assert!(matches!(&error, BuildError::BrokenTrigger { template, .. } if template == "t"), "{error:?}");
    }
}
