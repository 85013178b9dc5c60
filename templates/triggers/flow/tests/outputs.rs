//! Results that go to several topics, name their topic, or are several messages.

mod fake;

use fake::Fake;
use flow::protocol::STORED_TOPICS;
use flow::{DEST_TOPICS, Message, handle_message, route, split};

fn message() -> Message {
    Message { subject: "in".to_owned(), body: b"1".to_vec(), reply_to: None }
}

fn to(subject: &str, body: &str) -> (String, Vec<u8>) {
    (subject.to_owned(), body.as_bytes().to_vec())
}

/// A task that may name these topics.
fn router(result: &'static str) -> Fake {
    let mut platform = Fake::giving(Ok(result));
    platform.settings.push((DEST_TOPICS, "alarm,room.calm"));
    platform
}

fn with_topics(result: &'static str, topics: &'static str) -> Fake {
    let mut platform = Fake::giving(Ok(result));
    platform.settings.retain(|(key, _)| *key != flow::DEST_TOPIC);
    platform.settings.push((flow::DEST_TOPIC, topics));
    platform
}

#[test]
fn a_result_goes_to_every_topic_in_order() {
    let mut platform = with_topics("273", "kelvin, archive");
    assert_eq!(handle_message(&platform, &message()), Ok(()));
    assert_eq!(platform.published(), [to("kelvin", "273"), to("archive", "273")]);

    platform = with_topics("273", "kelvin,archive");
    platform.refused = Some("archive");
    assert_eq!(
        handle_message(&platform, &message()),
        Err("publishing to \"archive\" failed: no responders".to_owned())
    );

    platform = with_topics("273", "kelvin,archive");
    platform.settings.push((STORED_TOPICS, "archive"));
    assert_eq!(handle_message(&platform, &message()), Ok(()));
    assert_eq!(platform.requested.borrow().as_slice(), [to("archive", "273")]);
    assert_eq!(platform.published(), [to("kelvin", "273")]);
}

#[test]
fn a_function_names_the_topic() {
    let platform = router(r#"{"topic": "alarm", "data": {"t": 91.0}}"#);
    assert_eq!(route(&platform, &message()), Ok(()));
    assert_eq!(platform.published(), [to("alarm", r#"{"t": 91.0}"#)]);
}

#[test]
fn a_function_names_several_topics() {
    let platform = router(
        r#" [{"topic": "alarm", "data": "hot\n"}, {"data": null, "topic": "room.calm"}, {"topic": "alarm", "data": ""}]"#,
    );
    assert_eq!(route(&platform, &message()), Ok(()));
    assert_eq!(
        platform.published(),
        [to("alarm", "hot\n"), to("room.calm", "null")],
        "an empty text is not sent"
    );
    let platform = router("[]");
    assert_eq!(route(&platform, &message()), Ok(()));
    assert_eq!(platform.published(), []);
}

#[test]
fn nothing_is_sent_of_routes_that_are_wrong() {
    for (result, words) in [
        (
            r#"[{"topic": "alarm", "data": 1}, {"topic": "alarms", "data": 1}]"#,
            "the result names the topic \"alarms\", which is not one of the task's dest_topics: alarm, room.calm",
        ),
        (r#"{"topic": "alarm"}"#, "missing field `data`"),
        (r#"{"topic": "alarm", "data": 1, "to": 2}"#, "unknown field `to`"),
        (r#"{"topic": ["alarm"], "data": 1}"#, "invalid type"),
        (r#"["alarm", 1]"#, "it is not a JSON object"),
        (r#"[["alarm", 1]]"#, "it is not a JSON object"),
        ("alarm", "it is not a JSON object"),
        (r#"[{"topic": "alarm", "data": 1}"#, "EOF"),
        (r#"{"topic": "alarm", "data": "\ud800"}"#, "hex escape"),
    ] {
        let platform = router(result);
        let failure = route(&platform, &message()).unwrap_err();
        assert!(failure.contains(words), "{result}: {failure}");
        assert_eq!(platform.published(), [], "{result}");
    }
    let failure = route(&Fake::giving(Ok("{}")), &message()).unwrap_err();
    assert_eq!(failure, "the setting \"dest_topics\" is missing");
}

#[test]
fn each_element_of_a_list_is_a_message() {
    let platform = with_topics(r#"["one", "", {"n": [1, 2]}, 3.50]"#, "a,b");
    assert_eq!(split(&platform, &message()), Ok(()));
    let sent = ["one", r#"{"n": [1, 2]}"#, "3.50"].map(|body| [to("a", body), to("b", body)]);
    assert_eq!(platform.published(), sent.concat());
    for (result, words) in [
        (r#"{"a": 1}"#, "the result is not a JSON array: invalid type: map"),
        (r#"["one", "two"#, "the result is not a JSON array: EOF"),
        (r#"["one", "\ud800"]"#, "hex escape"),
    ] {
        let platform = Fake::giving(Ok(result));
        let failure = split(&platform, &message()).unwrap_err();
        assert!(failure.contains(words), "{result}: {failure}");
        assert_eq!(platform.published(), [], "{result}");
    }
}
