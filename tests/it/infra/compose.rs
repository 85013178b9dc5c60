//! The compose files, parsed back.

use serde_json::{Value, json};

use crate::support::written::Written;

#[test]
fn the_edge_is_a_leaf_and_a_host_beside_it() {
    let written =
        Written::wadm(&["--edge-label", "far.edge", "--lattice", "farm", "--host-nats-port", "4333"]);
    let services = &written.one_yaml("edge/compose.yaml")["services"];
    assert_eq!(names(services), ["nats", "wasmcloud"]);
    let host = &services["wasmcloud"];
    assert_eq!(host["network_mode"], "host");
    assert_eq!(host["command"], json!(["--label", "host-type=far.edge"]));
    assert_eq!(
        host["environment"],
        json!({
            "WASMCLOUD_NATS_HOST": "127.0.0.1",
            "WASMCLOUD_NATS_PORT": "4333",
            "WASMCLOUD_LATTICE": "farm",
            "WASMCLOUD_JS_DOMAIN": "cloud",
            "WASMCLOUD_MAX_EXECUTION_TIME_MS": "60000",
            // Without a value: taken from .env, and not there at all if it is not set.
            "WASMCLOUD_OCI_REGISTRY": null,
            "WASMCLOUD_OCI_REGISTRY_USER": null,
            "WASMCLOUD_OCI_REGISTRY_PASSWORD": null,
        })
    );
    assert!(written.read("edge/nats-leaf.conf").contains("domain: \"far-edge\""));
    let nats = &services["nats"];
    assert_eq!(nats["network_mode"], "host");
    let url = "\"nats://leaf:${LEAF_PASSWORD:?set it in .env}@127.0.0.1:7422\"";
    assert_eq!(nats["environment"]["LEAF_URL"], url);
    assert_eq!(nats["volumes"][0], "./nats-leaf.conf:/etc/nats/nats-leaf.conf:ro");
    for service in [host, nats] {
        assert_eq!(service["restart"], "unless-stopped");
    }
}

#[test]
fn plain_http_is_only_for_a_registry_that_is_said_to_speak_it() {
    let insecure = |written: &Written| {
        let host = &written.one_yaml("edge/compose.yaml")["services"]["wasmcloud"];
        host["environment"]["WASMCLOUD_OCI_ALLOWED_INSECURE"].clone()
    };
    assert_eq!(insecure(&Written::wadm(&[])), Value::Null);
    assert_eq!(insecure(&Written::wadm(&["--registry-insecure"])), "10.0.0.6:5000");
}

#[test]
fn this_machine_has_all_and_opens_nothing_to_others() {
    let written = Written::wadm(&["--only", "local", "--http-port", "8100", "--local-registry-port", "5001"]);
    let services = &written.one_yaml("local/compose.yaml")["services"];
    assert_eq!(
        names(services),
        ["cloud", "cloud-registry", "edge", "edge-registry", "nats", "registry", "wadm"]
    );
    for (host, port) in [("edge", 8100), ("cloud", 8101)] {
        let (mirror, host) = (format!("{host}-registry"), &services[host]);
        assert_eq!(host["network_mode"], format!("service:{mirror}"));
        assert_eq!(host["environment"]["WASMCLOUD_NATS_HOST"], "nats");
        assert_eq!(host["environment"]["WASMCLOUD_MAX_EXECUTION_TIME_MS"], "60000");
        assert_eq!(host["environment"]["WASMCLOUD_OCI_ALLOWED_INSECURE"], "localhost:5001");
        assert_eq!(services[&mirror]["environment"]["REGISTRY_HTTP_ADDR"], ":5001");
        assert_eq!(services[&mirror]["ports"], json!([format!("127.0.0.1:{port}:8100")]));
    }
    assert_eq!(services["edge"]["command"], json!(["--label", "host-type=edge"]));
    assert_eq!(services["cloud"]["command"], json!(["--label", "host-type=cloud"]));
    assert_eq!(services["wadm"]["environment"]["WADM_NATS_SERVER"], "nats:4222");
    let ports =
        services.as_object().unwrap().values().filter_map(|service| service["ports"].as_array()).flatten();
    let ports: Vec<_> = ports.map(|port| port.as_str().unwrap()).collect();
    assert_eq!(ports.len(), 4);
    assert!(ports.iter().all(|port| port.starts_with("127.0.0.1:")), "{ports:?}");
    let settings = written.read("local/pelato.env");
    for line in ["REGISTRY_URL=localhost:5001", "HOSTS_NATS_URL=nats://nats:4222", "JETSTREAM_DOMAIN=cloud"] {
        assert!(settings.lines().any(|other| other == line), "{line} in {settings}");
    }
}

#[test]
fn images_are_the_usual_ones_or_those_that_are_given() {
    let written =
        Written::wadm(&["--image", "nats=mirror.example.org:5000/nats:2.12", "--image", "wadm=wadm:1"]);
    let services = &written.one_yaml("local/compose.yaml")["services"];
    assert_eq!(services["nats"]["image"], "mirror.example.org:5000/nats:2.12");
    assert_eq!(services["wadm"]["image"], "wadm:1");
    assert_eq!(services["edge"]["image"], "ghcr.io/wasmcloud/wasmcloud:1.9.2");
    assert_eq!(services["registry"]["image"], "registry:2");
}

fn names(services: &Value) -> Vec<&str> {
    let mut names: Vec<_> = services.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    names
}
