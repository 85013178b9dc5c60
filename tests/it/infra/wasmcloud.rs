//! What is written for wasmCloud 2, read by the programs that it is for: kubectl, docker compose, systemd; and parsed.

use std::collections::BTreeSet;
use std::process::{Command, Output};

use serde_json::{Value, json};

use crate::support::tools;
use crate::support::written::{Written, replaced};

/// The files of cloud and edge with the secrets that their scripts create.
fn prepared(flags: &[&str]) -> Written {
    let written = Written::wasmcloud(flags);
    assert!(written.script("cloud", "secrets.sh", &[]).status.success());
    for (from, to) in [("cloud/edge.env", "edge/.env"), ("cloud/tls/ca.crt", "edge/ca.crt")] {
        std::fs::copy(written.path(from), written.path(to)).unwrap();
    }
    assert!(written.script("edge", "secrets.sh", &[]).status.success());
    written
}

fn kustomize(written: &Written) -> Option<Output> {
    let Some(kubectl) = tools::kubectl() else {
        eprintln!("skipped: no kubectl on PATH");
        return None;
    };
    Some(Command::new(kubectl).arg("kustomize").arg(written.path("cloud")).output().unwrap())
}

#[test]
fn kubectl_puts_the_cloud_together_and_no_secret_is_in_clear_text() {
    let Some(refused) = kustomize(&Written::wasmcloud(&[])) else { return };
    assert!(!refused.status.success(), "without secrets.sh there are no passwords and keys");
    let written = prepared(&[]);
    let built = kustomize(&written).unwrap();
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    let text = String::from_utf8(built.stdout).unwrap();
    let objects = crate::support::written::documents(&text);
    let names = |kind: &str| {
        let named = objects.iter().filter(|object| object["kind"] == kind);
        named.map(|object| object["metadata"]["name"].as_str().unwrap().to_owned()).collect::<BTreeSet<_>>()
    };
    // What pods and upstream's chart name is there.
    let secrets = names("Secret");
    for name in ["nats-operator", "nats-host", "nats-data"] {
        assert!(secrets.contains(name), "{name} in {secrets:?}");
    }
    let pattern = regex::Regex::new("(?:secretName|configMap):? ?(?:\n +name: )?([a-z0-9-]+)").unwrap();
    for found in pattern.captures_iter(&text) {
        assert!(secrets.contains(&found[1]) || names("ConfigMap").contains(&found[1]), "{}", &found[0]);
    }
    let password = written.read("cloud/.env");
    assert!(!text.contains(password.trim().split_once('=').unwrap().1));
    assert!(!text.contains("PRIVATE KEY"));
    // Files that no kustomization names are forgotten files.
    let kustomization = written.one_yaml("cloud/kustomization.yaml");
    let named: BTreeSet<_> =
        kustomization["resources"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    let rest = ["kustomization.yaml", "values.yaml"];
    for entry in std::fs::read_dir(written.path("cloud")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(!name.ends_with(".yaml") || named.contains(&*name) || rest.contains(&&*name), "{name}");
    }
}

#[test]
fn docker_compose_reads_the_edge_and_this_machine() {
    let Some(compose) = tools::compose() else { return eprintln!("skipped: no docker-compose") };
    let written = prepared(&["--registry-insecure"]);
    let read = |folder: &str| {
        let mut command = Command::new(&compose);
        command.args(["config", "--format", "json"]).current_dir(written.path(folder)).env_clear();
        command.env("HOME", written.path("")).output().unwrap()
    };
    let parsed = |folder: &str| -> Value {
        let ran = read(folder);
        assert!(ran.status.success(), "{ran:?}");
        serde_json::from_slice(&ran.stdout).unwrap()
    };
    let edge = parsed("edge");
    let variables = written.read("edge/.env");
    let machine = variables.lines().find_map(|line| line.strip_prefix("MACHINE=")).unwrap();
    let host = &edge["services"]["host"];
    let command: Vec<_> =
        host["command"].as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect();
    for argument in [&*format!("--environment={machine}"), "--host-group=edge", "--drain-delay=5s"] {
        assert!(command.contains(&argument), "{argument} in {command:?}");
    }
    assert_eq!(host["stop_grace_period"], "30s");
    assert_eq!(host["environment"]["RUST_BACKTRACE"], "0");
    // Quotes, for NATS.
    let password = edge["services"]["nats"]["environment"]["DEVICE_PASSWORD"].as_str().unwrap();
    assert!(password.starts_with("\"p") && password.ends_with('"'), "{password}");
    let local = parsed("local");
    let ports = local["services"].as_object().unwrap().values();
    let ports: Vec<_> = ports.filter_map(|service| service["ports"].as_array()).flatten().collect();
    assert_eq!(ports.len(), 6);
    assert!(ports.iter().all(|port| port["host_ip"] == "127.0.0.1"), "{ports:?}");
    // Without secrets.sh nothing starts.
    std::fs::remove_file(written.path("edge/.env")).unwrap();
    let refused = read("edge");
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && said.contains("run secrets.sh"), "{said}");
}

#[test]
fn systemd_takes_the_units() {
    let written = prepared(&["--registry-insecure"]);
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new("systemd-analyze");
    command.arg("verify");
    for unit in ["pelato-nats.service", "pelato-host.service"] {
        let text = written.read(&format!("edge/{unit}"));
        let program = if unit.contains("nats") { "nats-server" } else { "wash" };
        // systemd looks for the programs.
        let text = replaced(&text, &[(&format!("/usr/local/bin/{program}"), "/bin/true")]);
        let file = folder.path().join(unit);
        std::fs::write(&file, text).unwrap();
        command.arg(file);
    }
    let ran = match command.output() {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return eprintln!("skipped: no systemd");
        }
        ran => ran.unwrap(),
    };
    assert!(ran.status.success() && ran.stderr.is_empty(), "{ran:?}");
}

/// Whichever way it is started: the flags are the same.
#[test]
fn an_edge_host_has_the_same_flags_with_docker_and_with_systemd() {
    let written = Written::wasmcloud(&["--registry-insecure", "--edge-label", "barn"]);
    let compose = written.one_yaml("edge/compose.yaml");
    let docker: BTreeSet<String> = compose["services"]["host"]["command"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one.as_str().unwrap().replace(":?run secrets.sh", ""))
        .collect();
    let unit = written.read("edge/pelato-host.service").replace("\\\n", " ");
    let line = unit.lines().find_map(|line| line.strip_prefix("ExecStart=/usr/local/bin/wash ")).unwrap();
    let systemd: BTreeSet<String> =
        line.split_whitespace().map(|one| one.replace("${STATE_DIRECTORY}/images", "/images")).collect();
    assert_eq!(docker, systemd);
    assert!(docker.contains("--host-group=barn") && docker.contains("--allow-insecure-registries"));
}

#[test]
fn a_cloud_host_is_told_apart_by_the_name_that_its_pod_keeps() {
    let written = Written::wasmcloud(&["--cloud-label", "far.cloud"]);
    let pods = written.object("cloud/hosts.yaml", "StatefulSet", "host");
    let spec = &pods["spec"]["template"]["spec"];
    let host = &spec["containers"][0];
    let arguments: Vec<_> =
        host["args"].as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect();
    for argument in ["--host-group=far.cloud", "--environment=$(POD_NAME)", "--host-name=$(POD_IP)"] {
        assert!(arguments.contains(&argument), "{argument} in {arguments:?}");
    }
    assert!(!arguments.contains(&"--allow-insecure-registries"));
    let variables = host["env"].as_array().unwrap();
    assert!(variables.contains(&json!({"name": "RUST_BACKTRACE", "value": "0"})));
    assert_eq!(spec["terminationGracePeriodSeconds"], 30);
    // By this label the operator knows that a pod is a host.
    assert_eq!(pods["spec"]["template"]["metadata"]["labels"]["wasmcloud.com/hostgroup"], "far.cloud");
}

/// Upstream's chart is given the servers and certificates that are there anyway.
#[test]
fn values_for_the_chart_name_the_secrets_that_are_there() {
    let written =
        Written::wasmcloud(&["--image", "wash=ghcr.io/wasmcloud/wash:2.11.0", "--registry-insecure"]);
    let values = written.one_yaml("cloud/values.yaml");
    let kustomization = written.one_yaml("cloud/kustomization.yaml");
    let fixed: BTreeSet<_> = kustomization["secretGenerator"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|secret| secret["options"]["disableNameSuffixHash"] == true)
        .map(|secret| secret["name"].as_str().unwrap())
        .collect();
    for name in ["operatorCertSecretName", "runtimeCertSecretName", "dataCertSecretName"] {
        let secret = values["global"]["certificates"][name].as_str().unwrap();
        assert!(fixed.contains(secret), "{name}: {secret}");
    }
    assert_eq!(values["nats"]["enabled"], false);
    assert_eq!(values["runtime"]["image"]["tag"], "2.11.0");
    assert_eq!(values["runtime"]["hostGroups"][0]["name"], "cloud");
    let url = "tls://nats.wasmcloud-system.svc.cluster.local:4222";
    assert_eq!(values["global"]["nats"], json!({"schedulerUrl": url, "dataUrl": url}));
}

#[test]
fn shellcheck_finds_nothing_in_the_scripts() {
    let written = Written::wasmcloud(&[]);
    let scripts = [
        "cloud/secrets.sh",
        "edge/secrets.sh",
        "local/setup.sh",
        "local/definitions.sh",
        "local/kubeconfig.sh",
    ];
    let mut command = Command::new("shellcheck");
    command.args(scripts.map(|script| written.path(script)));
    match command.output() {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => eprintln!("skipped: no shellcheck"),
        ran => {
            let ran = ran.unwrap();
            assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stdout));
        }
    }
}
