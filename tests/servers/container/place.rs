//! Copies of the temperature example in folders with difficult names.

use std::fs;

use super::engine::Engine;
use crate::support::{Place, copy, root, shared};

/// A copy of the example, with an empty cache.
pub fn example() -> Place {
    let folder = tempfile::Builder::new().prefix("a b – ü, 'c' ").tempdir().unwrap();
    let project = folder.path().canonicalize().unwrap().join("d, \"e\"");
    let place = Place::at(folder, project).with_own_cache();
    copy(&root().join("examples/temperature"), place.project());
    place
}

/// What builds in containers need.
pub trait InContainers {
    /// With this engine.
    fn on(self, engine: &Engine) -> Self;
    /// With a cache that other tests have filled, for what is not about caches.
    fn warm(self) -> Self;
    /// With no compiler on this machine.
    fn without_go(self) -> Self;
    /// With a language pack of its own, which is the Go pack with another image.
    fn with_image(self, image: &str) -> Self;
}

impl InContainers for Place {
    fn on(self, engine: &Engine) -> Self {
        self.env("DOCKER_HOST", &engine.address)
    }

    fn warm(self) -> Self {
        self.env("PELATO_CACHE", shared::temporary("container-cache"))
    }

    fn without_go(self) -> Self {
        self.env("PATH", "/usr/bin:/bin")
    }

    fn with_image(self, image: &str) -> Self {
        let pack = self.path("language-packs/go");
        copy(&root().join("language-packs/go"), &pack);
        let manifest = fs::read_to_string(pack.join("pack.toml")).unwrap();
        assert!(manifest.contains("docker.io/library/golang:1.27"));
        fs::write(pack.join("pack.toml"), manifest.replace("docker.io/library/golang:1.27", image)).unwrap();
        self.trusted()
    }
}

/// The artifacts of the example.
pub fn digests(place: &Place) -> Vec<Vec<u8>> {
    let names = ["celsius_to_kelvin_conversion", "temp_filter"];
    names.into_iter().map(|name| place.bytes(&format!("gen/{name}/{name}.wasm"))).collect()
}
