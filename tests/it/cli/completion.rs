//! What a shell offers at Tab: asked by a real bash, and by the protocols of zsh and fish.

use std::path::Path;

use snapbox::str;

use crate::support::functions::PROJECT;
use crate::support::place::binary;
use crate::support::{Place, tree};

/// What a bash that has read the script offers for these words, the last of which is typed.
fn bash(place: &Place, words: &[&str]) -> String {
    let bin = Path::new(binary()).parent().unwrap().display().to_string();
    let script = "source <(pelato completions bash) || exit 9\n\
                  COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); COMP_TYPE=9\n\
                  function=$(complete -p pelato); function=${function##*-F }; function=${function%% *}\n\
                  \"$function\" pelato \"${!#}\" \"\"\n\
                  [ ${#COMPREPLY[@]} = 0 ] || printf '%s\\n' \"${COMPREPLY[@]}\"";
    let mut bash = place.program("bash");
    let ended = bash
        .args(["-c", script, "bash"])
        .args(words)
        .env("PATH", format!("{bin}:/usr/bin:/bin"))
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&ended.stderr), "", "{words:?}");
    assert!(ended.status.success(), "{words:?}: {ended:?}");
    String::from_utf8(ended.stdout).unwrap()
}

/// What is offered without flags, which every command has.
fn names(place: &Place, words: &[&str]) -> Vec<String> {
    bash(place, words).lines().filter(|name| !name.starts_with('-')).map(str::to_owned).collect()
}

#[test]
fn components_are_those_of_the_project() {
    let place = Place::with(PROJECT);
    for command in ["build", "run", "call", "push", "move"] {
        assert_eq!(names(&place, &["pelato", command, ""]), ["double", "play"], "{command}");
    }
    assert_eq!(names(&place, &["pelato", "build", "double", ""]), ["double", "play"]);
    assert_eq!(bash(&place, &["pelato", "build", "pl"]), "play\n");
    assert_eq!(names(&place, &["pelato", "bump", ""]), ["double", "play", "major", "minor", "patch"]);
    // Of the project that the command line names.
    place.write("other/workflow.yaml", "project_name: p\ntasks:\n  - component_name: elsewhere\n");
    assert_eq!(names(&place, &["pelato", "-C", "other", "build", ""]), ["elsewhere"]);
    assert_eq!(names(&place, &["pelato", "build", "--project=other", ""]), ["elsewhere"]);
}

#[test]
fn templates_languages_topics_and_targets_are_offered_where_they_are_taken() {
    let place = Place::with(PROJECT);
    let languages = ["c", "cpp", "go", "javascript", "python", "rust"];
    for words in [&["add-task", "--language", ""][..], &["pack", "show", ""], &["new", "x", "-l", ""]] {
        assert_eq!(names(&place, &[&["pelato"], words].concat()), languages, "{words:?}");
    }
    for words in [&["add-task", "--template", "proc"][..], &["template", "show", "proc"]] {
        assert_eq!(bash(&place, &[&["pelato"], words].concat()), "processor_nats\n", "{words:?}");
    }
    let topics = ["room.double", "room.played", "room.single"];
    assert_eq!(names(&place, &["pelato", "add-task", "--source-topic", ""]), topics);
    assert_eq!(bash(&place, &["pelato", "run", "--send", "room.s"]), "room.single=\n");
    assert_eq!(names(&place, &["pelato", "add-task", "--target", ""]), ["cloud", "edge"]);
    assert_eq!(bash(&place, &["pelato", "add-task", "--target", "edge,cl"]), "edge,cloud\n");
    assert_eq!(bash(&place, &["pelato", "move", "play", "--to", "edge,cl"]), "edge,cloud\n");
    assert_eq!(bash(&place, &["pelato", "drill", "--target", "ed"]), "edge\n");
    assert_eq!(bash(&place, &["pelato", "check", "--setting", "NATS_HO"]), "NATS_HOST=\n");
    assert_eq!(bash(&place, &["pelato", "check", "--setting", "NATS_PASS"]), "");
    assert_eq!(bash(&place, &["pelato", "explain", "workf"]), "workflow\n");
    assert_eq!(bash(&place, &["pelato", "bu"]), "build\nbump\n");
    assert_eq!(bash(&place, &["pelato", "add-task", "--dest"]), "--dest-topic\n--dest-topics\n");
    place.run(&["template", "new", "mine", "--from", "processor_nats", "--summary", "Mine"]).code(0);
    assert_eq!(bash(&place, &["pelato", "add-task", "--template", "mi"]), "mine\n");
    assert_eq!(bash(&place, &["pelato", "template", "check", "mi"]), "mine\n");
}

#[test]
fn zsh_and_fish_also_get_a_line_about_each() {
    let place = Place::with(PROJECT);
    let words = ["--", "pelato", "template", "show", "nats"];
    let zsh = place.pelato(&words).env("PELATO_COMPLETE", "zsh").env("_CLAP_COMPLETE_INDEX", "3");
    zsh.env("_CLAP_IFS", "\n")
        .assert()
        .code(0)
        .stderr_eq("")
        .stdout_eq(str!["nats_to_nats_kv:A NATS message in, an entry of a NATS key-value bucket out"]);
    place.pelato(&words).env("PELATO_COMPLETE", "fish").assert().code(0).stderr_eq("").stdout_eq(str![[r#"
nats_to_nats_kv	A NATS message in, an entry of a NATS key-value bucket out

"#]]);
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = place.ran(&["completions", shell]).code(0).out;
        assert!(script.contains("PELATO_COMPLETE"), "{shell}: {script}");
    }
}

#[test]
fn what_cannot_be_read_offers_nothing_and_says_nothing() {
    let place = Place::with(PROJECT);
    let list = format!("project_name: p\ntasks: {}", "[".repeat(10_000));
    for broken in ["tasks: [", "", "- a\n- b\n", "tasks: 5\n", "\0\u{1}", &list] {
        place.write("workflow.yaml", broken);
        assert_eq!(names(&place, &["pelato", "build", ""]), [""; 0], "{broken:.20}");
    }
    // What can be read of a workflow is offered.
    place.write(
        "workflow.yaml",
        "tasks:\n  - {component_name: a, type: 7}\n  - {component_name: [b]}\n  - 5\n",
    );
    assert_eq!(names(&place, &["pelato", "build", ""]), ["a"]);
    place.write("templates/broken/template.toml", "schema = ");
    place.write(".env", "NATS_PORT=nonsense\n\u{7}");
    assert_eq!(names(&place, &["pelato", "build", ""]), ["a"]);
    assert_eq!(bash(&place, &["pelato", "add-task", "--template", "processor"]), "processor_nats\n");
    let ended = place.pelato(&["--", "pelato", "build", ""]).env("PELATO_COMPLETE", "tcsh");
    ended.assert().code(0).stdout_eq("").stderr_eq("");
}

#[test]
fn no_name_of_a_project_is_a_command_for_the_shell() {
    let place = Place::with(PROJECT);
    let task = |component: &str, topic: &str| {
        format!("  - {{component_name: '{component}', type: processor_nats, source_topic: '{topic}'}}\n")
    };
    let tasks = [
        task("a; touch pwned", "room.>"),
        task("$(touch pwned)", "a.*"),
        task("`touch pwned`", "x|y"),
        task("--trust", "-C"),
        task("good", "room.good"),
    ];
    place.write("workflow.yaml", format!("project_name: p\ntasks:\n{}", tasks.concat()));
    assert_eq!(names(&place, &["pelato", "build", ""]), ["good"]);
    assert!(!bash(&place, &["pelato", "build", ""]).contains("--trust\n--trust"));
    assert_eq!(names(&place, &["pelato", "run", "--send", ""]), ["room.good="]);
}

#[test]
fn nothing_of_the_project_is_run_or_changed() {
    // Somebody else's project, whose pack would leave a mark.
    let place = Place::with(PROJECT);
    place.run(&["pack", "new", "toy", "--extension", "toy", "--program", "touch", "--check", "touch pwned"]);
    let before = place.tree();
    for words in [&["build", ""][..], &["doctor", ""], &["pack", "check", ""], &["add-task", "-l", ""]] {
        bash(&place, &[&["pelato"], words].concat());
    }
    tree::assert_same(&before, &place.tree());
}
