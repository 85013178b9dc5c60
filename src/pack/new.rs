//! A new pack: a manifest that is valid, and places for what only its author knows.

use include_dir::{Dir, include_dir};
use liquid::model::Value;
use toml_edit::Array;

use super::{PackError, TASKS, Task};
use crate::build::wit::TASK_WIT;
use crate::catalog::pack::{MANIFEST, Pack, Panics, Produces};
use crate::files::{Files, RelPath};
use crate::remedy::Argument;
use crate::report::{Problem, Source};
use crate::text::render;

static FILES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/templates/pack");

/// What a new pack is to say.
#[derive(Debug, Clone)]
pub struct NewPack {
    pub name: String,
    pub summary: String,
    /// The endings of source files, without the dot.
    pub extensions: Vec<String>,
    /// What begins a comment to the end of the line.
    pub comment: String,
    /// The function that a task must define.
    pub entry: String,
    /// The compiler's program.
    pub program: String,
    /// Prints its version.
    pub check: Vec<String>,
    pub version: String,
    /// The versions that will do.
    pub requires: String,
    /// Installs a pinned compiler.
    pub install: Option<Vec<String>>,
    /// Where that leaves its programs.
    pub bin: Option<String>,
    pub image: Option<String>,
    /// The compiler's command line.
    pub command: Vec<String>,
    /// Variables that name folders which are kept between builds.
    pub cache: Vec<String>,
    /// What comes out.
    pub produces: Produces,
    pub panics: Panics,
}

/// The files of a new pack.
///
/// # Errors
/// When a value would make the manifest wrong.
pub fn new(pack: &NewPack) -> Result<Files, PackError> {
    let values = values(pack);
    let ending = pack.extensions.first().map_or("txt", String::as_str);
    let mut files = Files::new();
    let mut add = |path: String, template: &str, values: &liquid::Object| {
        let bytes = FILES.get_file(template).map(|file| file.contents()).unwrap_or_default();
        let wrong = |reason: String| Problem::error("manifest", &Source::new(template, ""), reason);
        files.insert(RelPath::new(path)?, render(bytes, values).map_err(wrong)?);
        Ok::<_, PackError>(())
    };
    add(MANIFEST.to_owned(), "pack.toml.liquid", &values)?;
    add("README.md".to_owned(), "README.md.liquid", &values)?;
    add(format!("starter/task.{ending}.liquid"), "starter.liquid", &values)?;
    add(format!("starter/task_test.{ending}"), "starter_test.liquid", &values)?;
    add(format!("shell/pelato_shell.{ending}"), "shell.liquid", &values)?;
    for task in TASKS {
        let mut values = values.clone();
        values.insert("about".into(), text(task.about));
        add(format!("conformance/{}/task.{ending}", task.name), "task.liquid", &values)?;
    }
    if pack.produces == Produces::Component {
        files.insert(RelPath::new("shell/pelato-task.wit")?, TASK_WIT.into());
    }
    check(&files)?;
    Ok(files)
}

/// Reads the manifest as everybody will, and names the argument of what is wrong.
fn check(files: &Files) -> Result<(), PackError> {
    let manifest = files.get(MANIFEST).map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    let source = Source::new(MANIFEST, manifest.unwrap_or_default());
    let Err(problem) = Pack::parse(&source) else { return Ok(()) };
    let line = problem.position().and_then(|(line, _)| source.text.lines().nth(line - 1)).unwrap_or_default();
    let key = line.split('=').next().unwrap_or_default().trim();
    let known = [
        ("name", "name", Argument::NameOfUnit),
        ("summary", "summary", Argument::Summary),
        ("program", "program", Argument::Program),
        ("extensions", "ending", Argument::Extension),
        ("check", "check command", Argument::Check),
        ("version", "version pattern", Argument::VersionPattern),
        ("requires", "version", Argument::Requires),
        ("install", "install command", Argument::Install),
        ("bin", "folder of programs", Argument::Bin),
        ("command", "build command", Argument::Build),
        ("cache", "cache variable", Argument::Cache),
    ];
    match known.into_iter().find(|(name, ..)| *name == key) {
        Some((_, what, argument)) => {
            let help = problem.help.map(|help| format!(": {help}")).unwrap_or_default();
            Err(PackError::Value { what, words: format!("{}{help}", problem.message), argument })
        }
        None => Err(problem.into()),
    }
}

fn values(pack: &NewPack) -> liquid::Object {
    let mut values = liquid::Object::new();
    let mut set = |key: &str, value: Value| drop(values.insert(key.to_owned().into(), value));
    let entry = &pack.entry;
    for (key, value) in [
        ("name", &pack.name),
        ("summary", &pack.summary),
        ("entry", entry),
        ("entry_pattern", &format!(r"\b{}\b", regex::escape(entry))),
        ("entry_message", &format!("no function `{entry}`")),
        ("entry_help", &format!("add a function `{entry}`, as the starter of a new task has it")),
        ("program", &pack.program),
        ("version", &pack.version),
        ("requires", &pack.requires),
        ("produces", &if pack.produces == Produces::Module { "module" } else { "component" }.to_owned()),
        ("panics", &format!("{:?}", pack.panics).to_lowercase()),
    ] {
        set(key, toml(value));
        set(&format!("{key}_plain"), text(value));
    }
    for (key, list) in [
        ("extensions", Some(&pack.extensions)),
        ("check", Some(&pack.check)),
        ("install", pack.install.as_ref()),
        ("command", Some(&pack.command)),
        ("cache", Some(&pack.cache)),
    ] {
        set(key, list.map_or(Value::Nil, |list| text(&list.iter().collect::<Array>().to_string())));
    }
    set("bin", pack.bin.as_deref().map_or(Value::Nil, toml));
    set("image", pack.image.as_deref().map_or(Value::Nil, toml));
    set("c", text(&pack.comment));
    let task = |task: &Task| {
        let mut values = liquid::Object::new();
        values.insert("name".into(), text(task.name));
        values.insert("about".into(), text(task.about));
        Value::Object(values)
    };
    set("conformance", Value::array(TASKS.iter().map(task)));
    values
}

fn text(text: &str) -> Value {
    Value::scalar(text.to_owned())
}

/// A text as it is written in TOML.
fn toml(value: &str) -> Value {
    text(toml_edit::Value::from(value).to_string().trim())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn zed() -> NewPack {
        let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        NewPack {
            name: "zed".to_owned(),
            summary: "Zed functions".to_owned(),
            extensions: words("zed"),
            comment: "//".to_owned(),
            entry: "exec_task".to_owned(),
            program: "zedc".to_owned(),
            check: words("zedc --version"),
            version: r"(\d+\.\d+)".to_owned(),
            requires: ">=1.2".to_owned(),
            install: None,
            bin: None,
            image: None,
            command: words("zedc -o {output}"),
            cache: Vec::new(),
            produces: Produces::Module,
            panics: Panics::Traps,
        }
    }

    fn manifest(files: &Files) -> crate::catalog::pack::PackManifest {
        Pack::parse(&Source::new(MANIFEST, String::from_utf8(files[MANIFEST].clone()).unwrap())).unwrap()
    }

    #[test]
    fn a_new_pack_has_all_its_parts() {
        let files = new(&zed()).unwrap();
        let names: Vec<_> = files.keys().map(RelPath::as_str).collect();
        for name in
            ["README.md", "shell/pelato_shell.zed", "starter/task.zed.liquid", "starter/task_test.zed"]
        {
            assert!(names.contains(&name), "{name}: {names:?}");
        }
        for task in TASKS {
            assert!(names.contains(&format!("conformance/{}/task.zed", task.name).as_str()), "{names:?}");
        }
        let read = manifest(&files);
        assert_eq!((read.name.as_str(), read.extensions), ("zed", vec!["zed".to_owned()]));
        assert_eq!(read.build.command, ["zedc", "-o", "{output}"]);
        assert!(read.toolchain.install.is_none() && read.toolchain.image.is_none());
        assert!(!names.contains(&"shell/pelato-task.wit"));
        let starter = String::from_utf8(files["starter/task.zed.liquid"].clone()).unwrap();
        assert!(starter.starts_with("// The function of the task \"{{ task_name }}\".\n"), "{starter}");
    }

    #[test]
    fn what_is_given_is_what_is_read_again() {
        let mut pack = NewPack { produces: Produces::Component, panics: Panics::None, ..zed() };
        pack.install = Some(vec!["npm".into(), "--prefix".into(), "{dir}".into()]);
        pack.bin = Some("node_modules/.bin".to_owned());
        pack.image = Some("r.org/zed:1".to_owned());
        pack.cache = vec!["ZED_CACHE".to_owned()];
        let files = new(&pack).unwrap();
        let read = manifest(&files);
        assert_eq!((read.toolchain.install, read.toolchain.bin), (pack.install, pack.bin));
        assert_eq!((read.toolchain.image, read.build.cache), (pack.image, pack.cache));
        assert_eq!(read.conformance.unwrap().panics, Panics::None);
        assert!(files.contains_key("shell/pelato-task.wit"));
    }

    #[test]
    fn what_is_wrong_names_its_argument() {
        let argument = |change: &dyn Fn(&mut NewPack)| {
            let mut pack = zed();
            change(&mut pack);
            match new(&pack).unwrap_err() {
                PackError::Value { argument, .. } => argument,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(argument(&|pack| pack.name = "Zed".into()), Argument::NameOfUnit);
        assert_eq!(argument(&|pack| pack.summary = "Hidden\u{200b}".into()), Argument::Summary);
        assert_eq!(argument(&|pack| pack.program = "../zedc".into()), Argument::Program);
        assert_eq!(argument(&|pack| pack.extensions.clear()), Argument::Extension);
        assert_eq!(argument(&|pack| pack.version = "(".into()), Argument::VersionPattern);
        assert_eq!(argument(&|pack| pack.version = "x".into()), Argument::VersionPattern);
        assert_eq!(argument(&|pack| pack.requires = "new".into()), Argument::Requires);
        assert_eq!(argument(&|pack| drop(pack.command.pop())), Argument::Build);
        assert_eq!(argument(&|pack| pack.install = Some(vec!["pip".into()])), Argument::Install);
        assert_eq!(argument(&|pack| pack.bin = Some("/bin".into())), Argument::Bin);
        assert_eq!(argument(&|pack| pack.cache = vec!["a b".into()]), Argument::Cache);
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_manifest(summary in any::<String>(), word in "\\PC*", program in any::<String>()) {
            let is_refused = |error: &PackError| {
                matches!(error, PackError::Value { argument: Argument::Summary | Argument::Program | Argument::Check, .. })
            };
            let mut pack = zed();
            pack.summary.clone_from(&summary);
            pack.program.clone_from(&program);
            pack.check.push(word.clone());
            let read = match new(&pack) {
                Ok(files) => manifest(&files),
                Err(error) => {
                    prop_assert!(is_refused(&error), "{error:?}");
                    return Ok(());
                }
            };
            prop_assert_eq!(read.summary, summary);
            prop_assert_eq!(read.toolchain.program, program);
            prop_assert_eq!(read.toolchain.check.last(), Some(&word));
        }
    }
}
