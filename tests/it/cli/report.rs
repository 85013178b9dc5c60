//! `pelato report`: metrics files in, a table and a page of charts out.

use roxmltree::{Document, Node, ParsingOptions};
use snapbox::str;

use crate::support::Place;
use crate::support::functions::PROJECT;

/// As the original writes its metrics.
pub const METRICS: &str = "\
runs:
- n_task: 1
  code_gen:
    gen_time: '0.019'
  build:
    components_build_time: '23.1'
  deploy:
    components_deploy_time: '0.5'
  time_total: '25.6'
- n_task: 1
  code_gen:
    gen_time: '0.021'
  build:
    components_build_time: '24.9'
  deploy:
    components_deploy_time: '0.7'
  time_total: '27.6'
- n_task: 5
  code_gen: {gen_time: 0.09}
  build: {components_build_time: 51}
  deploy: {components_deploy_time: 1.25}
  time_total: 54.3
  host: edge-7
";

/// Only built, as on a machine without a lattice.
const BUILDS: &str = "\
runs:
- {n_task: 1, code_gen: {gen_time: '0.002'}, build: {components_build_time: '1.4'}, time_total: '1.402'}
- {n_task: 5, code_gen: {gen_time: '0.004'}, build: {components_build_time: '3.1'}, time_total: '3.104'}
- {n_task: 5, code_gen: {gen_time: '0.006'}, time_total: '0.006'}
";

pub const PAGE: &str = "report.html";

pub fn parse(page: &str) -> Document<'_> {
    let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
    Document::parse_with_options(page, options).unwrap_or_else(|error| panic!("{error} in\n{page}"))
}

pub fn all<'a>(page: &'a Document, tag: &'a str) -> impl Iterator<Item = Node<'a, 'a>> {
    page.descendants().filter(move |node| node.has_tag_name(tag) || node.tag_name().name() == tag)
}

pub fn texts(page: &Document, tag: &str) -> Vec<String> {
    all(page, tag).map(|node| node.text().unwrap_or_default().to_owned()).collect()
}

#[test]
fn the_projects_runs_are_summed_up() {
    let place = Place::with(&[("workflow.yaml", ""), ("metrics.yaml", METRICS)]);
    place
        .run(&["report"])
        .code(0)
        .stdout_eq(str![[r#"
SERIES   TASKS  RUNS  GEN (s)          BUILD (s)      DEPLOY (s)     TOTAL (s)
project  1      2     0.0200 ± 0.0127  24.00 ± 11.44  0.600 ± 1.271  26.60 ± 12.71
project  5      1     0.0900           51.00          1.25           54.30

"#]])
        .stderr_eq(str![[r#"
     Written report.html

"#]]);
    let page = place.read(PAGE);
    let page = parse(&page);
    let headings: Vec<_> = texts(&page, "h2");
    assert_eq!(
        headings,
        [
            "Time to generate the sources",
            "Time to build the components",
            "Time to deploy the components",
            "Time of whole runs",
            "Whole runs by phase"
        ]
    );
    assert_eq!(all(&page, "svg").count(), 5);
    assert_eq!(all(&page, "table").count(), 5);
    for (axis, charts) in [("number of tasks", 4), ("milliseconds", 1), ("seconds", 4)] {
        assert_eq!(texts(&page, "text").iter().filter(|text| *text == axis).count(), charts, "{axis}");
    }
}

#[test]
fn the_page_needs_nothing_but_itself() {
    let place = Place::with(&[("metrics.yaml", METRICS)]);
    place.run(&["report", "--original", "-q"]).code(0).stderr_eq("");
    let text = place.read(PAGE);
    let page = parse(&text);
    assert!(text.starts_with("<!DOCTYPE html>\n"));
    for tag in ["script", "link", "img", "iframe", "use", "a", "foreignObject"] {
        assert_eq!(all(&page, tag).count(), 0, "{tag}");
    }
    for node in page.descendants() {
        for attribute in node.attributes() {
            assert!(!attribute.name().starts_with("on"), "{attribute:?}");
            assert!(!["src", "href", "style"].contains(&attribute.name()), "{attribute:?}");
        }
    }
    assert!(!text.contains("url(") && !text.contains("@import"));
    // The only addresses are names of languages.
    let addresses: Vec<_> = text.match_indices("://").map(|(at, _)| &text[at..at + 14]).collect();
    assert!(addresses.iter().all(|address| address.starts_with("://www.w3.org/")), "{addresses:?}");
    assert!(text.contains("prefers-color-scheme:dark"));
    assert!(text.contains("default-src 'none'"));
}

#[test]
fn files_stand_beside_each_other_and_the_original() {
    let place = Place::with(&[("lab/metrics.yaml", METRICS), ("laptop.yaml", BUILDS)]);
    place
        .run(&["report", "lab/metrics.yaml", "laptop.yaml", "--original", "--output", "both.html"])
        .code(0)
        .stdout_eq(str![[r#"
SERIES                            TASKS  RUNS  GEN (s)          BUILD (s)      DEPLOY (s)     TOTAL (s)
lab                               1      2     0.0200 ± 0.0127  24.00 ± 11.44  0.600 ± 1.271  26.60 ± 12.71
lab                               5      1     0.0900           51.00          1.25           54.30
laptop                            1      1     0.0020           1.40           -              1.40
laptop                            5      2     0.0050 ± 0.0127  3.10 (n = 1)   -              3.10 (n = 1)
thesis prototype, one at a time   1      -     -                26.9           -              -
thesis prototype, one at a time   5      -     -                129.6          -              -
thesis prototype, one at a time   10     -     -                264.5          -              -
thesis prototype, one at a time   20     -     -                543.5          -              -
thesis prototype, parallel, NATS  1      -     0.019            23.8           0.55           26.1
thesis prototype, parallel, NATS  5      -     0.089            51.2           1.25           54.4
thesis prototype, parallel, NATS  10     -     0.169            79.6           2.4            83.9
thesis prototype, parallel, NATS  20     -     0.307            174            4.25           181.3
thesis prototype, parallel, HTTP  1      -     -                32.6           -              -
thesis prototype, parallel, HTTP  5      -     -                56             -              -
thesis prototype, parallel, HTTP  10     -     -                83.3           -              -
thesis prototype, parallel, HTTP  20     -     -                189            -              -

"#]])
        .stderr_eq(str![[r#"
     Written both.html

"#]]);
    let page = place.read("both.html");
    let page = parse(&page);
    // In the chart of builds: a line and a mark for each point of each series, error bars where there were two runs.
    let build = all(&page, "svg").nth(1).unwrap();
    let of_class = |class: &str| {
        let has = |node: &Node| node.attribute("class").is_some_and(|c| c.split(' ').any(|one| one == class));
        build.descendants().filter(has).count()
    };
    assert_eq!(of_class("line"), 10, "five series, each also in the legend");
    assert_eq!(of_class("published"), 6);
    assert_eq!(of_class("error"), 1);
    let titles: Vec<_> = build.descendants().filter(|node| node.tag_name().name() == "title").collect();
    assert_eq!(titles.len(), 2 + 2 + 3 * 4);
    assert_eq!(titles[0].text(), Some("lab, 1 task: 24.00 ± 11.44 s, n = 2"));
    place.run(&["report", "laptop.yaml", "--json"]).code(0).stdout_eq(str![[r#"
{"schema":1,"page":"report.html","series":[{"name":"laptop","published":false,"points":[{"tasks":1,"runs":1,"phases":[{"phase":"gen","runs":1,"mean_seconds":0.002},{"phase":"build","runs":1,"mean_seconds":1.4},{"phase":"total","runs":1,"mean_seconds":1.402}]},{"tasks":5,"runs":2,"phases":[{"phase":"gen","runs":2,"mean_seconds":0.005,"interval_seconds":0.012706},{"phase":"build","runs":1,"mean_seconds":3.1},{"phase":"total","runs":1,"mean_seconds":3.104}]}]}]}

"#]]).stderr_eq("");
}

#[test]
fn names_are_given_or_come_from_the_files() {
    let place = Place::with(&[("a.yaml", BUILDS), ("b.yaml", BUILDS), ("c/a.yaml", BUILDS)]);
    place
        .run(&[
            "report",
            "a.yaml",
            "b.yaml",
            "--name",
            "<script>alert(1)</script>",
            "--name",
            "\"&'\u{1b}[31m",
            "-q",
        ])
        .code(0)
        .stderr_eq("");
    let text = place.read(PAGE);
    let page = parse(&text);
    assert_eq!(all(&page, "script").count(), 0);
    let cells = texts(&page, "td");
    assert!(cells.contains(&"<script>alert(1)</script>".to_owned()));
    assert!(cells.contains(&"\"&'\u{fffd}[31m".to_owned()));
    place.run(&["report", "a.yaml", "c/a.yaml"]).code(0).stdout_eq(str![[r#"
SERIES    TASKS  RUNS  GEN (s)          BUILD (s)     DEPLOY (s)  TOTAL (s)
a.yaml    1      1     0.0020           1.40          -           1.40
a.yaml    5      2     0.0050 ± 0.0127  3.10 (n = 1)  -           3.10 (n = 1)
c/a.yaml  1      1     0.0020           1.40          -           1.40
c/a.yaml  5      2     0.0050 ± 0.0127  3.10 (n = 1)  -           3.10 (n = 1)

"#]]);
    let one_name = ["report", "a.yaml", "b.yaml", "--name", "x"];
    place.run_in_vain(&one_name).code(2).stdout_eq("").stderr_eq(str![[r#"
error: the numbers of names (1) and files (2) differ
  help: give `--name` once for each file, in the same order, or not at all

"#]]);
    place.run_in_vain(&["report", "a.yaml", "a.yaml"]).code(2).stdout_eq("").stderr_eq(str![[r#"
error: two files have the name `a.yaml`
  help: give each file a name of its own with `--name`

"#]]);
}

#[test]
fn what_is_wrong_is_named_with_its_place() {
    let place =
        Place::with(&[("workflow.yaml", ""), ("empty.yaml", "runs: []\n"), ("words.yaml", "hello\n")]);
    place.run_in_vain(&["report"]).code(3).stdout_eq("").stderr_eq(str![[r#"
error: there is no [PROJECT]/metrics.yaml
  help: PELATO writes metrics.yaml if ENABLE_METRICS is True: `pelato build --setting ENABLE_METRICS=True`; or name another file

"#]]);
    place.run_in_vain(&["report", "empty.yaml"]).code(3).stdout_eq("").stderr_eq(str![[r#"
error: empty.yaml: it contains no runs
  help: a metrics file looks like this: `runs: [{n_task: 2, code_gen: {gen_time: '0.019'}, build: {components_build_time: '26.9'}, deploy: {components_deploy_time: '0.5'}, time_total: '27.4'}]`

"#]]);
    place.run_in_vain(&["report", "words.yaml"]).code(3).stdout_eq("").stderr_eq(str![[r#"
error: words.yaml: there is no list `runs`
  help: a metrics file looks like this: `runs: [{n_task: 2, code_gen: {gen_time: '0.019'}, build: {components_build_time: '26.9'}, deploy: {components_deploy_time: '0.5'}, time_total: '27.4'}]`

"#]]);
    place.write("negative.yaml", METRICS.replace("'24.9'", "-24.9"));
    place.run_in_vain(&["report", "negative.yaml"]).code(3).stdout_eq("").stderr_eq(str![[r#"
metrics

  × `runs[1].build.components_build_time` is `-24.9`: it must be a number of seconds, 0 or more
    ╭─[negative.yaml:14:28]
 13 │   build:
 14 │     components_build_time: -24.9
    ·                            ─────
 15 │   deploy:
    ╰────
  help: fix the value, or remove the run from the file


"#]]);
    place.write("nan.yaml", METRICS.replace("54.3", ".nan"));
    place.run_in_vain(&["report", "nan.yaml", "--json"]).code(3).stderr_eq("").stdout_eq(str![[r#"
{"schema":1,"code":"pelato::rule::metrics","error":"`runs[2].time_total` is `.nan`: it must be a number of seconds, 0 or more","help":"fix the value, or remove the run from the file","exit":3,"problems":[{"severity":"error","rule":"metrics","message":"`runs[2].time_total` is `.nan`: it must be a number of seconds, 0 or more","help":"fix the value, or remove the run from the file","file":"nan.yaml","line":22,"column":15}]}

"#]]);
    place.write("bytes.yaml", [0xff, 0xfe]);
    place.run_in_vain(&["report", "bytes.yaml"]).code(3).stdout_eq("").stderr_eq(str![[r#"
error: cannot read bytes.yaml
  because: stream did not contain valid UTF-8
  help: check that it is a UTF-8 text file and that you have read permission

"#]]);
    place.run_in_vain(&["report", "."]).code(3).stdout_eq("").stderr_eq(str![[r#"
error: cannot read .
  because: is a directory
  help: check that it is a UTF-8 text file and that you have read permission

"#]]);
}

#[test]
fn only_its_own_pages_are_written_over() {
    let place = Place::with(&[("metrics.yaml", METRICS), (PAGE, "<p>precious</p>\n")]);
    place.run_in_vain(&["report"]).code(1).stdout_eq("").stderr_eq(str![[r#"
error: report.html already exists and was not written by `pelato report`
  help: choose another name with `--output`, or replace it with `--force`

"#]]);
    place.run_in_vain(&["report", "-o", "metrics.yaml"]).code(1).stdout_eq("");
    place.run(&["report", "--force", "-q"]).code(0);
    let first = place.read(PAGE);
    place.run(&["report", "--original", "-q"]).code(0);
    assert_ne!(place.read(PAGE), first);
    place.run(&["report", "-q"]).code(0);
    assert_eq!(place.read(PAGE), first, "the same figures give the same page");
    place.run_in_vain(&["report", "-o", "none/x.html"]).code(1).stdout_eq("").stderr_eq(str![[r#"
error: there is no folder none to write none/x.html into
  help: create it first: mkdir -p "none"

"#]]);
    std::fs::create_dir(place.path("folder")).unwrap();
    place.run_in_vain(&["report", "-o", "folder"]).code(1).stdout_eq("").stderr_eq(str![[r#"
error: folder is a folder, not a file
  help: move the folder away, or choose another name

"#]]);
}

#[test]
fn what_pelato_records_is_read() {
    let place = Place::with(PROJECT);
    for _ in 0..3 {
        place.run(&["gen", "-q", "--setting", "ENABLE_METRICS=True"]).code(0);
    }
    let ran = place.run(&["report", "--json"]).code(0);
    let summed: serde_json::Value = serde_json::from_slice(&ran.get_output().stdout).unwrap();
    let point = &summed["series"][0]["points"][0];
    assert_eq!(
        (&summed["series"][0]["name"], &point["tasks"], &point["runs"]),
        (&"project".into(), &2.into(), &3.into())
    );
    assert_eq!(
        (&point["phases"][0]["phase"], &point["phases"][1]["phase"]),
        (&"gen".into(), &"total".into())
    );
    assert!(point["phases"][0]["mean_seconds"].as_f64().unwrap() > 0.0, "{point}");
}

#[test]
fn thousands_of_runs_are_summed_up_at_once() {
    let runs = (0..20_000).map(|index| {
        let tasks = index % 2000;
        format!(
            "- {{n_task: {tasks}, build: {{components_build_time: 1e{}}}, time_total: {index}}}\n",
            index % 10
        )
    });
    let place = Place::with(&[("many.yaml", &format!("runs:\n{}", runs.collect::<String>()))]);
    // Time of the processor: what others do meanwhile does not count.
    let output = place.limited(&["--cpu=30"], &["report", "many.yaml", "-q"]).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    parse(&place.read(PAGE));
}
