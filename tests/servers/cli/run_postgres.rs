//! `pelato run` with a real PostgreSQL database: the storage example.

use std::path::Path;

use snapbox::str;

use crate::support::Place;
use crate::support::postgres::Server;

/// The example, with its functions.
fn example() -> Place {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/storage");
    let names = [
        "workflow.yaml",
        "tasks/history/task.go",
        "tasks/history/go.mod",
        "tasks/latest/task.go",
        "tasks/latest/go.mod",
    ];
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    let texts = names.map(read);
    let files: Vec<_> = names.into_iter().zip(texts.iter().map(String::as_str)).collect();
    Place::with(&files)
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

#[test]
fn the_example_stores_readings() {
    let Some(server) = Server::start() else { return };
    block_on(server.run("CREATE TABLE readings (id bigserial, at timestamptz DEFAULT now(), data jsonb)"));
    let place = example();
    place.write(".env", format!("POSTGRES_URL='{}'\n", server.url()));
    let send = "rooms.readings={\"room\": \"kitchen\", \"celsius\": 21.47}";
    let mut running = place.start(&["run", "--send", send]);
    running.wait_for_out("→ rooms/kitchen 21.47");
    running.wait_for_out("→ readings {\"room\":\"kitchen\",\"celsius\":21.5}");
    running.stop("INT");
    assert!(!format!("{}{}", running.out(), running.err()).contains("sesame"));
    let rows = block_on(server.column("SELECT data->>'celsius' FROM readings"));
    assert_eq!(rows, ["21.5"]);
    let made = place.tree();
    let kept: Vec<_> = made.iter().filter(|(name, _)| name.starts_with("gen/")).collect();
    assert!(kept.len() > 3);
    for (name, bytes) in kept {
        assert!(!bytes.windows(6).any(|window| window == b"sesame"), "{name} has the password in it");
    }
}

#[test]
fn without_a_database_it_is_asked_for() {
    let place = example();
    place.run(&["build", "-q"]).code(0);
    place.run_in_vain(&["run"]).code(2).stdout_eq("").stderr_eq(str![[r#"
error: history stores its results in a database, but no database is configured
  help: set POSTGRES_URL in .env, or give `--postgres postgres://user:password@localhost/database`

"#]]);
    let arguments = ["run", "--postgres", "mysql://me:sesame@localhost/x"];
    place.run_in_vain(&arguments).code(2).stdout_eq("").stderr_eq(str![[r#"
error: `--postgres`: the address of the PostgreSQL server is not valid (it is not shown, because it may contain a password)
  help: write it like postgres://user:password@host:5432/database; in the password `@`, `:`, `/` and `?` are `%40`, `%3A`, `%2F` and `%3F`; `?sslmode=` may be `disable`, `prefer` or `require`

"#]]);
    // Who runs the other task alone needs none.
    let mut running = place.start(&["run", "latest"]);
    running.wait_for("Running");
    running.stop("INT");
}

#[test]
fn a_wrong_password_is_exit_code_6_and_stays_secret() {
    let Some(server) = Server::start() else { return };
    let place = example().env("POSTGRES_URL", server.url().replace("sesame", "openbarley"));
    place.run(&["build", "-q"]).code(0);
    let ran = place.run_in_vain(&["run"]).code(6).stdout_eq("").stderr_eq(str![[r#"
error: the PostgreSQL server at [OWN]:[PORT]/postgres rejected the connection: password authentication failed for user "postgres"
  help: check the user, the password and the database's name in POSTGRES_URL

"#]]);
    assert!(!String::from_utf8_lossy(&ran.get_output().stderr).contains("openbarley"));
    let ran = place.run(&["config"]).code(0);
    assert!(!String::from_utf8_lossy(&ran.get_output().stdout).contains("openbarley"));
}

#[test]
fn a_table_that_is_not_there_is_told_at_the_start() {
    let Some(server) = Server::start() else { return };
    let place = example().env("POSTGRES_URL", server.url());
    place.run(&["build", "-q"]).code(0);
    place.run_in_vain(&["run"]).code(6).stdout_eq("").stderr_eq(str![[r#"
error: history stores its results in the table `readings`, which is not in the database at [OWN]:[PORT]/postgres
  help: create it, as with `CREATE TABLE "readings" (data jsonb)`, or correct `table`; the user must be permitted to see it

"#]]);
}
