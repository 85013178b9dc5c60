//! What a result means, without a host.

mod fake;

use fake::Fake;
use flow::protocol::{MAX_BODY_BYTES, NO_REPLY, STORED_TOPICS};
use flow::{COMPONENT_NAME, Failure, Message, body_limit, deliver};

fn handle_message(platform: &Fake, body: &[u8], reply_to: Option<String>) -> Result<(), String> {
    let (subject, body) = ("celsius".to_owned(), body.to_vec());
    flow::handle_message(platform, &Message { subject, body, reply_to })
}

fn to(subject: &str, body: &str) -> (String, Vec<u8>) {
    (subject.to_owned(), body.as_bytes().to_vec())
}

#[test]
fn output_goes_to_the_destination() {
    let platform = Fake::giving(Ok("273"));
    assert_eq!(deliver(&platform, b"0", None), Ok(Some(b"273".to_vec())));
    assert_eq!(platform.published(), [to("kelvin", "273")]);
    assert!(platform.log().is_empty());
}

#[test]
fn a_sender_that_waits_is_answered_too() {
    let platform = Fake::giving(Ok("273"));
    assert_eq!(handle_message(&platform, b"0", Some("inbox.1".into())), Ok(()));
    assert_eq!(platform.published(), [to("kelvin", "273"), to("inbox.1", "273")]);
}

#[test]
fn an_empty_reply_subject_is_none() {
    let platform = Fake::giving(Ok("273"));
    assert_eq!(handle_message(&platform, b"0", Some(String::new())), Ok(()));
    assert_eq!(platform.published(), [to("kelvin", "273")]);
}

#[test]
fn an_empty_output_is_filtered_out() {
    let platform = Fake::giving(Ok(""));
    assert_eq!(deliver(&platform, b"0", Some("inbox.1".into())), Ok(None));
    assert!(platform.published().is_empty());
    assert!(platform.log().is_empty());
}

#[test]
fn an_error_of_the_function_is_logged_and_told_to_the_host() {
    let platform = Fake::giving(Err("not a number"));
    assert_eq!(handle_message(&platform, b"x", Some("inbox.1".into())), Err("not a number".into()));
    assert!(platform.published().is_empty());
    assert_eq!(platform.log(), ["convert: not a number"]);
}

#[test]
fn a_missing_setting_is_named_before_the_function_runs() {
    let mut platform = Fake::giving(Ok("273"));
    platform.settings.retain(|(key, _)| *key == COMPONENT_NAME);
    let message = "the setting \"dest_topic\" is missing";
    assert_eq!(deliver(&platform, b"0", None), Err(Failure::Setting(message.into())));
    assert_eq!(platform.log(), [format!("convert: {message}")]);
    assert_eq!(*platform.calls.borrow(), 0);

    platform.settings.clear();
    let message = "the setting \"component_name\" is missing";
    assert_eq!(handle_message(&platform, b"0", None), Err(message.into()));
}

#[test]
fn what_cannot_be_published_is_an_error_that_names_the_subject() {
    let mut platform = Fake::giving(Ok("273"));
    platform.refused = Some("kelvin");
    let message = "publishing to \"kelvin\" failed: no responders";
    assert_eq!(deliver(&platform, b"0", Some("inbox.1".into())), Err(Failure::Publish(message.into())));
    assert!(platform.published().is_empty(), "the sender must not be told that all went well");
    assert_eq!(platform.log(), [format!("convert: {message}")]);

    platform.refused = Some("inbox.1");
    assert!(matches!(deliver(&platform, b"0", Some("inbox.1".into())), Err(Failure::Publish(_))));
}

#[test]
fn the_body_limit_has_a_default_and_must_be_a_number() {
    let mut platform = Fake::giving(Ok(""));
    assert_eq!(body_limit(&platform), Ok(8_388_608));
    platform.settings.push((MAX_BODY_BYTES, "10"));
    assert_eq!(body_limit(&platform), Ok(10));
    platform.settings.pop();
    platform.settings.push((MAX_BODY_BYTES, "8 MiB"));
    let message = "the setting \"max_body_bytes\" is not a valid number of bytes: \"8 MiB\"";
    assert_eq!(body_limit(&platform), Err(Failure::Setting(message.into())));
}

#[test]
fn where_a_stream_stores_the_topic_it_has_acknowledged_the_result() {
    let mut platform = Fake::giving(Ok("294.65"));
    platform.settings.push((STORED_TOPICS, "other,kelvin"));
    assert_eq!(deliver(&platform, b"21.5", None), Ok(Some(b"294.65".to_vec())));
    assert_eq!(platform.requested.borrow().as_slice(), [("kelvin".to_owned(), b"294.65".to_vec())]);
    assert_eq!(platform.published(), []);
    platform.reply = Ok(Vec::new());
    assert!(matches!(deliver(&platform, b"21.5", None), Err(Failure::Publish(_))));
}

#[test]
fn the_reply_subject_of_a_stored_topic_belongs_to_its_stream() {
    let mut platform = Fake::giving(Ok("294.65"));
    platform.settings.push((NO_REPLY, "true"));
    assert_eq!(deliver(&platform, b"21.5", Some("_INBOX.1".into())), Ok(Some(b"294.65".to_vec())));
    assert_eq!(platform.published(), [("kelvin".to_owned(), b"294.65".to_vec())]);
}
