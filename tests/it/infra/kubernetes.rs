//! The manifests, parsed back; and put together by kubectl, where there is one.

use std::process::Command;

use serde_json::{Value, json};

use crate::support::tools;
use crate::support::written::{PASSWORD, Written};

fn container(workload: &Value, name: &str) -> Value {
    let containers = workload["spec"]["template"]["spec"]["containers"].as_array().unwrap();
    containers.iter().find(|one| one["name"] == name).unwrap().clone()
}

/// The value of an environment variable that is written out.
fn variable(container: &Value, name: &str) -> Value {
    let variables = container["env"].as_array().unwrap();
    variables.iter().find(|one| one["name"] == name).map_or(Value::Null, |one| one["value"].clone())
}

#[test]
fn a_host_has_its_label_and_nats_beside_it() {
    let flags =
        ["--cloud-label", "far.cloud", "--lattice", "farm", "--host-nats-port", "4333", "--http-port", "80"];
    let written =
        Written::wadm(&[&flags[..], &["--registry-insecure", "--jetstream-domain", "hub"]].concat());
    let pods = written.object("cloud/hosts.yaml", "Deployment", "host");
    let host = container(&pods, "wasmcloud");
    assert_eq!(host["args"], json!(["--label", "host-type=far.cloud"]));
    for (name, value) in [
        ("WASMCLOUD_NATS_HOST", "127.0.0.1"),
        ("WASMCLOUD_NATS_PORT", "4333"),
        ("WASMCLOUD_LATTICE", "farm"),
        ("WASMCLOUD_JS_DOMAIN", "hub"),
        ("WASMCLOUD_MAX_EXECUTION_TIME_MS", "60000"),
        ("WASMCLOUD_OCI_ALLOWED_INSECURE", "10.0.0.6:5000"),
    ] {
        assert_eq!(variable(&host, name), value, "{name}");
    }
    assert_eq!(host["ports"], json!([{"name": "http", "containerPort": 80}]));
    assert_eq!(variable(&container(&pods, "nats"), "LEAF_URL"), "\"nats://leaf:$(LEAF_PASSWORD)@nats:7422\"");
    let service = written.object("cloud/hosts.yaml", "Service", "hosts");
    assert_eq!(service["spec"]["selector"], pods["spec"]["template"]["metadata"]["labels"]);
    let wadm = container(&written.object("cloud/wadm.yaml", "Deployment", "wadm"), "wadm");
    assert_eq!(variable(&wadm, "WADM_NATS_SERVER"), "nats:4222");
    assert_eq!(variable(&wadm, "WADM_JETSTREAM_DOMAIN"), "hub");
}

#[test]
fn only_the_leaf_port_and_http_are_open_to_the_outside() {
    let written = Written::wadm(&["--leaf-port", "7500", "--nats-port", "4300"]);
    let inside = written.object("cloud/nats.yaml", "Service", "nats");
    assert_eq!(inside["spec"]["type"], Value::Null);
    let outside = written.object("cloud/nats.yaml", "Service", "nats-leaf");
    assert_eq!(outside["spec"]["type"], "LoadBalancer");
    assert_eq!(outside["spec"]["ports"], json!([{"name": "leaf", "port": 7500, "targetPort": "leaf"}]));
    let nats = container(&written.object("cloud/nats.yaml", "StatefulSet", "nats"), "nats");
    let ports = json!([
        {"name": "client", "containerPort": 4300},
        {"name": "leaf", "containerPort": 7500},
        {"name": "cluster", "containerPort": 6222},
    ]);
    assert_eq!(nats["ports"], ports);
    assert_eq!(variable(&nats, "LEAF_PASSWORD"), "\"$(PLAIN_LEAF_PASSWORD)\"");
}

#[test]
fn the_kustomization_names_all_files() {
    let written = Written::wadm(&[]);
    let kustomization = written.one_yaml("cloud/kustomization.yaml");
    let generated = |kind: &'static str, list: &'static str| {
        let maps = kustomization[kind].as_array().unwrap().clone();
        maps.into_iter().flat_map(move |map| map[list].as_array().unwrap().clone())
    };
    let mut named: Vec<String> = generated("configMapGenerator", "files")
        .chain(kustomization["resources"].as_array().unwrap().clone())
        .map(|name| name.as_str().unwrap().to_owned())
        .chain(["kustomization.yaml".to_owned()])
        .collect();
    named.sort_unstable();
    let read = std::fs::read_dir(written.path("cloud")).unwrap();
    let mut there: Vec<_> = read
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".yaml") || name.ends_with(".conf"))
        .collect();
    there.sort_unstable();
    assert_eq!(named, there);
    assert_eq!(generated("secretGenerator", "envs").collect::<Vec<_>>(), [".env"]);
}

#[test]
fn kubectl_puts_them_together() {
    let Some(kubectl) = tools::kubectl() else { return eprintln!("skipped: no kubectl on PATH") };
    let written = Written::wadm(&[]);
    let build = || Command::new(&kubectl).arg("kustomize").arg(written.path("cloud")).output().unwrap();
    let refused = build();
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && said.contains(".env"), "without .env there is no password: {said}");
    written.fill_in("cloud");
    let built = build();
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    let text = String::from_utf8(built.stdout).unwrap();
    // Configuration, and the secret, are found by their generated names.
    let name = |kind: &str, name: &str| {
        let pattern =
            regex::Regex::new(&format!("kind: {kind}\nmetadata:\n  name: ({name}-[a-z0-9]{{10}})\n"));
        let found = pattern.unwrap().captures(&text).unwrap_or_else(|| panic!("no {kind} {name} in {text}"));
        found[1].to_owned()
    };
    let map = name("ConfigMap", "nats");
    assert!(text.contains(&format!("- configMap:\n          name: {map}\n")), "{text}");
    let secret = name("Secret", "pelato");
    assert_eq!(text.matches(&format!("name: {secret}\n")).count(), 1 + 2 + 3, "{text}");
    assert!(!text.contains(PASSWORD));
}
