//! Debian's `docker-registry` with the providers in it.

use std::fmt::Write;
use std::fs;
use std::net::{Ipv4Addr, TcpStream};
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use serde_json::json;
use sha2::{Digest, Sha256};

use super::{Program, Rig, free_port};

/// The providers that it has. Two of wasmCloud's are no crates: others stand in for them.
const PROVIDERS: [&str; 4] =
    ["messaging-nats", "http-server", "stand-in-keyvalue-nats", "stand-in-sqldb-postgres"];

/// The image of a provider in the registry at `address`.
pub fn image(address: &str, provider: &str) -> String {
    format!("{address}/wasmcloud/{provider}:1.0.0")
}

/// Starts a registry that has the providers' images.
pub fn start(rig: &Rig, folder: &Path) -> (Program, u16) {
    let (port, storage, file) = (free_port(), folder.join("images"), folder.join("registry.yml"));
    for provider in PROVIDERS {
        store(&storage.join("docker/registry/v2"), provider, &rig.archive(provider));
    }
    let text = format!(
        "version: 0.1\nstorage: {{filesystem: {{rootdirectory: {}}}}}\nhttp: {{addr: '127.0.0.1:{port}'}}\n",
        storage.display()
    );
    fs::write(&file, text).unwrap();
    let mut command = Command::new(&rig.registry);
    command.arg("serve").arg(file);
    let mut program = Program::start("registry", command, folder);
    program.wait("answering", |_| TcpStream::connect((Ipv4Addr::LOCALHOST, port)).ok());
    (program, port)
}

/// Puts a provider's archive where the registry would: quicker than to push 20 MB for each test.
fn store(storage: &Path, provider: &str, archive: &Path) {
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
