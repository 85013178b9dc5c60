//! `pelato send` and `pelato tail`, with a real NATS server.

use super::chain::{self, JETSTREAM};
use crate::support::nats::Server;

#[test]
fn messages_go_to_a_server_and_come_from_it() {
    let server = Server::start(JETSTREAM);
    let url = server.url();
    let place = chain::place("");
    let mut running = chain::start(&place, &server, &[]);
    let mut tail = place.start(&["tail", "out", "-n", "1", "--nats", &url]);
    tail.wait_for(&format!("Observing out ({url})"));
    place.ran(&["send", "mid", "by the server", "--nats", &url]).success();
    assert!(tail.wait().success());
    assert_eq!(tail.out(), "out  by the server\n");
    // The workflow is reached also by itself; its topics are those of the server.
    let mut tail = place.start(&["tail", "out", "-n", "1"]);
    tail.wait_for("Observing out (pelato run)");
    place.ran(&["send", "mid", "by run"]).success();
    assert!(tail.wait().success());
    assert_eq!(tail.out(), "out  by run\n");
    // Each message is heard once, and nothing of what servers say to each other.
    let mut tail = place.start(&["tail", ">", "-n", "3", "--nats", &url]);
    tail.wait_for("Observing > (");
    place.ran(&["send", "mid", "once", "--nats", &url]).success();
    place.ran(&["send", "last", "end", "--nats", &url]).success();
    assert!(tail.wait().success());
    let mut lines: Vec<_> = tail.out().lines().map(str::to_owned).collect();
    lines.sort();
    assert_eq!(lines, ["last  end", "mid  once", "out  once"]);
    // What JetStream says to a message that it stores is no reply.
    for more in [&["--reply"][..], &["--reply", "--nats", &url]] {
        let words = ["there is no reply: the stream `PELATO_mid` stores what is sent to `mid`", "`--reply`"];
        place.ran(&[&["send", "mid", "asked"], more].concat()).failed(2, &words);
    }
    running.stop("INT");
    let large = place.pelato(&["send", "mid", "-", "--nats", &url]).stdin(vec![b'x'; (1 << 20) + 1]).assert();
    let said = String::from_utf8(large.code(6).get_output().stderr.clone()).unwrap();
    assert!(said.contains("it has 1048577 bytes, the limit is 1048576 bytes"), "{said}");
    place.ran(&["send", "nobody", "x", "--reply", "--nats", &url]).failed(6, &["no component reads nobody"]);
}

#[test]
fn what_the_user_may_not_do_is_named() {
    let server = Server::restricted("publish: [\"a\", \"_INBOX.>\"], subscribe: [\"a\", \"_INBOX.>\"]");
    let url = server.url_of_restricted();
    let place = chain::place("");
    place.ran(&["send", "b", "x", "--nats", &url]).failed(6, &["is not permitted to publish to `b`"]);
    place.ran(&["tail", "b", "--nats", &url]).failed(6, &["is not permitted to subscribe to `b`"]);
    place.ran(&["send", "a", "x", "--nats", &url]).success();
}

#[test]
fn a_user_without_a_right_on_inboxes_sends_and_observes_all_the_same() {
    let server = Server::restricted("publish: [\"a\"], subscribe: [\"a\"]");
    let url = server.url_of_restricted();
    let place = chain::place("");
    let mut tail = place.start(&["tail", "a", "-n", "1", "--nats", &url]);
    tail.wait_for("Observing a (");
    place.ran(&["send", "a", "x", "--nats", &url]).success();
    assert!(tail.wait().success());
    assert_eq!(tail.out(), "a  x\n");
    place.ran(&["send", "b", "x", "--nats", &url]).failed(6, &["is not permitted to publish to `b`"]);
}
