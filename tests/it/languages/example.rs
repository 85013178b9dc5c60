//! `examples/languages`: one message through six languages.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::support::built::{copy_as_it_is, languages};
use crate::support::tools::path;
use crate::support::workshop::Workshop;
use crate::support::{Running, http, root};

fn example() -> PathBuf {
    root().join("examples/languages")
}

#[test]
fn a_reading_goes_through_six_languages() {
    let workshop = Workshop::new();
    let project = workshop.path().join("project");
    copy_as_it_is(&languages(), &project);
    let mut command = workshop.command(&["run", "--port", "0", "--builder", "local", "--color", "never"]);
    command.args(["--send", "house.readings={\"Data\": 21.456, \"Name\": \"living_room\"}"]);
    command.current_dir(project);
    let running = Running::start(command);
    let listening = running.wait_for("Listening");
    let address = listening.split("http://").nth(1).unwrap().split('/').next().unwrap();

    for step in [
        "→ house.celsius {\"Data\":21.456,\"Name\":\"living_room\"}",
        "→ house.kelvin {\"Data\":294.60",
        "→ house.plausible {\"Data\":294.60",
        "→ house.rounded {\"Data\":294.61,\"Name\":\"living_room\"}",
        "→ house.labelled {\"Data\": 294.61, \"Name\": \"living_room\", \"Level\": \"fine\"}",
        "→ house.sentences living_room is fine: 294.61 K",
    ] {
        running.wait_for_out(step);
    }

    // No thermometer shows that: it ends in the third language.
    let (_, answer) = http::post(address, "/receive", "{\"Data\": 1000, \"Name\": \"attic\"}");
    assert_eq!(answer, "{\"Data\":1000,\"Name\":\"attic\"}");
    let (status, answer) = http::post(address, "/receive", "warm");
    assert!(status == 422 && answer.contains("not a reading: "), "{answer}");
    let (status, answer) = http::post(address, "/receive", "{\"Data\": 31, \"Name\": \"attic\"}");
    assert_eq!(status, 200, "{answer}");
    running.wait_for_out("→ house.sentences attic is warm: 304.15 K");
    let printed = running.out();
    let plausible = printed.lines().filter(|line| line.contains("→ house.plausible ")).count();
    let asked = printed.lines().filter(|line| line.contains("house.kelvin → plausible")).count();
    assert_eq!((asked, plausible), (3, 2), "{printed}");
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
