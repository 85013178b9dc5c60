//! Pages of other origins, without a host.

mod fake;

use fake::Fake;
use flow::cors::Cors;
use flow::http::{Answer, Header};

const SHOP: &str = "https://shop.example";
const POST: Option<&[u8]> = Some(b"POST");

fn cors(setting: Option<&'static str>, origin: Option<&str>) -> Cors {
    let mut fake = Fake::giving(Ok(""));
    fake.settings.extend(setting.map(|origins| ("allow_origins", origins)));
    Cors::of(&fake, origin.map(str::as_bytes))
}

/// The headers of an ordinary answer.
fn headers(cors: &Cors) -> Vec<Header> {
    cors.apply(Answer { status: 204, headers: Vec::new(), body: None }).headers
}

fn owned(headers: &[(&'static str, &str)]) -> Vec<Header> {
    headers.iter().map(|(name, value)| ((*name).into(), (*value).to_owned())).collect()
}

#[test]
fn without_the_setting_no_origin_is_allowed() {
    for setting in [None, Some(""), Some(" , ")] {
        let cors = cors(setting, Some(SHOP));
        assert_eq!(headers(&cors), []);
        assert_eq!(cors.preflight(POST, None), None);
    }
}

#[test]
fn a_listed_origin_may_read_the_answer() {
    for setting in [SHOP, "http://localhost:3000, https://shop.example", "HTTPS://Shop.Example"] {
        let expected = owned(&[("access-control-allow-origin", SHOP), ("vary", "origin")]);
        assert_eq!(headers(&cors(Some(setting), Some(SHOP))), expected, "{setting}");
    }
}

#[test]
fn another_origin_may_not() {
    for origin in
        [Some("https://shop.example.org"), Some("http://shop.example"), Some("null"), Some(""), None]
    {
        let cors = cors(Some(SHOP), origin);
        assert_eq!(headers(&cors), owned(&[("vary", "origin")]), "{origin:?}");
        assert_eq!(cors.preflight(POST, None), None, "{origin:?}");
    }
    let not_text = Cors::of(&Fake::giving(Ok("")), Some(b"\xff"));
    assert_eq!(not_text.preflight(POST, None), None);
}

#[test]
fn any_origin_may_be_allowed() {
    let cors = cors(Some("*"), Some(SHOP));
    assert_eq!(headers(&cors), owned(&[("access-control-allow-origin", "*")]));
}

#[test]
fn a_preflight_request_is_answered() {
    let answer = cors(Some(SHOP), Some(SHOP)).preflight(POST, Some(b"content-type,x-id")).unwrap();
    assert_eq!((answer.status, answer.body), (204, None));
    let expected = [
        ("access-control-allow-methods", "POST"),
        ("access-control-allow-headers", "content-type,x-id"),
        ("access-control-max-age", "600"),
        ("access-control-allow-origin", SHOP),
        ("vary", "origin"),
    ];
    assert_eq!(answer.headers, owned(&expected));
}

#[test]
fn other_requests_with_the_method_options_are_no_preflight() {
    assert_eq!(cors(Some(SHOP), Some(SHOP)).preflight(None, None), None);
}
