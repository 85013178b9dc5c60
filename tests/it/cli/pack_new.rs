//! `pelato pack new`: flags, questions, and what is written.

use snapbox::str;

use crate::support::terminal::Terminal;
use crate::support::{Place, tree};

const FLAGS: &[&str] = &[
    "--extension",
    "zed",
    "--program",
    "zedc",
    "--check",
    "zedc --version",
    "--requires",
    ">=1.2",
    "--build",
    "zedc -o {output} 'a b.zed'",
    "--produces",
    "component",
    "--panics",
    "errors",
];

#[test]
fn flags_make_a_whole_pack() {
    let place = Place::with(&[("workflow.yaml", "project_name: p\ntasks: []\n")]);
    place.run(&[&["pack", "new", "zed"], FLAGS].concat()).code(0).stdout_eq("").stderr_eq(str![[r#"
     Created language pack in [PROJECT]/language-packs/zed
        Next write its wrapper, its starter and its conformance tasks; then run: pelato pack check zed

"#]]);
    place.expect(
        tree::names(&tree::of(&place.path("language-packs/zed"))),
        str![[r#"
README.md
conformance/bytes/task.zed
conformance/echo/task.zed
conformance/empty/task.zed
conformance/error/task.zed
conformance/panic/task.zed
conformance/wrong/task.zed
pack.toml
shell/pelato-task.wit
shell/pelato_shell.zed
starter/task.zed.liquid
starter/task_test.zed

"#]],
    );
    assert!(
        place
            .read("language-packs/zed/pack.toml")
            .contains(r#"command = ["zedc", "-o", "{output}", "a b.zed"]"#)
    );
    place.run(&["pack", "list"]).code(0).stdout_eq(str![[r#"
NAME[..]
zed[..]project[..]Functions in zed, compiled by zedc
...
"#]]);
    place.run_in_vain(&[&["pack", "new", "zed"], FLAGS].concat()).code(1);
}

#[test]
fn a_missing_value_names_its_flag() {
    let place = Place::empty();
    for at in (0..FLAGS.len()).step_by(2) {
        let without = [&FLAGS[..at], &FLAGS[at + 2..]].concat();
        let refused =
            place.run_in_vain(&[&["pack", "new", "zed", "--in", "."], &without[..]].concat()).code(2);
        let words = String::from_utf8(refused.get_output().stderr.clone()).unwrap();
        assert!(words.contains(&format!("give it, as with `{} ", FLAGS[at])), "{}: {words}", FLAGS[at]);
    }
    place.run_in_vain(&[&["pack", "new", "zed"], FLAGS].concat()).code(2).stderr_eq(str![[r#"
error: this folder is not in a project
  help: go to a project, or add `--user` or `--in DIR`

"#]]);
    place.run_in_vain(&[&["pack", "new", "Zed", "--in", "."], FLAGS].concat()).code(2).stderr_eq(str![[r#"
error: the name is not valid: `name` must consist of lower-case letters, digits, `-` and `_`
  help: set it with `NAME`

"#]]);
    place.run_in_vain(&[&["pack", "new", "../zed", "--in", "."], FLAGS].concat()).code(2);
}

#[test]
fn what_is_not_given_is_asked_for() {
    let place = Place::empty();
    let mut terminal = Terminal::open(&place, &["pack", "new", "zed", "--in", "packs"]);
    terminal.see("File extension of source files").answer("");
    terminal.see("Compiler's program").answer("zedc");
    terminal.see("prints its version").see("zedc --version").answer("");
    terminal.see("Compatible versions").answer(">=2");
    terminal.see("command line").answer("zedc {output}");
    terminal.see("Output of the compiler").press("\r");
    terminal.see("panic or an exception").press("\x1b[B\r");
    terminal.see("Create the language pack?").answer("");
    let (rest, code) = terminal.end();
    assert_eq!(code, 0, "{rest}");
    let manifest = place.read("packs/zed/pack.toml");
    for line in
        ["extensions = [\"zed\"]", "requires = \">=2\"", "produces = \"module\"", "panics = \"traps\""]
    {
        assert!(manifest.contains(line), "{line}: {manifest}");
    }
}
