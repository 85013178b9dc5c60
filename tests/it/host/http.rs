//! HTTP in, messages out.

use std::sync::Arc;

use pelato::host::observe::{Event, Outcome, Trigger, Unobserved};
use pelato::host::{Host, HostError, Options};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::address;
use crate::support::host::functions::{ECHO, FAIL, FILTER, LARGE, SLOW, TRAP, producer};
use crate::support::host::stage::{PATIENCE, block_on, hosted, options, post, request, start};

#[test]
fn a_post_becomes_a_message_and_an_answer() {
    block_on(async {
        let (host, recorder) =
            start(options(), vec![hosted("echo", producer("echo", ECHO, "out"), &["in"], Some("/echo"))])
                .await;
        let mut out = host.subscribe("out").await.unwrap();
        let reply = post(&host, "/echo?a=b", b"hi").await;
        assert_eq!((reply.status, reply.text()), (200, "hi".into()));
        assert!(reply.field("content-length") == Some("2"), "{}", reply.head);
        let message = tokio::time::timeout(PATIENCE, out.next()).await.unwrap().unwrap();
        assert_eq!(&*message.body, b"hi");
        assert_eq!(reply.field("pelato-trace"), Some(&*message.trace().to_string()), "{}", reply.head);
        let Outcome::Sent(sent) = recorder.outcome("echo").await else { panic!() };
        assert_eq!((sent.len(), sent[0].subject.as_str()), (1, "out"));
        let triggers = recorder.events().into_iter().find_map(|event| match event {
            Event::Ended { call, .. } => Some(call.trigger.clone()),
            _ => None,
        });
        assert_eq!(triggers, Some(Trigger::Http { method: "POST".into(), path: "/echo?a=b".into() }));
        recorder
            .wait(1, |event| matches!(event, Event::Answered { status: 200, component: Some(_), .. }))
            .await;
        // The same component reads messages, too.
        host.publish("in", "ho").await.unwrap();
        assert_eq!(&*out.next().await.unwrap().body, b"ho");
        assert!(host.stop().await.calls_ended);
    });
}

#[test]
fn every_other_answer_is_reported_as_what_it_is() {
    block_on(async {
        let at = |name: &str, body, path| hosted(name, producer(name, body, "out"), &[], Some(path));
        let components =
            vec![at("fail", FAIL, "/fail"), at("filter", FILTER, "/filter"), at("trap", TRAP, "/trap")];
        let (host, recorder) = start(options(), components).await;
        let reply = post(&host, "/fail", b"x").await;
        assert_eq!((reply.status, reply.text().trim()), (422, "no good"));
        assert_eq!(
            recorder.outcome("fail").await,
            Outcome::Failed { message: "no good".into(), explanation: None }
        );
        assert_eq!(post(&host, "/filter", b"x").await.status, 204);
        assert_eq!(recorder.outcome("filter").await, Outcome::Filtered);
        let reply = post(&host, "/trap", b"x").await;
        assert_eq!(reply.status, 500);
        assert!(reply.text().contains("trap: ") && reply.text().contains("unreachable"), "{}", reply.text());
        assert!(matches!(recorder.outcome("trap").await, Outcome::Trapped { .. }));
        assert_eq!(request(&host, "GET", "/fail", b"").await.status, 405);
        let reply = post(&host, "/nowhere", b"x").await;
        assert_eq!(reply.status, 404);
        for known in ["/fail", "/filter", "/trap"] {
            assert!(reply.text().contains(known), "{}", reply.text());
        }
        recorder.wait(1, |event| matches!(event, Event::Answered { status: 404, component: None, .. })).await;
    });
}

#[test]
fn large_bodies_go_in_and_out() {
    block_on(async {
        let components = vec![
            hosted("echo", producer("echo", ECHO, "out"), &[], Some("/echo")),
            hosted("large", producer("large", LARGE, "out"), &[], Some("/large")),
        ];
        let (host, _) = start(options(), components).await;
        let body: Vec<u8> = (0..2_500_000u32).map(|i| (i % 251) as u8).collect();
        let reply = post(&host, "/echo", &body).await;
        assert_eq!(reply.status, 200);
        assert!(reply.body == body, "the body came back changed");
        assert_eq!(post(&host, "/large", b"x").await.body.len(), 1_500_000);
        assert_eq!(post(&host, "/echo", &vec![0; 9 << 20]).await.status, 413);
    });
}

#[test]
fn a_request_without_host_is_a_bad_request() {
    block_on(async {
        let (host, recorder) =
            start(options(), vec![hosted("echo", producer("echo", ECHO, "out"), &[], Some("/"))]).await;
        let mut stream = TcpStream::connect(host.http_addr().unwrap()).await.unwrap();
        stream.write_all(b"POST / HTTP/1.0\r\ncontent-length: 1\r\n\r\nx").await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        assert!(String::from_utf8_lossy(&answer).contains(" 400 "));
        assert_eq!(recorder.outcomes("echo"), []);
    });
}

#[test]
fn one_connection_serves_many_requests() {
    block_on(async {
        let (host, _) =
            start(options(), vec![hosted("echo", producer("echo", ECHO, "out"), &[], Some("/"))]).await;
        let mut stream = TcpStream::connect(host.http_addr().unwrap()).await.unwrap();
        for _ in 0..20 {
            stream
                .write_all(b"POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 3\r\n\r\nabc")
                .await
                .unwrap();
            let mut seen = Vec::new();
            while !seen.ends_with(b"\r\n\r\nabc") {
                let mut chunk = [0; 1024];
                let count = stream.read(&mut chunk).await.unwrap();
                assert!(count > 0, "the connection was closed");
                seen.extend_from_slice(&chunk[..count]);
            }
        }
    });
}

#[test]
fn slow_clients_hold_no_instances() {
    block_on(async {
        let one = Options { max_concurrent: 1, ..options() };
        let (host, _) = start(one, vec![hosted("echo", producer("echo", ECHO, "out"), &[], Some("/"))]).await;
        let mut slow = Vec::new();
        for _ in 0..20 {
            let mut stream = TcpStream::connect(host.http_addr().unwrap()).await.unwrap();
            stream
                .write_all(b"POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 10\r\n\r\nabc")
                .await
                .unwrap();
            slow.push(stream);
        }
        assert_eq!(post(&host, "/", b"x").await.status, 200);
    });
}

#[test]
fn stopping_answers_what_is_under_way_and_frees_the_port() {
    block_on(async {
        // Where nobody else is: the port is free afterwards, and stays so.
        let here = Options { http: Some((address::own(), 0).into()), ..options() };
        let (host, recorder) =
            start(here, vec![hosted("slow", producer("slow", SLOW, "out"), &[], Some("/"))]).await;
        let address = host.http_addr().unwrap();
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream
            .write_all(b"POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 3\r\n\r\nabc")
            .await
            .unwrap();
        recorder.wait(1, |event| matches!(event, Event::Started { .. })).await;
        assert!(host.stop().await.calls_ended);
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        assert!(answer.starts_with(b"HTTP/1.1 200") && answer.ends_with(b"abc"));
        assert!(TcpStream::connect(address).await.is_err());
        let (again, _) = start(Options { http: Some(address), ..options() }, vec![]).await;
        again.stop().await;
    });
}

#[test]
fn an_address_in_use_is_an_error_that_says_what_to_do() {
    block_on(async {
        let (host, _) = start(options(), vec![]).await;
        let taken = Options { http: host.http_addr(), ..options() };
        let error = Host::start(taken, vec![], Arc::new(Unobserved)).await.err().expect("an error");
        assert!(matches!(error, HostError::AddressTaken { .. }), "{error}");
        assert!(miette::Diagnostic::help(&error).unwrap().to_string().starts_with("choose another port"));
        let foreign = Options { http: Some("192.0.2.1:80".parse().unwrap()), ..options() };
        let error = Host::start(foreign, vec![], Arc::new(Unobserved)).await.err().expect("an error");
        assert!(matches!(error, HostError::Bind { .. }), "{error}");
    });
}

#[test]
fn one_path_has_one_component() {
    block_on(async {
        let at = |name: &str, path| hosted(name, producer(name, ECHO, "out"), &[], Some(path));
        for (components, expected) in [
            (vec![at("one", "/"), at("two", "/")], "one and two both answer the HTTP path /"),
            (vec![at("one", "x")], "\"x\" is not a valid HTTP path"),
            (vec![at("one", "/a?b")], "\"/a?b\" is not a valid HTTP path"),
        ] {
            let error =
                Host::start(options(), components, Arc::new(Unobserved)).await.err().expect("an error");
            assert_eq!(error.to_string(), expected);
        }
    });
}

#[test]
fn a_client_that_goes_away_does_not_stop_the_call() {
    block_on(async {
        let (host, recorder) =
            start(options(), vec![hosted("slow", producer("slow", SLOW, "out"), &[], Some("/"))]).await;
        let mut stream = TcpStream::connect(host.http_addr().unwrap()).await.unwrap();
        stream
            .write_all(b"POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 3\r\n\r\nabc")
            .await
            .unwrap();
        recorder.wait(1, |event| matches!(event, Event::Started { .. })).await;
        drop(stream);
        assert!(matches!(recorder.outcome("slow").await, Outcome::Sent(_)));
    });
}
