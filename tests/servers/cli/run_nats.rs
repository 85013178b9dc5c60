//! `pelato run --nats` with a real NATS server and a client that is not PELATO.

use snapbox::str;

use crate::support::functions::PROJECT;
use crate::support::{Place, fake, nats};

#[test]
fn messages_of_others_come_in_and_go_out() {
    let place = Place::with(PROJECT);
    let server = nats::Server::start(&[]);
    let mut running = place.start(&["run", "--nats", &server.url(), "--port", "0"]);
    running.wait_for("Running");
    assert_eq!(nats::exchange(&server.url(), ("room.single", "21"), "room.played"), "42");
    running.signal("INT");
    assert_eq!(running.wait().code(), Some(0), "{}", running.err());
}

#[test]
fn without_an_address_the_settings_are_used() {
    let server = nats::Server::start(&[]);
    let place = Place::with(PROJECT).env("NATS_HOST", "127.0.0.1").env("NATS_PORT", server.port.to_string());
    let mut running = place.start(&["run", "--port", "0", "--nats"]);
    running.wait_for("Running");
    assert_eq!(nats::exchange(&server.url(), ("room.single", "4"), "room.double"), "8");
    running.signal("TERM");
    assert_eq!(running.wait().code(), Some(0), "{}", running.err());
}

#[test]
fn a_server_that_does_not_answer_is_exit_code_6() {
    let place = Place::with(PROJECT);
    place.run(&["build", "-q"]).code(0);
    let url = format!("nats://{}", fake::nobody());
    place.run_in_vain(&["run", "--port", "0", "--nats", &url]).code(6).stdout_eq("").stderr_eq(str![[r#"
error: the NATS server at nats://127.0.0.1:[PORT] cannot be reached: IO error: Connection refused (os error 111)
  help: check that it is running and that the address is correct: `pelato config` shows the settings; `pelato run` without `--nats` needs no NATS server

"#]]);
}

#[test]
fn an_address_that_is_none_is_refused() {
    let place = Place::with(PROJECT);
    place.run(&["build", "-q"]).code(0);
    place.run_in_vain(&["run", "--port", "0", "--nats", "http://x"]).code(6).stdout_eq("").stderr_eq(str![[
        r#"
error: "http://x" is not a valid address of a NATS server: invalid scheme for NATS server URL: http
  help: write it like `nats://127.0.0.1:[PORT]` or `tls://host:4222`

"#
    ]]);
}

#[test]
fn a_server_that_wants_a_password_lets_the_right_one_in_only() {
    let place = Place::with(PROJECT);
    place.run(&["build", "-q"]).code(0);
    let server = nats::Server::start(&["--user", "someone", "--pass", "sesame"]);
    let with = |user: &str| format!("nats://{user}@127.0.0.1:{}", server.port);
    place.run_in_vain(&["run", "--port", "0", "--nats", &server.url()]).code(6).stdout_eq("").stderr_eq(str![[r#"
error: authentication failed at the NATS server nats://127.0.0.1:[PORT]: authorization violation: nats: authorization violation
  help: check the user and password, the token, or the credentials file

"#]]);
    let wrong = with("someone:wrong");
    place.run_in_vain(&["run", "--port", "0", "--nats", &wrong]).code(6).stdout_eq("").stderr_eq(str![[r#"
error: authentication failed at the NATS server nats://127.0.0.1:[PORT]: authorization violation: nats: authorization violation
  help: check the user and password, the token, or the credentials file

"#]]);
    place.write("some.creds", "this is no credentials file\n");
    let arguments = ["run", "--port", "0", "--nats", &server.url(), "--nats-creds", "some.creds"];
    place.run_in_vain(&arguments).code(6).stdout_eq("").stderr_eq(str![[r#"
error: some.creds cannot be used
  because: cannot parse user JWT from the credentials file
  help: check that the file exists, is readable and has the content that its name says

"#]]);

    let mut running = place.start(&["run", "--port", "0", "--nats", &with("someone:sesame")]);
    running.wait_for("Running");
    assert_eq!(nats::exchange(&with("someone:sesame"), ("room.single", "4"), "room.played"), "8");
    running.signal("INT");
    assert_eq!(running.wait().code(), Some(0), "{}", running.err());
}
