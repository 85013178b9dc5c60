//! Components are replaced while they run.

use pelato::host::observe::{Event, Outcome};
use pelato::host::{Compiler, Options};

use crate::support::host::functions::{ECHO, SLOW, TAIL_CALL, TWO, processor, producer};
use crate::support::host::stage::{PATIENCE, block_on, hosted, options, outcome_of, post, start};
use crate::support::soak::times;

#[test]
fn http_stays_bound_and_answers_with_the_new_code() {
    block_on(async {
        let at = |body, path| hosted("it", producer("it", body, "out"), &[], Some(path));
        let (host, _) = start(options(), vec![at(ECHO, "/")]).await;
        let address = host.http_addr();
        assert_eq!(post(&host, "/", b"one").await.text(), "one");
        host.replace(vec![at(TWO, "/")]).await.unwrap();
        assert_eq!(post(&host, "/", b"one").await.text(), "two");
        host.replace(vec![at(TWO, "/moved")]).await.unwrap();
        assert_eq!(post(&host, "/", b"one").await.status, 404);
        assert_eq!(post(&host, "/moved", b"one").await.text(), "two");
        assert_eq!(host.http_addr(), address);
    });
}

#[test]
fn calls_under_way_end_with_the_old_code() {
    block_on(async {
        let with = |body| hosted("it", processor("it", body, "out"), &["in"], None);
        let (host, recorder) = start(Options { http: None, ..options() }, vec![with(SLOW)]).await;
        let mut out = host.subscribe("out").await.unwrap();
        host.publish("in", "old").await.unwrap();
        recorder.wait(1, |event| matches!(event, Event::Started { .. })).await;
        host.replace(vec![with(TWO)]).await.unwrap();
        host.publish("in", "new").await.unwrap();
        let mut bodies = [out.next().await.unwrap().body, out.next().await.unwrap().body];
        bodies.sort();
        assert_eq!(bodies, ["old", "two"]);
    });
}

#[test]
fn no_message_is_lost_while_components_come_and_go() {
    block_on(async {
        let one = Options { max_concurrent: 1, http: None, ..options() };
        let stays = |body| hosted("stays", processor("stays", body, "out"), &["in"], None);
        let goes = hosted("goes", processor("goes", ECHO, "out"), &["in"], None);
        let (host, recorder) = start(one, vec![stays(ECHO), goes.clone()]).await;
        let count = times(300);
        for round in 0..3 {
            for _ in 0..count / 3 {
                host.publish("in", "m").await.unwrap();
            }
            // Most of them still wait.
            match round {
                0 => host.replace(vec![stays(TWO), goes.clone()]).await.unwrap(),
                1 => host.replace(vec![stays(ECHO)]).await.unwrap(),
                _ => {}
            }
        }
        recorder.wait(count, |event| outcome_of(event, "stays").is_some()).await;
        recorder.wait(count * 2 / 3, |event| outcome_of(event, "goes").is_some()).await;
        let all = recorder.outcomes("stays").into_iter().chain(recorder.outcomes("goes"));
        assert!(all.into_iter().all(|outcome| matches!(outcome, Outcome::Sent(_))));
        assert_eq!(recorder.outcomes("goes").len(), count * 2 / 3, "it got messages after it was gone");
    });
}

#[test]
fn a_replacement_that_fails_changes_nothing() {
    block_on(async {
        let good = hosted("it", producer("it", ECHO, "out"), &["in"], Some("/"));
        let (host, recorder) = start(options(), vec![good.clone()]).await;
        let bad = hosted("other", b"nonsense".to_vec(), &["in"], None);
        assert!(host.replace(vec![bad]).await.is_err());
        assert_eq!(post(&host, "/", b"one").await.text(), "one");
        host.publish("in", "x").await.unwrap();
        recorder.wait(2, |event| outcome_of(event, "it").is_some()).await;
    });
}

fn optimised(event: &Event, name: &str) -> bool {
    matches!(event, Event::Optimised { component, .. } if component == name)
}

#[test]
fn what_starts_in_quick_code_is_optimised_while_it_runs() {
    block_on(async {
        let part = |name: &str, body: &str| hosted(name, processor(name, body, "out"), &[name], None);
        let parts = vec![part("a", ECHO), part("b", ECHO), part("known", TAIL_CALL)];
        let (host, recorder) = start(Options { http: None, ..options() }, parts.clone()).await;
        for name in ["a", "b"] {
            recorder.wait(1, |event| optimised(event, name)).await;
        }
        for (name, body) in [("a", "1"), ("known", "2")] {
            let reply = host.request(name, body, PATIENCE).await.unwrap();
            assert_eq!(&*reply.body, body.as_bytes());
        }
        // One that stays is not optimised again, one that is replaced is.
        host.replace(vec![part("a", ECHO), part("b", TWO), part("known", TAIL_CALL)]).await.unwrap();
        recorder.wait(2, |event| optimised(event, "b")).await;
        assert_eq!(&*host.request("b", "x", PATIENCE).await.unwrap().body, b"two");
        assert_eq!(recorder.count(|event| optimised(event, "a")), 1);
        assert_eq!(recorder.count(|event| optimised(event, "known")), 0, "it starts in optimised code");
        host.stop().await;

        let compiler = Compiler { quick: false, ..options().compiler };
        let (host, recorder) = start(Options { http: None, compiler, ..options() }, parts).await;
        assert_eq!(&*host.request("a", "x", PATIENCE).await.unwrap().body, b"x");
        host.stop().await;
        assert_eq!(recorder.count(|event| matches!(event, Event::Optimised { .. })), 0);
    });
}

#[test]
fn what_is_prepared_is_told_and_nothing_is_begun_after_a_start_is_dropped() {
    block_on(async {
        let recorder = std::sync::Arc::new(crate::support::host::stage::Recorder::default());
        let folder = tempfile::tempdir().unwrap();
        let compiler = Compiler { cache_dir: Some(folder.path().to_owned()), ..Compiler::default() };
        let own = Options { http: None, compiler, ..options() };
        let parts =
            || ["a", "b"].map(|name| hosted(name, processor(name, ECHO, "out"), &[name], None)).to_vec();
        let start = pelato::host::Host::start(own.clone(), parts(), recorder.clone());
        let begun = recorder.wait(1, |event| matches!(event, Event::Preparing { .. }));
        tokio::select! {
            _ = start => panic!("it was too quick"),
            () = begun => {}
        }
        recorder.wait(1, |event| matches!(event, Event::Prepared { .. })).await;
        let (host, recorder_of_all) = crate::support::host::stage::start(own, parts()).await;
        let prepared = |event: &Event| matches!(event, Event::Prepared { .. });
        assert_eq!((recorder.count(prepared), recorder_of_all.count(prepared)), (1, 2));
        host.stop().await;
    });
}
