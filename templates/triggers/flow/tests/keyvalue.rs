//! What becomes of messages and results with a key-value bucket, without a host.

#![allow(clippy::unwrap_used)]

mod fake;

use fake::{Fake, Stored};
use flow::{Failure, Message, store_entry};

fn message(subject: &str, body: &[u8]) -> Message {
    Message { subject: subject.into(), body: body.to_vec(), reply_to: None }
}

/// What the function was given for a message.
fn given(subject: &str, body: &str) -> String {
    let platform = Fake::giving(Ok(""));
    let handled = store_entry(&platform, &platform, &message(subject, body.as_bytes()));
    assert_eq!(handled, Ok(()));
    assert!(platform.stored().is_empty(), "nothing was returned");
    String::from_utf8(platform.inputs.borrow()[0].clone()).unwrap()
}

/// What was stored for a result.
fn stored(result: &str) -> Result<Stored, String> {
    let platform = Fake::giving(Ok(result));
    store_entry(&platform, &platform, &message("home.kitchen", b"1")).map(|()| platform.stored())
}

fn entry(key: &str, value: &str) -> Stored {
    vec![(key.into(), value.into())]
}

#[test]
fn an_entry_that_arrives_is_given_as_it_is() {
    for body in [
        r#"{"key": "a", "data": 1}"#,
        "  { \"data\" : null,\n\"key\":\"\\u00e4\" }",
        r#"{"key":"","data":{"key":1},"unit":"C"}"#,
    ] {
        assert_eq!(given("home.kitchen", body), body);
    }
}

#[test]
fn an_entry_without_a_key_gets_the_subject() {
    assert_eq!(
        given("home.kitchen", r#" {"data": 1.10, "unit": "C"} "#),
        r#"{"key":"home.kitchen","data": 1.10, "unit": "C"} "#
    );
}

#[test]
fn anything_else_becomes_the_data_of_an_entry() {
    for (body, data) in [
        ("21.50", "21.50"),
        (" [1, 2]\n", "[1, 2]"),
        (r#"{"Data": 1}"#, r#"{"Data": 1}"#),
        (r#"{"key": 7, "data": 1}"#, r#"{"key": 7, "data": 1}"#),
        (r#"{"key": null, "data": 1}"#, r#"{"key": null, "data": 1}"#),
        (r#"["a", 1]"#, r#"["a", 1]"#),
        ("warm, \"so\" to say\n", r#""warm, \"so\" to say\n""#),
        ("{", r#""{""#),
        ("", r#""""#),
    ] {
        let expected = format!(r#"{{"key":"a\"b","data":{data}}}"#);
        assert_eq!(given("a\"b", body), expected, "{body}");
    }
}

#[test]
fn what_is_no_text_is_not_given_to_the_function() {
    let platform = Fake::giving(Ok("{}"));
    let handled = store_entry(&platform, &platform, &message("a", b"\xff"));
    assert_eq!(handled, Err("the message is not valid UTF-8".into()));
    assert_eq!(*platform.calls.borrow(), 0);
    assert_eq!(platform.log(), ["convert: the message is not valid UTF-8"]);
}

#[test]
fn texts_are_stored_as_texts_and_all_else_as_json() {
    for (data, value) in [
        (r#""2 \u00b0C\n""#, "2 °C\n"),
        (r#""""#, ""),
        ("1.10", "1.10"),
        ("12345678901234567890.5", "12345678901234567890.5"),
        ("null", "null"),
        (r#"{"b": [1, 2],  "a": "x"}"#, r#"{"b": [1, 2],  "a": "x"}"#),
    ] {
        let result = format!(r#" {{"key": "kitchen", "data": {data}}} "#);
        assert_eq!(stored(&result), Ok(entry("kitchen", value)), "{data}");
    }
}

#[test]
fn a_result_without_a_key_is_stored_under_the_subject() {
    assert_eq!(stored(r#"{"data": 1}"#), Ok(entry("home.kitchen", "1")));
}

#[test]
fn a_result_that_is_no_entry_is_an_error() {
    let wrong = |result: &str| stored(result).unwrap_err();
    let form = r#"the result is not of the form {"key": …, "data": …}: "#;
    assert_eq!(wrong("294.65"), format!("{form}it is not a JSON object"));
    assert_eq!(wrong(r#"["a", 1]"#), format!("{form}it is not a JSON object"));
    assert_eq!(wrong(r#"{"key": "a"}"#), format!("{form}missing field `data` at line 1 column 12"));
    for (result, word) in [
        (r#"{"key": "a", "Data": 1}"#, "unknown field `Data`"),
        (r#"{"key": 1, "data": 1}"#, "invalid type: integer `1`"),
        (r#"{"key": null, "data": 1}"#, "invalid type: null"),
        (r#"{"key": "a", "data": 1, "data": 2}"#, "duplicate field `data`"),
        (r#"{"key": "a", "data": "\ud800"}"#, "hex escape"),
        (r#"{"key": "a", "data": 1"#, "EOF"),
    ] {
        let message = wrong(result);
        assert!(message.starts_with(form) && message.contains(word), "{message}");
    }
}

#[test]
fn keys_are_what_nats_takes() {
    let keyed = |key: &str| stored(&format!(r#"{{"key": "{key}", "data": 1}}"#));
    for key in ["a", "A-b_c/d=e.9", "=", "home.kitchen"] {
        assert_eq!(keyed(key), Ok(entry(key, "1")));
    }
    assert_eq!(
        keyed("living room"),
        Err(
            r#""living room" is not a valid key: it contains ' '; ASCII letters, digits and -_/=. are allowed"#
                .into()
        )
    );
    assert_eq!(keyed(""), Err(r#""" is not a valid key: it is empty"#.into()));
    for key in [".a", "a.", "a..b", "."] {
        let message = keyed(key).unwrap_err();
        assert!(message.ends_with("a part before, between or after dots is empty"), "{message}");
    }
    for key in ["a*", ">", "ä", "$KV", "a,b"] {
        assert!(keyed(key).is_err(), "{key}");
    }
}

#[test]
fn a_subject_that_is_no_key_is_an_error_only_where_it_is_needed() {
    let platform = Fake::giving(Ok(r#"{"data": 1}"#));
    let handled = store_entry(&platform, &platform, &message("räume", b"1"));
    assert!(handled.unwrap_err().contains("'ä'"));
    let platform = Fake::giving(Ok(r#"{"key": "rooms", "data": 1}"#));
    let handled = store_entry(&platform, &platform, &message("räume", b"1"));
    assert_eq!(handled, Ok(()));
}

#[test]
fn who_waits_is_answered_once_it_is_stored() {
    let mut platform = Fake::giving(Ok(r#"{"data": 1}"#));
    let waiting = Message { reply_to: Some("inbox.1".into()), ..message("a", b"1") };
    assert_eq!(store_entry(&platform, &platform, &waiting), Ok(()));
    assert_eq!(platform.published(), [("inbox.1".to_owned(), br#"{"data": 1}"#.to_vec())]);

    platform.full = true;
    platform.published.borrow_mut().clear();
    let message = "storing \"a\" failed: the bucket is full";
    assert_eq!(store_entry(&platform, &platform, &waiting), Err(message.into()));
    assert!(platform.published().is_empty());
    assert_eq!(platform.log(), [format!("convert: {message}")]);
}

#[test]
fn a_component_without_its_name_fails_before_its_function_runs() {
    let mut platform = Fake::giving(Ok(r#"{"data": 1}"#));
    platform.settings.clear();
    let failure = Failure::Setting("the setting \"component_name\" is missing".into());
    assert_eq!(store_entry(&platform, &platform, &message("a", b"1")), Err(failure.to_string()));
    assert_eq!(*platform.calls.borrow(), 0);
}
