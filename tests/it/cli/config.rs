//! `pelato config` and what settings are kept from.

use snapbox::str;

use crate::support::Place;
use crate::support::functions::PROJECT;

const SECRET: &str = "hunter2-swordfish";

#[test]
fn every_setting_is_shown_with_its_origin() {
    let place = Place::with(PROJECT).env("NATS_HOST", "10.0.0.5").env("PARALLEL_BUILD", "");
    place.write(
        ".env",
        "NATS_PORT=4333\nREGISTRY_URL=\nREGISTRY_USER='someone' # a comment\nPARALLEL_BUILD=False\n",
    );
    place
        .run_in_vain(&["config", "--setting", "ENABLE_METRICS=True"])
        .code(0)
        .stdout_eq(str![[r#"
SETTING             VALUE                                    FROM
REGISTRY_URL        -                                        default
REGISTRY_USER       someone                                  .env
REGISTRY_PASSWORD   -                                        default
REGISTRY_INSECURE   -                                        default
REGISTRY_CA         -                                        default
QUICK_START         True                                     default
PARALLEL_BUILD      False                                    .env
BUILDER             auto                                     default
CONTAINER_MEMORY    2048                                     default
CONTAINER_CPUS      -                                        default
CONTAINER_PIDS      256                                      default
CONTAINER_TIMEOUT   15m                                      default
NATS_HOST           10.0.0.5                                 environment
NATS_PORT           4333                                     .env
NATS_USER           -                                        default
NATS_PASSWORD       -                                        default
NATS_CREDS          -                                        default
NATS_CERT           -                                        default
NATS_KEY            -                                        default
NATS_CA             -                                        default
POSTGRES_URL        -                                        default
POSTGRES_CA         -                                        default
JETSTREAM_DOMAIN    -                                        default
TARGET_DOMAINS      -                                        default
CALLS_PER_REPLICA   100                                      default
CALL_TIMEOUT        60s                                      default
KEYVALUE_DOMAIN     -                                        default
PLATFORM            wasmcloud                                default
ENABLE_METRICS      True                                     --setting
KUBECONFIG          -                                        default
KUBE_CONTEXT        -                                        default
KUBE_NAMESPACE      -                                        default
OPERATOR_NAMESPACE  wasmcloud-system                         default
POSTGRES_DATABASE   postgres                                 default
LATTICE             default                                  default
HOSTS_NATS_URL      nats://127.0.0.1:[PORT]                    default
MESSAGING_PROVIDER  ghcr.io/wasmcloud/messaging-nats:0.27.0  default
HTTP_PROVIDER       ghcr.io/wasmcloud/http-server:0.27.0     default
KEYVALUE_PROVIDER   ghcr.io/wasmcloud/keyvalue-nats:0.3.1    default
POSTGRES_PROVIDER   ghcr.io/wasmcloud/sqldb-postgres:0.9.0   default
POSTGRES_CONFIG     postgres                                 default
HTTP_ADDRESS        0.0.0.0                                  default

"#]])
        .stderr_eq("");
    place.run_in_vain(&["config", "--json"]).code(0).stdout_eq(str![[r#"
{"schema":1,"settings":[{"name":"REGISTRY_URL","value":null,"from":"default"},{"name":"REGISTRY_USER","value":"someone","from":".env"},{"name":"REGISTRY_PASSWORD","value":null,"from":"default"},{"name":"REGISTRY_INSECURE","value":null,"from":"default"},{"name":"REGISTRY_CA","value":null,"from":"default"},{"name":"QUICK_START","value":"True","from":"default"},{"name":"PARALLEL_BUILD","value":"False","from":".env"},{"name":"BUILDER","value":"auto","from":"default"},{"name":"CONTAINER_MEMORY","value":"2048","from":"default"},{"name":"CONTAINER_CPUS","value":null,"from":"default"},{"name":"CONTAINER_PIDS","value":"256","from":"default"},{"name":"CONTAINER_TIMEOUT","value":"15m","from":"default"},{"name":"NATS_HOST","value":"10.0.0.5","from":"environment"},{"name":"NATS_PORT","value":"4333","from":".env"},{"name":"NATS_USER","value":null,"from":"default"},{"name":"NATS_PASSWORD","value":null,"from":"default"},{"name":"NATS_CREDS","value":null,"from":"default"},{"name":"NATS_CERT","value":null,"from":"default"},{"name":"NATS_KEY","value":null,"from":"default"},{"name":"NATS_CA","value":null,"from":"default"},{"name":"POSTGRES_URL","value":null,"from":"default"},{"name":"POSTGRES_CA","value":null,"from":"default"},{"name":"JETSTREAM_DOMAIN","value":null,"from":"default"},{"name":"TARGET_DOMAINS","value":null,"from":"default"},{"name":"CALLS_PER_REPLICA","value":"100","from":"default"},{"name":"CALL_TIMEOUT","value":"60s","from":"default"},{"name":"KEYVALUE_DOMAIN","value":null,"from":"default"},{"name":"PLATFORM","value":"wasmcloud","from":"default"},{"name":"ENABLE_METRICS","value":"False","from":"default"},{"name":"KUBECONFIG","value":null,"from":"default"},{"name":"KUBE_CONTEXT","value":null,"from":"default"},{"name":"KUBE_NAMESPACE","value":null,"from":"default"},{"name":"OPERATOR_NAMESPACE","value":"wasmcloud-system","from":"default"},{"name":"POSTGRES_DATABASE","value":"postgres","from":"default"},{"name":"LATTICE","value":"default","from":"default"},{"name":"HOSTS_NATS_URL","value":"nats://127.0.0.1:[PORT]","from":"default"},{"name":"MESSAGING_PROVIDER","value":"ghcr.io/wasmcloud/messaging-nats:0.27.0","from":"default"},{"name":"HTTP_PROVIDER","value":"ghcr.io/wasmcloud/http-server:0.27.0","from":"default"},{"name":"KEYVALUE_PROVIDER","value":"ghcr.io/wasmcloud/keyvalue-nats:0.3.1","from":"default"},{"name":"POSTGRES_PROVIDER","value":"ghcr.io/wasmcloud/sqldb-postgres:0.9.0","from":"default"},{"name":"POSTGRES_CONFIG","value":"postgres","from":"default"},{"name":"HTTP_ADDRESS","value":"0.0.0.0","from":"default"}]}

"#]]).stderr_eq("");
}

#[test]
fn flags_win_over_the_environment_over_the_file() {
    let place = Place::with(PROJECT).env("NATS_PORT", "2");
    place.write(".env", "NATS_PORT=1\n");
    let shown = |arguments: &[&str]| {
        let ran = place.run(arguments).code(0);
        let text = String::from_utf8(ran.get_output().stdout.clone()).unwrap();
        text.lines()
            .find(|line| line.starts_with("NATS_PORT"))
            .unwrap()
            .split_whitespace()
            .skip(1)
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(shown(&["config", "--setting", "NATS_PORT=3"]), "3 --setting");
    assert_eq!(shown(&["config"]), "2 environment");
    std::fs::write(place.path(".env"), "").unwrap();
    assert_eq!(shown(&["config"]), "2 environment");
}

#[test]
fn without_a_project_the_defaults_are_shown() {
    Place::empty()
        .run(&["config"])
        .code(0)
        .stdout_eq(str![[r#"
SETTING             VALUE                                    FROM
REGISTRY_URL        -                                        default
REGISTRY_USER       -                                        default
REGISTRY_PASSWORD   -                                        default
REGISTRY_INSECURE   -                                        default
REGISTRY_CA         -                                        default
QUICK_START         True                                     default
PARALLEL_BUILD      True                                     default
BUILDER             auto                                     default
CONTAINER_MEMORY    2048                                     default
CONTAINER_CPUS      -                                        default
CONTAINER_PIDS      256                                      default
CONTAINER_TIMEOUT   15m                                      default
NATS_HOST           localhost                                default
NATS_PORT           4222                                     default
NATS_USER           -                                        default
NATS_PASSWORD       -                                        default
NATS_CREDS          -                                        default
NATS_CERT           -                                        default
NATS_KEY            -                                        default
NATS_CA             -                                        default
POSTGRES_URL        -                                        default
POSTGRES_CA         -                                        default
JETSTREAM_DOMAIN    -                                        default
TARGET_DOMAINS      -                                        default
CALLS_PER_REPLICA   100                                      default
CALL_TIMEOUT        60s                                      default
KEYVALUE_DOMAIN     -                                        default
PLATFORM            wasmcloud                                default
ENABLE_METRICS      False                                    default
KUBECONFIG          -                                        default
KUBE_CONTEXT        -                                        default
KUBE_NAMESPACE      -                                        default
OPERATOR_NAMESPACE  wasmcloud-system                         default
POSTGRES_DATABASE   postgres                                 default
LATTICE             default                                  default
HOSTS_NATS_URL      nats://127.0.0.1:[PORT]                    default
MESSAGING_PROVIDER  ghcr.io/wasmcloud/messaging-nats:0.27.0  default
HTTP_PROVIDER       ghcr.io/wasmcloud/http-server:0.27.0     default
KEYVALUE_PROVIDER   ghcr.io/wasmcloud/keyvalue-nats:0.3.1    default
POSTGRES_PROVIDER   ghcr.io/wasmcloud/sqldb-postgres:0.9.0   default
POSTGRES_CONFIG     postgres                                 default
HTTP_ADDRESS        0.0.0.0                                  default

"#]])
        .stderr_eq("");
}

#[test]
fn a_secret_is_never_printed() {
    let place = Place::with(PROJECT);
    place.write(".env", format!("REGISTRY_PASSWORD={SECRET}\n"));
    let other = Place::with(PROJECT).env("REGISTRY_PASSWORD", SECRET);
    place
        .run(&["config"])
        .code(0)
        .stdout_eq(str![[r#"
SETTING             VALUE                                    FROM
REGISTRY_URL        -                                        default
REGISTRY_USER       -                                        default
REGISTRY_PASSWORD   ********                                 .env
REGISTRY_INSECURE   -                                        default
REGISTRY_CA         -                                        default
QUICK_START         True                                     default
PARALLEL_BUILD      True                                     default
BUILDER             auto                                     default
CONTAINER_MEMORY    2048                                     default
CONTAINER_CPUS      -                                        default
CONTAINER_PIDS      256                                      default
CONTAINER_TIMEOUT   15m                                      default
NATS_HOST           localhost                                default
NATS_PORT           4222                                     default
NATS_USER           -                                        default
NATS_PASSWORD       -                                        default
NATS_CREDS          -                                        default
NATS_CERT           -                                        default
NATS_KEY            -                                        default
NATS_CA             -                                        default
POSTGRES_URL        -                                        default
POSTGRES_CA         -                                        default
JETSTREAM_DOMAIN    -                                        default
TARGET_DOMAINS      -                                        default
CALLS_PER_REPLICA   100                                      default
CALL_TIMEOUT        60s                                      default
KEYVALUE_DOMAIN     -                                        default
PLATFORM            wasmcloud                                default
ENABLE_METRICS      False                                    default
KUBECONFIG          -                                        default
KUBE_CONTEXT        -                                        default
KUBE_NAMESPACE      -                                        default
OPERATOR_NAMESPACE  wasmcloud-system                         default
POSTGRES_DATABASE   postgres                                 default
LATTICE             default                                  default
HOSTS_NATS_URL      nats://127.0.0.1:[PORT]                    default
MESSAGING_PROVIDER  ghcr.io/wasmcloud/messaging-nats:0.27.0  default
HTTP_PROVIDER       ghcr.io/wasmcloud/http-server:0.27.0     default
KEYVALUE_PROVIDER   ghcr.io/wasmcloud/keyvalue-nats:0.3.1    default
POSTGRES_PROVIDER   ghcr.io/wasmcloud/sqldb-postgres:0.9.0   default
POSTGRES_CONFIG     postgres                                 default
HTTP_ADDRESS        0.0.0.0                                  default

"#]])
        .stderr_eq("");
    for place in [place, other] {
        for command in [
            &["config"][..],
            &["config", "--json", "-v"],
            &["check", "-v"],
            &["gen", "-v"],
            &["build", "-v"],
            &["build", "--json"],
            &["call", "double", "x", "-v"],
            &["call", "nobody", "-v"],
            &["run", "-v", "--port", "0", "--nats", "nats://127.0.0.1:1"],
            &["config", "--setting", "ENABLE_METRICS=x"],
        ] {
            let ran = place.run(command);
            let output = ran.get_output();
            let said = [output.stdout.as_slice(), &output.stderr].concat();
            assert!(!String::from_utf8_lossy(&said).contains(SECRET), "{command:?} tells the password");
        }
        let tree = place.tree();
        let holds = |bytes: &[u8]| bytes.windows(SECRET.len()).any(|window| window == SECRET.as_bytes());
        let told: Vec<_> = tree.iter().filter(|(name, bytes)| *name != ".env" && holds(bytes)).collect();
        assert!(
            told.is_empty(),
            "{:?} have the password",
            told.iter().map(|(name, _)| name).collect::<Vec<_>>()
        );
    }
}

#[test]
fn a_broken_line_with_a_secret_is_named_by_its_number_alone() {
    let place = Place::with(PROJECT);
    place.write(".env", format!("NATS_PORT=1\nREGISTRY_PASSWORD='{SECRET}\n"));
    for command in [&["config"][..], &["check", "-v"], &["build", "--json"]] {
        let ran = place.run_in_vain(command).code(3);
        let output = ran.get_output();
        let said = [output.stdout.as_slice(), &output.stderr].concat();
        assert!(!String::from_utf8_lossy(&said).contains(SECRET), "{command:?} tells the password");
    }
    place.run(&["config"]).code(3).stdout_eq("").stderr_eq(str![[r#"
error: .env: line 2: a quote is not closed on its line
  help: write NAME=value; put single quotes around values with quotes, spaces or `#` in them

"#]]);
}

#[test]
fn a_secret_on_the_command_line_is_refused_without_repeating_it() {
    let place = Place::with(PROJECT);
    let setting = format!("REGISTRY_PASSWORD={SECRET}");
    place.run_in_vain(&["config", "--setting", &setting]).code(2).stdout_eq("").stderr_eq(str![[r#"
error: `--setting` does not accept REGISTRY_PASSWORD
  help: other users can see a command line: put REGISTRY_PASSWORD into .env or the environment

"#]]);
    // A slip in the name must not print it either.
    let setting = format!("REGISTRY_PASSWROD={SECRET}");
    place.run_in_vain(&["config", "--setting", &setting]).code(2).stdout_eq("").stderr_eq(str![[r#"
error: there is no setting `REGISTRY_PASSWROD`
  help: did you mean `REGISTRY_PASSWORD`?

"#]]);
}

#[test]
fn a_password_in_a_servers_address_is_not_repeated() {
    let place = Place::with(PROJECT);
    place.run(&["build", "-q"]).code(0);
    let url = format!("nats://someone:{SECRET}@127.0.0.1:1");
    let run = ["run", "--port", "0", "--jobs", "1", "--nats", &url, "-v"];
    place.run_in_vain(&run).code(6).stdout_eq("").stderr_eq(str![[r#"
builder: local, because a compatible go is installed
compiler: [GO]/go [VERSION]
double: unchanged ([TIME])
play: unchanged ([TIME])
error: the NATS server at nats://127.0.0.1:[PORT] cannot be reached: IO error: Connection refused (os error 111)
  help: check that it is running and that the address is correct: `pelato config` shows the settings
  code: pelato::nats::unreachable

"#]]);
}

#[test]
fn values_of_the_wrong_kind_and_unknown_names_are_refused() {
    let place = Place::with(PROJECT);
    place.run_in_vain(&["config", "--setting", "NATS_PORT=high"]).code(3).stdout_eq("").stderr_eq(str![[
        r#"
error: NATS_PORT is `high` (--setting), which is not a port from 1 to 65535
  help: set it to a port such as `4222`

"#
    ]]);
    place.run_in_vain(&["config", "--setting", "NATS_PROT=1"]).code(2).stdout_eq("").stderr_eq(str![[r#"
error: there is no setting `NATS_PROT`
  help: did you mean `NATS_PORT`?

"#]]);
    place.run_in_vain(&["config", "--setting", "NATS_PORT"]).code(2).stdout_eq("").stderr_eq(str![[r#"
error: `--setting NATS_PORT` is not of the form NAME=VALUE
  help: `pelato config` lists the names

"#]]);
    place.write(".env", "PARALLEL_BUILDS=True\n");
    place
        .run_in_vain(&["check"])
        .code(0)
        .stdout_eq(str![[r#"
2 components, no errors, 0 warnings

"#]])
        .stderr_eq(str![[r#"
env-file

  ⚠ .env: line 1: `PARALLEL_BUILDS` is not a setting of PELATO
  help: did you mean `PARALLEL_BUILD`?


"#]]);
    place.write(".env", [0xff, 0xfe]);
    place.run_in_vain(&["check"]).code(3).stdout_eq("").stderr_eq(str![[r#"
error: .env: line 1: it is not UTF-8 text
  help: save the file as UTF-8 text

"#]]);
}

/// The exit code of a command with settings and flags.
fn refused(environment: &[(&str, &str)], arguments: &[&str], code: i32) -> String {
    let place = environment.iter().fold(Place::with(PROJECT), |place, (name, value)| place.env(name, value));
    let ran = place.run(arguments).code(code).stdout_eq("");
    String::from_utf8_lossy(&ran.get_output().stderr).into_owned()
}

#[test]
fn a_setting_that_cannot_be_used_is_a_mistake_in_the_project() {
    for (name, value) in [
        ("NATS_HOST", "a b"),
        ("NATS_HOST", "nats://host"),
        ("HOSTS_NATS_URL", "nats://a b"),
        ("LATTICE", "a.b"),
        ("JETSTREAM_DOMAIN", "a b"),
        ("KEYVALUE_DOMAIN", "*"),
        ("HTTP_ADDRESS", "everywhere"),
        ("CONTAINER_TIMEOUT", "soon"),
        ("CONTAINER_TIMEOUT", "0s"),
    ] {
        let said = refused(&[(name, value)], &["check"], 3);
        assert!(
            said.starts_with(&format!("error: {name} is `{value}` (environment), which is not ")),
            "{said}"
        );
    }
    let said = refused(&[("POSTGRES_URL", SECRET)], &["run", "--port", "0"], 3);
    assert!(said.starts_with("error: the address of the PostgreSQL server is not valid"), "{said}");
    assert!(!said.contains(SECRET), "{said}");
    for name in ["NATS_CREDS", "NATS_CERT", "NATS_CA"] {
        for arguments in [&["run", "--port", "0", "--nats"][..], &["status"], &["drill", "--no-fault"]] {
            let said = refused(
                &[(name, "/no/such/file"), ("NATS_HOST", "127.0.0.1"), ("PLATFORM", "wadm")],
                arguments,
                3,
            );
            assert!(said.contains("/no/such/file cannot be used"), "{arguments:?}: {said}");
        }
    }
}

#[test]
fn a_flag_that_cannot_be_used_is_a_mistake_on_the_command_line() {
    let secret = format!("nats://me:{SECRET}@a b");
    for arguments in [
        &["run", "--port", "0", "--postgres", SECRET][..],
        &["run", "--port", "0", "--nats", &secret],
        &["drill", "--no-fault", "--nats", &secret],
        &["run", "--port", "0", "--nats", "nats://127.0.0.1:1", "--nats-creds", "/no/such/file"],
        &["infra", "made", "--cloud-nats", "a b", "--registry", "a.b/c"],
        &["infra", "made", "--cloud-nats", "a.b", "--registry", "a.b/c", "--lattice", "a.b"],
    ] {
        let said = refused(&[], arguments, 2);
        assert!(!said.contains(SECRET), "{said}");
    }
}

#[test]
fn a_value_of_the_wrong_kind_is_named_with_its_line() {
    let place = Place::with(PROJECT);
    place.write(".env", "# Ours.\nPOSTGRES_CONFIG=rooms db\n");
    place.run_in_vain(&["config"]).code(3).stdout_eq("").stderr_eq(str![[r#"
error: POSTGRES_CONFIG is `rooms db` (.env:2), which is not the name of a configuration
  help: set it to a name of letters, digits, `-`, `_`, `=` and `/`, such as `rooms-db`

"#]]);
    place.write(".env", "NATS_PORT=1\nNATS_PORT=+4222\n");
    place.run_in_vain(&["check"]).code(3).stdout_eq("").stderr_eq(str![[r#"
error: NATS_PORT is `+4222` (.env:2), which is not a port from 1 to 65535
  help: set it to a port such as `4222`

"#]]);
}

#[cfg(unix)]
#[test]
fn what_is_not_utf_8_is_named_and_not_repeated() {
    use std::os::unix::ffi::OsStrExt;
    let place = Place::with(PROJECT);
    let bytes = std::ffi::OsStr::from_bytes(b"caf\xe9-hunter2");
    std::fs::write(place.path(".env"), b"NATS_USER=me\nNATS_PASSWORD=caf\xe9-hunter2\n").unwrap();
    place.run_in_vain(&["config"]).code(3).stdout_eq("").stderr_eq(str![[r#"
error: .env: line 2: it is not UTF-8 text
  help: save the file as UTF-8 text

"#]]);
    let ran = place.run_in_vain(&["config", "--json"]).code(3).stderr_eq("");
    let said = String::from_utf8(ran.get_output().stdout.clone()).unwrap();
    assert!(said.contains("line 2: it is not UTF-8 text") && !said.contains("hunter2"), "{said}");
    std::fs::remove_file(place.path(".env")).unwrap();
    for name in ["NATS_USER", "REGISTRY_PASSWORD", "NATS_HOST"] {
        let place = Place::with(PROJECT).env(name, bytes);
        let ran = place.run_in_vain(&["config"]).code(3).stdout_eq("");
        let said = String::from_utf8_lossy(&ran.get_output().stderr).into_owned();
        let error = format!("error: the variable {name} of the environment is not UTF-8 text\n");
        assert!(said.starts_with(&error) && !said.contains("hunter2"), "{said}");
        let ran = place.run_in_vain(&["check", "--json"]).code(3).stderr_eq("");
        let said = String::from_utf8_lossy(&ran.get_output().stdout).into_owned();
        assert!(
            said.contains("\"code\":\"pelato::settings::not_text\"") && !said.contains("hunter2"),
            "{said}"
        );
    }
}
