//! `pelato run --nats` with a real NATS server and a client that is not PELATO.

use snapbox::str;

use crate::support::functions::PROJECT;
use crate::support::{Place, fake, http, nats};

#[test]
fn messages_of_others_come_in_and_go_out() {
    let place = Place::with(PROJECT);
    let server = nats::Server::start(&[]);
    let mut running = place.start(&["run", "--nats", &server.url(), "--port", "0"]);
    running.wait_for("Running");
    assert_eq!(nats::exchange(&server.url(), ("room.single", "21"), "room.played"), "42");
    running.stop("INT");
}

#[test]
fn without_an_address_the_settings_are_used() {
    let server = nats::Server::start(&[]);
    let place = Place::with(PROJECT).env("NATS_HOST", "127.0.0.1").env("NATS_PORT", server.port.to_string());
    let mut running = place.start(&["run", "--port", "0", "--nats"]);
    running.wait_for("Running");
    assert_eq!(nats::exchange(&server.url(), ("room.single", "4"), "room.double"), "8");
    running.stop("TERM");
}

#[test]
fn a_server_that_does_not_answer_is_exit_code_6() {
    let place = Place::with(PROJECT);
    place.run(&["build", "-q"]).code(0);
    let url = format!("nats://{}", fake::nobody());
    place.run_in_vain(&["run", "--port", "0", "--nats", &url]).code(6).stdout_eq("").stderr_eq(str![[r#"
error: the NATS server at nats://127.0.0.1:[PORT] cannot be reached: IO error: Connection refused (os error 111)
  help: check that it is running and that the address is correct: `pelato config` shows the settings

"#]]);
}

#[test]
fn an_address_that_is_none_is_refused() {
    let place = Place::with(PROJECT);
    place.run(&["build", "-q"]).code(0);
    place.run_in_vain(&["run", "--port", "0", "--nats", "http://x"]).code(2).stdout_eq("").stderr_eq(str![[
        r#"
error: `--nats`: "http://x" is not a valid address of a NATS server: invalid scheme for NATS server URL: http
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
    place.run_in_vain(&arguments).code(3).stdout_eq("").stderr_eq(str![[r#"
error: some.creds cannot be used
  because: cannot parse user JWT from the credentials file
  help: check that the file exists, is readable and has the content that its name says

"#]]);

    let mut running = place.start(&["run", "--port", "0", "--nats", &with("someone:sesame")]);
    running.wait_for("Running");
    assert_eq!(nats::exchange(&with("someone:sesame"), ("room.single", "4"), "room.played"), "8");
    running.stop("INT");
}

#[test]
fn what_a_lost_server_has_not_taken_is_not_claimed() {
    let place = Place::with(PROJECT);
    place.run(&["build", "-q"]).code(0);
    let mut server = nats::Server::to_be_restarted(&[]);
    let mut running = place.start(&["run", "double", "--nats", &server.url(), "--port", "0"]);
    running.wait_for("Running");
    let line = running.wait_for("Listening");
    let address = line.split("http://").nth(1).unwrap().split('/').next().unwrap().to_owned();
    assert_eq!(http::post(&address, "/double", "21"), (200, "42".to_owned()));
    server.kill();
    for _ in 0..20 {
        let (status, body) = http::post(&address, "/double", "21");
        assert!(status > 501, "{status} {body}");
    }
    server.restart();
    running.wait_for_out("reconnected to the NATS server");
    assert_eq!(http::post(&address, "/double", "4"), (200, "8".to_owned()));
    running.signal("INT");
    assert_eq!(running.wait().code(), Some(6), "{}", running.err());
    place.expect(
        running.err(),
        str![[r#"
   Listening http://127.0.0.1:[PORT]/double → double
     Reading room.single → double
     Running press Ctrl-C to stop
    Stopping waiting for calls in flight
error: the NATS server is not known to have taken 20 of the messages that were sent
  help: check that the NATS server was running and permits these topics: the output above says when they were sent

"#]],
    );
}

#[test]
fn a_topic_that_the_user_may_not_read_is_an_error_that_names_both() {
    let place = Place::with(PROJECT);
    place.run(&["build", "-q"]).code(0);
    let rights = r#"publish: ">", subscribe: ["room.double", "_INBOX.>"]"#;
    let server = nats::Server::restricted(rights);
    let url = server.url_of_restricted();
    place.run_in_vain(&["run", "--port", "0", "--nats", &url]).code(6).stdout_eq("").stderr_eq(str![[r#"
error: the user `restricted` is not permitted to subscribe to `room.single` on the NATS server
  help: give this user the right to subscribe to `room.single` in the server's configuration, or use another user

"#]]);
}

#[test]
fn what_the_user_may_not_publish_is_not_claimed() {
    let place = Place::with(PROJECT);
    let rights = r#"publish: ["_INBOX.>"], subscribe: ">""#;
    let server = nats::Server::restricted(rights);
    let mut running = place.start(&["run", "--nats", &server.url_of_restricted(), "--port", "0"]);
    running.wait_for("Running");
    let line = running.wait_for("Listening");
    let address = line.split("http://").nth(1).unwrap().split('/').next().unwrap().to_owned();
    let (status, body) = http::post(&address, "/double", "21");
    assert_eq!((status, body.trim()), (503, "double: its output could not be published"));
    running.wait_for_out("the user `restricted` is not permitted to publish to `room.double`");
    running.signal("INT");
    assert_eq!(running.wait().code(), Some(6), "{}", running.err());
}
