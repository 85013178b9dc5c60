//! The registry beside a host of this machine: what is pushed to the one is read from the other, by the same name.

use oci_client::client::{ClientConfig, ClientProtocol, Config, ImageLayer};
use oci_client::secrets::RegistryAuth;
use oci_client::{Client, Reference};

use crate::support::address;
use crate::support::registry::{How, Registry};
use crate::support::written::Written;

#[test]
fn an_image_that_is_pushed_here_is_found_there() {
    let main = Registry::start();
    let mirror = address::reserve();
    let written = Written::wadm(&["--only", "local", "--local-registry-port", &mirror.port().to_string()]);
    let compose = written.one_yaml("local/compose.yaml");
    let environment = &compose["services"]["edge-registry"]["environment"];
    assert_eq!(environment["REGISTRY_HTTP_ADDR"], format!(":{}", mirror.port()));
    let upstream = environment["REGISTRY_PROXY_REMOTEURL"].as_str().unwrap();
    let upstream = upstream.replace("registry:5000", &main.host());
    let variables = [("REGISTRY_PROXY_REMOTEURL", &*upstream)];
    let mirror = Registry::start_as(&How { address: Some(mirror), variables: &variables, ..How::default() });
    // Whoever else uses rustls in this process may have been first.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let plain = ClientConfig { protocol: ClientProtocol::Http, ..ClientConfig::default() };
    let client = Client::try_from(plain).unwrap();
    let image = |registry: &Registry| Reference::try_from(registry.url("task:1.0.0")).unwrap();
    let nobody = RegistryAuth::Anonymous;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        // Asked for too early, it is found later all the same.
        client.pull_manifest(&image(&mirror), &nobody).await.unwrap_err();
        for content in ["first", "second"] {
            let layer = ImageLayer::new(content, "application/wasm".to_owned(), None);
            let config = Config::new("{}", "application/vnd.wasm.config.v0+json".to_owned(), None);
            client.push(&image(&main), &[layer], config, &nobody, None).await.unwrap();
            let pulled = client.pull(&image(&mirror), &nobody, vec!["application/wasm"]).await.unwrap();
            assert_eq!(&*pulled.layers[0].data, content.as_bytes());
        }
    });
}
