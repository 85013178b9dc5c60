//! Python. A component takes ten seconds to make: there are few, and each shows much.

use crate::support::instance::Running;
use crate::support::workshop::{Workshop, echoes, finds_its_environment, starter, with_environment};

const VERBS: &str = r#"
import os, random, sys, time

COUNT = 0

def exec_task(arg: bytes) -> bytes:
    global COUNT
    COUNT += 1
    verb, _, rest = arg.partition(b" ")
    if verb == b"none":
        return None
    if verb == b"error":
        raise ValueError(rest.decode())
    if verb == b"surrogate":
        raise ValueError("\udcff!")
    if verb == b"int":
        return 42
    if verb == b"text":
        return "grüße"
    if verb == b"exit":
        sys.exit(3)
    if verb == b"deep":
        return exec_task(arg)
    if verb == b"random":
        return str(random.random())
    if verb == b"time" and time.time() < 1700000000:
        raise RuntimeError("no clock")
    if verb == b"env":
        return os.environ.get(rest.decode(), "unset")
    if verb == b"print":
        print("an unfinished line", end="")
    return arg
"#;

#[test]
fn results_errors_and_ends() {
    let function = with_environment(&Workshop::function("python", &[("my-verbs.py", VERBS)]));
    let names = pelato::build::interfaces(&function).unwrap();
    assert!(names.imports.iter().all(|name| name.starts_with("wasi:")), "{names:?}");
    let mut running = Running::new(&function);
    echoes(&mut running);
    finds_its_environment(&mut running);
    assert_eq!(running.exec(b"none").unwrap(), Ok(vec![]));
    assert_eq!(running.exec(b"time").unwrap(), Ok(b"time".into()));
    assert_eq!(running.exec(b"print").unwrap(), Ok(b"print".into()));
    assert_eq!(running.exec(b"text").unwrap(), Ok("grüße".into()));
    for (input, error) in [
        ("error zu kalt: −300", "ValueError: zu kalt: −300"),
        ("surrogate", "ValueError: ?!"),
        ("int", "TypeError: exec_task returned int; it must return str, bytes or None"),
        ("exit", "SystemExit: 3"),
        ("deep", "RecursionError: maximum recursion depth exceeded"),
    ] {
        let said = running.exec(input.as_bytes()).unwrap().unwrap_err();
        assert!(said.starts_with(error), "{said}");
        assert_eq!(running.exec(b"still there").unwrap(), Ok(b"still there".into()));
    }
    assert!(
        running.stderr().contains("my-verbs.py\", line 13, in exec_task\nValueError"),
        "{}",
        running.stderr()
    );
    // Random numbers are not those of the moment when the component was made.
    let random = || Running::new(&function).exec(b"random").unwrap().unwrap();
    assert_ne!(random(), random());
}

#[test]
fn text_with_modules_and_packages_of_the_tasks_own() {
    let mut running = Workshop::running(
        "python",
        &[
            (
                "convert.py",
                "from __future__ import annotations\n\nfrom lib.units import kelvin\nimport far.away\n\n\n\
                            def exec_task(arg: str) -> str:\n    return far.away.said(kelvin(float(arg)))\n",
            ),
            ("lib/units.py", "def kelvin(celsius):\n    return round(celsius + 273.15, 2)\n"),
            ("vendor/far/__init__.py", ""),
            ("vendor/far/away.py", "def said(number):\n    return f'{number} K'\n"),
            ("test_convert.py", "this is not Python"),
            ("requirements.txt", "far==1.0\n"),
        ],
    );
    assert_eq!(running.exec(b"21.5").unwrap(), Ok(b"294.65 K".into()));
    let said = running.exec(b"\xff").unwrap().unwrap_err();
    assert!(said.starts_with("the input is not UTF-8: "), "{said}");
    let said = running.exec(b"warm").unwrap().unwrap_err();
    assert_eq!(said, "ValueError: could not convert string to float: 'warm'");
}

#[test]
fn what_is_wrong_is_said_with_file_and_line() {
    let mut workshop = Workshop::new();
    for (name, text) in [
        ("syntax", "def exec_task(arg: str) -> str:\n    return arg +\n"),
        // Of this machine's packages none is there, not even pip.
        (
            "absent",
            "import json\nimport pip\n\ndef exec_task(arg: str) -> str:\n    return pip.__version__\n",
        ),
        ("wrong", "\ndef exec_task(celsius: float) -> float:\n    return celsius + 273.15\n"),
    ] {
        workshop.task(name, "python", &[(&format!("{name}.py"), text)]);
    }
    let said = workshop.build().expect_err("none of them may build");
    assert!(said.contains("File \"tasks/syntax.py\", line 2\n"), "{said}");
    assert!(said.contains("SyntaxError: invalid syntax"), "{said}");
    assert!(said.contains("File \"tasks/absent.py\", line 2, in <module>"), "{said}");
    assert!(said.contains("help: put it into the task's folder vendor/"), "{said}");
    assert!(said.contains("exec_task takes float\n  File \"tasks/wrong.py\", line 2\n"), "{said}");
    assert!(said.contains("help: give it one of these forms: def exec_task(arg: str) -> str"), "{said}");

    let said = Workshop::refused("python", &[("convert.py", "def convert(arg):\n    return arg\n")]);
    assert!(said.contains("no function `exec_task` in `tasks/convert.py`"), "{said}");
}

#[test]
fn the_starter() {
    starter("python", &[&["python3", "-m", "unittest"]]);
}

#[test]
fn the_interface_is_the_one_of_pelato() {
    let wit = std::fs::read_to_string("language-packs/python/shell/pelato_wit/task.wit").unwrap();
    assert_eq!(wit, pelato::build::wit::TASK_WIT);
}
