//! The registry beside a host of this machine: what is pushed to the one is read from the other, by the same name.

use std::path::Path;
use std::process::Command;

use oci_client::client::{ClientConfig, ClientProtocol, Config, ImageLayer};
use oci_client::secrets::RegistryAuth;
use oci_client::{Client, Reference};

use crate::support::Running;
use crate::support::infra::free_ports;
use crate::support::written::Written;

/// `docker-registry` with what the image `registry:2` is configured with, and these variables.
fn start(folder: &Path, port: u16, variables: &[(&str, &str)]) -> Running {
    let data = folder.join(format!("data-{port}"));
    let config = folder.join(format!("{port}.yml"));
    let text = format!("version: 0.1\nstorage:\n  filesystem:\n    rootdirectory: {}\n", data.display());
    std::fs::write(&config, text).unwrap();
    let mut command = Command::new("docker-registry");
    command.arg("serve").arg(config).env("REGISTRY_HTTP_ADDR", format!("127.0.0.1:{port}"));
    let process = Running::start({
        command.envs(variables.iter().copied());
        command
    });
    process.wait_for("listening on");
    process
}

#[test]
fn an_image_that_is_pushed_here_is_found_there() {
    let [main, mirror] = free_ports();
    let written = Written::with(&["--only", "local", "--local-registry-port", &mirror.to_string()]);
    let compose = written.one_yaml("local/compose.yaml");
    let environment = &compose["services"]["edge-registry"]["environment"];
    assert_eq!(environment["REGISTRY_HTTP_ADDR"], format!(":{mirror}"));
    let upstream = environment["REGISTRY_PROXY_REMOTEURL"].as_str().unwrap();
    let upstream = upstream.replace("registry:5000", &format!("127.0.0.1:{main}"));
    let folder = tempfile::tempdir().unwrap();
    let _main = start(folder.path(), main, &[]);
    let _mirror = start(folder.path(), mirror, &[("REGISTRY_PROXY_REMOTEURL", &upstream)]);
    // Whoever else uses rustls in this process may have been first.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let plain = ClientConfig { protocol: ClientProtocol::Http, ..ClientConfig::default() };
    let client = Client::try_from(plain).unwrap();
    let image = |port: u16| Reference::try_from(format!("127.0.0.1:{port}/task:1.0.0")).unwrap();
    let nobody = RegistryAuth::Anonymous;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        // Asked for too early, it is found later all the same.
        client.pull_manifest(&image(mirror), &nobody).await.unwrap_err();
        for content in ["first", "second"] {
            let layer = ImageLayer::new(content, "application/wasm".to_owned(), None);
            let config = Config::new("{}", "application/vnd.wasm.config.v0+json".to_owned(), None);
            client.push(&image(main), &[layer], config, &nobody, None).await.unwrap();
            let pulled = client.pull(&image(mirror), &nobody, vec!["application/wasm"]).await.unwrap();
            assert_eq!(&*pulled.layers[0].data, content.as_bytes());
        }
    });
}
