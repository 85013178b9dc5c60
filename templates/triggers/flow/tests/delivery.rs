//! What JetStream is told of the messages that it keeps.

mod fake;

use fake::Fake;
use flow::{Message, handle_message};

const ACK: &str = "$JS.ACK.ROOM.convert";

/// A task whose messages are tried three times.
fn kept(result: Result<&str, &str>) -> Fake {
    let mut fake = Fake::giving(result);
    fake.settings.extend([("max_deliver", "3"), ("dead_letter_topic", "dead.convert")]);
    fake
}

/// A message that has been handed over so many times.
fn message(delivered: u32) -> Message {
    Message {
        subject: "celsius".to_owned(),
        body: b"21.5".to_vec(),
        reply_to: Some(format!("{ACK}.{delivered}.10.7.1700000000000000000.2")),
    }
}

/// What was published, with the acknowledgement's subject cut to its beginning.
fn published(fake: &Fake) -> Vec<String> {
    let cut = |subject: &str| subject.split(&format!("{ACK}.")).next().unwrap_or_default().to_owned();
    let show = |(subject, body): (String, Vec<u8>)| {
        let place = if subject.starts_with(ACK) { "ack".to_owned() } else { cut(&subject) };
        format!("{place}: {}", String::from_utf8_lossy(&body))
    };
    fake.published().into_iter().map(show).collect()
}

#[test]
fn it_is_acknowledged_after_the_result_is_out() {
    let fake = kept(Ok("294.65"));
    assert_eq!(handle_message(&fake, &message(1)), Ok(()));
    assert_eq!(published(&fake), ["kelvin: 294.65", "ack: +ACK"]);
}

#[test]
fn what_is_filtered_out_is_dealt_with() {
    let fake = kept(Ok(""));
    assert_eq!(handle_message(&fake, &message(1)), Ok(()));
    assert_eq!(published(&fake), ["ack: +ACK"]);
}

#[test]
fn what_fails_comes_again_later_each_time() {
    let fake = kept(Err("no"));
    assert_eq!(handle_message(&fake, &message(1)), Err("no".to_owned()));
    assert_eq!(handle_message(&fake, &message(2)), Err("no".to_owned()));
    assert_eq!(published(&fake), ["ack: -NAK {\"delay\": 1000000000}", "ack: -NAK {\"delay\": 2000000000}"]);
}

#[test]
fn the_pause_has_an_end() {
    let mut fake = kept(Err("no"));
    fake.settings.insert(0, ("max_deliver", "100"));
    for delivered in [7, 64, 65, 99] {
        assert!(handle_message(&fake, &message(delivered)).is_err());
    }
    assert_eq!(published(&fake), ["ack: -NAK {\"delay\": 60000000000}"; 4]);
}

#[test]
fn after_the_last_try_it_goes_to_the_dead_letters_as_it_came() {
    let fake = kept(Err("no\nway"));
    assert_eq!(handle_message(&fake, &message(3)), Err("no\nway".to_owned()));
    assert_eq!(published(&fake), ["dead.convert: 21.5", "ack: +TERM"]);
    assert_eq!(*fake.calls.borrow(), 1);
}

#[test]
fn what_broke_off_each_time_is_not_tried_again() {
    let fake = kept(Ok("294.65"));
    let told = handle_message(&fake, &message(4)).unwrap_err();
    assert!(told.starts_with("no answer"), "{told}");
    assert_eq!(*fake.calls.borrow(), 0);
    let published = published(&fake);
    assert_eq!(published[0], "dead.convert: 21.5");
    assert_eq!(published[1], "ack: +TERM");
    assert_eq!(fake.log().len(), 1);
}

#[test]
fn a_result_that_is_not_taken_is_a_failure() {
    let mut fake = kept(Ok("294.65"));
    fake.refused = Some("kelvin");
    assert!(handle_message(&fake, &message(1)).is_err());
    assert_eq!(published(&fake), ["ack: -NAK {\"delay\": 1000000000}"]);
}

#[test]
fn dead_letters_that_are_not_taken_come_again() {
    let mut fake = kept(Err("no"));
    fake.refused = Some("dead.convert");
    assert!(handle_message(&fake, &message(3)).is_err());
    assert_eq!(published(&fake), ["ack: -NAK {\"delay\": 4000000000}"]);
    assert_eq!(fake.log().len(), 2, "{:?}", fake.log());
}

#[test]
fn others_that_wait_get_an_answer_as_ever() {
    let fake = kept(Ok("294.65"));
    let asked = Message { reply_to: Some("_INBOX.1".to_owned()), ..message(1) };
    assert_eq!(handle_message(&fake, &asked), Ok(()));
    assert_eq!(published(&fake), ["kelvin: 294.65", "_INBOX.1: 294.65"]);
}
