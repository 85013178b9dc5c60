//! What an API server refuses, although it is well formed.

use serde_json::{Value, json};

use super::workload::echo;
use crate::support::cluster::{Cluster, Setup};

/// A cluster in which nothing has to run.
const NO_HOSTS: Setup<'static> = Setup { hosts: &[], operator: false, ..Setup::new() };

fn named(name: &str) -> Value {
    let mut object = echo("127.0.0.1:1/team/echo", "edge");
    object["metadata"]["name"] = name.into();
    object
}

#[test]
fn a_quota_is_exceeded() {
    let Some(cluster) = Cluster::with(&NO_HOSTS) else { return };
    let counted = "count/workloaddeployments.runtime.wasmcloud.dev";
    cluster.apply(&json!({
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": { "name": "few" },
        "spec": { "hard": { counted: "1" } },
    }));
    cluster.wait_for("a quota in force", || {
        let quota = cluster.get("resourcequotas", "few")?;
        (quota["status"]["used"][counted] == "0").then_some(())
    });
    cluster.apply(&named("first"));
    let refused = cluster.objects.try_apply(cluster.namespace(), &named("second")).unwrap_err();
    assert!(refused.contains("exceeded quota: few"), "{refused}");
}

#[test]
fn a_rule_of_the_cluster_says_no() {
    let Some(cluster) = Cluster::with(&NO_HOSTS) else { return };
    let group = "admissionregistration.k8s.io/v1";
    let name = format!("no-echo-{}", cluster.namespace());
    cluster.apply(&json!({
        "apiVersion": group,
        "kind": "ValidatingAdmissionPolicy",
        "metadata": { "name": name },
        "spec": {
            "matchConstraints": { "resourceRules": [{
                "apiGroups": ["runtime.wasmcloud.dev"], "apiVersions": ["*"],
                "operations": ["CREATE", "UPDATE"], "resources": ["workloaddeployments"],
            }]},
            "validations": [{ "expression": "false", "message": "not on a Sunday" }],
        },
    }));
    cluster.apply(&json!({
        "apiVersion": group,
        "kind": "ValidatingAdmissionPolicyBinding",
        "metadata": { "name": name },
        "spec": {
            "policyName": name,
            "validationActions": ["Deny"],
            // Others share this control plane.
            "matchResources": { "namespaceSelector": {
                "matchLabels": { "kubernetes.io/metadata.name": cluster.namespace() },
            }},
        },
    }));
    cluster.wait_for("a rule in force", || {
        let refused = cluster.objects.try_apply(cluster.namespace(), &named("echo")).err()?;
        refused.contains("not on a Sunday").then_some(())
    });
}

#[test]
fn without_definitions_there_are_no_deployments() {
    let setup = Setup { own_control_plane: true, definitions: false, ..NO_HOSTS };
    let Some(cluster) = Cluster::with(&setup) else { return };
    let refused = cluster.objects.try_apply(cluster.namespace(), &named("echo")).unwrap_err();
    assert!(refused.contains("not found"), "{refused}");
}
