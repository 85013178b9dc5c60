//! Messages over a real NATS server.

use std::sync::Arc;
use std::time::Duration;

use pelato::host::observe::{Event, Outcome, Unobserved};
use pelato::host::{Bus, Host, HostError, Options};
use pelato::nats::{Auth, NatsError, Server as NatsServer};

use crate::support::fake;
use crate::support::host::functions::{ECHO, LARGE, SLOW, processor, producer};
use crate::support::host::stage::{PATIENCE, block_on, hosted, options, post, start};
use crate::support::nats::Server;

pub fn over(server: &Server, auth: Auth) -> Options {
    let nats = NatsServer { url: server.url(), auth, certificate: None, root_certificates: None };
    Options { bus: Bus::Nats(nats), http: None, ..options() }
}

#[test]
fn two_hosts_share_a_flow_its_traces_and_the_work() {
    let server = Server::start(&[]);
    block_on(async {
        let first = || hosted("first", processor("first", ECHO, "b"), &["a.*"], None);
        let second = || hosted("second", processor("second", ECHO, "c"), &["b"], None);
        let (one, seen_one) = start(over(&server, Auth::Anonymous), vec![first(), second()]).await;
        let (two, seen_two) = start(over(&server, Auth::Anonymous), vec![first(), second()]).await;
        let mut out = two.subscribe("c").await.unwrap();
        let mut traces = std::collections::HashSet::new();
        const COUNT: usize = 60;
        for _ in 0..COUNT {
            traces.insert(one.publish("a.x", "21.5").await.unwrap());
        }
        for _ in 0..COUNT {
            let message = tokio::time::timeout(PATIENCE, out.next()).await.unwrap().unwrap();
            assert_eq!((&*message.body, message.hops()), (&b"21.5"[..], 2));
            assert!(traces.remove(&message.trace()), "a message came twice, or with a foreign trace");
        }
        let reply = one.request("a.y", "hi", PATIENCE).await.unwrap();
        assert_eq!(&*reply.body, b"hi");
        let nobody = one.request("nowhere", "hi", PATIENCE).await.unwrap_err();
        assert!(matches!(nobody, HostError::NoReader { .. }), "{nobody}");
        let (outcomes_one, outcomes_two) =
            (seen_one.outcomes("first").len(), seen_two.outcomes("first").len());
        assert!(outcomes_one > 0 && outcomes_two > 0, "the group shares: {outcomes_one} {outcomes_two}");
        assert!(one.stop().await.calls_ended && two.stop().await.calls_ended);
    });
}

#[test]
fn a_lost_server_is_reported_and_found_again() {
    let mut server = Server::to_be_restarted(&[]);
    block_on(async {
        let echo = hosted("echo", processor("echo", ECHO, "out"), &["in"], None);
        let (host, recorder) = start(over(&server, Auth::Anonymous), vec![echo]).await;
        server.kill();
        recorder.wait(1, |event| matches!(event, Event::BusLost)).await;
        server.restart();
        recorder.wait(1, |event| matches!(event, Event::BusRestored)).await;
        let reply = tokio::time::timeout(PATIENCE, async {
            loop {
                if let Ok(reply) = host.request("in", "hi", Duration::from_secs(1)).await {
                    break reply;
                }
            }
        });
        assert_eq!(&*reply.await.unwrap().body, b"hi");
        host.stop().await;
    });
}

#[test]
fn who_may_not_come_in_is_told_why() {
    let server = Server::start(&["--user", "me", "--pass", "secret"]);
    block_on(async {
        let password = |password: &str| Auth::Password { user: "me".into(), password: password.into() };
        for auth in [Auth::Anonymous, password("wrong")] {
            let refused = Host::start(over(&server, auth), vec![], Arc::new(Unobserved)).await;
            let error = refused.err().expect("an error");
            assert!(matches!(error, HostError::Nats(NatsError::Auth { .. })), "{error:?}");
            assert!(!error.to_string().contains("wrong"));
        }
        let (host, _) = start(over(&server, password("secret")), vec![]).await;
        host.stop().await;
        let file = Auth::CredentialsFile("/nowhere/me.creds".into());
        let error =
            Host::start(over(&server, file), vec![], Arc::new(Unobserved)).await.err().expect("an error");
        assert!(matches!(error, HostError::Nats(NatsError::File { .. })), "{error:?}");
    });
}

#[test]
fn a_server_that_is_not_there_is_an_error() {
    block_on(async {
        for (url, unreachable) in
            [(format!("nats://{}", fake::nobody()), true), ("http://\u{1} x".to_owned(), false)]
        {
            let nats = NatsServer { url, auth: Auth::Anonymous, certificate: None, root_certificates: None };
            let options = Options { bus: Bus::Nats(nats), http: None, ..options() };
            let error = Host::start(options, vec![], Arc::new(Unobserved)).await.err().expect("an error");
            assert_eq!(
                matches!(error, HostError::Nats(NatsError::Unreachable { .. })),
                unreachable,
                "{error:?}"
            );
        }
    });
}

#[test]
fn what_the_server_refuses_fails_the_call() {
    let server = Server::start(&[]);
    block_on(async {
        let large = hosted("large", processor("large", LARGE, "out"), &["in"], None);
        let (host, recorder) = start(over(&server, Auth::Anonymous), vec![large]).await;
        host.publish("in", "x").await.unwrap();
        let Outcome::Failed { message, .. } = recorder.outcome("large").await else { panic!() };
        assert!(message.contains("1500000 bytes"), "{message}");
        host.stop().await;
    });
}

/// The server has read nothing since it stopped: what was sent then is lost with it.
#[test]
fn what_was_sent_before_the_connection_broke_is_not_claimed() {
    let mut server = Server::to_be_restarted(&[]);
    block_on(async {
        let echo = hosted("echo", producer("echo", ECHO, "out"), &[], Some("/echo"));
        let options =
            Options { http: Some("127.0.0.1:0".parse().unwrap()), ..over(&server, Auth::Anonymous) };
        let (host, recorder) = start(options, vec![echo]).await;
        assert_eq!(post(&host, "/echo", b"hi").await.status, 200);
        server.signal("STOP");
        let asked = post(&host, "/echo", b"lost");
        let killed = async {
            recorder.wait(2, |event| matches!(event, Event::Started { .. })).await;
            server.kill();
        };
        let (reply, ()) = futures_util::join!(asked, killed);
        assert_eq!((reply.status, reply.text().trim()), (503, "echo: its output could not be published"));
        recorder.wait(1, |event| matches!(event, Event::Unconfirmed { count: 1 })).await;
        assert!(matches!(recorder.outcomes("echo")[1], Outcome::Failed { .. }));
        assert_eq!(host.stop().await.unsent, 1);
    });
}

#[test]
fn what_finds_no_room_is_counted() {
    const COUNT: usize = 40_000;
    let server = Server::start(&[]);
    block_on(async {
        let slow = hosted("slow", processor("slow", SLOW, "out"), &["in"], None);
        let (host, recorder) = start(over(&server, Auth::Anonymous), vec![slow]).await;
        let client = async_nats::connect(server.url()).await.unwrap();
        for _ in 0..COUNT {
            client.publish("in", "x".into()).await.unwrap();
        }
        client.flush().await.unwrap();
        let told = || -> usize {
            let lost = |event: &Event| if let Event::Flooded { lost, .. } = event { *lost } else { 0 };
            recorder.events().iter().map(lost).sum()
        };
        let all_told = async {
            // What waits and what runs is not lost.
            let started = || recorder.count(|event| matches!(event, Event::Started { .. }));
            while told() + 8192 + started() < COUNT {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(PATIENCE, all_told).await.expect("lost messages are not told");
        let stopped = host.stop().await;
        let told = told();
        let ended = recorder.count(|event| matches!(event, Event::Started { .. }));
        assert_eq!(told, stopped.lost, "all are told");
        assert_eq!(ended + stopped.unread + stopped.lost, COUNT, "{ended} {stopped:?}");
    });
}
