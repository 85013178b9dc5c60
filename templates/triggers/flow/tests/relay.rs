//! HTTP requests that an entry passes on as messages, without a host.

#![allow(clippy::expect_used)]

mod fake;

use fake::{Asked, Fake};
use flow::entry::Entry;
use flow::http::{Answer, Unread};
use flow::{Message, handle_message_or_request};

const SUBJECT: &str = "pelato.http.rooms.convert";
const INBOX: &str = "_INBOX.1";
const ROUTES: &str = r#"{"max_bytes": 200, "timeout_ms": 2000, "routes": {
    "/convert": {"component": "convert", "subject": "pelato.http.rooms.convert"},
    "/filter": {"component": "filter", "subject": "pelato.http.rooms.filter"}}}"#;

/// What an entry answers whose requests get this reply.
fn entered(asked: &Asked, reply: Result<&[u8], &str>) -> (Answer, Fake) {
    let mut fake = Fake::giving(Ok(""));
    fake.reply = reply.map(<[u8]>::to_vec).map_err(str::to_owned);
    let answer = Entry::of(Some(ROUTES)).expect("routes").answer(&fake, asked);
    (answer, fake)
}

/// The message that an entry sends for a request.
fn message(asked: &Asked) -> Message {
    let (_, fake) = entered(asked, Err("no responders"));
    let (subject, body) = fake.requested.borrow_mut().remove(0);
    Message { subject, body, reply_to: Some(INBOX.into()) }
}

/// What the task answers to a request that takes the way through an entry.
fn both(asked: &Asked, task: &Fake) -> Answer {
    handle_message_or_request(task, &message(asked)).expect("it is answered");
    let reply = task.published().into_iter().find(|(subject, _)| subject == INBOX).expect("a reply").1;
    entered(asked, Ok(&reply)).0
}

#[test]
fn a_request_reaches_the_task_and_the_answer_its_sender() {
    let task = Fake::giving(Ok("{\"kelvin\":\n294}"));
    let answer = both(&Asked::post("/convert?room=1", "21\n\n.0"), &task);
    assert_eq!(answer.status, 200);
    assert_eq!(answer.headers, [("content-type".into(), "application/json".to_owned())]);
    assert_eq!(answer.body.as_deref(), Some(b"{\"kelvin\":\n294}".as_slice()));
    assert_eq!(task.inputs.borrow().as_slice(), [b"21\n\n.0".to_vec()]);
    assert_eq!(task.published()[0], ("kelvin".to_owned(), b"{\"kelvin\":\n294}".to_vec()));
}

#[test]
fn every_status_is_that_of_the_task() {
    let failed = Fake::giving(Err("too cold"));
    assert_eq!(both(&Asked::post("/convert", "x"), &failed), Answer::text(422, "too cold"));
    let filtered = Fake::giving(Ok(""));
    let answer = both(&Asked::post("/convert", "x"), &filtered);
    assert_eq!(answer, Answer { status: 204, headers: Vec::new(), body: None });
    let get = Asked { method: "GET", ..Asked::post("/convert", "") };
    assert_eq!(both(&get, &Fake::giving(Ok("x"))), Answer::method_not_allowed());
    let mut limited = Fake::giving(Ok("x"));
    limited.settings.push(("max_body_bytes", "3"));
    assert_eq!(both(&Asked::post("/convert", "abcd"), &limited), Answer::too_large(3));
}

#[test]
fn a_page_of_an_allowed_origin_may_ask() {
    let mut task = Fake::giving(Ok("x"));
    task.settings.push(("allow_origins", "https://shop.example"));
    let headers: Vec<(_, &[u8])> =
        vec![("origin", b"https://shop.example"), ("access-control-request-method", b"POST"), ("x", b"\xff")];
    let asked = Asked { method: "OPTIONS", headers, ..Asked::post("/convert", "") };
    let answer = both(&asked, &task);
    assert_eq!(answer.status, 204);
    assert!(answer.headers.contains(&("access-control-allow-methods".into(), "POST".to_owned())));
    assert_eq!(*task.calls.borrow(), 0);
}

#[test]
fn other_paths_are_told_the_paths_there_are() {
    let (answer, fake) = entered(&Asked::post("/convert/", "x"), Ok(b""));
    let text = "Nothing is at /convert/. These are answered:\n  /convert  convert\n  /filter  filter";
    assert_eq!(answer, Answer::text(404, text));
    assert!(fake.requested.borrow().is_empty());
}

#[test]
fn what_nats_does_not_carry_is_refused() {
    let (answer, fake) = entered(&Asked::post("/convert", &"x".repeat(201)), Ok(b""));
    assert_eq!(answer, Answer::too_large(200));
    let (answer, more) = entered(&Asked::post("/convert", &"x".repeat(180)), Ok(b""));
    assert_eq!(answer.status, 413);
    assert!(fake.requested.borrow().is_empty() && more.requested.borrow().is_empty());
    let cut = Asked { body: Err(Unread::Incomplete), ..Asked::post("/convert", "") };
    assert_eq!(entered(&cut, Ok(b"")).0, Answer::incomplete());
}

#[test]
fn a_task_that_does_not_answer_is_told_from_one_that_is_not_there() {
    let asked = Asked::post("/filter", "x");
    let (answer, _) = entered(&asked, Err("request timed out"));
    assert_eq!(answer, Answer::text(504, "filter did not answer within 2000 ms"));
    let (answer, _) = entered(&asked, Err("no responders"));
    assert_eq!(answer, Answer::text(503, "filter does not run on any host: no responders"));
    let (answer, _) = entered(&asked, Ok(b"hello"));
    assert_eq!(answer.status, 502);
}

#[test]
fn an_entry_without_valid_routes_says_so() {
    for routes in [None, Some(""), Some("{}"), Some("{\"routes\": {}}")] {
        assert_eq!(Entry::of(routes).expect_err("not valid").status, 500, "{routes:?}");
    }
}

#[test]
fn an_answer_that_is_too_large_is_replaced_by_one_that_says_so() {
    let mut task = Fake::giving(Ok("a long result"));
    task.settings.retain(|(name, _)| *name != "dest_topic");
    task.settings.push(("dest_topic", "kelvin"));
    let message = message(&Asked::post("/convert", "x"));
    task.largest = 400;
    task.result = Ok(vec![b'x'; 380]);
    handle_message_or_request(&task, &message).expect_err("not sent as it is");
    let reply = task.published().into_iter().find(|(subject, _)| subject == INBOX).expect("a reply").1;
    let (answer, _) = entered(&Asked::post("/convert", "x"), Ok(&reply));
    assert_eq!(answer.status, 500);
    assert_eq!(task.log().len(), 1, "{:?}", task.log());
}

#[test]
fn a_message_that_is_no_request_is_an_error() {
    let task = Fake::giving(Ok("x"));
    let message = |body: &str, reply_to: Option<&str>| Message {
        subject: SUBJECT.into(),
        body: body.into(),
        reply_to: reply_to.map(str::to_owned),
    };
    handle_message_or_request(&task, &message("21", Some(INBOX))).expect("it is answered");
    let (_, reply) = task.published().remove(0);
    assert!(reply.starts_with(b"{\"status\":400,"), "{reply:?}");
    handle_message_or_request(&task, &message("21", None)).expect_err("nobody to answer");
    assert_eq!(*task.calls.borrow(), 0);
}
