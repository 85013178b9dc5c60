//! Messages per second through `pelato run --nats` and through a lattice, by where the results go. Every message is a
//! request, and is counted once it is answered: then its result has been published or stored.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::figure::Figure;
use crate::project::Project;
use crate::support::lattice::{self, Lattice, Setup};
use crate::support::nats::Server;
use crate::support::postgres::{PASSWORD, Server as Postgres};
use crate::support::tools;

/// So many wait for an answer at a time.
const AT_ONCE: usize = 16;
/// The same on a lattice: with more, so many answers are missed that it stops. See docs/decisions/calls.md.
const AT_ONCE_DEPLOYED: usize = 4;
/// Who has no answer by then sends the next.
const PATIENCE: Duration = Duration::from_secs(1);
/// What each of them sends: an entry, so that all templates can have it.
const MESSAGE: &str = r#"{"key": "kitchen", "data": {"celsius": 21.5}}"#;
const ECHO: &str = "package main\n\nfunc exec_task(arg []byte) []byte { return arg }\n";

/// Where results go: what it is called, and the lines of the task.
const TOPIC: (&str, &str) = ("a topic (`processor_nats`)", "type: processor_nats\n    dest_topic: bench.out");
const BUCKET: (&str, &str) =
    ("a NATS bucket (`nats_to_nats_kv`)", "type: nats_to_nats_kv\n    bucket: bench");
const TABLE: (&str, &str) = ("a PostgreSQL table (`dbsync_nats`)", "type: dbsync_nats\n    table: bench");

/// In `pelato run`; without a server that one needs, the others.
pub fn figures() -> Vec<Figure> {
    let Some(program) = tools::new_nats_server() else {
        eprintln!("skipped: there is no NATS server");
        return Vec::new();
    };
    let server = Server::of(&program, &["-js", "-sd", "jetstream"]);
    let url = server.url();
    let measure = |(name, lines), settings| {
        let project = project("1.0.0", lines, settings);
        let _running = project.run(&["run", "--nats", &url]);
        let (rates, missed) = rates(&url, AT_ONCE);
        assert_eq!(missed.iter().sum::<usize>(), 0, "`run` answers all");
        Figure::rate(&format!("`run`: message in, result to {name}, {AT_ONCE} at a time"), &rates)
    };
    let mut figures = vec![measure(TOPIC, Vec::new()), measure(BUCKET, Vec::new())];
    if let Some(server) = database() {
        figures.push(measure(TABLE, vec![("POSTGRES_URL", server.url())]));
    }
    figures
}

/// On one host of a lattice, with stand-ins for the providers of buckets and of databases, which are no crates.
pub fn deployed() -> Vec<Figure> {
    let lattice = Lattice::with(&Setup { hosts: &["edge"], ..Setup::default() });
    let (Some(lattice), Some(server)) = (lattice, database()) else { return Vec::new() };
    let config = serde_json::json!({
        "POSTGRES_HOST": server.address.ip(), "POSTGRES_PORT": server.address.port().to_string(),
        "POSTGRES_DATABASE": "postgres",
        "POSTGRES_USERNAME": "postgres", "POSTGRES_PASSWORD": PASSWORD,
    });
    let put = format!("wasmbus.ctl.v1.{}.config.put.postgres", lattice::NAME);
    lattice.bus.request(&put, &config.to_string()).unwrap();
    // A version each: a host keeps what it has fetched.
    let places =
        [("1.0.0", "", TOPIC), ("1.0.1", ", by a stand-in", BUCKET), ("1.0.2", ", by a stand-in", TABLE)];
    let measure = |(version, by, (name, lines))| {
        let project = project(version, lines, lattice.settings());
        project.pelato(&["push"]);
        project.pelato(&["deploy"]);
        let (rates, missed) = rates(&lattice.nats_url(), AT_ONCE_DEPLOYED);
        project.pelato(&["remove"]);
        let name = format!("lattice: message in, result to {name}{by}, {AT_ONCE_DEPLOYED} at a time");
        [Figure::rate(&name, &rates), Figure::counts(&format!("… not answered within {PATIENCE:?}"), missed)]
    };
    places.into_iter().flat_map(measure).collect()
}

fn project(version: &str, lines: &str, settings: Vec<(&'static str, String)>) -> Project {
    let workflow = format!(
        "project_name: bench\ntasks:\n  - name: Echo\n    code: echo.go\n    targets: [edge]\n    component_name: echo\n    \
         version: {version}\n    source_topic: bench.in\n    {lines}\n"
    );
    Project::of_files(&[("workflow.yaml", &workflow), ("tasks/echo.go", ECHO)], settings)
}

/// A database with the table, if there is a server.
fn database() -> Option<Postgres> {
    let server = Postgres::start()?;
    runtime().block_on(server.run("CREATE TABLE bench (data jsonb)"));
    Some(server)
}

/// Answers per second, five times, and how many messages had none.
fn rates(url: &str, at_once: usize) -> (Vec<f64>, Vec<usize>) {
    load(url, at_once, Duration::from_secs(2));
    (0..5).map(|_| load(url, at_once, Duration::from_secs(4))).unzip()
}

/// Requests for so long; gives the answers per second, and how many had none.
fn load(url: &str, at_once: usize, time: Duration) -> (f64, usize) {
    runtime().block_on(async {
        let client = async_nats::connect(url).await.unwrap();
        let (answers, missed) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let start = Instant::now();
        let one = async || {
            while start.elapsed() < time {
                let answer = tokio::time::timeout(PATIENCE, client.request("bench.in", MESSAGE.into())).await;
                if let Ok(answer) = answer {
                    assert_eq!(answer.unwrap().payload, MESSAGE);
                    answers.fetch_add(1, Ordering::Relaxed);
                } else {
                    missed.fetch_add(1, Ordering::Relaxed);
                }
            }
        };
        futures_util::future::join_all((0..at_once).map(|_| one())).await;
        (answers.into_inner() as f64 / start.elapsed().as_secs_f64(), missed.into_inner())
    })
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}
