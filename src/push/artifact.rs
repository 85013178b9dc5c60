//! A component as an OCI artifact in the Wasm layout: the same bytes every time.

use std::collections::BTreeMap;

use hyper::body::Bytes;
use semver::Version;
use serde::Serialize;

use crate::build::record::digest;
use crate::build::{NotAComponent, interfaces};

/// The media type of the manifest.
pub(super) const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const CONFIG: &str = "application/vnd.wasm.config.v0+json";
const LAYER: &str = "application/wasm";
/// Every artifact says that it was made then: otherwise each would be another.
const CREATED: &str = "1970-01-01T00:00:00Z";

/// What is said about a component beside its bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct About<'a> {
    pub title: &'a str,
    pub version: &'a Version,
    /// The digest of everything that decides it.
    pub source: &'a str,
    pub pack: &'a str,
    pub template: &'a str,
}

/// What is sent beside the component itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Artifact {
    /// The digest of the component's own bytes.
    pub layer: String,
    /// The size of the component in bytes.
    pub bytes: u64,
    /// The configuration, as it is sent.
    pub config: Bytes,
    /// The configuration's digest.
    pub config_digest: String,
    /// The manifest, as it is sent.
    pub manifest: Bytes,
    /// The manifest's digest.
    pub digest: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Config<'a> {
    created: &'static str,
    architecture: &'static str,
    os: &'static str,
    layer_digests: [&'a str; 1],
    component: Interfaces,
}

#[derive(Serialize)]
struct Interfaces {
    exports: Vec<String>,
    imports: Vec<String>,
    target: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Manifest<'a> {
    schema_version: u32,
    media_type: &'static str,
    config: Descriptor<'a>,
    layers: [Descriptor<'a>; 1],
    annotations: BTreeMap<&'static str, &'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor<'a> {
    media_type: &'static str,
    digest: &'a str,
    size: u64,
}

/// A digest as registries write it.
pub(super) fn sha256(content: &[u8]) -> String {
    format!("sha256:{}", digest(content))
}

impl Artifact {
    /// The artifact of a component.
    ///
    /// # Errors
    /// When the bytes are no component.
    pub fn new(component: &[u8], about: &About<'_>) -> Result<Self, NotAComponent> {
        let found = interfaces(component)?;
        let (layer, bytes) = (sha256(component), component.len() as u64);
        let config = Config {
            created: CREATED,
            architecture: "wasm",
            os: "wasip2",
            layer_digests: [&layer],
            component: Interfaces { exports: found.exports, imports: found.imports, target: None },
        };
        let unwritable = |error: serde_json::Error| NotAComponent { reason: error.to_string() };
        let config = serde_json::to_vec(&config).map_err(unwritable)?;
        let config_digest = sha256(&config);
        let version = about.version.to_string();
        let annotations = BTreeMap::from([
            ("dev.pelato.pack", about.pack),
            ("dev.pelato.source", about.source),
            ("dev.pelato.template", about.template),
            ("dev.pelato.version", env!("CARGO_PKG_VERSION")),
            ("org.opencontainers.image.created", CREATED),
            ("org.opencontainers.image.title", about.title),
            ("org.opencontainers.image.version", version.as_str()),
        ]);
        let manifest = Manifest {
            schema_version: 2,
            media_type: MANIFEST,
            config: Descriptor { media_type: CONFIG, digest: &config_digest, size: config.len() as u64 },
            layers: [Descriptor { media_type: LAYER, digest: &layer, size: bytes }],
            annotations,
        };
        let manifest = serde_json::to_vec(&manifest).map_err(unwritable)?;
        let digest = sha256(&manifest);
        Ok(Self { layer, bytes, config: config.into(), config_digest, manifest: manifest.into(), digest })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A component that exports nothing.
    const EMPTY: &[u8] = b"\0asm\x0d\0\x01\0";

    fn artifact(version: &str) -> Artifact {
        let version = Version::parse(version).unwrap();
        let about = About {
            title: "a",
            version: &version,
            source: "sha256:0",
            pack: "go",
            template: "processor_nats",
        };
        Artifact::new(EMPTY, &about).unwrap()
    }

    #[test]
    fn the_same_component_is_the_same_artifact_and_another_version_another() {
        assert_eq!(artifact("1.0.0"), artifact("1.0.0"));
        assert_ne!(artifact("1.0.0").digest, artifact("1.0.1").digest);
        assert_eq!(artifact("1.0.0").layer, artifact("1.0.1").layer);
    }

    #[test]
    fn it_is_in_the_wasm_layout() {
        let artifact = artifact("1.0.0");
        let config: serde_json::Value = serde_json::from_slice(&artifact.config).unwrap();
        let layer = sha256(EMPTY);
        assert_eq!(
            config,
            serde_json::json!({
                "created": "1970-01-01T00:00:00Z", "architecture": "wasm", "os": "wasip2", "layerDigests": [layer],
                "component": {"exports": [], "imports": [], "target": null},
            })
        );
        let manifest: serde_json::Value = serde_json::from_slice(&artifact.manifest).unwrap();
        assert_eq!(manifest["layers"][0]["digest"], layer.as_str());
        assert_eq!(manifest["layers"][0]["mediaType"], "application/wasm");
        assert_eq!(manifest["config"]["mediaType"], "application/vnd.wasm.config.v0+json");
        assert_eq!(manifest["annotations"]["org.opencontainers.image.version"], "1.0.0");
    }

    #[test]
    fn what_is_no_component_is_refused() {
        let version = Version::new(1, 0, 0);
        let about = About { title: "a", version: &version, source: "", pack: "go", template: "t" };
        assert!(Artifact::new(b"hello", &about).is_err());
    }
}
