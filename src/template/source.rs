//! The source of a trigger: a small cargo workspace, which a new template may begin with.

use include_dir::{Dir, include_dir};
use toml_edit::{Array, DocumentMut};

use super::TemplateError;
use crate::catalog::{Folder, Origin, Template, Unit};
use crate::files::{Files, RelPath};
use crate::report::{Problem, Source};
use crate::text::render;

/// Most of it are links to the sources of PELATO's own triggers: cargo would leave out folders with a Cargo.toml where
/// it packs this crate.
static FILES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/templates/template");

pub(super) const FOLDER: &str = "source";
/// What cargo makes there.
const TARGET: &str = "target/";
const TRIGGERS: &str = "triggers";

pub(super) fn own_file(name: &str) -> &'static [u8] {
    FILES.get_file(name).map(|file| file.contents()).unwrap_or_default()
}

/// The source of a template's trigger, relative to its folder.
///
/// # Errors
/// When there is none, or it cannot be read.
pub(super) fn of(template: &Template, description: &str) -> Result<Files, TemplateError> {
    match (&template.folder, &template.origin) {
        (_, Origin::BuiltIn) => built_in(template.name(), description),
        (folder, _) => on_disk(template, folder),
    }
}

/// That of somebody's own template, as it is.
fn on_disk(template: &Template, folder: &Folder) -> Result<Files, TemplateError> {
    let unreadable = |name: &str, source| TemplateError::Unreadable { path: folder.shown(name), source };
    let names = folder.files(FOLDER).map_err(|error| unreadable(FOLDER, error))?;
    let mut files = Files::new();
    for name in names.into_iter().filter(|name| !name.starts_with(TARGET)) {
        let path = format!("{FOLDER}/{name}");
        let bytes = folder.read(&path).map_err(|error| unreadable(&path, error))?;
        files.insert(RelPath::new(name)?, bytes.into_owned());
    }
    if files.is_empty() { Err(none(template.name())) } else { Ok(files) }
}

fn built_in(name: &str, description: &str) -> Result<Files, TemplateError> {
    let trigger = FILES.get_dir(format!("{TRIGGERS}/{name}")).ok_or_else(|| none(name))?;
    let broken = |reason: String| Problem::error("manifest", &Source::new("Cargo.toml", ""), reason);
    let mut files = Files::new();
    let mut values = liquid::Object::new();
    let description = toml_edit::Value::from(description).to_string();
    values.insert("description".into(), liquid::model::Value::scalar(description.trim().to_owned()));
    let manifest = render(own_file("crate.toml.liquid"), &values).map_err(broken)?;
    files.insert(RelPath::new("trigger/Cargo.toml")?, manifest);
    files.insert(RelPath::new("Cargo.toml")?, workspace().map_err(broken)?);
    files.insert(RelPath::new("Cargo.lock")?, own_file("workspace.lock").to_vec());
    files.insert(RelPath::new(".gitignore")?, b"target/\n".to_vec());
    files.insert(RelPath::new("flow/Cargo.toml")?, own_file("flow.toml").to_vec());
    let flow = FILES.get_dir("flow").into_iter();
    let wit = FILES.get_dir("wit").into_iter();
    let folders = flow.map(|dir| (dir, "flow/src")).chain(wit.map(|dir| (dir, "wit")));
    for (dir, place) in folders.chain([(trigger, "trigger/src")]) {
        let folder = Folder::BuiltIn(dir);
        let read = |name: &str| {
            let unreadable = |source| TemplateError::Unreadable { path: folder.shown(name), source };
            folder.read(name).map_err(unreadable)
        };
        let names = folder.files("").map_err(|error| broken(error.to_string()))?;
        for name in names {
            let bytes = read(&name)?.into_owned();
            files.insert(RelPath::new(format!("{place}/{name}"))?, bytes);
        }
    }
    Ok(files)
}

/// The manifest of the workspace, with one trigger in it.
fn workspace() -> Result<Vec<u8>, String> {
    let text = std::str::from_utf8(own_file("workspace.toml")).map_err(|error| error.to_string())?;
    let mut document: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| error.to_string())?;
    let members: Array = ["flow", "trigger"].into_iter().collect();
    document["workspace"]["members"] = toml_edit::value(members);
    Ok(document.to_string().into_bytes())
}

fn none(template: &str) -> TemplateError {
    let known = FILES.get_dir(TRIGGERS).into_iter().flat_map(Dir::dirs);
    let names = known.filter_map(|dir| Some(dir.path().file_name()?.to_str()?.to_owned()));
    TemplateError::NoSource { template: template.to_owned(), known: names.collect::<Vec<_>>().join(", ") }
}
