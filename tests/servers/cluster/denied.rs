//! Clusters that do not let PELATO deploy: each says why, before anything is changed, and what to do.

use serde_json::json;

use crate::deploy::project::{Project, Task, workflow};
use crate::support::cluster::webhook::Webhook;
use crate::support::cluster::{Cluster, HostSetup, Part, Setup, User};
use crate::support::registry::{PASSWORD, USER};

/// Nothing has to run.
const EMPTY: Setup<'static> = Setup { hosts: &[], operator: false, ..Setup::new() };

fn echo() -> Task {
    Task { name: "echo".into(), from: "room.in".into(), to: "room.out".into(), ..Task::default() }
}

fn pushed(cluster: &Cluster) -> Project {
    pushed_with(cluster, echo())
}

fn pushed_with(cluster: &Cluster, task: Task) -> Project {
    let project = Project::of_echoes(&workflow("Rooms", &[task])).set(&cluster.settings());
    project.pelato(&["push"]);
    project
}

/// `pelato deploy` fails with this code and these words, and there is as little in the cluster as before.
#[track_caller]
fn refused(cluster: &Cluster, project: &Project, code: i32, words: &[&str]) {
    let count =
        || ["workloaddeployments", "configmaps", "secrets", "services"].map(|kind| cluster.list(kind).len());
    let before = count();
    let ran = project.run(&["deploy", "--no-wait"]);
    ran.failed(code, words);
    assert_eq!(count(), before, "{}", ran.err);
    assert!(!ran.err.contains(PASSWORD) && !ran.err.contains(&User::Pelato.token()), "{}", ran.err);
}

/// Gives PELATO its rights without one of them, and waits until the API server has noticed.
fn without(cluster: &Cluster, resource: &str, verb: &str) {
    for mut role in cluster.roles() {
        let mut rules = Vec::new();
        for rule in role["rules"].as_array().unwrap() {
            for one in rule["resources"].as_array().unwrap() {
                let mut rule = rule.clone();
                rule["resources"] = json!([one]);
                let verbs = rule["verbs"].as_array_mut().unwrap();
                verbs.retain(|known| one != resource || known != verb);
                rules.push(rule);
            }
        }
        role["rules"] = json!(rules);
        let namespace = role["metadata"]["namespace"].as_str().unwrap().to_owned();
        cluster.objects.apply(&namespace, &role);
    }
    for (known, other) in DELETED.into_iter().chain(NEEDED) {
        let is_missing = (known, other) == (resource, verb);
        let namespace = if known == "hosts" { cluster.operator_namespace() } else { cluster.namespace() };
        let group = if ["configmaps", "secrets", "services"].contains(&known) {
            ""
        } else {
            ".runtime.wasmcloud.dev"
        };
        let asked = ["auth", "can-i", other, &format!("{known}{group}"), "-n", namespace];
        // The others only once: each question is a program that has to start.
        if is_missing || resource == "nothing" {
            let answer = if is_missing { "no" } else { "yes" };
            let can = || cluster.kubectl(User::Pelato, &asked).out.trim() == answer;
            cluster.wait_for(&format!("{answer} to {other} {known}"), || can().then_some(()));
        }
    }
}

/// What deploying needs, and what removing does.
const NEEDED: [(&str, &str); 16] = [
    ("hosts", "list"),
    ("workloaddeployments", "list"),
    ("workloaddeployments", "create"),
    ("workloaddeployments", "patch"),
    ("workloadreplicasets", "list"),
    ("workloads", "list"),
    ("configmaps", "get"),
    ("configmaps", "list"),
    ("configmaps", "create"),
    ("configmaps", "patch"),
    ("secrets", "get"),
    ("secrets", "create"),
    ("secrets", "patch"),
    ("services", "get"),
    ("services", "create"),
    ("services", "patch"),
];
/// In the order in which they are removed.
const DELETED: [(&str, &str); 5] = [
    ("workloaddeployments", "delete"),
    ("secrets", "delete"),
    ("services", "list"),
    ("services", "delete"),
    ("configmaps", "delete"),
];

#[test]
fn each_right_that_is_missing_is_named() {
    // There is a Service where there is a host that answers HTTP.
    let hosts = [HostSetup::new("edge", "edge-1")];
    let Some(cluster) = Cluster::with(&Setup { hosts: &hosts, ..Setup::new() }) else { return };
    let project = pushed_with(&cluster, Task { http: Some(8000), ..echo() });
    let project = project.env("REGISTRY_USER", USER).env("REGISTRY_PASSWORD", PASSWORD);
    for (resource, verb) in NEEDED {
        without(&cluster, resource, verb);
        let words = format!("User \"pelato\" cannot {verb} resource \"{resource}\"");
        let words =
            ["the Kubernetes API does not permit to", &words, "the rights that docs/wasmcloud.md lists"];
        refused(&cluster, &project, 7, &words);
    }
    without(&cluster, "nothing", "nothing");
    project.pelato(&["deploy", "--no-wait"]);
    for (resource, verb) in DELETED {
        without(&cluster, resource, verb);
        let words = format!("cannot {verb} resource \"{resource}\"");
        project.run(&["remove"]).failed(7, &[&format!("does not permit to {verb} "), &words]);
    }
    without(&cluster, "nothing", "nothing");
    project.pelato(&["remove"]);
    for resource in ["configmaps", "secrets", "services"] {
        let left = cluster.list(resource);
        assert!(left.iter().all(|one| one["metadata"]["name"] == "kube-root-ca.crt"), "{resource}: {left:?}");
    }
}

#[test]
fn a_quota_is_told_before_anything_is_changed() {
    let Some(cluster) = Cluster::with(&EMPTY) else { return };
    let project = pushed(&cluster);
    for counted in ["count/workloaddeployments.runtime.wasmcloud.dev", "count/configmaps"] {
        cluster.apply(&json!({
            "apiVersion": "v1", "kind": "ResourceQuota", "metadata": { "name": "none" },
            "spec": { "hard": { counted: "0" } },
        }));
        cluster.wait_for("a quota in force", || {
            let quota = cluster.get("resourcequotas", "none")?;
            (quota["status"]["used"][counted] == "0").then_some(())
        });
        let words = ["may not have more: ", "exceeded quota: none", "have its quota raised"];
        refused(&cluster, &project, 7, &words);
    }
}

#[test]
fn a_webhook_says_no_or_does_not_answer() {
    let Some(cluster) = Cluster::with(&EMPTY) else { return };
    let project = pushed(&cluster);
    let mut configuration = Webhook::refusing("not on a Sunday").configuration(cluster.namespace());
    cluster.apply(&configuration);
    let is_in_force = |words: &str| {
        let other = super::workload::echo("127.0.0.1:1/team/echo", "edge");
        let refused = cluster.objects.try_apply(cluster.namespace(), &other).err();
        refused.filter(|refused| refused.contains(words)).map(drop)
    };
    cluster.wait_for("a webhook in force", || is_in_force("not on a Sunday"));
    let policy = "a policy of the cluster rejected the request to apply the WorkloadDeployment";
    let ask = "kubectl get validatingwebhookconfigurations";
    refused(&cluster, &project, 7, &[policy, "denied the request: not on a Sunday", ask]);
    configuration["webhooks"][0]["clientConfig"]["url"] = json!("https://127.0.0.1:1/");
    cluster.apply(&configuration);
    cluster.wait_for("another webhook in force", || is_in_force("failed calling webhook"));
    refused(&cluster, &project, 7, &[policy, "failed calling webhook", ask]);
    cluster.delete("validatingwebhookconfigurations", configuration["metadata"]["name"].as_str().unwrap());
}

/// Not only resources of wasmCloud have names.
#[test]
fn objects_of_others_are_left_alone_whatever_they_are() {
    let Some(cluster) = Cluster::with(&EMPTY) else { return };
    let project = pushed(&cluster).env("REGISTRY_USER", USER).env("REGISTRY_PASSWORD", PASSWORD);
    project.pelato(&["deploy", "--no-wait"]);
    let names = |kind: &str| {
        let all = cluster.list(kind);
        all.iter().map(|one| one["metadata"]["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let taken: Vec<_> = [("ConfigMap", "configmaps"), ("Secret", "secrets")]
        .into_iter()
        .flat_map(|(kind, plural)| names(plural).into_iter().map(move |name| (kind, plural, name)))
        .collect();
    assert_eq!(taken.len(), 3, "{taken:?}");
    project.pelato(&["remove"]);
    for (kind, plural, name) in taken {
        let theirs = json!({ "apiVersion": "v1", "kind": kind, "metadata": { "name": name } });
        cluster.apply(&theirs);
        let words = format!("`{kind} {name}` in the namespace");
        refused(&cluster, &project, 7, &[&words, "was not deployed by PELATO for this project", "--force"]);
        cluster.delete(plural, &name);
    }
}

#[test]
fn definitions_of_another_version_are_told() {
    let Some(cluster) = Cluster::with(&Setup { own_control_plane: true, ..EMPTY }) else { return };
    let project = pushed(&cluster);
    let name = "workloaddeployments.runtime.wasmcloud.dev";
    let mut definition = cluster.get("customresourcedefinitions", name).unwrap();
    let schema = "/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/template/properties/spec/properties";
    definition.pointer_mut(schema).unwrap().as_object_mut().unwrap().remove("hostSelector");
    let spec = definition["spec"].clone();
    cluster.apply(&json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": { "name": name }, "spec": spec,
    }));
    let old = super::workload::echo("127.0.0.1:1/team/echo", "edge");
    cluster.wait_for("other definitions", || cluster.objects.try_apply(cluster.namespace(), &old).err());
    let words =
        ["the resource definitions of the cluster are of another version: ", "wasmCloud 2.7 or newer"];
    refused(&cluster, &project, 7, &words);
}

/// A server that hangs accepts connections, and says nothing.
#[test]
fn an_api_that_hangs_is_given_up() {
    let Some(mut cluster) = Cluster::with(&Setup { own_control_plane: true, ..EMPTY }) else { return };
    let project = pushed(&cluster);
    let mut running = project.place.start(&["deploy", "--timeout", "5m"]);
    cluster.wait_for("the resource", || cluster.list("workloaddeployments").pop());
    let control_plane = cluster.control_plane.as_mut().unwrap();
    control_plane.signal(Part::ApiServer, "-STOP");
    assert_eq!(running.wait().code(), Some(6), "{}", running.err());
    let said = running.err();
    assert!(said.contains("no answer within 10 s") && said.contains("can be repeated"), "{said}");
    project.run(&["status"]).failed(6, &["cannot be reached: no answer within 10 s", "KUBE_CONTEXT"]);
    control_plane.signal(Part::ApiServer, "-CONT");
    // There is no host: nothing runs.
    cluster.wait_for("an answer", || (project.run(&["status"]).code == 7).then_some(()));
}

#[test]
fn without_an_operator_nothing_is_said_to_run() {
    let Some(cluster) = Cluster::with(&EMPTY) else { return };
    let project = pushed(&cluster);
    let ran = project.pelato(&["deploy"]);
    ran.said(&[
        "no host is listed in the namespace `wasmcloud-",
        "OPERATOR_NAMESPACE",
        "0 of 1 components run",
    ]);
    project.run(&["status"]).code(7).printed(&["echo", "0/0", "waiting", "no host with hostgroup=edge"]);
    project.run(&["doctor"]).code(8).printed(&["no host is listed in the namespace"]);
    project.pelato(&["remove"]);
}
