//! The JSON schema says what `check` says, as far as a schema can.

use pelato::catalog::{Catalog, Unit};
use pelato::check::schema::schema;
use pelato::project::read::TASK_FIELDS;
use serde_json::Value;

use super::project::{GO, ORIGINAL, check, task, with, workflow};

fn accepts(text: &str) -> bool {
    let schema = schema(&Catalog::built_in());
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let value: Value = serde_yaml::from_str(text).unwrap();
    validator.is_valid(&value)
}

/// What the schema and the checks say about a text.
fn both(text: &str) -> (bool, bool) {
    let folder = with(&[("tasks/a.go", GO), ("tasks/convert.go", GO)]);
    (accepts(text), check(folder.path(), text).0.errors() == 0)
}

fn with_line(line: &str) -> String {
    workflow(&[format!("{}    {line}\n", task(1, "a.go", "in", "out"))])
}

fn replaced(from: &str, to: &str) -> String {
    let text = workflow(&[task(1, "a.go", "in", "out")]);
    assert!(text.contains(from), "{from}");
    text.replace(from, to)
}

#[test]
fn the_schema_is_one() {
    let schema = schema(&Catalog::built_in());
    assert!(jsonschema::draft202012::meta::is_valid(&schema), "{schema:#}");
}

#[test]
fn what_is_right_is_right_for_both() {
    let http = |line: &str| with_line(line).replace("processor_nats", "producer_nats");
    let good = [
        ORIGINAL.to_owned(),
        "project_name: P\ntasks: []\n".to_owned(),
        "project_name: P\ntasks:\n".to_owned(),
        "project_name: 5\ntasks: []\n".to_owned(),
        replaced("targets: [edge]", "target: edge"),
        replaced("targets: [edge]", "targets: edge"),
        replaced("version: 1.0.0", "version: 10.0.2-rc.1"),
        replaced("source_topic: in", "source_topic: a.*.b.>"),
        replaced("source_topic: in", "source_topic: '*'").replace("dest_topic: out", "dest_topic: a.b"),
        replaced("source_topic: in", "source_topic: 5"),
        replaced("component_name: c1", "component_name: a__b--c"),
        replaced("code: a.go", "code: ./a.go"),
        with_line("language: go"),
        with_line("replicas: 1000"),
        with_line("replicas: '3'"),
        http("http: {port: 8000, path: /a%20b}"),
        http("http: {}"),
        replaced("source_topic: in", "source_topic: [in, 'a.*']"),
        replaced("source_topic: in", "source_topic: in, a.>"),
    ];
    for text in good {
        assert_eq!(both(&text), (true, true), "{text}");
    }
}

#[test]
fn what_is_wrong_is_wrong_for_both() {
    let bad = [
        "tasks: []\n".to_owned(),
        "project_name: P\n".to_owned(),
        "project_name: ' '\ntasks: []\n".to_owned(),
        "project_name: P\ntasks: []\nmore: 1\n".to_owned(),
        "project_name: P\ntasks: [1]\n".to_owned(),
        with_line("colour: red"),
        with_line("target: cloud"),
        with_line("replicas: 0"),
        with_line("replicas: 1001"),
        with_line("replicas: 1.5"),
        with_line("language: cobol"),
        with_line("http: {port: 8000}"),
        with_line("http: 8000"),
        with_line("http: {port: 8000}").replace("processor_nats", "producer_nats").replace("8000", "0"),
        with_line("http: {path: a}").replace("processor_nats", "producer_nats"),
        with_line("http: {prt: 1}").replace("processor_nats", "producer_nats"),
        replaced("type: processor_nats", "type: cron"),
        replaced("    source_topic: in\n", ""),
        replaced("source_topic", "source_topik"),
        replaced("source_topic: in", "source_topic: a b"),
        replaced("source_topic: in", "source_topic: a..b"),
        replaced("source_topic: in", "source_topic: a.>.b"),
        replaced("dest_topic: out", "dest_topic: a.*"),
        replaced("dest_topic: out", "dest_topic: [a, a]"),
        replaced("dest_topic: out", "dest_topic: 'a,,b'"),
        replaced("source_topic: in", "source_topic: []"),
        replaced("source_topic: in", "source_topic: [in, in]"),
        replaced("source_topic: in", "source_topic: 'in,,a'"),
        replaced("targets: [edge]", "targets: []"),
        replaced("targets: [edge]", "targets: [edge, edge]"),
        replaced("targets: [edge]", "targets: [a b]"),
        replaced("    targets: [edge]\n", ""),
        replaced("component_name: c1", "component_name: C1"),
        replaced("component_name: c1", "component_name: a_-b"),
        replaced("component_name: c1", "component_name: [c1]"),
        replaced("version: 1.0.0", "version: '1.0'"),
        replaced("version: 1.0.0", "version: 1.0.0+x"),
        replaced("code: a.go", "code: ../a.go"),
        replaced("code: a.go", "code: /a.go"),
        replaced("code: a.go", "code: '.'"),
        replaced("- name: Task 1\n    type", "- type"),
    ];
    for text in bad {
        assert_eq!(both(&text), (false, false), "{text}");
    }
}

#[test]
fn every_field_is_described_in_the_docs() {
    let docs = include_str!("../../../docs/reference/workflow.md");
    let rows = |text: &str, name: &str| text.contains(&format!("\n| `{name}` |"));
    for field in TASK_FIELDS.iter().chain(&["project_name", "tasks"]) {
        assert!(rows(docs, field), "{field} is not in docs/reference/workflow.md");
    }
    for template in Catalog::built_in().templates.iter() {
        let section = docs.split("\n### ").find(|part| part.starts_with(&format!("`{}`", template.name())));
        let section =
            section.unwrap_or_else(|| panic!("{} is not in docs/reference/workflow.md", template.name()));
        for name in template.manifest.parameters.names() {
            assert!(rows(section, name), "{name} of {} is not described", template.name());
        }
        for alias in &template.manifest.aliases {
            assert!(section.contains(&format!("`{alias}`")), "{alias}");
        }
    }
}

#[test]
fn the_example_of_the_docs_is_right() {
    let docs = include_str!("../../../docs/reference/workflow.md");
    let example = docs.split("```yaml\n").find(|part| part.starts_with("project_name")).unwrap();
    let example = example.split("```").next().unwrap();
    let folder = with(&[("tasks/convert.go", GO), ("tasks/filter/main.go", GO)]);
    let (report, components) = check(folder.path(), example);
    assert!(report.problems.is_empty(), "{report:?}");
    assert_eq!(components.len(), 2);
    assert!(accepts(example));
}
