//! A project whose components have been built already.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::support::Place;
use crate::support::functions::PROJECT;
use crate::support::registry::Registry;

/// The project `double` and `play`, built.
pub fn built() -> Place {
    static GEN: OnceLock<PathBuf> = OnceLock::new();
    let made = GEN.get_or_init(|| {
        let place = Place::with(PROJECT);
        place.run(&["build"]).code(0);
        // One folder for all runs of these tests: nobody removes what is static.
        let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join("registry-project");
        let _ = std::fs::remove_dir_all(&kept);
        std::fs::create_dir_all(&kept).unwrap();
        copy(&place.path("gen"), &kept);
        kept.join("gen")
    });
    let place = Place::with(PROJECT);
    copy(made, place.project());
    place
}

/// The same, to be pushed to a registry that speaks plain http.
pub fn for_registry(registry: &Registry) -> Place {
    built().env("REGISTRY_URL", registry.url("team")).env("REGISTRY_INSECURE", registry.host())
}

/// As `cp -a` does it, with times.
pub fn copy(from: &Path, to: &Path) {
    assert!(Command::new("cp").arg("-a").arg(from).arg(to).status().unwrap().success());
}

/// The only JSON document that a run has printed.
pub fn json(place: &Place, arguments: &[&str]) -> serde_json::Value {
    let output = place.pelato(arguments).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    serde_json::from_str(&text).unwrap_or_else(|error| {
        panic!("{error}: {text}{}", String::from_utf8_lossy(&output.stderr));
    })
}

/// Everything that a run prints, and its exit code.
pub fn words(place: &Place, arguments: &[&str]) -> (i32, String) {
    let output = place.pelato(arguments).output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap(), String::from_utf8(text).unwrap())
}

/// A change of the function `double` that changes what it does.
pub fn change_double(place: &Place) {
    place.edit("tasks/double/double.go", "2 * number", "3 * number");
}
