//! What `pelato infra` writes for Kubernetes, given to a real API server.

use std::os::unix::fs::PermissionsExt as _;

use serde_json::{Value, json};

use crate::deploy::project::Project;
use crate::support::cluster::{Cluster, Setup, User};
use crate::support::written::{Written, documents};

/// Only the API.
const API: Setup = Setup { hosts: &[], operator: false, ..Setup::new() };

/// The files for the namespaces of this test, with the secrets that their script creates.
fn written(cluster: &Cluster, flags: &[&str]) -> Written {
    let written = Written::within(cluster.namespace(), cluster.operator_namespace(), flags);
    assert!(written.script("cloud", "secrets.sh", &[]).status.success());
    written
}

#[test]
fn the_api_server_takes_every_manifest() {
    let Some(cluster) = Cluster::with(&API) else { return };
    for flags in [&[][..], &["--registry-insecure", "--http-port", "80", "--cloud-label", "far.cloud"]] {
        let written = written(&cluster, flags);
        let folder = written.path("cloud").display().to_string();
        for dry_run in [&["--dry-run=server"][..], &[]] {
            let apply =
                ["apply", "--server-side", "--force-conflicts", "--validate=strict", "--kustomize", &folder];
            let ran = cluster.kubectl(User::Admin, &[&apply[..], dry_run].concat());
            assert_eq!(ran.code, 0, "{}", ran.err);
            assert!(ran.out.lines().all(|line| line.contains(" serverside-applied")), "{}", ran.out);
            assert!(!ran.err.contains("Warning"), "{}", ran.err);
        }
    }
    let there = |resource: &str, name: &str| {
        cluster
            .list_in(cluster.operator_namespace(), resource)
            .iter()
            .any(|one| one["metadata"]["name"] == name)
    };
    assert!(there("services", "nats-leaf") && there("services", "hosts") && there("secrets", "nats-host"));
    for file in ["namespaces.yaml", "rights.yaml", "operator-rights.yaml"] {
        let file = written(&cluster, &[]).read(&format!("local/{file}"));
        for object in documents(&file) {
            cluster.objects.apply(object["metadata"]["namespace"].as_str().unwrap_or_default(), &object);
        }
    }
}

/// The account that `rights.yaml` makes, with the kubeconfig that the script writes.
fn account(cluster: &Cluster, written: &Written) -> String {
    let admin = cluster.kubeconfig(User::Admin);
    for object in written.yaml("local/rights.yaml") {
        cluster.objects.apply(object["metadata"]["namespace"].as_str().unwrap(), &object);
    }
    let variables = [("KUBECONFIG", admin.to_str().unwrap())];
    let ran = written.script("local", "kubeconfig.sh", &variables);
    assert!(ran.status.success() && ran.stdout.is_empty() && ran.stderr.is_empty(), "{ran:?}");
    let file = written.path("local/pelato.kubeconfig");
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    file.display().to_string()
}

#[test]
fn the_account_of_pelato_has_these_rights_and_no_others() {
    let Some(cluster) = Cluster::with(&API) else { return };
    let written = written(&cluster, &[]);
    let kubeconfig = account(&cluster, &written);
    let (own, system) = (cluster.namespace(), cluster.operator_namespace());
    let may = |verb: &str, resource: &str, namespace: &str| {
        let question =
            ["--kubeconfig", &kubeconfig, "auth", "can-i", verb, resource, "--namespace", namespace];
        cluster.kubectl(User::Nobody, &question).code == 0
    };
    let all = ["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"];
    for (resource, namespace, verbs) in [
        ("workloaddeployments.runtime.wasmcloud.dev", own, "get list watch create patch delete"),
        ("workloads.runtime.wasmcloud.dev", own, "get list watch delete"),
        ("configmaps", own, "get list create patch delete"),
        ("services", own, "get list create patch delete"),
        ("hosts.runtime.wasmcloud.dev", system, "get list watch"),
        ("secrets", system, ""),
        ("pods", own, ""),
        ("roles.rbac.authorization.k8s.io", own, ""),
    ] {
        let found: Vec<_> = all.into_iter().filter(|verb| may(verb, resource, namespace)).collect();
        assert_eq!(found.join(" "), verbs, "{resource} in {namespace}");
    }
    // They are enough to see that nothing is deployed.
    let settings = cluster.settings().into_iter().map(|(name, value)| match name {
        "KUBECONFIG" => (name, kubeconfig.clone()),
        _ => (name, value),
    });
    let settings: Vec<_> = settings.chain([("OPERATOR_NAMESPACE", system.to_owned())]).collect();
    let project = Project::of_echoes("project_name: Rooms\ntasks: []\n").set(&settings);
    project.run(&["status"]).failed(7, &["is not deployed"]);
}

/// docs/wasmcloud.md lists the rights; the roles are what is written.
#[test]
fn the_page_lists_the_rights_that_are_written() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/wasmcloud.md")).unwrap();
    let (_, page) = page.split_once("## Rights\n").unwrap();
    let (page, _) = page.split_once("\n## ").unwrap();
    let written = Written::wasmcloud(&["--only", "local"]);
    let role = written.object("local/rights.yaml", "Role", "pelato");
    let words = |list: &Value| {
        list.as_array().unwrap().iter().map(|one| one.as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    for rule in role["rules"].as_array().unwrap() {
        let resources: Vec<_> = words(&rule["resources"]).iter().map(|name| format!("`{name}`")).collect();
        let verbs = words(&rule["verbs"]).join(", ");
        let is_row = |line: &&str| {
            line.ends_with(&format!("| {verbs} |")) && resources.iter().all(|name| line.contains(&**name))
        };
        assert!(page.lines().find(is_row).is_some(), "{resources:?}: {verbs} in {page}");
    }
    let rows = page.lines().filter(|line| line.starts_with("| `")).count();
    assert_eq!(json!(rows), json!(role["rules"].as_array().unwrap().len()));
    let hosts = written.object("local/rights.yaml", "Role", "pelato-hosts");
    assert_eq!(
        hosts["rules"],
        json!([{"apiGroups": ["runtime.wasmcloud.dev"], "resources": ["hosts"], "verbs": ["get", "list", "watch"]}])
    );
}
