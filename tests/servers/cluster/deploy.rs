//! Deploying to wasmCloud 2: what every platform has to do, and what only this one can.

use std::collections::BTreeSet;

use oci_client::client::{ClientConfig, ClientProtocol, Config, ImageLayer};
use oci_client::secrets::RegistryAuth;
use oci_client::{Client, Reference};
use serde_json::{Value, json};

use crate::deploy::project::{Project, Task, workflow};
use crate::support::Ran;
use crate::support::cluster::{Cluster, HostSetup, Part, Setup, User};
use crate::support::platform::{Stage, all};
use crate::support::registry::{How, PASSWORD, USER};

fn echo(targets: &'static str) -> Task {
    Task { name: "echo".into(), from: "room.in".into(), to: "room.out".into(), targets, ..Task::default() }
}

/// A project with these tasks, pushed.
fn pushed(cluster: &Cluster, tasks: &[Task]) -> Project {
    let project = Project::of_echoes(&workflow("Rooms", tasks)).set(&cluster.settings());
    project.pelato(&["push"]);
    project
}

fn status(project: &Project) -> Value {
    project.status()
}

/// The resources of the project, by their names.
fn names(cluster: &Cluster) -> BTreeSet<String> {
    let all = cluster.list("workloaddeployments");
    all.iter().map(|one| one["metadata"]["name"].as_str().unwrap().to_owned()).collect()
}

fn failed(ran: &Ran, code: i32, words: &[&str]) {
    ran.failed(code, words);
    assert!(!format!("{}{}", ran.out, ran.err).contains(PASSWORD), "{}", ran.err);
}

#[test]
fn wasmcloud_passes_what_every_platform_has_to() {
    let Some(mut cluster) = Cluster::start() else { return };
    let stage = Stage::new(cluster.settings(), None);
    stage.push();
    // The cluster waits for its parts by itself: not within a runtime. The stack is that of a program's first thread, where
    // commands run: without optimisation what waits for requests has large frames.
    let work = || tokio::runtime::Runtime::new().unwrap().block_on(all(&stage));
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(8 << 20).spawn_scoped(scope, work).unwrap();
        thread.join().unwrap();
    });
    assert!(cluster.is_empty());
    assert!(cluster.list("configmaps").is_empty() && cluster.list("secrets").is_empty());
}

#[test]
fn a_component_moves_and_what_is_not_wanted_any_more_is_removed_when_all_runs() {
    let Some(cluster) = Cluster::start() else { return };
    let project = pushed(&cluster, &[echo("edge")]);
    project.pelato(&["deploy"]);
    let before = names(&cluster);
    project.place.write("workflow.yaml", workflow("Rooms", &[echo("cloud")]));
    project.pelato(&["deploy"]);
    assert_eq!(names(&cluster), before, "the operator moves it");
    let hosts = &status(&project)["parts"][0]["hosts"];
    let cloud = cluster.list_in(cluster.operator_namespace(), "hosts");
    let cloud = cloud.iter().find(|host| host["metadata"]["labels"]["hostgroup"] == "cloud").unwrap();
    assert_eq!(*hosts, json!([cloud["hostname"]]));
    project.place.write("workflow.yaml", workflow("Rooms", &[echo("edge, cloud")]));
    project.pelato(&["deploy"]);
    assert!(names(&cluster).is_disjoint(&before) && names(&cluster).len() == 2, "{:?}", names(&cluster));
    project.pelato(&["rollback"]);
    assert_eq!(names(&cluster), before);
    project.pelato(&["remove"]);
}

#[test]
fn every_host_of_a_target_has_its_own_resource_and_one_that_joins_gets_its_with_the_next_deployment() {
    let Some(mut cluster) = Cluster::start() else { return };
    let task = Task { every_host: true, ..echo("edge") };
    let project = pushed(&cluster, &[task]);
    project.pelato(&["deploy"]);
    let part = status(&project)["parts"][0].clone();
    assert_eq!((&part["instances"], part["hosts"].as_array().unwrap().len()), (&json!(2), 2), "{part}");
    let environments = |cluster: &Cluster| {
        let all = cluster.list("workloaddeployments");
        let environment =
            |one: &Value| one["spec"]["template"]["spec"]["environment"].as_str().unwrap().to_owned();
        all.iter().map(environment).collect::<BTreeSet<_>>()
    };
    let known = ["edge-1", "edge-2"].map(str::to_owned);
    assert_eq!(environments(&cluster), known.clone().into());
    cluster.add_host(&HostSetup::new("edge", "edge-3"));
    cluster.wait_for_hosts(4);
    project.pelato(&["deploy"]);
    assert_eq!(environments(&cluster), known.into_iter().chain(["edge-3".to_owned()]).collect());
    project.pelato(&["remove"]);
}

/// A cluster whose registry asks who comes, and a project that is pushed there with credentials of Docker's.
fn private() -> Option<(Cluster, Project)> {
    let setup = Setup { registry: How { closed: true, ..How::default() }, ..Setup::default() };
    let cluster = Cluster::with(&setup)?;
    let project = Project::of_echoes(&workflow("Rooms", &[echo("cloud")])).set(&cluster.settings());
    let docker = project.place.above().join("docker");
    std::fs::create_dir(&docker).unwrap();
    // base64 of USER:PASSWORD
    let auth = json!({ "auth": "c29tZWJvZHk6czNjcmV0LXBhc3N3MHJk" });
    let config = json!({ "auths": { cluster.registry.host(): auth } });
    std::fs::write(docker.join("config.json"), config.to_string()).unwrap();
    let project = project.env("DOCKER_CONFIG", docker.to_str().unwrap());
    project.pelato(&["push"]);
    Some((cluster, project))
}

#[test]
fn the_host_says_why_it_does_not_start_a_component() {
    let Some((cluster, project)) = private() else { return };
    // Docker's credentials are the user's; the hosts have none.
    let ran = project.run(&["deploy"]);
    failed(&ran, 7, &["echo: the host", "does not start it: failed to pull image", "pelato rollback"]);
    let table = project.run(&["status"]).code(7);
    assert!(table.out.contains("does not start it: failed to pull image"), "{}", table.out);
    let host = cluster.hosts.iter().find(|host| host.group() == "cloud").unwrap();
    assert_eq!(host.workloads(&cluster.bus), 0, "a trial is stopped again");
    project.pelato(&["remove"]);
}

/// Puts something else in the place of an image, under the same name.
fn replace_image(cluster: &Cluster, content: Vec<u8>, kind: &str) {
    // Whoever else uses rustls in this process may have been first.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = Client::try_from(ClientConfig { protocol: ClientProtocol::Http, ..ClientConfig::default() });
    let image = Reference::try_from(cluster.registry.url("team/echo:1.0.0")).unwrap();
    let layer = ImageLayer::new(content, kind.to_owned(), None);
    let config = Config::new("{}", "application/vnd.wasm.config.v0+json".to_owned(), None);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let push = async { client.unwrap().push(&image, &[layer], config, &RegistryAuth::Anonymous, None).await };
    runtime.block_on(push).unwrap();
}

/// What is in the registry is not always what was pushed: the hosts see it first.
#[test]
fn an_image_that_is_no_component_is_told_with_the_hosts_reason() {
    let Some(cluster) = Cluster::start() else { return };
    let project = pushed(&cluster, &[echo("cloud")]);
    // An empty module, not a component; and bytes that are neither.
    let module = b"\0asm\x01\0\0\0".to_vec();
    for (content, reason) in [(module, "component"), (b"\x7fELF\x02\x01\x01".to_vec(), "magic")] {
        replace_image(&cluster, content, "application/wasm");
        let ran = project.run(&["deploy"]);
        failed(&ran, 7, &["echo: the host", "does not start it: ", reason]);
    }
    // A layer that hosts do not take for WebAssembly at all, such as that of a container.
    replace_image(&cluster, b"x".to_vec(), "application/vnd.oci.image.layer.v1.tar+gzip");
    failed(&project.run(&["deploy"]), 7, &["echo: the host", "does not start it: "]);
    project.pelato(&["remove"]);
}

#[test]
fn credentials_are_in_a_secret_that_the_hosts_use_and_nowhere_else() {
    let Some((cluster, project)) = private() else { return };
    let project = project.env("REGISTRY_USER", USER).env("REGISTRY_PASSWORD", PASSWORD);
    let ran = project.pelato(&["deploy", "-v"]);
    assert!(!format!("{}{}", ran.out, ran.err).contains(PASSWORD));
    assert!(!project.place.read("gen/wasmcloud.yaml").contains(PASSWORD));
    let secret = cluster.list("secrets").pop().unwrap();
    assert_eq!(secret["type"], "kubernetes.io/dockerconfigjson");
    let deployment = cluster.list("workloaddeployments").pop().unwrap();
    let named = &deployment["spec"]["template"]["spec"]["components"][0]["imagePullSecret"]["name"];
    assert_eq!(*named, secret["metadata"]["name"]);
    for resource in ["configmaps", "workloaddeployments", "workloads", "events"] {
        assert!(!json!(cluster.list(resource)).to_string().contains(PASSWORD), "{resource}");
    }
    project.pelato(&["remove"]);
    assert!(cluster.list("secrets").is_empty());
}

#[test]
fn what_is_missing_in_a_cluster_is_named_before_anything_is_changed() {
    let Some(cluster) = Cluster::start() else { return };
    let project = pushed(&cluster, &[echo("edge")]);
    let nobody = cluster.kubeconfig(User::Nobody);
    let project = project.env("KUBECONFIG", nobody.to_str().unwrap());
    failed(
        &project.run(&["deploy"]),
        7,
        &["does not permit to list each", "cannot list resource", "the rights that docs/wasmcloud.md lists"],
    );
    let admin = cluster.kubeconfig(User::Admin);
    let project = project.env("KUBECONFIG", admin.to_str().unwrap()).env("KUBE_NAMESPACE", "no-such-place");
    let words = ["the cluster has no namespace `no-such-place`", "kubectl create namespace no-such-place"];
    failed(&project.run(&["deploy"]), 7, &words);
    let text = std::fs::read_to_string(&admin).unwrap();
    let wrong = cluster.folder.path().join("wrong");
    std::fs::write(&wrong, text.replace("token: ", &format!("token: {PASSWORD}"))).unwrap();
    let project = project.env("KUBECONFIG", wrong.to_str().unwrap());
    failed(&project.run(&["deploy"]), 6, &["authentication failed at the Kubernetes API", "Unauthorized"]);
    assert!(names(&cluster).is_empty() && cluster.list("configmaps").is_empty());
}

#[test]
fn an_operator_for_its_own_hosts_only_cannot_do_every_host() {
    let setup = Setup { operator_flags: &["-allow-shared-hosts=false"], ..Setup::default() };
    let Some(cluster) = Cluster::with(&setup) else { return };
    let project = pushed(&cluster, &[Task { every_host: true, ..echo("edge") }]);
    failed(
        &project.run(&["deploy"]),
        7,
        &["-allow-shared-hosts=false", "`placement: every-host` is not possible"],
    );
    project.pelato(&["remove"]);
}

#[test]
fn what_somebody_else_has_made_is_left_alone() {
    let Some(cluster) = Cluster::start() else { return };
    let project = pushed(&cluster, &[echo("edge")]);
    project.pelato(&["deploy", "--no-wait"]);
    let mut theirs = cluster.list("workloaddeployments").pop().unwrap();
    project.pelato(&["remove"]);
    let name = theirs["metadata"]["name"].as_str().unwrap().to_owned();
    theirs["metadata"] = json!({ "name": name });
    theirs["spec"]["replicas"] = json!(0);
    theirs.as_object_mut().unwrap().remove("status");
    cluster.apply(&theirs);
    failed(&project.run(&["deploy"]), 7, &[&name, "was not deployed by PELATO", "--force"]);
    assert_eq!(cluster.get("workloaddeployments", &name).unwrap()["spec"]["replicas"], 0);
    project.pelato(&["deploy", "--force"]);
    assert_eq!(cluster.get("workloaddeployments", &name).unwrap()["spec"]["replicas"], 1);
    project.pelato(&["remove"]);
}

#[test]
fn a_cluster_without_wasmcloud_or_with_a_policy_says_so() {
    let setup = Setup {
        own_control_plane: true,
        definitions: false,
        operator: false,
        hosts: &[],
        ..Setup::default()
    };
    let Some(cluster) = Cluster::with(&setup) else { return };
    let admin = cluster.kubeconfig(User::Admin);
    let project = pushed(&cluster, &[echo("edge")]).env("KUBECONFIG", admin.to_str().unwrap());
    let words = [
        "does not know WorkloadDeployment of runtime.wasmcloud.dev/v1alpha1",
        "install wasmCloud's operator",
    ];
    failed(&project.run(&["deploy"]), 6, &words);
    project.run(&["doctor"]).code(8).printed(&["does not know WorkloadDeployment"]);
}

#[test]
fn an_api_that_is_gone_in_mid_deploy_and_an_operator_that_does_nothing_are_told() {
    let setup = Setup { own_control_plane: true, ..Setup::default() };
    let Some(mut cluster) = Cluster::with(&setup) else { return };
    let project = pushed(&cluster, &[echo("edge")]);
    project.pelato(&["deploy"]);
    cluster.operator.as_mut().unwrap().kill();
    project.place.write("workflow.yaml", workflow("Rooms", &[echo("cloud")]));
    let ran = project.run(&["deploy", "--timeout", "15s"]);
    failed(&ran, 7, &["is not fully running", "no operator has taken notice of it"]);
    project.place.write("workflow.yaml", workflow("Rooms", &[echo("edge, cloud")]));
    let mut running = project.place.start(&["deploy", "-v"]);
    cluster.wait_for("the new resources", || (names(&cluster).len() == 3).then_some(()));
    cluster.control_plane.as_mut().unwrap().kill(Part::ApiServer);
    assert_eq!(running.wait().code(), Some(6), "{}", running.err());
    assert!(running.err().contains("the connection to the namespace"), "{}", running.err());
    failed(
        &project.run(&["status"]),
        6,
        &["the Kubernetes API at https://", "cannot be reached", "KUBE_CONTEXT"],
    );
}
