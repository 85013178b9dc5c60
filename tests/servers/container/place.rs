//! A copy of the temperature example in a folder with a difficult name, and pelato in it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::engine::Engine;

pub struct Place {
    folder: tempfile::TempDir,
    environment: Vec<(String, String)>,
}

/// What a command printed and how it ended.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Ran {
    #[track_caller]
    pub fn code(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self:#?}");
        self
    }

    #[track_caller]
    pub fn success(self) -> Self {
        self.code(0)
    }
}

impl Place {
    pub fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("a b – ü, 'c' ").tempdir().unwrap();
        let place = Self { folder, environment: Vec::new() };
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/temperature"), &place.path("."));
        place
    }

    pub fn on(self, engine: &Engine) -> Self {
        self.env("DOCKER_HOST", &engine.address)
    }

    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With a cache that other tests have filled, for what is not about caches.
    pub fn warm(self) -> Self {
        self.env("PELATO_CACHE", concat!(env!("CARGO_TARGET_TMPDIR"), "/container-cache"))
    }

    pub fn without_go(self) -> Self {
        self.env("PATH", "/usr/bin:/bin")
    }

    /// Gives the project a language pack of its own, which is the Go pack with another image.
    pub fn with_image(self, image: &str) -> Self {
        let pack = self.path("language-packs/go");
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("language-packs/go"), &pack);
        let manifest = fs::read_to_string(pack.join("pack.toml")).unwrap();
        fs::write(pack.join("pack.toml"), manifest.replace("docker.io/library/golang:1.27", image)).unwrap();
        self
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    pub fn edit(&self, path: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.path(path)).unwrap();
        assert!(text.contains(from));
        fs::write(self.path(path), text.replace(from, to)).unwrap();
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pelato"));
        command.args(arguments).current_dir(self.folder.path()).env("PELATO_CACHE", self.path(".cache"));
        command.env_remove("DOCKER_CONTEXT").env("HOME", self.folder.path()).env_remove("XDG_RUNTIME_DIR");
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }

    pub fn pelato(&self, arguments: &[&str]) -> Ran {
        let output = self.command(arguments).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Ran { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }
}

/// The artifacts of the example.
pub fn digests(place: &Place) -> Vec<Vec<u8>> {
    let names = ["celsius_to_kelvin_conversion", "temp_filter"];
    names.into_iter().map(|name| fs::read(place.path(&format!("gen/{name}/{name}.wasm"))).unwrap()).collect()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        match entry.file_type().unwrap().is_dir() {
            true if entry.file_name() == "gen" => {}
            true => copy(&entry.path(), &to.join(entry.file_name())),
            false => drop(fs::copy(entry.path(), to.join(entry.file_name())).unwrap()),
        }
    }
}
