//! The library as other programs use it: several operations in one process, cancelled, dropped, and with what changes.

mod example;

use std::ffi::OsString;
use std::sync::{Arc, Mutex};

use pelato::build::Work;
use pelato::cancel::Cancel;
use pelato::progress::{Ended, Event, Listener, Message, OperationKind};
use pelato::project::Sources;
use pelato::trust::AllowAll;
use pelato::{BrushOptions, BuildFlags, Error, Options, Pelato, Phase};

use crate::support::slow::Slow;

/// Keeps all events.
#[derive(Default)]
struct Heard(Mutex<Vec<Message>>);

impl Listener for Heard {
    fn hear(&self, message: Message) {
        self.0.lock().unwrap().push(message);
    }
}

impl Heard {
    /// Whether an event was told of an operation.
    fn has(&self, operation: u64, is: impl Fn(&Event) -> bool) -> bool {
        self.0.lock().unwrap().iter().any(|message| message.operation == operation && is(&message.event))
    }
}

/// A project in this process.
struct Open {
    slow: Slow,
    pelato: Pelato,
    heard: Arc<Heard>,
    cancel: Cancel,
    flags: BuildFlags,
}

impl Open {
    fn new() -> Self {
        let slow = Slow::new();
        let (heard, cancel) = (Arc::new(Heard::default()), Cancel::default());
        let above = slow.place.above();
        let pelato = Pelato::open(Options {
            root: slow.place.project().to_owned(),
            settings: Sources::new(|_| None, Vec::new()),
            user: None,
            cache: above.join("cache"),
            state: above.join("state"),
            consent: Arc::new(AllowAll),
            events: Arc::clone(&heard) as Arc<_>,
            cancel: cancel.clone(),
            platform: None,
        });
        let path: OsString = format!("{}:/usr/bin:/bin", above.join("bin").display()).into();
        let flags = BuildFlags { path, ..BuildFlags::default() };
        Self { slow, pelato, heard, cancel, flags }
    }

    async fn build(&self) -> Result<Work, Error> {
        Ok(self.pelato.build(&[], &self.flags).await?.built.remove(0).work)
    }

    /// Starts a build, and waits until it compiles.
    async fn compiling(&self) -> tokio::task::JoinHandle<Result<Work, Error>> {
        let (pelato, flags) = (self.pelato.clone(), self.flags.clone());
        let build = async move { Ok(pelato.build(&[], &flags).await?.built.remove(0).work) };
        let build = tokio::spawn(build);
        until(|| self.slow.compiles()).await;
        build
    }

    fn left(&self) -> Vec<String> {
        let names = self.slow.place.tree().into_keys();
        names.filter(|name| name.contains(".pelato-tmp-")).collect()
    }
}

/// Waits without blocking the other tasks.
async fn until(is: impl Fn() -> bool) {
    let waits = async {
        while !is() {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(crate::support::place::PATIENCE, waits).await.expect("it never came");
}

/// One thread for all asynchronous work: whoever blocks it is found out.
#[tokio::test(flavor = "current_thread")]
async fn two_builds_in_one_process_come_one_after_the_other() {
    let open = Open::new();
    let first = open.compiling().await;
    let second = open.build();
    tokio::pin!(second);
    let waits = until(|| open.heard.has(2, |event| matches!(event, Event::WaitingForProject)));
    tokio::select! {
        _ = &mut second => panic!("it did not wait"),
        () = waits => {}
    }
    // While both are under way, others get their answer.
    assert_eq!(open.pelato.check().unwrap().components.len(), 1);
    open.slow.go_on();
    assert!(matches!(first.await.unwrap(), Ok(Work::Compiled(_))));
    assert_eq!(second.await.unwrap(), Work::Nothing);
    assert!(open.left().is_empty());
}

#[tokio::test(flavor = "current_thread")]
async fn what_is_cancelled_leaves_neither_compiler_nor_lock() {
    let open = Open::new();
    let build = open.compiling().await;
    open.cancel.cancel();
    let error = build.await.unwrap().unwrap_err();
    assert!(error.is_cancelled(), "{error}");
    assert!(!open.slow.compiler_runs());
    assert!(open.cancel.is_idle() && open.left().is_empty());
    let ended = Event::OperationFinished {
        kind: OperationKind::Build,
        ended: Ended::Cancelled,
        duration: std::time::Duration::ZERO,
    };
    let same = |event: &Event| std::mem::discriminant(event) == std::mem::discriminant(&ended);
    assert!(open.heard.has(1, same));
    assert!(matches!(open.build().await, Err(error) if error.is_cancelled()), "nothing begins any more");
    open.slow.go_on();
    open.slow.place.run(&["build", "-q"]).code(0);
    assert!(open.slow.artifact().is_file());
}

#[tokio::test(flavor = "current_thread")]
async fn what_is_dropped_ends_and_the_next_operation_works() {
    let open = Open::new();
    let build = open.compiling().await;
    build.abort();
    until(|| open.cancel.is_idle()).await;
    assert!(!open.slow.compiler_runs());
    let cancelled = |event: &Event| matches!(event, Event::OperationFinished { ended: Ended::Cancelled, .. });
    assert!(open.heard.has(1, cancelled));
    open.slow.go_on();
    assert!(matches!(open.build().await, Ok(Work::Compiled(_))));
    assert!(open.left().is_empty());
}

#[test]
fn settings_and_packs_are_read_for_each_operation() {
    let open = Open::new();
    let place = &open.slow.place;
    assert!(!open.pelato.has_registry().unwrap());
    place.write(".env", "REGISTRY_URL=registry.example.org/team\n");
    assert!(open.pelato.has_registry().unwrap());
    place.write(".env", "NATS_PORT=none\n");
    assert!(open.pelato.has_registry().is_err());
    place.write(".env", "");
    assert_eq!(open.pelato.check().unwrap().report.errors(), 0);
    std::fs::rename(place.path("language-packs"), place.path("packs")).unwrap();
    assert_ne!(open.pelato.check().unwrap().report.errors(), 0);
    std::fs::rename(place.path("packs"), place.path("language-packs")).unwrap();
    assert_eq!(open.pelato.check().unwrap().report.errors(), 0);
}

#[test]
fn operations_can_be_given_to_any_thread() {
    fn is_send<T: Send>(_: &T) {}
    let open = Open::new();
    is_send(&open.pelato.build(&[], &open.flags));
    is_send(&open.pelato.plan_push(&[], &open.flags));
    is_send(&open.pelato.status());
    let deploy = pelato::platform::Options { wait: None, force: false };
    is_send(&open.pelato.deploy(deploy));
    let brush = BrushOptions {
        from: Phase::Gen,
        to: Phase::Deploy,
        build: open.flags.clone(),
        force_push: false,
        deploy,
    };
    is_send(&open.pelato.brush(&brush));
    assert!(open.heard.0.lock().unwrap().is_empty(), "nothing has begun");
}
