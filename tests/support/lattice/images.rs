//! The providers' images, as Debian's `docker-registry` keeps them.

use std::fmt::Write;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use serde_json::json;
use sha2::{Digest, Sha256};

use super::Rig;

/// The providers that it has. Two of wasmCloud's are no crates: others stand in for them.
const PROVIDERS: [&str; 4] =
    ["messaging-nats", "http-server", "stand-in-keyvalue-nats", "stand-in-sqldb-postgres"];

/// The image of a provider in the registry at `address`.
pub fn image(address: &str, provider: &str) -> String {
    format!("{address}/wasmcloud/{provider}:1.0.0")
}

/// Puts the providers' images where a registry with this storage has them.
pub fn store(rig: &Rig, storage: &Path) {
    for provider in PROVIDERS {
        image_of(&storage.join("docker/registry/v2"), provider, &rig.archive(provider));
    }
}

/// Puts a provider's archive where the registry would: quicker than to push 20 MB for each test.
fn image_of(storage: &Path, provider: &str, archive: &Path) {
    let (config, layer) = (b"{}".to_vec(), fs::read(archive).unwrap());
    let part = |kind: &str, content: &[u8]| {
        let kind = format!("application/vnd.wasmcloud.provider.archive.{kind}");
        json!({ "mediaType": kind, "digest": format!("sha256:{}", digest(content)), "size": content.len() })
    };
    let manifest = json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": part("config", &config),
        "layers": [part("layer.v1+par", &layer)],
    });
    let manifest = manifest.to_string().into_bytes();
    let repository = storage.join("repositories/wasmcloud").join(provider);
    let link = |place: &str, content: &[u8]| {
        let folder = repository.join(place);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("link"), format!("sha256:{}", digest(content))).unwrap();
    };
    for content in [&config, &layer, &manifest] {
        let name = digest(content);
        let blob = storage.join(format!("blobs/sha256/{}/{name}", &name[..2]));
        fs::create_dir_all(&blob).unwrap();
        let data = blob.join("data");
        match content == &layer {
            true => symlink(archive, data).unwrap(),
            false => drop(fs::write(data, content)),
        }
    }
    link(&format!("_layers/sha256/{}", digest(&config)), &config);
    link(&format!("_layers/sha256/{}", digest(&layer)), &layer);
    link(&format!("_manifests/revisions/sha256/{}", digest(&manifest)), &manifest);
    link(&format!("_manifests/tags/1.0.0/index/sha256/{}", digest(&manifest)), &manifest);
    link("_manifests/tags/1.0.0/current", &manifest);
}

fn digest(content: &[u8]) -> String {
    Sha256::digest(content).iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}
