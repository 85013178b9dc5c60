//! `pelato template new`: flags, questions, and what is written.

use snapbox::str;

use crate::support::terminal::Terminal;
use crate::support::{Place, tree};

const FLAGS: &[&str] = &["--from", "nats_to_nats_kv", "--summary", "My \"own\""];

#[test]
fn flags_make_a_template_that_is_used_at_once() {
    let place = Place::with(&[("workflow.yaml", "project_name: p\ntasks: []\n")]);
    place.run(&[&["template", "new", "mine"], FLAGS].concat()).code(0).stdout_eq("").stderr_eq(str![[r#"
     Created template in [PROJECT]/templates/mine
        Next change template.toml; then: pelato template check mine

"#]]);
    place.expect(
        tree::names(&tree::of(&place.path("templates/mine"))),
        str![[r#"
README.md
template.toml
trigger.wasm

"#]],
    );
    place.expect(place.read("templates/mine/template.toml"), str![[r##"
# A template for PELATO. `pelato explain templates` describes every key.
schema = 1
name = "mine"
summary = 'My "own"'
# Other names that `type:` in workflow.yaml may use:
# aliases = ["another-name"]
# The trigger: a component, or the core module that cargo builds from source/.
trigger = "trigger.wasm"
# What the function is given and returns: starters and `pelato call` go by it.
data = "entry"

# Fields of a task with this template, in the order of the questions. [parameters.dest_topic] is `dest_topic:` in
# workflow.yaml, and `--dest-topic` of `pelato new` and `pelato add-task`.

[parameters.source_topic]
# "subject" (of NATS), "integer" (0 or more) or "string".
kind = "subject"
prompt = "Topic to read from"
help = "The NATS subject whose messages are handed to the function. May have the wildcards * and >. Several are a list."
# The direction of messages: `pelato check` and `pelato graph` use it.
flow = "reads"
# It may contain the wildcards * and >.
wildcards = true
# A task may give a list: texts of `capabilities` with the parameter are filled in for each, with commas between them,
# and the trigger is given it with commas, too.
several = true

[parameters.bucket]
kind = "string"
prompt = "Key-value bucket to write to"
help = "The NATS key-value bucket that the function's results are stored in. It is made if there is none."
# The pattern for values, the same in words, and an example.
pattern = "^[A-Za-z0-9_-]{1,200}$"
expected = "ASCII letters, digits, `-` and `_`"
example = "readings"
# The trigger is given it.
setting = true

# What the platform has to provide: the interfaces by which the trigger is called, and those that it calls. The strings may
# use the parameters, `component_name`, `task_name`, `version`, and `http_path` if the template answers HTTP.

[[capabilities]]
wit = "wasmcloud:messaging/handler@0.2.0"
# `topic|group`: with a group, replicas share the messages instead of each handling all of them.
config = { subscriptions = "{{ source_topic }}|{{ component_name }}" }

[[capabilities]]
wit = "wasmcloud:messaging/consumer@0.2.0"

[[capabilities]]
wit = "wasi:keyvalue/store@0.2.0-draft"
config = { bucket = "{{ bucket }}" }

# What `pelato template check` sends, what the function returns then, and what must be found in the output.
[conformance]
message = "21.5"
result = '{"key": "kelvin", "data": "294.65"}'
leaves = "294.65"

"##]]);
    place.run(&["template", "show", "mine"]).code(0).stdout_eq(str![[r#"
template      mine
summary       My "own"
from          project, [PROJECT]/templates/mine/
source_topic  Topic to read from (subject, required)
bucket        Key-value bucket to write to (string, required)
interfaces    wasmcloud:messaging/handler@0.2.0, wasmcloud:messaging/consumer@0.2.0, wasi:keyvalue/store@0.2.0-draft

"#]]);
    // It is not written over.
    place.run_in_vain(&[&["template", "new", "mine"], FLAGS].concat()).code(1).stderr_eq(str![[r#"
error: [PROJECT]/templates/mine already exists
  help: choose another name, or move it away; PELATO never overwrites what you wrote

"#]]);
}

#[test]
fn one_of_the_users_is_for_all_projects() {
    let place = Place::empty();
    place.run(&[&["-q", "template", "new", "mine", "--user"], FLAGS].concat()).code(0);
    assert!(place.above().join("pelato-home/templates/mine/trigger.wasm").is_file());
    let listed = place.run(&["template", "list"]).code(0);
    let listed = String::from_utf8(listed.get_output().stdout.clone()).unwrap();
    assert!(listed.lines().any(|line| line.starts_with("mine ") && line.contains(" user ")), "{listed}");
}

#[test]
fn the_source_comes_along_if_it_is_wanted() {
    let place = Place::with(&[("workflow.yaml", "project_name: p\ntasks: []\n")]);
    let flags = ["--from", "processor_nats", "--summary", "My own", "--source", "--json"];
    place.run(&[&["template", "new", "mine"], &flags[..]].concat()).code(0).stderr_eq("");
    let names = tree::names(&tree::of(&place.path("templates/mine/source")));
    for name in ["Cargo.toml", "Cargo.lock", "flow/Cargo.toml", "flow/src/lib.rs", "trigger/Cargo.toml"] {
        assert!(names.lines().any(|line| line == name), "{name}: {names}");
    }
    // What cargo has made is left alone, and one's own source is as good as PELATO's.
    place.write("templates/mine/source/target/release/trigger.wasm", "old");
    place.write("templates/mine/source/trigger/src/lib.rs", "// changed\n");
    let flags = ["--from", "mine", "--summary", "The second", "--source"];
    place.run(&[&["template", "new", "second"], &flags[..]].concat()).code(0).stdout_eq("");
    assert_eq!(place.read("templates/second/source/trigger/src/lib.rs"), "// changed\n");
    assert!(!place.path("templates/second/source/target").exists());
    std::fs::remove_dir_all(place.path("templates/mine/source")).unwrap();
    let flags = ["--from", "mine", "--summary", "The third", "--source"];
    place.run_in_vain(&[&["template", "new", "third"], &flags[..]].concat()).code(2).stderr_eq(str![[r#"
error: the template `mine` has no sources of its trigger
  help: leave `--source` out; or begin with one that has them: dbsync_nats, http_producer_nats, nats_to_nats_kv, processor_nats, router_nats, splitter_nats

"#]]);
}

#[test]
fn what_is_missing_or_wrong_names_its_flag() {
    let place = Place::empty();
    let refused = |arguments: &[&str], expected: snapbox::data::Inline| {
        let all = [&["template", "new"], arguments].concat();
        place.run_in_vain(&all).code(2).stdout_eq("").stderr_eq(expected);
    };
    refused(
        &["mine", "--in", "."],
        str![[r#"
error: missing values: Template to copy; What it does, in one line
  help: give them, as with `--from processor_nats`, `--summary 'A NATS message in, two out'`; on a terminal, and without `--no-input`, PELATO asks for them

"#]],
    );
    refused(
        &["mine", "--in", ".", "--from", "processor_nats"],
        str![[r#"
error: missing value: What it does, in one line
  help: give it, as with `--summary 'A NATS message in, two out'`; on a terminal, and without `--no-input`, PELATO asks for it

"#]],
    );
    refused(
        &["mine", "--from", "processor_nats", "--summary", "s"],
        str![[r#"
error: this folder is not in a project
  help: go to a project, or add `--user` or `--in DIR`

"#]],
    );
    refused(
        &["Mine", "--in", ".", "--from", "processor_nats", "--summary", "s"],
        str![[r#"
error: the name is not valid: `name` must consist of lower-case letters, digits, `-` and `_`
  help: set it with `NAME`

"#]],
    );
    refused(
        &["../mine", "--in", ".", "--from", "processor_nats", "--summary", "s"],
        str![[r#"
error: the name is not valid: `name` must consist of lower-case letters, digits, `-` and `_`
  help: set it with `NAME`

"#]],
    );
    refused(
        &["mine", "--in", ".", "--from", "processor_nats", "--summary", " "],
        str![[r#"
error: the summary is not valid: it is empty
  help: set it with `--summary`

"#]],
    );
    let unknown = ["template", "new", "mine", "--in", ".", "--from", "procesor_nats", "--summary", "s"];
    place.run_in_vain(&unknown).code(3).stderr_eq(str![[r#"
error: there is no template `procesor_nats`
  help: did you mean `processor_nats`?

"#]]);
}

#[test]
fn what_is_not_given_is_asked_for() {
    let place = Place::empty();
    let mut terminal = Terminal::open(&place, &["template", "new", "mine", "--in", "templates"]);
    terminal.see("Template to copy").press("\x1b[B\r");
    terminal.see("What it does, in one line").answer("Mine").see("Create the template?").answer("");
    let (rest, code) = terminal.end();
    assert_eq!(code, 0, "{rest}");
    let manifest = place.read("templates/mine/template.toml");
    assert!(
        manifest.contains("summary = \"Mine\"") && manifest.contains("[parameters.max_body_bytes]"),
        "{manifest}"
    );
}

#[test]
fn the_projects_schema_follows_templates_and_packs() {
    let place = Place::empty();
    place.run(&["new", ".", "--no-task", "--no-git"]).code(0);
    const SCHEMA: &str = ".pelato/workflow.schema.json";
    let before = place.read(SCHEMA);
    assert_eq!(
        format!("{before}\n"),
        String::from_utf8(place.run(&["schema"]).get_output().stdout.clone()).unwrap()
    );
    place.run(&["template", "new", "mine", "--from", "processor_nats", "--summary", "Mine"]).code(0);
    assert!(place.read(SCHEMA).contains("\"mine\""));
    let zed = ["--extension", "zed", "--program", "zedc", "--check", "zedc --version", "--requires", ">=1"];
    let zed = [&["pack", "new", "zed"], &zed[..], &["--build", "zedc {output}"]].concat();
    place.run(&[&zed[..], &["--produces", "module", "--panics", "traps"]].concat()).code(0);
    assert!(place.read(SCHEMA).contains("\"zed\""));
    std::fs::remove_dir_all(place.path("language-packs")).unwrap();
    std::fs::remove_dir_all(place.path("templates")).unwrap();
    // Without a copy none is made.
    std::fs::remove_file(place.path(SCHEMA)).unwrap();
    place.run(&["template", "new", "mine", "--from", "processor_nats", "--summary", "Mine"]).code(0);
    assert!(!place.path(SCHEMA).exists());
}
