//! Messages on the bus in the process.

use std::collections::HashSet;
use std::time::Duration;

use pelato::host::observe::{Event, Outcome, Sent, Trigger};
use pelato::host::{HostError, Options, Subscription};

use crate::support::host::functions::{COUNT, ECHO, FAIL, FILTER, LARGE, SAY, SLOW, processor};
use crate::support::host::stage::{PATIENCE, block_on, hosted, options, outcome_of, start};

fn quiet() -> Options {
    Options { http: None, ..options() }
}

#[test]
fn a_message_goes_through_the_flow_with_its_trace() {
    block_on(async {
        let first = hosted("first", processor("first", ECHO, "b"), &["a"], None);
        let second = hosted("second", processor("second", SAY, "c.d"), &["b"], None);
        let (host, recorder) = start(quiet(), vec![first, second]).await;
        let mut out = host.subscribe("c.>").await.unwrap();
        let trace = host.publish("a", "21.5").await.unwrap();
        let message = tokio::time::timeout(PATIENCE, out.next()).await.unwrap().unwrap();
        assert_eq!((&*message.subject, &*message.body), ("c.d", &b"21.5"[..]));
        assert_eq!((message.trace(), message.hops()), (trace, 2));
        recorder.wait(2, |event| matches!(event, Event::Ended { .. })).await;
        let mut hops: Vec<_> = recorder
            .events()
            .into_iter()
            .filter_map(|event| match event {
                Event::Ended { call, outcome, times, .. } => {
                    assert_eq!(call.trace, trace);
                    assert_eq!(&*call.input, b"21.5");
                    assert!(times.instantiate + times.call > Duration::ZERO);
                    let Trigger::Message { subject } = &call.trigger else { panic!("{call:?}") };
                    Some((call.hop, call.component.to_string(), subject.to_string(), outcome))
                }
                _ => None,
            })
            .collect();
        hops.sort_by_key(|hop| hop.0);
        let sent = |subject: &str| {
            Outcome::Sent(vec![Sent { subject: subject.into(), body: "21.5".into(), reply: false }])
        };
        assert_eq!(hops[0], (1, "first".into(), "a".into(), sent("b")));
        assert_eq!(hops[1], (2, "second".into(), "b".into(), sent("c.d")));
        // The half line at the end is a line too.
        assert_eq!(recorder.lines("second"), ["Stdout: hello", "Stderr: ouch", "Stdout: hel"]);
        assert!(host.stop().await.calls_ended);
    });
}

#[test]
fn every_call_has_an_instance_of_its_own() {
    block_on(async {
        let (host, _) =
            start(quiet(), vec![hosted("count", processor("count", COUNT, "out"), &["in"], None)]).await;
        let mut out = host.subscribe("out").await.unwrap();
        for _ in 0..200 {
            host.publish("in", "x").await.unwrap();
        }
        for _ in 0..200 {
            assert_eq!(&*out.next().await.unwrap().body, b"1", "state of an earlier call");
        }
    });
}

#[test]
fn failures_and_filtering_are_outcomes() {
    block_on(async {
        let fail = hosted("fail", processor("fail", FAIL, "out"), &["in"], None);
        let filter = hosted("filter", processor("filter", FILTER, "out"), &["in"], None);
        let (host, recorder) = start(quiet(), vec![fail, filter]).await;
        host.publish("in", "x").await.unwrap();
        assert_eq!(
            recorder.outcome("fail").await,
            Outcome::Failed { message: "no good".into(), explanation: None }
        );
        assert_eq!(recorder.outcome("filter").await, Outcome::Filtered);
        assert_eq!(recorder.lines("fail"), ["Error: no good"]);
    });
}

#[test]
fn a_request_gets_the_answer_and_the_destination_its_message() {
    block_on(async {
        let (host, recorder) =
            start(quiet(), vec![hosted("echo", processor("echo", ECHO, "out"), &["in"], None)]).await;
        let reply = host.request("in", "hi", PATIENCE).await.unwrap();
        assert_eq!((&*reply.body, reply.hops()), (&b"hi"[..], 1));
        let Outcome::Sent(sent) = recorder.outcome("echo").await else { panic!() };
        assert_eq!(sent.iter().map(|sent| sent.reply).collect::<Vec<_>>(), [false, true]);
        // Nobody reads the destination, and that is said.
        let unread = |event: &Event| matches!(event, Event::Unread { subject, body, .. } if &**subject == "out" && body == "hi");
        recorder.wait(1, unread).await;
        let nobody = host.request("nowhere", "hi", PATIENCE).await.unwrap_err();
        assert!(matches!(nobody, HostError::NoReader { .. }), "{nobody}");
        let filter = hosted("filter", processor("filter", FILTER, "out"), &["filter"], None);
        host.replace(vec![filter]).await.unwrap();
        let filtered = host.request("filter", "hi", PATIENCE).await.unwrap_err();
        assert!(matches!(filtered, HostError::Filtered { .. }), "{filtered}");
        // One that only observes does not reply.
        let _observed = host.subscribe("nowhere").await.unwrap();
        let nobody = host.request("nowhere", "hi", PATIENCE).await.unwrap_err();
        assert!(matches!(nobody, HostError::NoReader { .. }), "{nobody}");
    });
}

#[test]
fn one_member_of_a_group_gets_each_message_and_every_other_subscriber_all() {
    block_on(async {
        let member = |name: &str| {
            let mut member = hosted(name, processor(name, ECHO, "out"), &["in.*"], None);
            member.subscriptions[0].queue = Some("together".into());
            member
        };
        let mut alone = hosted("alone", processor("alone", ECHO, "out"), &[], None);
        alone.subscriptions = vec![Subscription { subject: "in.>".into(), queue: None }];
        let (host, recorder) = start(quiet(), vec![member("one"), member("two"), alone]).await;
        for _ in 0..40 {
            host.publish("in.x", "m").await.unwrap();
        }
        recorder.wait(80, |event| matches!(event, Event::Ended { .. })).await;
        let counts = ["one", "two", "alone"].map(|name| recorder.outcomes(name).len());
        assert_eq!(counts[0] + counts[1], 40, "{counts:?}");
        assert!(counts[0] > 0 && counts[1] > 0, "they take turns: {counts:?}");
        assert_eq!(counts[2], 40);
    });
}

#[test]
fn a_full_queue_holds_up_the_sender_and_loses_nothing() {
    block_on(async {
        let one = Options { max_concurrent: 1, ..quiet() };
        let pass = hosted("pass", processor("pass", ECHO, "next"), &["in"], None);
        let next = hosted("next", processor("next", ECHO, "out"), &["next"], None);
        let (host, recorder) = start(one, vec![pass, next]).await;
        let count = crate::support::soak::times(4000);
        let mut traces = HashSet::new();
        for _ in 0..count {
            traces.insert(host.publish("in", "m").await.unwrap());
        }
        recorder.wait(count, |event| outcome_of(event, "next").is_some()).await;
        assert_eq!(recorder.count(|event| matches!(event, Event::Dropped { .. })), 0);
        let arrived: HashSet<_> = recorder
            .events()
            .iter()
            .filter_map(|event| match event {
                Event::Ended { call, .. } if &*call.component == "next" => Some(call.trace),
                _ => None,
            })
            .collect();
        assert_eq!(arrived, traces);
    });
}

#[test]
fn a_cycle_that_multiplies_drops_with_a_report_instead_of_standing_still() {
    block_on(async {
        let mut limits = quiet();
        limits.limits.time = Duration::from_millis(300);
        // Each message that either gets is doubled: both read what both write.
        let mut left = hosted("left", processor("left", ECHO, "loop"), &["loop"], None);
        let mut right = hosted("right", processor("right", ECHO, "loop"), &["loop"], None);
        left.subscriptions[0].queue = None;
        right.subscriptions[0].queue = None;
        let (host, recorder) = start(limits, vec![left, right]).await;
        host.publish("loop", "m").await.unwrap();
        recorder.wait(20, |event| matches!(event, Event::Dropped { .. })).await;
        let before = recorder.count(|event| matches!(event, Event::Ended { .. }));
        recorder.wait(before + 200, |event| matches!(event, Event::Ended { .. })).await;
        let stopped = tokio::time::timeout(PATIENCE, host.stop()).await.expect("it stops in time");
        assert!(stopped.unread > 0);
    });
}

#[test]
fn large_messages_pass_with_a_warning() {
    block_on(async {
        let (host, recorder) =
            start(quiet(), vec![hosted("large", processor("large", LARGE, "out"), &["in"], None)]).await;
        let mut out = host.subscribe("out").await.unwrap();
        host.publish("in", "x").await.unwrap();
        assert_eq!(out.next().await.unwrap().body.len(), 1_500_000);
        assert_eq!(recorder.count(|event| matches!(event, Event::Oversized { size: 1_500_000, .. })), 1);
    });
}

#[test]
fn stopping_lets_calls_end_and_counts_what_is_left() {
    block_on(async {
        let one = Options { max_concurrent: 1, ..quiet() };
        let (host, recorder) =
            start(one, vec![hosted("slow", processor("slow", SLOW, "out"), &["in"], None)]).await;
        for _ in 0..4 {
            host.publish("in", "m").await.unwrap();
        }
        recorder.wait(1, |event| matches!(event, Event::Started { .. })).await;
        let stopped = host.stop().await;
        assert!(stopped.calls_ended);
        let started = recorder.count(|event| matches!(event, Event::Started { .. }));
        let ended = recorder.count(|event| matches!(event, Event::Ended { .. }));
        assert_eq!((started, ended), (4 - stopped.unread, 4 - stopped.unread));
    });
}

#[test]
fn bad_subjects_and_components_are_refused_with_help() {
    block_on(async {
        let (host, _) = start(quiet(), vec![]).await;
        for subject in ["", "a b", "a..b", "a.*", ">"] {
            let error = host.publish(subject, "x").await.unwrap_err();
            assert!(matches!(error, HostError::Subject { .. }), "{subject:?}: {error}");
        }
        let echo = || processor("echo", ECHO, "out");
        let refused = [
            (vec![hosted("bad", echo(), &["a.>.b"], None)], "not a valid NATS subject"),
            (vec![hosted("bad", b"nonsense".to_vec(), &[], None)], "bad is not a valid"),
            (vec![hosted("bad", echo(), &[], Some("/"))], "cannot answer HTTP"),
            (
                vec![hosted("bad", crate::support::host::functions::function(ECHO), &["a"], None)],
                "cannot read messages",
            ),
            (
                vec![hosted("twin", echo(), &[], None), hosted("twin", echo(), &[], None)],
                "two components named twin",
            ),
        ];
        for (components, expected) in refused {
            let error = host.replace(components).await.unwrap_err();
            assert!(error.to_string().contains(expected), "{error}");
            assert!(miette::Diagnostic::help(&error).is_some());
        }
    });
}
