//! What becomes of results with a database, without one.

#![allow(clippy::unwrap_used)]

mod fake;

use fake::Fake;
use flow::{COLUMN, Message, ON_CONFLICT, TABLE};

/// A task whose function gives `result`, with these settings.
fn insert_row(platform: &Fake, reply_to: Option<String>) -> Result<(), String> {
    let (subject, body) = ("celsius".to_owned(), b"in".to_vec());
    flow::insert_row(platform, platform, &Message { subject, body, reply_to })
}

fn task(result: &[u8], table: &'static str, on_conflict: &'static str) -> Fake {
    let mut platform = Fake::giving(Ok(""));
    platform.result = Ok(result.to_vec());
    let settings = [(TABLE, table), (COLUMN, "data"), (ON_CONFLICT, on_conflict)];
    platform.settings.extend(settings);
    platform
}

/// The statement and the value for a result.
fn ran(platform: &Fake) -> Result<(String, String), String> {
    insert_row(platform, None).map(|()| platform.stored()[0].clone())
}

#[test]
fn a_result_is_a_row() {
    let platform = task(b"{\"a\": 1}", "readings", "none");
    let statement = r#"INSERT INTO "readings" ("data") VALUES ($1::text::json)"#;
    assert_eq!(ran(&platform), Ok((statement.into(), "{\"a\": 1}".into())));
    assert_eq!(platform.inputs.borrow()[0], b"in", "the message as it came");
}

#[test]
fn what_becomes_of_rows_that_are_there() {
    let statement = |on_conflict| ran(&task(b"1", "house.readings", on_conflict)).unwrap().0;
    let insert = r#"INSERT INTO "house"."readings" ("data") VALUES ($1::text::json)"#;
    assert_eq!(statement("none"), insert);
    assert_eq!(statement("ignore"), format!("{insert} ON CONFLICT DO NOTHING"));
    assert_eq!(
        statement("update:room"),
        format!(r#"{insert} ON CONFLICT ("room") DO UPDATE SET "data" = EXCLUDED."data""#)
    );
    let platform = task(b"1", "readings", "replace");
    let message = "the setting \"on_conflict\" is not valid: \"replace\" is not \"none\", \"ignore\" or \"update:COLUMN\"";
    assert_eq!(ran(&platform), Err(message.into()));
    assert_eq!(*platform.calls.borrow(), 0);
}

#[test]
fn names_cannot_become_statements() {
    let (statement, _) = ran(&task(b"1", "a\"; DROP TABLE b; --", "none")).unwrap();
    assert_eq!(statement, r#"INSERT INTO "a""; DROP TABLE b; --" ("data") VALUES ($1::text::json)"#);
}

#[test]
fn json_is_stored_to_the_letter_and_all_else_as_a_json_text() {
    for (result, value) in [
        ("1.10", "1.10"),
        ("12345678901234567890.123", "12345678901234567890.123"),
        (" {\"b\": 1, \"a\": 2}\n", "{\"b\": 1, \"a\": 2}"),
        ("\"it's \\u0000\"", "\"it's \\u0000\""),
        ("it's warm", "\"it's warm\""),
        ("a \"quote\" and \0", r#""a \"quote\" and \u0000""#),
        ("'); DROP TABLE readings; --", "\"'); DROP TABLE readings; --\""),
        ("nul", "\"nul\""),
        ("{", "\"{\""),
    ] {
        let (_, stored) = ran(&task(result.as_bytes(), "readings", "none")).unwrap();
        assert_eq!(stored, value);
    }
    let platform = task(b"\xff", "readings", "none");
    assert_eq!(ran(&platform), Err("the result is not valid UTF-8".into()));
}

#[test]
fn who_waits_is_answered_once_it_is_stored() {
    let mut platform = task(b"1", "readings", "none");
    let inbox = || Some("inbox.1".to_owned());
    assert_eq!(insert_row(&platform, inbox()), Ok(()));
    assert_eq!(platform.published(), [("inbox.1".to_owned(), b"1".to_vec())]);

    platform.full = true;
    platform.published.borrow_mut().clear();
    let message = "storing in \"readings\" failed: the database is full";
    assert_eq!(insert_row(&platform, inbox()), Err(message.into()));
    assert!(platform.published().is_empty());
    assert_eq!(platform.log(), [format!("convert: {message}")]);
}

#[test]
fn nothing_is_no_row_and_a_missing_setting_is_named() {
    let platform = task(b"", "readings", "none");
    assert_eq!(insert_row(&platform, None), Ok(()));
    assert!(platform.stored().is_empty());
    let mut platform = task(b"1", "readings", "none");
    platform.settings.retain(|(key, _)| *key != COLUMN);
    let message = "the setting \"column\" is missing";
    assert_eq!(ran(&platform), Err(message.into()));
}
