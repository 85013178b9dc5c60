//! `examples/languages`: one message through six languages.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use crate::support::tools::path;
use crate::support::workshop::Workshop;

/// Compiling six languages for the first time takes minutes on a slow machine.
const PATIENCE: Duration = Duration::from_secs(600);

fn example() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/languages")
}

struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What a program prints. Lines of steps that follow each other quickly may come in another order.
struct Printed {
    lines: Receiver<String>,
    seen: Vec<String>,
}

impl Printed {
    fn of(from: impl Read + Send + 'static) -> Self {
        let (send, lines) = channel();
        std::thread::spawn(move || {
            let lines = BufReader::new(from).lines().map_while(Result::ok);
            lines.for_each(|line| drop(send.send(line)));
        });
        Self { lines, seen: Vec::new() }
    }

    /// Waits for a line with these words, or finds it among those that were there before.
    fn wait(&mut self, words: &str) -> String {
        loop {
            if let Some(line) = self.seen.iter().find(|line| line.contains(words)) {
                return line.clone();
            }
            let line = self.lines.recv_timeout(PATIENCE);
            self.seen.push(line.unwrap_or_else(|_| panic!("no {words:?} in {:#?}", self.seen)));
        }
    }
}

fn post(address: &str, path: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    let length = body.len();
    write!(
        stream,
        "POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn a_reading_goes_through_six_languages() {
    let workshop = Workshop::new();
    let copy = Command::new("cp").arg("-r").arg(example()).arg(workshop.path().join("project")).status();
    assert!(copy.unwrap().success());
    let mut command = workshop.command(&["run", "--port", "0", "--builder", "local", "--color", "never"]);
    command.args(["--send", "house.readings={\"Data\": 21.456, \"Name\": \"living_room\"}"]);
    command.current_dir(workshop.path().join("project")).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut running = Running(command.spawn().unwrap());
    let mut said = Printed::of(running.0.stderr.take().unwrap());
    let mut printed = Printed::of(running.0.stdout.take().unwrap());
    let listening = said.wait("Listening");
    let address = listening.split("http://").nth(1).unwrap().split('/').next().unwrap();

    for step in [
        "→ house.celsius {\"Data\":21.456,\"Name\":\"living_room\"}",
        "→ house.kelvin {\"Data\":294.60",
        "→ house.plausible {\"Data\":294.60",
        "→ house.rounded {\"Data\":294.61,\"Name\":\"living_room\"}",
        "→ house.labelled {\"Data\": 294.61, \"Name\": \"living_room\", \"Level\": \"fine\"}",
        "→ house.sentences living_room is fine: 294.61 K",
    ] {
        printed.wait(step);
    }

    // No thermometer shows that: it ends in the third language.
    let answer = post(address, "/receive", "{\"Data\": 1000, \"Name\": \"attic\"}");
    assert!(answer.ends_with("{\"Data\":1000,\"Name\":\"attic\"}"), "{answer}");
    let answer = post(address, "/receive", "warm");
    assert!(answer.starts_with("HTTP/1.1 500 ") && answer.contains("not a reading: "), "{answer}");
    let answer = post(address, "/receive", "{\"Data\": 31, \"Name\": \"attic\"}");
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    printed.wait("→ house.sentences attic is warm: 304.15 K");
    let plausible = printed.seen.iter().filter(|line| line.contains("→ house.plausible ")).count();
    let asked = printed.seen.iter().filter(|line| line.contains("house.kelvin → plausible")).count();
    assert_eq!((asked, plausible), (3, 2), "{:#?}", printed.seen);
}

/// Every function of the example has a test that runs where its language does.
#[test]
fn the_functions_pass_their_own_tests() {
    let build = tempfile::tempdir().unwrap();
    let built = build.path().join("task_test").display().to_string();
    let target = build.path().join("target").display().to_string();
    for (task, commands) in [
        ("receive", &[&["go", "test", "."][..]][..]),
        ("convert", &[&["cargo", "test", "--locked", "--offline", "--quiet", "--target-dir", &target]]),
        ("plausible", &[&["cc", "-Wall", "-Wextra", "-o", &built, "task.c", "task_test.c"], &[&built]]),
        ("round", &[&["c++", "-std=c++20", "-Wall", "-Wextra", "-o", &built, "task_test.cpp"], &[&built]]),
        ("label", &[&["python3", "-B", "-m", "unittest"]]),
        ("tell", &[&["node", "--test"]]),
    ] {
        for words in commands {
            let mut command = Command::new(words[0]);
            command.args(&words[1..]).current_dir(example().join("tasks").join(task)).env("PATH", path());
            command.env("GOPROXY", "off").env("GOTOOLCHAIN", "local").env("GOFLAGS", "");
            let output = command.output().unwrap_or_else(|error| panic!("{words:?}: {error}"));
            let said = [output.stdout, output.stderr].concat();
            assert!(output.status.success(), "{task}: {words:?}: {}", String::from_utf8_lossy(&said));
        }
    }
    for (pack, task) in [("c", "plausible"), ("cpp", "round")] {
        let [own, shell] =
            [example().join(format!("tasks/{task}")), format!("language-packs/{pack}/shell").into()]
                .map(|folder| fs::read_to_string(folder.join("pelato.h")).unwrap());
        assert_eq!(own, shell);
    }
}
