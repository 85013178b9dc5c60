//! `pelato pack` and `pelato template`

use snapbox::str;

use crate::support::Place;

#[test]
fn packs_are_listed_and_shown() {
    let place = Place::empty();
    place.run(&["pack", "list"]).code(0).stdout_eq(str![]).stderr_eq("");
    place.run(&["pack", "show", "go"]).code(0).stdout_eq(str![]).stderr_eq("");
    place.run(&["pack", "list", "--json"]).code(0).stdout_eq(str![]).stderr_eq("");
    place.run(&["pack", "show", "go", "--json"]).code(0).stdout_eq(str![]).stderr_eq("");
}

#[test]
fn templates_are_listed_and_shown_also_by_another_name() {
    let place = Place::empty();
    place.run(&["template", "list"]).code(0).stdout_eq(str![]).stderr_eq("");
    let shown = place.run(&["template", "show", "http_producer_nats"]).code(0).stdout_eq(str![]).stderr_eq("");
    let same = String::from_utf8(shown.get_output().stdout.clone()).unwrap();
    place.run(&["template", "show", "producer_nats"]).code(0).stdout_eq(same).stderr_eq("");
    place.run(&["template", "list", "--json"]).code(0).stdout_eq(str![]).stderr_eq("");
}

#[test]
fn an_unknown_name_brings_the_nearest_one() {
    let place = Place::empty();
    place.run(&["pack", "show", "goo"]).code(3).stdout_eq("").stderr_eq(str![]);
    place.run(&["template", "show", "procesor_nats"]).code(3).stdout_eq("").stderr_eq(str![]);
    place.run(&["template", "show", "cron"]).code(3).stdout_eq("").stderr_eq(str![]);
}

#[test]
fn a_broken_pack_of_the_project_is_shown_with_its_line_and_does_not_hide_the_others() {
    let place = Place::empty();
    place.write("language-packs/mine/pack.toml", "schema = 1\nname = \"mine\"\nsumary = \"typo\"\n");
    place.run_in_vain(&["pack", "list"]).code(0).stdout_eq(str![]).stderr_eq(str![]);
    place.run_in_vain(&["pack", "show", "mine"]).code(3).stdout_eq("").stderr_eq(str![]);
    place.run_in_vain(&["pack", "show", "go"]).code(0).stderr_eq("");
}
