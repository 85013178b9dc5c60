use super::*;
use crate::check::Component as Checked;
use crate::check::rules::testing::{check_in, project, task, workflow};
use crate::project::settings::{Flag, Key, REGISTRY_USER};

fn components(tasks: &[String]) -> Vec<Checked> {
    let folder = project();
    let (report, components) = check_in(folder.path(), &workflow(tasks));
    assert_eq!(report.errors(), 0, "{report:?}");
    components
}

fn rules(values: &[(Key, &str)]) -> Rules {
    let flags: Vec<_> = values
        .iter()
        .map(|(key, value)| Flag { key: *key, name: "--setting", value: (*value).to_owned() })
        .collect();
    Rules::of(&Settings::load(None, |_| None, &flags).unwrap())
}

fn application(tasks: &[String]) -> Application {
    let components = components(tasks);
    let image = |one: &Checked| format!("localhost:5000/{}:{}", one.name, one.version);
    Application::new("Two Rooms", &components, components.iter().map(image).collect(), 100).unwrap()
}

fn planned(tasks: &[String]) -> Vec<Deployment> {
    plan(&application(tasks), &rules(&[])).unwrap()
}

fn named(name: &str, more: &[&str]) -> String {
    let name = format!("component_name: {name}");
    task(&[&[name.as_str()], more].concat())
}

#[test]
fn a_task_becomes_a_resource_for_each_target() {
    let mut application = application(&[named("temp_filter", &["replicas: 2", "targets: [edge, cloud]"])]);
    application.components[0].digest = Some("sha256:ab12".to_owned());
    let made = plan(&application, &rules(&[(KUBE_NAMESPACE, "rooms")])).unwrap();
    let first = to_manifest(&made[..1]).unwrap().to_yaml().unwrap();
    let wanted = "\
apiVersion: runtime.wasmcloud.dev/v1alpha1
kind: WorkloadDeployment
metadata:
  name: two-rooms-21d776-temp-filter-edge
  namespace: rooms
  labels:
    app.kubernetes.io/component: temp-filter
    app.kubernetes.io/managed-by: pelato
    app.kubernetes.io/part-of: two-rooms-21d776
  annotations:
    dev.pelato/component: temp_filter
    dev.pelato/project: Two Rooms
    dev.pelato/target: edge
    dev.pelato/version: 1.0.0
spec:
  replicas: 2
  template:
    labels:
      app.kubernetes.io/component: temp-filter
      app.kubernetes.io/managed-by: pelato
      app.kubernetes.io/part-of: two-rooms-21d776
    spec:
      hostSelector:
        hostgroup: edge
      hostInterfaces:
      - namespace: wasi
        package: logging
        version: 0.1.0-draft
        interfaces:
        - logging
      - namespace: wasmcloud
        package: messaging
        version: 0.2.0
        interfaces:
        - consumer
        - handler
      components:
      - name: temp-filter
        image: localhost:5000/temp_filter@sha256:ab12
        imagePullPolicy: IfNotPresent
        localResources:
          config:
            consumer_group: temp_filter
            max_in_flight: '100'
            subscriptions: first_in
";
    assert_eq!(first, wanted);
    let places: Vec<_> = made.iter().map(|one| (one.name(), one.target())).collect();
    assert_eq!(
        places,
        [("two-rooms-21d776-temp-filter-edge", "edge"), ("two-rooms-21d776-temp-filter-cloud", "cloud")]
    );
    assert_eq!(from_manifest(&to_manifest(&made).unwrap()).unwrap(), made);
}

#[test]
fn one_target_is_not_in_the_name_so_that_a_component_can_move() {
    let name = |target: &str| {
        let made = planned(&[named("a", &[&format!("targets: [{target}]")])]);
        made.iter().map(|one| one.name().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(name("edge"), name("cloud"));
}

#[test]
fn every_host_gets_a_resource_of_its_own() {
    let tasks = [named("a", &["placement: every-host", "replicas: 2", "targets: [edge, fog]"])];
    let mut application = application(&tasks);
    let unknown = plan(&application, &rules(&[])).unwrap_err();
    assert!(matches!(unknown, DeployError::HostsUnknown { .. }), "{unknown}");
    let hosts = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    application.hosts = Some([("edge".to_owned(), hosts(&["pi_2", "pi-1"]))].into());
    let made = plan(&application, &rules(&[])).unwrap();
    let places: Vec<_> =
        made.iter().map(|one| (one.name(), one.target(), one.workload().environment.as_deref())).collect();
    assert_eq!(
        places,
        [
            ("two-rooms-21d776-a-edge-pi-1", "edge", Some("pi-1")),
            ("two-rooms-21d776-a-edge-pi-2", "edge", Some("pi_2")),
            ("two-rooms-21d776-a-fog", "fog", None),
        ]
    );
    let limit = |one: &Deployment| {
        one.workload().components[0].local_resources.clone().unwrap().config["max_in_flight"].clone()
    };
    assert_eq!(limit(&made[0]), "200", "a host counts all replicas together");
    application.hosts = Some([("edge".to_owned(), hosts(&["pi_1", "pi-1"]))].into());
    let clash = plan(&application, &rules(&[])).unwrap_err().to_string();
    assert_eq!(
        clash,
        "a in edge on pi-1 and a in edge on pi_1 would both be called `two-rooms-21d776-a-edge-pi-1` in the cluster"
    );
}

#[test]
fn every_need_is_an_interface_with_its_configuration() {
    let interface = |task: String| {
        let made = planned(&[task]);
        let workload = made[0].workload().clone();
        let shown = |one: &model::Interface| {
            let config: Vec<_> = one.config.iter().map(|(key, value)| format!(" {key}={value}")).collect();
            format!("{}:{}/{}{}", one.namespace, one.package, one.interfaces.join("+"), config.concat())
        };
        workload.host_interfaces.iter().map(shown).collect::<Vec<_>>()
    };
    let row = task(&["type: dbsync_nats", "dest_topic", "table: readings"]);
    assert!(interface(row).contains(&"wasmcloud:postgres/query+types database=postgres".to_owned()));
    let entry = task(&["type: nats_to_nats_kv", "dest_topic", "bucket: rooms"]);
    assert!(interface(entry).contains(&"wasi:keyvalue/store bucket=rooms".to_owned()));
}

/// Two tasks that answer HTTP at the edge, one of them in the cloud, too, and one that does not.
fn with_http(path: &str) -> Application {
    let path = format!("http: {{path: {path}}}");
    let other =
        ["type: http_producer_nats", "name: B", "source_topic: x", "dest_topic: y", "targets: [edge, cloud]"];
    let third = ["name: C", "source_topic: u", "dest_topic: v", "targets: [fog]"];
    let tasks = [named("a", &["type: http_producer_nats", &path]), named("b", &other), named("c", &third)];
    let mut application = application(&tasks);
    application.entry.image = "localhost:5000/pelato_entry:1.0.0-x".to_owned();
    application.http_hosts = vec!["api.example.org".to_owned()];
    let hosts = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    application.hosts = Some([("edge".to_owned(), hosts(&["pi-1", "pi-2"]))].into());
    application
}

#[test]
fn an_entry_on_every_host_of_the_targets_with_http_knows_all_paths() {
    let mut application = with_http("/x");
    application.entry.digest = Some("sha256:cd".to_owned());
    let made = plan(&application, &rules(&[(KUBE_NAMESPACE, "rooms")])).unwrap();
    let entries: Vec<_> = made.iter().filter(|one| one.is_entry()).collect();
    let names: Vec<_> = entries.iter().map(|one| one.name()).collect();
    let app = "two-rooms-21d776";
    assert_eq!(
        names,
        [
            format!("{app}-http-entry-edge-pi-1"),
            format!("{app}-http-entry-edge-pi-2"),
            format!("{app}-http-entry-cloud"),
        ]
    );
    let shown = to_manifest(&made).unwrap().to_yaml().unwrap();
    let documents: Vec<_> = shown.split("---\n").collect();
    let service = "\
apiVersion: v1
kind: Service
metadata:
  name: two-rooms-21d776-http
  namespace: rooms
  labels:
    app.kubernetes.io/managed-by: pelato
    app.kubernetes.io/part-of: two-rooms-21d776
  annotations:
    dev.pelato/project: Two Rooms
spec:
  ports:
  - name: http
    port: 80
    protocol: TCP
    targetPort: 80
";
    assert_eq!(documents[0], service);
    let workload = documents[5].split_once("    spec:\n").unwrap().1;
    let wanted = "      hostSelector:
        hostgroup: edge
      environment: pi-1
      hostInterfaces:
      - namespace: wasi
        package: http
        version: 0.2.0
        interfaces:
        - handler
        config:
          host: two-rooms-21d776-http
          host-aliases: 127.0.0.1,api.example.org,localhost,pi-1
      - namespace: wasmcloud
        package: messaging
        version: 0.2.0
        interfaces:
        - consumer
      components:
      - name: http-entry
        image: localhost:5000/pelato_entry@sha256:cd
        imagePullPolicy: IfNotPresent
        localResources:
          environment:
            config:
              PELATO_ROUTES: '{\"max_bytes\":1048576,\"timeout_ms\":30000,\"routes\":{\"/b\":{\"component\":\"b\",\"subject\":\"pelato.http.two-rooms-21d776.b\"},\"/x\":{\"component\":\"a\",\"subject\":\"pelato.http.two-rooms-21d776.a\"}}}'
      kubernetes:
        service:
          name: two-rooms-21d776-http
";
    assert_eq!(workload, wanted);
    assert_eq!(from_manifest(&to_manifest(&made).unwrap()).unwrap(), made);
}

#[test]
fn a_task_gets_its_requests_as_messages_and_no_path_concerns_it() {
    let of = |path: &str, name: &str| {
        let made = plan(&with_http(path), &rules(&[])).unwrap();
        made.into_iter().find(|one| one.component() == name).unwrap()
    };
    let task = of("/x", "a");
    let config = task.workload().components[0].local_resources.clone().unwrap().config;
    assert_eq!(config["subscriptions"], "first_in,pelato.http.two-rooms-21d776.a");
    assert_eq!(config["consumer_group"], "a");
    assert!(task.workload().host_interfaces.iter().all(|one| one.package != "http"));
    for name in ["a", "b", "c"] {
        assert_eq!(of("/x", name), of("/y", name));
    }
    assert_ne!(of("/x", "http entry"), of("/y", "http entry"));
}

#[test]
fn without_http_there_is_no_entry_and_with_it_the_hosts_have_to_be_known() {
    let made = planned(&[task(&[])]);
    assert!(!made.iter().any(Deployment::is_entry));
    assert_eq!(to_manifest(&made).unwrap().documents.len(), 1);
    let unknown = plan(&Application { hosts: None, ..with_http("/x") }, &rules(&[])).unwrap_err();
    assert_eq!(
        unknown.to_string(),
        "`http entry` runs on every host of its targets, and the cluster was not asked which hosts it has"
    );
}

#[test]
fn one_path_leads_to_one_component() {
    let clash = plan(&with_http("/b, port: 8001"), &rules(&[])).unwrap_err();
    assert_eq!(
        clash.to_string(),
        "`a` and `b` both answer HTTP at /b, and hosts of wasmCloud 2 have one port for all"
    );
    let mut deaf = with_http("/x");
    deaf.components[0].needs.retain(|need| !need.is("wasmcloud:messaging/handler"));
    let deaf = plan(&deaf, &rules(&[])).unwrap_err().to_string();
    assert_eq!(
        deaf,
        "`a` answers HTTP and takes no messages, as which HTTP requests reach it on wasmCloud 2"
    );
}

#[test]
fn topics_share_one_group_and_at_least_once_has_its_own_subjects() {
    let config =
        |task: String| planned(&[task])[0].workload().components[0].local_resources.clone().unwrap().config;
    let several = config(task(&["source_topic: [in.a, in.b]"]));
    assert_eq!((several["subscriptions"].as_str(), several["consumer_group"].as_str()), ("in.a,in.b", "a"));
    let kept = config(task(&["delivery: at-least-once"]));
    assert_eq!(kept["subscriptions"], "pelato.deliver.a");
}

#[test]
fn credentials_are_only_referred_to() {
    let application = application(&[task(&[])]);
    let private =
        plan(&application, &rules(&[(REGISTRY_USER, "me"), (REGISTRY_PASSWORD, "hunter2")])).unwrap();
    let text = to_manifest(&private).unwrap().to_yaml().unwrap();
    assert!(text.contains("imagePullSecret:\n          name: two-rooms-21d776-registry\n"), "{text}");
    assert!(!text.contains("hunter2"));
    assert!(
        !to_manifest(&plan(&application, &rules(&[])).unwrap())
            .unwrap()
            .to_yaml()
            .unwrap()
            .contains("Secret")
    );
}

#[test]
fn without_tasks_there_is_nothing_to_deploy() {
    let empty = Application { components: Vec::new(), ..with_http("/x") };
    assert!(matches!(plan(&empty, &Rules::default()).unwrap_err(), DeployError::Empty));
}
