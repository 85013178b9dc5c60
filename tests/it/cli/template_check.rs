//! `pelato template check`: it finds what is wrong, and nothing where nothing is.

use std::collections::BTreeMap;

use snapbox::str;

use crate::support::trigger::{self, Slip};
use crate::support::{Place, toy};

/// Every check's result and reason.
type Results = BTreeMap<String, (String, String)>;

fn place() -> Place {
    Place::with(&[("workflow.yaml", "project_name: p\ntasks: []\n")])
}

fn check(place: &Place, template: &str) -> Results {
    let arguments = ["template", "check", template, "--language", "go", "--json", "-q"];
    let output = place.command(&arguments).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let page: serde_json::Value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{text}"));
    let word = |check: &serde_json::Value, key: &str| check[key].as_str().unwrap().to_owned();
    let checks = page["checks"].as_array().unwrap().iter();
    let results: Results =
        checks.map(|check| (word(check, "check"), (word(check, "result"), word(check, "reason")))).collect();
    let passes = results.values().all(|(result, _)| result != "failed");
    assert_eq!((&page["passes"], &page["template"]), (&passes.into(), &template.into()), "{text}");
    assert_eq!(output.status.code(), Some(if passes { 0 } else { 3 }), "{text}");
    results
}

/// The reasons of the checks that failed, of a template with this trigger and a changed manifest.
fn failures(slip: Slip, change: impl Fn(&str) -> String) -> BTreeMap<String, String> {
    let place = place();
    place.write("templates/toy/template.toml", change(trigger::MANIFEST));
    place.write("templates/toy/trigger.wasm", trigger::module(slip));
    let failed = check(&place, "toy").into_iter().filter(|(_, (result, _))| result == "failed");
    failed.map(|(name, (_, reason))| (name, reason)).collect()
}

fn names(failures: &BTreeMap<String, String>) -> Vec<&str> {
    failures.keys().map(String::as_str).collect()
}

fn as_it_is(manifest: &str) -> String {
    manifest.to_owned()
}

#[test]
fn a_template_of_somebody_else_passes_by_name_and_by_folder() {
    let place = place();
    place.write("templates/toy/template.toml", trigger::MANIFEST);
    place.write("templates/toy/trigger.wasm", trigger::module(Slip::None));
    place
        .run(&["template", "check", "templates/toy", "--language", "go"])
        .code(0)
        .stdout_eq(str![[r#"
CHECK       RESULT   [TIME]REASON
manifest    passed   [TIME]A message in, a message out, by hand
trigger     passed   [TIME]trigger.wasm, [SIZE]
imports     passed   [TIME]pelato:task/handler@0.1.0, pelato:task/settings@0.1.0, wasmcloud:messaging/consumer@0.2.0
exports     passed   [TIME]wasmcloud:messaging/handler@0.2.0
task        passed   [TIME]a task needs source_topic, dest_topic
parameters  passed   [TIME]source_topic, dest_topic
queue       passed   [TIME]replicas share the messages, tasks do not
platform    passed   [TIME]wasmcloud; wadm with messaging-edge
message     passed   [TIME]the result was sent to check.gives.dest_topic
http        skipped  [TIME]the template answers no HTTP requests
empty       passed   [TIME]nothing is sent
error       passed   [TIME]its message is reported, and the component continues
trap        passed   [TIME]is reported, and the component continues
delivery    passed   [TIME]acknowledged, or sent to the dead-letter topic
languages   passed   [TIME]go

"#]])
        .stderr_eq("");
    let by_name = check(&place, "toy");
    assert!(by_name.values().all(|(result, _)| result != "failed"), "{by_name:?}");
    place.run(&["-q", "template", "check"]).code(2).stdout_eq("").stderr_eq(str![[r#"
error: there is no template.toml in this folder
  help: name a template, or the folder of one

"#]]);
    place.run(&["-q", "template", "check", "templates"]).code(3).stdout_eq("").stderr_eq(str![[r#"
error: there is no template in templates
  help: a template is a folder with a template.toml

"#]]);
    place.run(&["-q", "template", "check", "toi"]).code(3).stdout_eq("").stderr_eq(str![[r#"
error: there is no template `toi`
  help: did you mean `toy`?

"#]]);
    for (language, meant) in [("js", "javascript"), ("Golang", "go"), ("rustt", "rust")] {
        let ran = place.run(&["-q", "template", "check", "toy", "--language", language]).code(3);
        let said = String::from_utf8_lossy(&ran.get_output().stderr).into_owned();
        assert_eq!(
            said,
            format!("error: there is no language pack `{language}`\n  help: did you mean `{meant}`?\n")
        );
    }
    place.run(&["-q", "template", "check", "toy", "--language", "cobol"]).code(3).stdout_eq("").stderr_eq(
        str![[r#"
error: there is no language pack `cobol`
  help: expected one of `c`, `cpp`, `go`, `javascript`, `python`, `rust`

"#]],
    );
}

#[test]
fn it_runs_like_any_other_and_calls_functions_in_go() {
    let place = place();
    place.write("templates/toy/template.toml", trigger::MANIFEST);
    place.write("templates/toy/trigger.wasm", trigger::module(Slip::None));
    let task = [
        "--name",
        "Echo",
        "--template",
        "toy",
        "--language",
        "go",
        "--source-topic",
        "in",
        "--dest-topic",
        "out",
    ];
    place.run(&[&["-q", "add-task", "--target", "edge"], &task[..]].concat()).code(0);
    place.write(
        "tasks/echo/task.go",
        "package main\n\nfunc exec_task(arg string) string { return arg + \"!\" }\n",
    );
    place.run(&["-q", "build", "--no-push"]).code(0);
    place.run(&["-q", "call", "echo", "hi"]).code(0).stdout_eq("hi!");
}

#[test]
fn each_mistake_of_a_trigger_fails_its_check() {
    assert_eq!(names(&failures(Slip::SendsNothing, as_it_is)), ["error", "message", "trap"]);
    assert_eq!(names(&failures(Slip::SendsEmpty, as_it_is)), ["empty"]);
    assert_eq!(names(&failures(Slip::HidesErrors, as_it_is)), ["error"]);
    assert_eq!(names(&failures(Slip::NoAck, as_it_is)), ["delivery"]);
    let deaf = failures(Slip::Deaf, as_it_is);
    assert_eq!(deaf["imports"], "the trigger does not import pelato:task/handler@0.1.0");
}

#[test]
fn the_manifest_and_the_trigger_have_to_say_the_same() {
    let without =
        |wit: &'static str| move |manifest: &str| manifest.replace(wit, "wasi:clocks/wall-clock@0.2.0");
    let failed = failures(Slip::None, without("wasmcloud:messaging/consumer@0.2.0"));
    assert_eq!(
        failed["imports"],
        "the trigger imports wasmcloud:messaging/consumer@0.2.0, which the manifest does not list"
    );
    let failed = failures(Slip::None, |manifest| manifest.replace("consumer@0.2.0", "consumer@0.3.0"));
    assert!(failed.contains_key("imports"), "{failed:?}");
    let failed = failures(Slip::None, |manifest| {
        format!(
            "{manifest}[[capabilities]]\nwit = \"wasi:keyvalue/store@0.2.0-draft\"\nconfig = {{ bucket = \"b\" }}\n"
        )
    });
    let expected = "the manifest requires wasi:keyvalue/store@0.2.0-draft, which the trigger does not import";
    assert_eq!(failed["imports"], expected);
    let failed = failures(Slip::None, |manifest| {
        format!("{manifest}[[capabilities]]\nwit = \"wasi:http/incoming-handler@0.2.0\"\n")
    });
    assert!(
        failed["exports"]
            .starts_with("the manifest declares that wasi:http/incoming-handler@0.2.0 is called"),
        "{failed:?}"
    );
}

#[test]
fn what_a_task_would_be_told_is_looked_at() {
    let failed = failures(Slip::None, |manifest| manifest.replace("|{{ component_name }}", ""));
    assert!(
        failed["queue"].starts_with("the subscription to check.gives.source_topic has no queue group"),
        "{failed:?}"
    );
    let failed = failures(Slip::None, |manifest| manifest.replace("{{ component_name }}", "all"));
    assert!(failed["queue"].starts_with("two tasks have the queue group all"), "{failed:?}");
    let failed = failures(Slip::None, |manifest| manifest.replace("{{ source_topic }}", "{{ source }}"));
    assert!(failed["task"].contains("cannot be filled in"), "{failed:?}");
    let idle =
        "[parameters.colour]\nkind = \"string\"\nprompt = \"Colour\"\ndefault = \"red\"\n[[capabilities]]";
    let failed = failures(Slip::None, |manifest| manifest.replacen("[[capabilities]]", idle, 1));
    assert_eq!(
        failed["parameters"],
        "`colour` has no effect: it reaches neither the platform nor the trigger"
    );
    let failed = failures(Slip::None, |manifest| {
        format!("{manifest}[[capabilities]]\nwit = \"my:own/printer@1.0.0\"\n")
    });
    assert_eq!(
        failed["platform"],
        "`gives` needs my:own/printer@1.0.0, which hosts of wasmCloud 2 do not have\n  help: the template `toy` can be \
         used with `pelato run` only\n`gives` needs my:own/printer@1.0.0, for which no provider is known\n  \
         help: the template `toy` can be used with `pelato run` only"
    );
}

#[test]
fn a_wrong_manifest_or_a_missing_trigger_is_told_once() {
    let place = place();
    place.write("templates/toy/template.toml", trigger::MANIFEST.replace("summary", "sumary"));
    let results = check(&place, "toy");
    assert!(results["manifest"].1.contains("template.toml, line 3: unknown field `sumary`"), "{results:?}");
    assert!(
        results.iter().all(|(name, (result, _))| name == "manifest" || result == "skipped"),
        "{results:?}"
    );
    place.write("templates/toy/template.toml", trigger::MANIFEST);
    let results = check(&place, "toy");
    assert!(results["trigger"].1.contains("trigger.wasm"), "{results:?}");
    let failed: Vec<_> = results.iter().filter(|(_, (result, _))| result == "failed").collect();
    assert_eq!(failed.len(), 1, "{failed:?}");
    place.write("templates/toy/trigger.wasm", wat::parse_str("(module)").unwrap());
    place.run(&["template", "check", "toy", "--language", "go", "-q"]).code(3).stderr_eq(str![[r#"
error: imports: the trigger does not import pelato:task/handler@0.1.0
  help: without it the function is never called
error: exports: the manifest declares that wasmcloud:messaging/handler@0.2.0 is called, but the trigger does not export it
  help: the trigger exports nothing
error: message: the trigger does not import `pelato:task/handler@0.1.0`: it would never call the function
  help: a template's trigger imports the handler of pelato:task@0.1.0
error: languages: with go: the trigger does not import `pelato:task/handler@0.1.0`: it would never call the function
  help: a template's trigger imports the handler of pelato:task@0.1.0
error: the template `toy` failed these checks: imports, exports, message, languages

"#]]);
    for (manifest, reason) in [
        (
            trigger::MANIFEST.replace("\"toy\"", "\"tay\""),
            "the folder `toy` has another name than the template, `tay`",
        ),
        (trigger::MANIFEST.replace("Topic to read from", " "), "`parameters.source_topic.prompt` is empty"),
        (
            trigger::MANIFEST.replacen("kind = \"subject\"", "kind = \"subject\"\ndefault = \"a b\"", 1),
            "`parameters.source_topic.default` is not a valid NATS subject: it contains whitespace",
        ),
    ] {
        place.write("templates/toy/template.toml", manifest);
        let arguments = ["template", "check", "templates/toy", "--language", "go", "--json", "-q"];
        let output = place.command(&arguments).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.contains(reason), "{reason}: {text}");
    }
}

#[test]
fn a_template_that_only_answers_http_is_tried_by_requests() {
    let place = place();
    let flags = ["--from", "http_producer_nats", "--summary", "HTTP in", "-q"];
    place.run(&[&["template", "new", "web"], &flags[..]].concat()).code(0);
    let handler = "config = { subscriptions = \"{{ source_topic }}|{{ component_name }}\" }\n";
    place.edit("templates/web/template.toml", handler, "");
    place.edit("templates/web/template.toml", "wasmcloud:messaging/handler@0.2.0", "wasi:io/poll@0.2.0");
    let results = check(&place, "web");
    let told = |name: &str| results[name].0.as_str();
    for name in ["platform", "http", "empty", "error", "trap"] {
        assert_eq!(told(name), "passed", "{name}: {results:?}");
    }
    for name in ["message", "queue", "delivery"] {
        assert_eq!(told(name), "skipped", "{name}: {results:?}");
    }
    // What it was made of reads messages, too.
    assert!(
        results["exports"].1.contains("wasmcloud:messaging/handler@0.2.0, which nothing calls"),
        "{results:?}"
    );
    assert!(results["parameters"].1.starts_with("`source_topic` has no effect"), "{results:?}");
}

#[test]
fn a_module_without_its_types_is_no_trigger() {
    let place = place();
    place.write("templates/toy/template.toml", trigger::MANIFEST);
    place
        .write("templates/toy/trigger.wasm", wat::parse_str("(module (import \"a\" \"b\" (func)))").unwrap());
    let results = check(&place, "toy");
    assert!(results["trigger"].1.contains("trigger.wasm cannot be turned into a component: "), "{results:?}");
    let task = ["--name", "Echo", "--template", "toy", "--language", "go"];
    let topics = ["--source-topic", "in", "--dest-topic", "out", "--target", "edge"];
    place.run(&[&["-q", "add-task"], &task[..], &topics[..]].concat()).code(0);
    place.run(&["-q", "build", "--no-push"]).code(4).stdout_eq("").stderr_eq(str![[r#"
error: the template `toy`: [PROJECT]/templates/toy/trigger.wasm cannot be turned into a component: failed to decode world from module: module was not valid: failed to resolve import `a::b`: module requires an import interface named `a`
  help: a trigger is a component, or a core module with the types of its interfaces embedded, as wit-bindgen writes it

"#]]);
}

#[test]
fn no_pack_is_run_that_is_not_what_was_added() {
    let place = toy::place();
    place.write("workflow.yaml", "project_name: p\ntasks: []\n");
    toy::pack(&place.above().join("others"), toy::SOUND, |manifest| manifest);
    place.run(&["-q", "pack", "add", "../others/toy", "--trust"]).code(0);
    let reason = || {
        let arguments = ["template", "check", "processor_nats", "--language", "toy", "--json", "-q"];
        let output = place.command(&arguments).output().unwrap();
        let page: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        page["checks"].as_array().unwrap().last().unwrap()["reason"].as_str().unwrap().to_owned()
    };
    assert_eq!(reason(), "toy");
    place.edit("language-packs/toy/pack.toml", "Toy functions", "Other functions");
    assert!(reason().contains("the language pack `toy` has changed since it was added"), "{}", reason());
}

#[test]
fn nothing_is_left_behind() {
    let place = place();
    let temporary = place.above().join("tmp");
    std::fs::create_dir(&temporary).unwrap();
    let place = place.env("TMPDIR", &temporary);
    let before = place.tree();
    check(&place, "processor_nats");
    crate::support::tree::assert_same(&before, &place.tree());
    assert_eq!(std::fs::read_dir(&temporary).unwrap().count(), 0);
}
