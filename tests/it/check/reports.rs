//! Whole reports, as people read them.

use miette::{GraphicalReportHandler, GraphicalTheme, NarratableReportHandler};
use pelato::report::Report;

use super::project::{GO, check, with};

const WRONG: &str = "\
project_name: P
tasks:
  - name: First
    type: proccesor_nats
    code: convrt.go
    targets: [edge, edge]
    source_topic: in
    dest_topic: test_dest
    component_name: My Task
    version: 1.0
  - name: Second
    type: processor_nats
    code: convert.go
    targets: [edge]
    source_topic: test dest
    dest_topic: out.*
    component_name: a
    replicas: none
";

fn plain(report: &Report) -> String {
    let handler = GraphicalReportHandler::new_themed(GraphicalTheme::none()).with_width(100);
    let mut text = String::new();
    for problem in &report.problems {
        handler.render_report(&mut text, problem).unwrap();
        text.push('\n');
    }
    // Only the ends of lines differ between versions of the printer.
    text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

#[test]
fn everything_is_told_at_once_and_in_the_order_of_the_file() {
    let folder = with(&[("tasks/convert.go", GO)]);
    let (report, components) = check(folder.path(), WRONG);
    let lines: Vec<_> = report
        .problems
        .iter()
        .map(|problem| {
            let (line, column) = problem.position().unwrap();
            format!("{line}:{column} {} {}", problem.rule, problem.message)
        })
        .collect();
    assert_eq!(
        lines,
        [
            "4:11 unknown-template there is no template `proccesor_nats`",
            "5:11 code-missing there is no `tasks/convrt.go`",
            "6:21 targets the target `edge` is listed twice",
            "9:21 component-name `My Task` is not a valid name for an artifact",
            "10:14 version `1.0` is not a semantic version",
            "11:5 missing-field task `a` has no `version`",
            "15:19 subject `test dest` is not a valid NATS subject: it contains whitespace",
            "16:17 wildcard `out.*` has wildcards, which `dest_topic` cannot have: a message is sent to one topic",
            "18:15 replicas `none` is not a valid number of replicas",
        ]
    );
    assert!(report.problems.iter().all(|problem| problem.help.is_some()));
    assert!(components.is_empty());
}

#[test]
fn a_report_reads_well() {
    let folder = with(&[("tasks/convert.go", GO)]);
    let text =
        WRONG.replace("proccesor", "processor").replace("convrt", "convert").replace("edge, edge", "edge");
    let text = text.replace("My Task", "a").replace("1.0\n", "1.0.0\n").replace("test dest", "ttest_dest");
    let text = text.replace("out.*", "out").replace("replicas: none", "version: v2");
    let (report, _) = check(folder.path(), &text);
    let expected = include_str!("report.txt");
    let found = plain(&report);
    assert_eq!(found.trim_end(), expected.trim_end(), "\n{found}");
}

#[test]
fn a_report_can_be_heard() {
    let folder = with(&[("tasks/convert.go", GO)]);
    let text = "project_name: P\ntasks:\n  - name: A\n    type: processor_nats\n    code: convert.go\n    \
                targets: [edge]\n    source_topic: a\n    dest_topic: a\n    component_name: c\n    version: 1.0.0\n";
    let (report, components) = check(folder.path(), text);
    let mut heard = String::new();
    for problem in &report.problems {
        NarratableReportHandler::new().render_report(&mut heard, problem).unwrap();
    }
    assert!(heard.contains("a component receives its own messages: `c` → `a` → `c`"), "{heard}");
    assert!(heard.contains("Diagnostic severity: warning"), "{heard}");
    assert!(heard.contains("diagnostic code: cycle"), "{heard}");
    assert_eq!(components.len(), 1, "a warning stops nothing");
}
