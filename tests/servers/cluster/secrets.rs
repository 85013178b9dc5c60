//! What workloads and hosts get from objects that keep it.

use serde_json::json;

use super::workload::{echo, echo_project, goes_through, push_echo};
use crate::support::cluster::{Cluster, HostSetup, Setup, conditions};
use crate::support::registry::{How, PASSWORD, USER};

const ONE: [HostSetup; 1] = [HostSetup::new("edge", "edge-1")];

/// A secret with the login for the cluster's registry.
fn login(cluster: &Cluster, password: &str) -> serde_json::Value {
    let entry = json!({ "username": USER, "password": password });
    let config = json!({ "auths": { cluster.registry.host(): entry } }).to_string();
    json!({
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": { "name": "registry" },
        "type": "kubernetes.io/dockerconfigjson",
        "stringData": { ".dockerconfigjson": config },
    })
}

#[test]
fn hosts_get_the_login_for_images_from_a_secret() {
    let registry = How { closed: true, ..How::default() };
    let Some(cluster) = Cluster::with(&Setup { registry, hosts: &ONE, ..Setup::default() }) else { return };
    let project = echo_project(&cluster).env("REGISTRY_USER", USER).env("REGISTRY_PASSWORD", PASSWORD);
    let pushed = project.json(&["push"]);
    let digest = pushed.to_string().split("sha256:").nth(1).unwrap()[..64].to_owned();
    let mut wanted = echo(&format!("{}/team/echo@sha256:{digest}", cluster.registry.host()), "edge");
    wanted["spec"]["template"]["spec"]["components"][0]["imagePullSecret"] = json!({ "name": "registry" });
    cluster.apply(&wanted);
    let condition = |kind: &str| {
        let workload = cluster.list("workloads").pop()?;
        conditions(&workload).remove(kind)
    };
    // What is missing is said; what is wrong is not.
    let missing = "Secret \"registry\" not found";
    cluster.wait_for("no secret", || condition("Placement").filter(|(_, text)| text.contains(missing)));
    cluster.apply(&login(&cluster, "wrong"));
    let not_found = "workload is not operational: WORKLOAD_STATE_NOT_FOUND";
    cluster.wait_for("no login", || condition("Sync").filter(|(_, text)| text == not_found));
    cluster.apply(&login(&cluster, PASSWORD));
    cluster.delete("workloads", cluster.list("workloads")[0]["metadata"]["name"].as_str().unwrap());
    cluster.wait_for_running("echo");
    goes_through(&cluster, "with a login");
}

#[test]
fn the_config_of_an_interface_comes_from_a_secret() {
    let Some(cluster) = Cluster::with(&Setup { hosts: &ONE, ..Setup::default() }) else { return };
    cluster.apply(&json!({
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": { "name": "subscriptions" },
        "stringData": { "subscriptions": "room.in", "consumer_group": "echo" },
    }));
    let mut wanted = echo(&push_echo(&cluster), "edge");
    let spec = &mut wanted["spec"]["template"]["spec"];
    spec["components"][0]["localResources"] = json!({});
    spec["hostInterfaces"][0]["secretFrom"] = json!([{ "name": "subscriptions" }]);
    cluster.apply(&wanted);
    cluster.wait_for_running("echo");
    goes_through(&cluster, "by a secret");
}
