//! What JetStream is told about the messages that it stores.

mod fake;

use fake::Fake;
use flow::{Message, handle_message};

const ACK: &str = "$JS.ACK.ROOM.convert";
const REFUSED: &str = r#"{"error":{"code":503,"err_code":10077,"description":"maximum bytes exceeded"},"stream":"KELVIN","seq":0}"#;

/// A task whose messages are delivered three times.
fn at_least_once(result: Result<&str, &str>) -> Fake {
    let mut fake = Fake::giving(result);
    let settings = [
        ("max_deliver", "3"),
        ("dead_letter_topic", "dead.convert"),
        ("stored_topics", "kelvin,dead.convert"),
    ];
    fake.settings.extend(settings);
    fake
}

/// A message that has been delivered so many times.
fn message(delivered: u32) -> Message {
    Message {
        subject: "celsius".to_owned(),
        body: b"21.5".to_vec(),
        reply_to: Some(format!("{ACK}.{delivered}.10.7.1700000000000000000.2")),
    }
}

fn shown(messages: &[(String, Vec<u8>)]) -> Vec<String> {
    let show = |(subject, body): &(String, Vec<u8>)| {
        let place = if subject.starts_with(ACK) { "ack" } else { subject };
        format!("{place}: {}", String::from_utf8_lossy(body))
    };
    messages.iter().map(show).collect()
}

/// What was published without waiting for an acknowledgement.
fn sent(fake: &Fake) -> Vec<String> {
    shown(&fake.published.borrow())
}

/// What a stream was asked to store.
fn stored(fake: &Fake) -> Vec<String> {
    shown(&fake.requested.borrow())
}

#[test]
fn it_is_acknowledged_after_a_stream_has_the_result() {
    let fake = at_least_once(Ok("294.65"));
    assert_eq!(handle_message(&fake, &message(1)), Ok(()));
    assert_eq!(stored(&fake), ["kelvin: 294.65"]);
    assert_eq!(sent(&fake), ["ack: +ACK"]);
}

#[test]
fn a_message_that_is_filtered_out_is_acknowledged() {
    let fake = at_least_once(Ok(""));
    assert_eq!(handle_message(&fake, &message(1)), Ok(()));
    assert_eq!(sent(&fake), ["ack: +ACK"]);
    assert_eq!(stored(&fake).len(), 0);
}

#[test]
fn a_message_that_fails_is_redelivered_later_each_time() {
    let fake = at_least_once(Err("no"));
    assert_eq!(handle_message(&fake, &message(1)), Err("no".to_owned()));
    assert_eq!(handle_message(&fake, &message(2)), Err("no".to_owned()));
    assert_eq!(sent(&fake), ["ack: -NAK {\"delay\": 1000000000}", "ack: -NAK {\"delay\": 2000000000}"]);
}

#[test]
fn the_delay_has_a_limit() {
    let mut fake = at_least_once(Err("no"));
    fake.settings.insert(0, ("max_deliver", "100"));
    for delivered in [7, 64, 65, 99] {
        assert!(handle_message(&fake, &message(delivered)).is_err());
    }
    assert_eq!(sent(&fake), ["ack: -NAK {\"delay\": 60000000000}"; 4]);
}

#[test]
fn after_the_last_attempt_it_is_dead_lettered_unchanged() {
    let fake = at_least_once(Err("no\nway"));
    assert_eq!(handle_message(&fake, &message(3)), Err("no\nway".to_owned()));
    assert_eq!(stored(&fake), ["dead.convert: 21.5"]);
    assert_eq!(sent(&fake), ["ack: +TERM"]);
    assert_eq!(*fake.calls.borrow(), 1);
}

#[test]
fn a_message_whose_calls_all_trapped_is_dead_lettered_without_another() {
    let fake = at_least_once(Ok("294.65"));
    let failure = handle_message(&fake, &message(4)).unwrap_err();
    assert!(failure.starts_with("no result"), "{failure}");
    assert_eq!(*fake.calls.borrow(), 0);
    assert_eq!(stored(&fake), ["dead.convert: 21.5"]);
    assert_eq!(sent(&fake), ["ack: +TERM"]);
    assert_eq!(fake.log().len(), 1);
}

#[test]
fn a_result_that_no_stream_acknowledges_is_a_failure() {
    let why = "publishing to \"kelvin\" failed: ";
    let mut fake = at_least_once(Ok("294.65"));
    fake.refused = Some("kelvin");
    let failure = handle_message(&fake, &message(1)).unwrap_err();
    assert_eq!(failure, format!("{why}no stream acknowledged it: no responders"));
    fake.refused = None;
    fake.reply = Ok(REFUSED.into());
    let failure = handle_message(&fake, &message(1)).unwrap_err();
    assert_eq!(failure, format!("{why}the stream refused it: maximum bytes exceeded"));
    fake.reply = Ok("294.65".into());
    let failure = handle_message(&fake, &message(1)).unwrap_err();
    assert_eq!(failure, format!("{why}another program answered before a stream acknowledged it"));
    assert_eq!(sent(&fake), ["ack: -NAK {\"delay\": 1000000000}"; 3]);
}

#[test]
fn a_dead_letter_that_no_stream_acknowledges_is_redelivered() {
    let mut fake = at_least_once(Err("no"));
    fake.refused = Some("dead.convert");
    let refused = "publishing to \"dead.convert\" failed: no stream acknowledged it: no responders";
    assert_eq!(handle_message(&fake, &message(3)), Err(format!("no; {refused}")));
    assert_eq!(fake.log(), ["convert: no".to_owned(), format!("convert: {refused}")]);
    fake.refused = None;
    fake.reply = Ok(REFUSED.into());
    assert!(handle_message(&fake, &message(3)).is_err());
    assert!(handle_message(&fake, &message(4)).is_err());
    assert_eq!(
        sent(&fake),
        [
            "ack: -NAK {\"delay\": 4000000000}",
            "ack: -NAK {\"delay\": 4000000000}",
            "ack: -NAK {\"delay\": 8000000000}"
        ]
    );
}

#[test]
fn a_sender_that_waits_gets_a_reply() {
    let fake = at_least_once(Ok("294.65"));
    let asked = Message { reply_to: Some("_INBOX.1".to_owned()), ..message(1) };
    assert_eq!(handle_message(&fake, &asked), Ok(()));
    assert_eq!(stored(&fake), ["kelvin: 294.65"]);
    assert_eq!(sent(&fake), ["_INBOX.1: 294.65"]);
}
