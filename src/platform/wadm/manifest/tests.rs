use super::model::{PartKind, Trait};
use std::collections::BTreeMap;

use super::*;
use crate::check::rules::testing::{check_in, project, task, workflow};
use crate::check::{Component, Placement};
use crate::project::Settings;
use crate::project::settings::wadm::{
    HTTP_PROVIDER, KEYVALUE_PROVIDER, MESSAGING_PROVIDER, POSTGRES_CONFIG, POSTGRES_PROVIDER,
};
use crate::project::settings::{CALLS_PER_REPLICA, Flag, KEYVALUE_DOMAIN, POSTGRES_URL};

fn components(tasks: &[String]) -> Vec<Component> {
    let folder = project();
    let (report, components) = check_in(folder.path(), &workflow(tasks));
    assert_eq!(report.errors(), 0, "{report:?}");
    components
}

fn settings(values: &[(crate::project::settings::Key, &str)]) -> Settings {
    let flags: Vec<_> = values
        .iter()
        .map(|(key, value)| Flag { key: *key, name: "--setting", value: (*value).to_owned() })
        .collect();
    Settings::load(None, |_| None, &flags).unwrap()
}

fn planned_with(tasks: &[String], settings: &Settings) -> Result<Manifest, DeployError> {
    let components = components(tasks);
    let images =
        components.iter().map(|one| format!("localhost:5000/{}:{}", one.name, one.version)).collect();
    let calls = settings.number(CALLS_PER_REPLICA).unwrap().try_into().unwrap();
    plan(&Application::new("My 1st Project: \"x\"", &components, images, calls)?, &Providers::from(settings))
}

fn yaml(manifest: &Manifest) -> String {
    platform::Manifest::of(manifest).unwrap().to_yaml().unwrap()
}

fn planned(tasks: &[String]) -> Manifest {
    planned_with(tasks, &settings(&[])).unwrap()
}

fn http(name: &str, more: &[&str]) -> String {
    let name = format!("component_name: {name}");
    task(&[&["type: http_producer_nats", &name], more].concat())
}

fn named(name: &str, more: &[&str]) -> String {
    let name = format!("component_name: {name}");
    task(&[&[name.as_str()], more].concat())
}

fn part<'a>(manifest: &'a Manifest, name: &str) -> &'a Part {
    manifest.spec.components.iter().find(|part| part.name == name).unwrap()
}

fn providers(manifest: &Manifest) -> Vec<&str> {
    let providers = manifest.spec.components.iter().filter(|part| part.kind == PartKind::Capability);
    providers.map(|part| part.name.as_str()).collect()
}

#[test]
fn what_components_subscribe_to_is_in_the_manifest() {
    let mut read = planned(&[task(&[]), http("b", &[])]).subscriptions();
    read.sort();
    assert_eq!(read, ["first_in", "first_in"]);
}

#[test]
fn a_task_becomes_a_component_with_links_to_a_provider() {
    let text = yaml(&planned(&[task(&["replicas: 2", "targets: [edge, cloud]"])]).versioned("1-abc"));
    let version = env!("CARGO_PKG_VERSION");
    let wanted = format!(
        "\
apiVersion: core.oam.dev/v1beta1
kind: Application
metadata:
  name: my-1st-project-x
  annotations:
    description: 'My 1st Project: \"x\"'
    pelato-calls-per-replica: '100'
    pelato-version: {version}
    version: 1-abc
spec:
  components:
  - name: a
    type: component
    properties:
      image: localhost:5000/a:1.0.0
    traits:
    - type: spreadscaler
      properties:
        instances: 400
        spread:
        - name: edge
          requirements:
            host-type: edge
        - name: cloud
          requirements:
            host-type: cloud
    - type: link
      properties:
        namespace: wasmcloud
        package: messaging
        interfaces:
        - consumer
        target:
          name: messaging-cloud-edge
          config:
          - name: a-consumer-messaging-cloud-edge
            properties:
              cluster_uris: nats://127.0.0.1:4222
  - name: messaging-cloud-edge
    type: capability
    properties:
      image: ghcr.io/wasmcloud/messaging-nats:0.27.0
    traits:
    - type: spreadscaler
      properties:
        instances: 2
        spread:
        - name: cloud
          requirements:
            host-type: cloud
        - name: edge
          requirements:
            host-type: edge
    - type: link
      properties:
        namespace: wasmcloud
        package: messaging
        interfaces:
        - handler
        source:
          config:
          - name: a-handler-messaging-cloud-edge
            properties:
              cluster_uris: nats://127.0.0.1:4222
              subscriptions: first_in|a
        target:
          name: a
        name: a
"
    );
    assert_eq!(text, wanted);
    assert_eq!(yaml(&serde_yaml::from_str::<Manifest>(&text).unwrap()), text, "it is read back");
}

#[test]
fn twenty_tasks_share_two_providers() {
    let tasks: Vec<_> = (0..20).map(|number| http(&format!("t{number}"), &[])).collect();
    let manifest = planned(&tasks);
    assert_eq!(manifest.components().count(), 20);
    assert_eq!(providers(&manifest), ["messaging-edge", "http-8000"]);
    let provider = part(&manifest, "http-8000");
    assert_eq!(provider.properties.config[0].properties.as_ref().unwrap()["routing_mode"], "path");
    assert_eq!(provider.properties.config[0].properties.as_ref().unwrap()["default_address"], "0.0.0.0:8000");
    let paths: BTreeMap<_, _> = provider
        .links()
        .map(|link| {
            let config = &link.source.as_ref().unwrap().config[0];
            (link.target.name.as_str(), &config.properties.as_ref().unwrap()["path"])
        })
        .collect();
    assert_eq!(paths.len(), 20);
    assert_eq!(paths["t7"], "/t7");
}

#[test]
fn each_set_of_targets_has_a_messaging_provider_and_each_port_an_http_provider() {
    let manifest = planned(&[
        http("a", &["targets: [edge]"]),
        http("b", &["targets: [cloud, edge]", "http: {port: 8001}"]),
        http("c", &["targets: [edge, cloud]"]),
    ]);
    assert_eq!(providers(&manifest), ["messaging-cloud-edge", "messaging-edge", "http-8000", "http-8001"]);
    let targets: Vec<_> = part(&manifest, "http-8000").targets().collect();
    assert_eq!(targets, ["cloud", "edge"], "of all that want this port");
}

#[test]
fn buckets_have_a_provider_for_each_set_of_targets() {
    let stored = |name: &str, more: &[&str]| {
        let name = format!("component_name: {name}");
        task(&[&["type: nats_to_nats_kv", &name, "bucket: readings", "dest_topic"], more].concat())
    };
    let tasks = [stored("a", &[]), stored("b", &[]), stored("c", &["targets: [cloud]"])];
    let manifest = planned(&tasks);
    let names = ["messaging-cloud", "messaging-edge", "keyvalue-cloud", "keyvalue-edge"];
    assert_eq!(providers(&manifest), names);
    assert_eq!(part(&manifest, "keyvalue-edge").properties.image, KEYVALUE_PROVIDER.default.unwrap());
    let link = |manifest: &Manifest| {
        let links: Vec<_> =
            part(manifest, "a").links().filter(|link| link.package == "keyvalue").cloned().collect();
        let names: Vec<_> = links.iter().map(|link| link.name.as_deref()).collect();
        assert_eq!(
            names,
            [Some("readings"), None],
            "by the bucket's name, and the one by which hosts find it"
        );
        let values = |link: &model::Link| {
            link.target.config.iter().map(|one| one.properties.clone()).collect::<Vec<_>>()
        };
        assert_eq!(values(&links[0]), values(&links[1]));
        assert_eq!(links[0].target.config[0].name, "a-store-keyvalue-edge-by-name");
        let link = links[1].clone();
        assert_eq!((link.namespace.as_str(), &*link.interfaces), ("wasi", &["store".to_owned()][..]));
        assert_eq!(link.target.name, "keyvalue-edge");
        link.target.config.into_iter().flat_map(|config| config.properties.unwrap()).collect::<Vec<_>>()
    };
    let own = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    };
    let mut config = vec![
        ("bucket", "readings"),
        ("cluster_uri", "nats://127.0.0.1:4222"),
        ("enable_bucket_auto_create", "true"),
    ];
    assert_eq!(link(&manifest), own(&config));
    config.push(("js_domain", "cloud"));
    assert_eq!(link(&planned_with(&tasks, &settings(&[(KEYVALUE_DOMAIN, "cloud")])).unwrap()), own(&config));
    let error = planned_with(&tasks, &settings(&[(KEYVALUE_PROVIDER, "builtin")])).unwrap_err();
    assert_eq!(
        error.to_string(),
        "KEYVALUE_PROVIDER is `builtin`, but hosts have no built-in provider for it"
    );
    assert!(planned_with(&[task(&[])], &settings(&[(KEYVALUE_PROVIDER, "builtin")])).is_ok(), "nobody asks");
}

#[test]
fn a_database_is_named_and_its_password_is_in_no_manifest() {
    let stored = |name: &str| {
        let name = format!("component_name: {name}");
        task(&["type: dbsync_nats", &name, "table: readings", "dest_topic"])
    };
    let secret = [(POSTGRES_CONFIG, "rooms-db"), (POSTGRES_URL, "postgres://me:sesame@host/db")];
    let manifest = planned_with(&[stored("a"), stored("b")], &settings(&secret)).unwrap();
    assert_eq!(providers(&manifest), ["messaging-edge", "postgres-edge"]);
    assert_eq!(part(&manifest, "postgres-edge").properties.image, POSTGRES_PROVIDER.default.unwrap());
    for name in ["a", "b"] {
        let link = part(&manifest, name).links().find(|link| link.package == "postgres").unwrap().clone();
        assert_eq!((link.namespace.as_str(), &*link.interfaces), ("wasmcloud", &["query".to_owned()][..]));
        assert_eq!((link.target.name.as_str(), &link.name), ("postgres-edge", &None));
        let by_name = model::Config { name: "rooms-db".to_owned(), properties: None };
        assert_eq!(link.target.config, [by_name], "both refer to the same one");
    }
    let text = yaml(&manifest);
    assert!(text.contains("config:\n          - name: rooms-db\n"), "{text}");
    assert!(!text.contains("sesame") && !text.contains("POSTGRES"), "{text}");
    assert_eq!(serde_yaml::from_str::<Manifest>(&text).unwrap(), manifest);
}

#[test]
fn on_every_host_means_the_providers_too() {
    let manifest = planned(&[named("a", &["placement: every-host", "replicas: 3"])]);
    let daemon = |name| match &part(&manifest, name).traits[0] {
        Trait::DaemonScaler(scaler) => scaler.instances,
        other => panic!("{other:?}"),
    };
    assert_eq!((daemon("a"), daemon("messaging-edge")), (300, 1));
    assert_eq!(Placement::EveryHost.to_string(), "every-host");
}

#[test]
fn a_replica_handles_as_many_calls_as_the_settings_say() {
    let one = planned_with(&[task(&["replicas: 3"])], &settings(&[(CALLS_PER_REPLICA, "1")])).unwrap();
    let instances = |manifest: &Manifest, name| part(manifest, name).scaler().unwrap().0.instances;
    assert_eq!((instances(&one, "a"), one.calls_per_replica()), (3, 1));
    let usual = planned(&[task(&["replicas: 3"])]);
    assert_eq!((instances(&usual, "a"), instances(&usual, "messaging-edge")), (300, 1));
    assert_eq!(usual.calls_per_replica(), 100);
    let mut older = usual;
    older.metadata.annotations.remove(model::CALLS);
    assert_eq!(older.calls_per_replica(), 1, "as PELATO wrote it before");
}

#[test]
fn providers_inside_the_hosts_are_on_every_host_and_so_are_their_components() {
    let both = settings(&[(MESSAGING_PROVIDER, "builtin"), (HTTP_PROVIDER, "Builtin")]);
    let manifest = planned_with(&[http("a", &[])], &both).unwrap();
    let images: Vec<_> = manifest
        .spec
        .components
        .iter()
        .map(|part| part.properties.image.rsplit_once('/').unwrap().1)
        .collect();
    assert_eq!(images, ["a:1.0.0", "messaging-nats", "http-server"]);
    assert!(manifest.spec.components.iter().all(|part| part.scaler().unwrap().1), "{manifest:?}");
}

#[test]
fn providers_leave_components_their_names() {
    let manifest = planned(&[named("messaging_edge", &[])]);
    assert_eq!(providers(&manifest), ["messaging-edge-provider"]);
    assert!(matches!(planned_with(&[], &settings(&[])), Err(DeployError::Empty)));
}

#[test]
fn application_names_are_made_of_project_names() {
    let named = |text: &str| application_name(text).ok();
    assert_eq!(named("Temperature data analysis").as_deref(), Some("temperature-data-analysis"));
    assert_eq!(named("a.b>c *").as_deref(), Some("a-b-c"));
    assert_eq!(named("snake_case").as_deref(), Some("snake_case"));
    assert_eq!(named("Größe").as_deref(), Some("gr-e"));
    assert_eq!(named("温度"), None);
    assert!(named(&"x y ".repeat(100)).unwrap().len() <= 63);
}
