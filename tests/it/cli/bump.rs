//! `pelato bump`

use snapbox::str;

use crate::support::Place;
use crate::support::functions::PROJECT;

fn version(place: &Place, component: &str) -> String {
    let workflow: serde_json::Value = serde_yaml::from_str(&place.read("workflow.yaml")).unwrap();
    let tasks = workflow["tasks"].as_array().unwrap();
    let task = tasks.iter().find(|task| task["component_name"] == component).unwrap();
    task["version"].as_str().unwrap().to_owned()
}

#[test]
fn patch_is_what_is_meant_when_nothing_is_said() {
    let place = Place::with(PROJECT);
    place
        .run(&["bump", "double"])
        .code(0)
        .stdout_eq(str![[r#"
COMPONENT  OLD      NEW
double     1.0.0  → 1.0.1

"#]])
        .stderr_eq("");
    assert_eq!(
        (version(&place, "double"), version(&place, "play")),
        ("1.0.1".to_owned(), "0.3.0".to_owned())
    );
}

#[test]
fn every_level_is_raised_and_the_lower_ones_begin_anew() {
    for (level, expected) in [("patch", "1.2.4"), ("minor", "1.3.0"), ("major", "2.0.0")] {
        let place = Place::with(PROJECT);
        place.edit("workflow.yaml", "version: 1.0.0", "version: 1.2.3");
        place.run(&["bump", "double", level]).code(0).stderr_eq("");
        assert_eq!(version(&place, "double"), expected);
    }
}

#[test]
fn pre_releases_are_counted_and_then_released() {
    let place = Place::with(PROJECT);
    for (arguments, expected) in [
        (&["--pre", "rc"][..], "1.0.1-rc.1"),
        (&["--pre", "rc"], "1.0.1-rc.2"),
        (&["patch"], "1.0.1"),
        (&["minor", "--pre", "rc"], "1.1.0-rc.1"),
        (&["minor", "--pre", "rc"], "1.1.0-rc.2"),
        (&["--set", "3.0.0-beta"], "3.0.0-beta"),
    ] {
        place.run(&[&["bump", "double"], arguments].concat()).code(0).stderr_eq("");
        assert_eq!(version(&place, "double"), expected);
    }
}

#[test]
fn all_of_them_or_several_at_once() {
    let place = Place::with(PROJECT);
    place
        .run(&["bump", "--all", "minor"])
        .code(0)
        .stdout_eq(str![[r#"
COMPONENT  OLD      NEW
double     1.0.0  → 1.1.0
play       0.3.0  → 0.4.0

"#]])
        .stderr_eq("");
    place.run(&["bump", "play", "double", "major", "--json"]).code(0).stdout_eq(str![[r#"
{"schema":1,"dry_run":false,"components":[{"component":"play","old":"0.4.0","new":"1.0.0"},{"component":"double","old":"1.1.0","new":"2.0.0"}]}

"#]]).stderr_eq("");
}

#[test]
fn a_dry_run_writes_nothing() {
    let place = Place::with(PROJECT);
    place
        .run_in_vain(&["bump", "--all", "--dry-run"])
        .code(0)
        .stdout_eq(str![[r#"
COMPONENT  OLD      NEW
double     1.0.0  → 1.0.1
play       0.3.0  → 0.3.1

"#]])
        .stderr_eq(str![[r#"
        Note nothing was written (--dry-run)

"#]]);
}

#[test]
fn comments_and_quotes_stay() {
    let place = Place::with(PROJECT);
    place.edit("workflow.yaml", "version: 1.0.0", "version: \"1.0.0\"   # the first");
    let before = place.read("workflow.yaml");
    place.run(&["bump", "double", "major"]).code(0);
    assert_eq!(place.read("workflow.yaml"), before.replace("\"1.0.0\"", "\"2.0.0\""));
}

#[test]
fn backwards_is_refused_unless_insisted_on() {
    let place = Place::with(PROJECT);
    place.run_in_vain(&["bump", "double", "--set", "0.9.0"]).code(3).stdout_eq("").stderr_eq(str![[r#"
error: `double` would go from 1.0.0 back to 0.9.0
  help: registries and clusters expect versions to rise; choose a higher one, or allow it with `--allow-backwards`

"#]]);
    place.run_in_vain(&["bump", "double", "--set", "1.0.0"]).code(3).stdout_eq("").stderr_eq(str![[r#"
error: `double` would go from 1.0.0 to the same 1.0.0
  help: registries and clusters expect versions to rise; choose a higher one, or allow it with `--allow-backwards`

"#]]);
    place.run_in_vain(&["bump", "--all", "--set", "0.5.0"]).code(3).stdout_eq("");
    place
        .run(&["bump", "double", "--set", "0.9.0", "--allow-backwards"])
        .code(0)
        .stdout_eq(str![[r#"
COMPONENT  OLD      NEW
double     1.0.0  → 0.9.0

"#]])
        .stderr_eq("");
    assert_eq!(version(&place, "double"), "0.9.0");
}

#[test]
fn what_makes_no_sense_is_refused() {
    let place = Place::with(PROJECT);
    place.run_in_vain(&["bump"]).code(2).stdout_eq("").stderr_eq(str![[r#"
error: no component is named
  help: name one, or take every one with `--all`, or those that changed with `--changed`

"#]]);
    place.run_in_vain(&["bump", "minor"]).code(2).stdout_eq("").stderr_eq(str![[r#"
error: no component is named
  help: name one, or take every one with `--all`, or those that changed with `--changed`

"#]]);
    place.run_in_vain(&["bump", "--all", "double"]).code(2).stdout_eq("").stderr_eq(str![[r#"
error: both `--all` and the name `double` are given
  help: leave one of them out; a level is patch, minor or major

"#]]);
    place.run_in_vain(&["bump", "double", "minor", "--set", "2.0.0"]).code(2).stdout_eq("").stderr_eq(str![
        [r#"
error: both a level and `--set` are given
  help: leave one of them out

"#]
    ]);
    place.run_in_vain(&["bump", "double", "--pre", "r c"]).code(3).stdout_eq("").stderr_eq(str![[r#"
error: `r c` is not a valid pre-release identifier
  help: use letters, digits and `-`, not a number alone, such as rc, beta or alpha

"#]]);
    place.run_in_vain(&["bump", "double", "--set", "latest"]).code(2).stdout_eq("").stderr_eq(str![[r#"
error: invalid value 'latest' for '--set <VERSION>': unexpected character 'l' while parsing major version number

For more information, try '--help'.

"#]]);
    place.run_in_vain(&["bump", "double", "--set", "2.0.0+build.7"]).code(3).stdout_eq("").stderr_eq(str![[
        r#"
error: the version 2.0.0+build.7 has build metadata (`+…`), which an image tag cannot contain
  help: remove the `+` and what follows it

"#
    ]]);
    place.run_in_vain(&["bump", "dubble"]).code(3).stdout_eq("").stderr_eq(str![[r#"
error: there is no component `dubble` in workflow.yaml
  help: did you mean `double`?

"#]]);
    place.edit("workflow.yaml", "version: 0.3.0", "version: 0.3");
    place.run_in_vain(&["bump", "play"]).code(3).stdout_eq("").stderr_eq(str![[r#"
error: `play` has the version `0.3`, which is not a semantic version: unexpected end of input while parsing minor version number
  help: write three numbers, such as 1.2.3 or 1.2.3-rc.1, in workflow.yaml

"#]]);
}
