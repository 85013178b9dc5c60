//! The rules for HTTP, without a host.

#![allow(clippy::expect_used)]

use flow::Failure;
use flow::http::{Answer, Intake, TooLarge};

fn content_type(output: &[u8]) -> String {
    let answer = Answer::delivered(Ok(Some(output.to_vec())));
    let header = answer.headers.into_iter().find(|(name, _)| *name == "content-type");
    header.map(|(_, value)| value).unwrap_or_default()
}

#[test]
fn the_output_is_the_body() {
    let answer = Answer::delivered(Ok(Some(b"{\"kelvin\":273}".to_vec())));
    assert_eq!((answer.status, answer.body.as_deref()), (200, Some(b"{\"kelvin\":273}".as_slice())));
}

#[test]
fn the_content_type_is_what_the_output_looks_like() {
    assert_eq!(content_type(b"{\"kelvin\":273}"), "application/json");
    assert_eq!(content_type(b" \n[1]"), "application/json");
    assert_eq!(content_type("273 °K".as_bytes()), "text/plain; charset=utf-8");
    assert_eq!(content_type(b"   "), "text/plain; charset=utf-8");
    assert_eq!(content_type(&[0xff, 0xd8]), "application/octet-stream");
}

#[test]
fn what_was_filtered_out_has_no_body() {
    let answer = Answer::delivered(Ok(None));
    assert_eq!(answer, Answer { status: 204, headers: Vec::new(), body: None });
}

#[test]
fn a_failure_says_whose_it_is() {
    for (failure, status) in [
        (Failure::Task("why".into()), 422),
        (Failure::Input("why".into()), 422),
        (Failure::Setting("why".into()), 500),
        (Failure::Output("why".into()), 500),
        (Failure::Publish("why".into()), 503),
        (Failure::Store("why".into()), 503),
    ] {
        assert_eq!(Answer::delivered(Err(failure)), Answer::text(status, "why"));
    }
    assert_eq!(Answer::text(500, "why").body.as_deref(), Some(b"why\n".as_slice()));
}

#[test]
fn only_post_is_allowed() {
    let answer = Answer::method_not_allowed();
    assert_eq!(answer.status, 405);
    assert!(answer.headers.contains(&("allow".into(), "POST".to_owned())));
    assert_eq!(answer.body.as_deref(), Some(b"method not allowed: send a POST request\n".as_slice()));
}

#[test]
fn a_body_declared_too_large_is_refused_before_it_is_read() {
    assert_eq!(Intake::new(10, Some(b"11")).err(), Some(TooLarge));
    assert!(Intake::new(10, Some(b"10")).is_ok());
    assert!(Intake::new(10, Some(b"many")).is_ok());
    assert!(Intake::new(10, Some(b"\xff")).is_ok());
    assert!(Intake::new(10, None).is_ok());
}

#[test]
fn a_body_is_taken_up_to_the_limit() {
    let mut intake = Intake::new(5, None).expect("nothing is declared");
    assert_eq!(intake.wanted(), 5);
    assert_eq!(intake.take(b"abc"), Ok(()));
    assert_eq!(intake.wanted(), 2);
    assert_eq!(intake.take(b""), Ok(()));
    assert_eq!(intake.take(b"de"), Ok(()));
    assert_eq!(intake.wanted(), 1, "to see that nothing follows");
    assert_eq!(intake.take(b"f"), Err(TooLarge));
    assert_eq!(intake.finish().as_deref(), Some(b"abcde".as_slice()));
}

#[test]
fn a_large_limit_is_read_in_pieces() {
    let intake = Intake::new(u64::MAX, None).expect("nothing is declared");
    assert_eq!(intake.wanted(), 65_536);
}

#[test]
fn a_body_that_ends_early_is_incomplete() {
    let mut intake = Intake::new(10, Some(b" 4 ")).expect("it fits");
    assert_eq!(intake.take(b"abc"), Ok(()));
    assert_eq!(intake.finish(), None);
}
