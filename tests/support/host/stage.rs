//! A host with an observer that remembers, and a client for it.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use pelato::host::observe::{Event, Observer, Outcome};
use pelato::host::{Compiler, Environment, Host, Hosted, Limits, Options, Subscription};

use crate::support::http::{self, Answer};
use crate::support::shared;
use crate::support::soak::cases;

/// Longer than anything takes on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Remembers all events.
#[derive(Default)]
pub struct Recorder {
    events: Mutex<Vec<Event>>,
}

impl Observer for Recorder {
    fn event(&self, event: Event) {
        self.events.lock().unwrap().push(event);
    }
}

impl Recorder {
    pub fn events(&self) -> Vec<Event> {
        self.events.lock().unwrap().clone()
    }

    pub fn count(&self, wanted: impl Fn(&Event) -> bool) -> usize {
        self.events.lock().unwrap().iter().filter(|event| wanted(event)).count()
    }

    /// Waits until so many such events happened.
    pub async fn wait(&self, count: usize, wanted: impl Fn(&Event) -> bool) {
        let waiting = async {
            while self.count(&wanted) < count {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        // A soak waits for more.
        if tokio::time::timeout(PATIENCE * cases(1), waiting).await.is_err() {
            panic!("not {count} of them: {:#?}", self.events());
        }
    }

    /// Waits for the first outcome of a component's calls.
    pub async fn outcome(&self, component: &str) -> Outcome {
        self.wait(1, |event| outcome_of(event, component).is_some()).await;
        self.events().iter().find_map(|event| outcome_of(event, component)).unwrap()
    }

    pub fn outcomes(&self, component: &str) -> Vec<Outcome> {
        self.events().iter().filter_map(|event| outcome_of(event, component)).collect()
    }

    /// The lines that a component wrote or logged.
    pub fn lines(&self, component: &str) -> Vec<String> {
        let text = |event: &Event| match event {
            Event::Line { call, text, stream, .. } if &*call.component == component => {
                Some(format!("{stream:?}: {text}"))
            }
            Event::Log { call, message, level, .. } if &*call.component == component => {
                Some(format!("{level:?}: {message}"))
            }
            _ => None,
        };
        self.events().iter().filter_map(text).collect()
    }
}

pub fn outcome_of(event: &Event, component: &str) -> Option<Outcome> {
    match event {
        Event::Ended { call, outcome, .. } if &*call.component == component => Some(outcome.clone()),
        _ => None,
    }
}

/// A component as the host gets it, in a queue group of its own name.
pub fn hosted(name: &str, wasm: Vec<u8>, subjects: &[&str], http_path: Option<&str>) -> Hosted {
    let subscription =
        |subject: &&str| Subscription { subject: (*subject).to_owned(), queue: Some(name.to_owned()) };
    Hosted {
        name: name.to_owned(),
        wasm: wasm.into(),
        subscriptions: subjects.iter().map(subscription).collect(),
        http_path: http_path.map(str::to_owned),
        allow_origins: Vec::new(),
        bucket: None,
        dead_letter_topic: None,
        stored_topics: Vec::new(),
        database: false,
        table: None,
        environment: Environment::default(),
    }
}

/// Compiled components are kept between the tests: most use the same trigger.
pub fn cache_dir() -> PathBuf {
    shared::temporary("host-cache")
}

pub fn options() -> Options {
    Options {
        http: Some("127.0.0.1:0".parse().unwrap()),
        limits: Limits { time: Duration::from_secs(30), ..Limits::default() },
        compiler: Compiler { cache_dir: Some(cache_dir()), ..Compiler::default() },
        ..Options::default()
    }
}

pub async fn start(options: Options, components: Vec<Hosted>) -> (Host, Arc<Recorder>) {
    let recorder = Arc::new(Recorder::default());
    let host = Host::start(options, components, Arc::clone(&recorder) as Arc<dyn Observer>).await.unwrap();
    (host, recorder)
}

pub async fn post(host: &Host, path: &str, body: &[u8]) -> Answer {
    request(host, "POST", path, body).await
}

/// One request. The client has a thread of its own: the runtime's are the host's.
pub async fn request(host: &Host, method: &str, path: &str, body: &[u8]) -> Answer {
    let address = host.http_addr().unwrap();
    let (method, path, body) = (method.to_owned(), path.to_owned(), body.to_vec());
    let send = move || http::send(address, &method, &path, &[], &body);
    tokio::task::spawn_blocking(send).await.unwrap()
}

/// A `#[tokio::test]` with as many threads as the machine has cores would hide starvation on larger ones.
pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
        .block_on(future)
}
