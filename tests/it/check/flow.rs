//! What becomes of a workflow that is right, and its pictures.

use pelato::graph;
use pelato::nats::Subscription;

use super::project::{GO, ORIGINAL, check, task, with, workflow};

#[test]
fn the_originals_example_becomes_a_component() {
    let folder = with(&[("tasks/convert.go", GO)]);
    let (report, components) = check(folder.path(), ORIGINAL);
    assert!(report.problems.is_empty(), "{report:?}");
    let [component] = components.as_slice() else { panic!("{components:?}") };
    assert_eq!(component.name, "celsius_to_kelvin_conversion");
    assert_eq!(component.title, "Temp data conversion");
    assert_eq!((component.version.to_string().as_str(), component.replicas), ("1.0.0", 1));
    assert_eq!(component.targets, ["edge"]);
    assert_eq!(component.http.as_ref().unwrap().path, "/celsius_to_kelvin_conversion");
    assert_eq!(component.settings()["dest_topic"], "living_room_kelvin_data");
    let queue = Some("celsius_to_kelvin_conversion".to_owned());
    let subject = "living_room_celsius_data".to_owned();
    assert_eq!(component.subscriptions().unwrap(), [Subscription { subject, queue }]);
    let needs = component.needs().unwrap();
    let http = needs.iter().find(|need| need.is("wasi:http/incoming-handler")).unwrap();
    assert_eq!(http.config["path"], "/celsius_to_kelvin_conversion");
}

#[test]
fn mermaid_text_is_safe_whatever_the_names_are() {
    let folder = with(&[("tasks/a.go", GO)]);
    let tasks = [task(1, "a.go", "räume.*", "'x\"](b&'"), task(2, "a.go", "'x\"](b&'", "räume.küche")];
    let (_, components) = check(folder.path(), &workflow(&tasks));
    let graph = graph::of(&components);
    assert_eq!(
        graph::mermaid(&graph),
        "flowchart LR
  n0[\"c1<br/>processor_nats · 1.0.0\"]
  n1([\"räume.#42;\"])
  n2([\"x#34;#93;#40;b#38;\"])
  n3[\"c2<br/>processor_nats · 1.0.0\"]
  n4([\"räume.küche\"])
  n1 --> n0
  n0 --> n2
  n2 --> n3
  n3 --> n4
  n4 -.-> n1
"
    );
    let svg = graph::svg(&graph);
    assert!(svg.contains("x&quot;](b&amp;") && !svg.contains("(b&<"), "{svg}");
    assert_eq!(svg, graph::svg(&graph::of(&components)), "the same every time");
}
