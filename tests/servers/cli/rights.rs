//! What a user of the NATS server may not do is an error that names the user, the topic and the right.

use crate::support::functions::PROJECT;
use crate::support::{Place, nats};

#[test]
fn doctor_names_the_topic_that_the_user_may_not_read() {
    let place = Place::with(PROJECT);
    let server = nats::Server::restricted(r#"publish: ">", subscribe: ["room.double", "_INBOX.>"]"#);
    let place = place
        .env("NATS_HOST", server.host().to_string())
        .env("NATS_PORT", server.port.to_string())
        .env("NATS_USER", "restricted")
        .env("NATS_PASSWORD", "pw");
    let ran = place.ran(&["doctor", "--timeout", "5m", "--json"]);
    let report: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    let text = report.to_string();
    let wanted = "the user `restricted` is not permitted to subscribe to `room.single` on the NATS server";
    assert!(text.contains(wanted), "{text}");
    assert!(!text.contains("subscribe to `room.double`"), "{text}");
}
