//! Whom `pelato run` answers over HTTP: a page in a browser reaches the loopback interface, too.

use super::run::started;
use crate::support::functions::PROJECT;
use crate::support::http::{Answer, send};
use crate::support::{Place, Running};

/// A request as a browser sends it for a page.
fn from_page(address: &str, method: &str, fields: &[(&str, &str)]) -> Answer {
    let fields = [fields, &[("content-type", "text/plain")]].concat();
    send(address, method, "/double", &fields, b"21")
}

fn refused(running: &Running, answer: &Answer, line: &str) {
    assert_eq!(answer.status, 403, "{}", answer.head);
    assert_eq!(answer.field("access-control-allow-origin"), None);
    running.wait_for_out(line);
}

#[test]
fn only_names_of_this_machine_and_pages_that_are_listed_are_answered() {
    let place = Place::with(PROJECT);
    place.edit("workflow.yaml", "tasks:\n", "http: {hosts: [lamp-2.example]}\ntasks:\n");
    let page = ["--allow-host", "Lamp.example", "--allow-origin", "https://page.example"];
    let (mut running, address) = started(&place, &page);
    for host in ["LOCALHOST:1", "127.0.0.1", "[::1]:8000", "lamp.example:8000", "lamp-2.example"] {
        assert_eq!(from_page(&address, "POST", &[("host", host)]).status, 200, "{host}");
    }
    let answer = from_page(&address, "POST", &[("host", "evil.example:8000")]);
    refused(
        &running,
        &answer,
        "`evil.example:8000` is not a name of this machine (`--allow-host evil.example` permits it)",
    );
    assert_eq!(answer.text(), "this host name is not one of the machine that runs the workflow\n");

    let answer = from_page(&address, "POST", &[("origin", "https://evil.example")]);
    refused(
        &running,
        &answer,
        "sent by a page of `https://evil.example` (`--allow-origin https://evil.example` permits it)",
    );
    assert_eq!(answer.text(), "pages of this site may not send requests to the workflow\n");
    let answer = from_page(&address, "POST", &[("origin", "null")]);
    refused(&running, &answer, "refused: sent by a page of `null`");
    let answer = from_page(&address, "GET", &[("sec-fetch-site", "cross-site")]);
    refused(&running, &answer, "refused: sent by a page of another site");

    let same_site = from_page(&address, "POST", &[("origin", "http://localhost:3000")]);
    assert_eq!((same_site.status, same_site.field("access-control-allow-origin")), (200, None));
    let listed =
        from_page(&address, "POST", &[("origin", "https://page.example"), ("sec-fetch-site", "cross-site")]);
    assert_eq!((listed.status, listed.text()), (200, "42".to_owned()));
    assert_eq!(listed.field("access-control-allow-origin"), Some("https://page.example"));
    running.stop("INT");
    let calls = running.out().lines().filter(|line| line.contains("POST /double → double")).count();
    assert_eq!(calls, 7, "what is refused is no call: {}", running.out());
}

#[test]
fn the_workflow_lists_pages_and_their_browsers_are_told() {
    let place = Place::with(PROJECT);
    let http = "dest_topic: room.double\n    http: {allow_origins: [\"https://page.example\"]}";
    place.edit("workflow.yaml", "dest_topic: room.double", http);
    let (mut running, address) = started(&place, &[]);
    let asked = [
        ("origin", "https://page.example"),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "content-type"),
    ];
    let answer = from_page(&address, "OPTIONS", &asked);
    assert_eq!(answer.status, 204, "{}", answer.head);
    for (field, value) in [
        ("access-control-allow-origin", "https://page.example"),
        ("access-control-allow-methods", "POST"),
        ("access-control-allow-headers", "content-type"),
        ("vary", "origin"),
    ] {
        assert_eq!(answer.field(field), Some(value), "{field}: {}", answer.head);
    }
    let answer = from_page(&address, "POST", &[("origin", "https://page.example")]);
    assert_eq!((answer.status, answer.text()), (200, "42".to_owned()));
    let other = from_page(&address, "OPTIONS", &[("origin", "https://other.example"), asked[1], asked[2]]);
    refused(&running, &other, "sent by a page of `https://other.example`");
    running.stop("INT");
}

#[test]
fn what_is_no_host_or_origin_is_refused() {
    let place = Place::with(PROJECT);
    for (flag, value, expected) in [
        ("--allow-host", "lamp.example:80", "expected a host name without port, such as `lamp.example`"),
        ("--allow-origin", "page.example", "expected an origin, such as `https://page.example`"),
    ] {
        let ran = place.run_in_vain(&["run", flag, value]).code(2);
        let text = String::from_utf8_lossy(&ran.get_output().stderr).into_owned();
        assert!(text.contains(expected), "{text}");
    }
}
