//! Messages per second through `pelato run --nats`, by where the results go. Every message is a request, and is counted
//! once it is answered: then its result has been published or stored.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::figure::Figure;
use crate::postgres_server::Server as Postgres;
use crate::project::Project;
use crate::servers;

/// So many wait for an answer at a time.
const AT_ONCE: usize = 16;
/// What each of them sends: an entry, so that all templates can have it.
const MESSAGE: &str = r#"{"key": "kitchen", "data": {"celsius": 21.5}}"#;
const ECHO: &str = "package main\n\nfunc exec_task(arg []byte) []byte { return arg }\n";

/// The figures; without a server that one needs, the others.
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
    let mut figures = vec![
        measure("a topic (`processor_nats`)", "type: processor_nats\n    dest_topic: bench.out", &url, None),
        measure("a NATS bucket (`nats_to_nats_kv`)", "type: nats_to_nats_kv\n    bucket: bench", &url, None),
    ];
    if let Some(server) = Postgres::start() {
        runtime().block_on(server.run("CREATE TABLE bench (data jsonb)"));
        let lines = "type: dbsync_nats\n    table: bench";
        figures.push(measure("a PostgreSQL table (`dbsync_nats`)", lines, &url, Some(server.url())));
    }
    figures
}

fn measure(name: &str, lines: &str, nats: &str, postgres: Option<String>) -> Figure {
    let workflow = format!(
        "project_name: bench\ntasks:\n  - name: Echo\n    code: echo.go\n    targets: [edge]\n    component_name: echo\n    \
         version: 1.0.0\n    source_topic: bench.in\n    {lines}\n"
    );
    let settings = postgres.into_iter().map(|url| ("POSTGRES_URL", url)).collect();
    let project = Project::of_files(&[("workflow.yaml", &workflow), ("tasks/echo.go", ECHO)], settings);
    let _running = project.run(&["run", "--nats", nats]);
    load(nats, Duration::from_secs(2));
    let rates: Vec<f64> = (0..5).map(|_| load(nats, Duration::from_secs(4))).collect();
    Figure::rate(&format!("`run`: message in, result to {name}, {AT_ONCE} at a time"), &rates)
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
                    let answer = client.request("bench.in", MESSAGE.into()).await.unwrap();
                    assert_eq!(answer.payload, MESSAGE);
                    answers.fetch_add(1, Ordering::Relaxed);
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
