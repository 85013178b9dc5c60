//! A project whose components have been built already.

use crate::support::Place;
use crate::support::built::{copy_as_it_is, double_and_play};
use crate::support::functions::PROJECT;
use crate::support::registry::Registry;

/// The project `double` and `play`, built.
pub fn built() -> Place {
    let place = Place::with(PROJECT);
    copy_as_it_is(&double_and_play().join("gen"), place.project());
    place
}

/// The same, to be pushed to a registry that speaks plain http.
pub fn for_registry(registry: &Registry) -> Place {
    built().env("REGISTRY_URL", registry.url("team")).env("REGISTRY_INSECURE", registry.host())
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
