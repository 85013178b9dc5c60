//! Messages per second through `pelato run --nats` and through a lattice, by where the results go. Every message is a request, and is counted
//! once it is answered: then its result has been published or stored.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::figure::Figure;
use crate::postgres_server::{PASSWORD, Server as Postgres};
use crate::project::Project;
use crate::servers::{self, Lattice, Setup};

/// So many wait for an answer at a time.
const AT_ONCE: usize = 16;
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
    let folder = tempfile::tempdir().unwrap();
    let given = std::env::var_os("PELATO_TEST_NATS").map(PathBuf::from);
    let usual = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/tools/nats/bin/nats-server");
    let program = given.unwrap_or(usual);
    if !program.is_file() {
        eprintln!("skipped: there is no {}", program.display());
        return Vec::new();
    }
    let (_server, port, _) = servers::nats(&program, folder.path(), None);
    let url = format!("nats://127.0.0.1:{port}");
    let measure = |(name, lines), settings| {
        let project = project(lines, settings);
        let _running = project.run(&["run", "--nats", &url]);
        Figure::rate(&format!("`run`: message in, result to {name}, {AT_ONCE} at a time"), &rates(&url))
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
        "POSTGRES_HOST": "127.0.0.1", "POSTGRES_PORT": server.port.to_string(), "POSTGRES_DATABASE": "postgres",
        "POSTGRES_USERNAME": "postgres", "POSTGRES_PASSWORD": PASSWORD,
    });
    let put = format!("wasmbus.ctl.v1.{}.config.put.postgres", servers::NAME);
    lattice.bus.request(&put, &config.to_string()).unwrap();
    let places = [("", TOPIC), (", by a stand-in", BUCKET), (", by a stand-in", TABLE)];
    let measure = |(by, (name, lines))| {
        let project = project(lines, lattice.settings());
        project.pelato(&["push"]);
        project.pelato(&["deploy"]);
        let name = format!("lattice: message in, result to {name}{by}, {AT_ONCE} at a time");
        let figure = Figure::rate(&name, &rates(&lattice.nats_url()));
        project.pelato(&["remove"]);
        figure
    };
    places.into_iter().map(measure).collect()
}

fn project(lines: &str, settings: Vec<(&'static str, String)>) -> Project {
    let workflow = format!(
        "project_name: bench\ntasks:\n  - name: Echo\n    code: echo.go\n    targets: [edge]\n    component_name: echo\n    \
         version: 1.0.0\n    source_topic: bench.in\n    {lines}\n"
    );
    Project::of_files(&[("workflow.yaml", &workflow), ("tasks/echo.go", ECHO)], settings)
}

/// A database with the table, if there is a server.
fn database() -> Option<Postgres> {
    let server = Postgres::start()?;
    runtime().block_on(server.run("CREATE TABLE bench (data jsonb)"));
    Some(server)
}

/// Answers per second, five times.
fn rates(url: &str) -> Vec<f64> {
    load(url, Duration::from_secs(2));
    (0..5).map(|_| load(url, Duration::from_secs(4))).collect()
}

/// Requests for so long; gives the answers per second.
fn load(url: &str, time: Duration) -> f64 {
    runtime().block_on(async {
        let client = async_nats::connect(url).await.unwrap();
        let answers = Arc::new(AtomicUsize::new(0));
        let start = Instant::now();
        let one = |_| {
            let (client, answers) = (client.clone(), Arc::clone(&answers));
            tokio::spawn(async move {
                while start.elapsed() < time {
                    // Hosts sometimes miss that a result was taken, and then nobody is answered: see docs/decisions/calls.md.
                    if let Ok(answer) = client.request("bench.in", MESSAGE.into()).await {
                        assert_eq!(answer.payload, MESSAGE);
                        answers.fetch_add(1, Ordering::Relaxed);
                    }
                }
            })
        };
        let all: Vec<_> = (0..AT_ONCE).map(one).collect();
        for each in all {
            each.await.unwrap();
        }
        answers.load(Ordering::Relaxed) as f64 / start.elapsed().as_secs_f64()
    })
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}
