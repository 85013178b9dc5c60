//! What functions do not have: each language says so in words of its own, and the error explains them.

use crate::support::workshop::Workshop;

const NETWORK: &str =
    "functions have no network: send the data in the message, or let a task before this one fetch it";
const FILES: &str = "functions have no files: send the data in the message, or put it into the code";
const IMPORT: &str = "functions have no files: import the module, or that of the encoding, such as `encodings.utf_16`, at the top of the task's file";
const ZONES: &str = "functions have no time zones but UTC: in Go, import `_ \"time/tzdata\"`; in Python, put the package `tzdata` into the task's vendor/ and create each zone at the top of the task's file";
const THREADS: &str = "functions have no threads and no processes: do the work in the function itself";
const ANYTHING: &str = "functions have no network, files, threads and processes: send the data in the message, and do the work in the function itself";

/// A function that does what its input says, built.
struct Task(Workshop);

impl Task {
    fn new(language: &str, file: &str, code: &str) -> Self {
        let mut workshop = Workshop::new();
        workshop.task("task", language, &[(file, code)]);
        workshop.build().unwrap_or_else(|said| panic!("{said}"));
        Self(workshop)
    }

    /// What is on stderr of a call.
    fn stderr(&self, flags: &[&str], input: &str) -> String {
        let arguments = [&["call", "--builder", "local"], flags, &["task", input]].concat();
        let output = self.0.command(&arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(5), "{input}: {output:?}");
        String::from_utf8(output.stderr).unwrap()
    }

    /// The error of a call is this, with this explanation, and stderr is nothing else.
    fn says(&self, input: &str, error: &str, explanation: &str) {
        assert_eq!(self.stderr(&[], input), format!("error: `task` {error} ({explanation})\n"), "{input}");
    }

    /// The same after these lines of the function's.
    fn writes(&self, input: &str, lines: &str, error: &str, explanation: &str) {
        let expected = format!("{lines}\nerror: `task` {error} ({explanation})\n");
        assert_eq!(self.stderr(&[], input), expected, "{input}");
    }
}

const GO: &str = r#"package main

import (
	"net"
	"net/http"
	"os"
	"os/exec"
	"time"
)

func exec_task(arg string) (string, error) {
	var err error
	switch arg {
	case "http":
		_, err = http.Get("http://example.com/")
	case "tcp":
		_, err = net.Dial("tcp", "127.0.0.1:9")
	case "read":
		_, err = os.ReadFile("/etc/hosts")
	case "zone":
		_, err = time.LoadLocation("Europe/Berlin")
	case "process":
		err = exec.Command("/bin/true").Run()
	case "panic":
		_, err = os.ReadFile("model.json")
		panic(err)
	}
	return arg, err
}
"#;

#[test]
fn go() {
    let task = Task::new("go", "verbs.go", GO);
    let resolver =
        "lookup example.com on [::1]:53: write udp 127.0.0.1:8->[::1]:53: write: Connection reset by peer";
    task.says("http", &format!("failed: Get \"http://example.com/\": dial tcp: {resolver}"), NETWORK);
    let refused = "dial tcp 127.0.0.1:9: address 127.0.0.1:9: connect: Connection refused";
    task.says("tcp", &format!("failed: {refused}"), NETWORK);
    task.says("read", "failed: open /etc/hosts: Bad file number", FILES);
    task.says("process", "failed: open /dev/null: Bad file number", THREADS);
    task.says("zone", "failed: unknown time zone Europe/Berlin", ZONES);
    // Its stack is that of the user's code.
    let said = task.stderr(&[], "panic");
    let lines: Vec<_> = said.lines().collect();
    assert_eq!(lines.len(), 5, "{said}");
    assert_eq!(lines[0], "panic: open model.json: Bad file number");
    assert!(lines[2].starts_with("main.exec_task("), "{said}");
    assert!(lines[3].contains("verbs.go:26 "), "{said}");
    assert!(lines[4].ends_with(&format!("({FILES})")), "{said}");
    assert!(task.stderr(&["-v"], "panic").contains("pelato_shell.go"));
}

const RUST: &str = r#"use std::{fs, net::*, process::Command, thread};

pub fn exec_task(arg: String) -> Result<String, String> {
    match arg.as_str() {
        "tcp" => TcpStream::connect("127.0.0.1:9").map(drop).map_err(|e| e.to_string())?,
        "unwrap" => UdpSocket::bind("127.0.0.1:0").map(drop).unwrap(),
        "read" => fs::read("/etc/hosts").map(drop).map_err(|e| e.to_string())?,
        "thread" => drop(thread::spawn(|| 1)),
        "process" => Command::new("/bin/true").status().map(drop).map_err(|e| e.to_string())?,
        _ => {}
    }
    Ok(arg)
}
"#;

#[test]
fn rust() {
    if !crate::support::tools::all_compilers() {
        return;
    }
    let task = Task::new("rust", "verbs.rs", RUST);
    task.says("tcp", "failed: operation not supported on this platform", ANYTHING);
    task.says("process", "failed: operation not supported on this platform", ANYTHING);
    task.says("read", "failed: No such file or directory (os error 44)", FILES);
    let lines = "\nthread '<unnamed>' (1) panicked at task/verbs.rs:6:62:\n\
        called `Result::unwrap()` on an `Err` value: Error { kind: Unsupported, message: \"operation not supported on this platform\" }";
    task.writes("unwrap", lines, "trapped: wasm `unreachable` instruction executed", ANYTHING);
    let said = task.stderr(&[], "thread");
    assert!(said.contains("failed to spawn thread"), "{said}");
    assert!(
        said.ends_with(&format!("trapped: wasm `unreachable` instruction executed ({THREADS})\n")),
        "{said}"
    );
}

const C: &str = r#"#include "pelato.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *exec_task(const char *arg) {
  FILE *file = fopen("/etc/hosts", "r");
  if (file) return "there is one";
  if (strcmp(arg, "read") == 0) return pelato_error("/etc/hosts: %s", strerror(errno));
  fprintf(stderr, "/etc/hosts: %s", strerror(errno));
  abort();
}
"#;

#[test]
fn c() {
    let task = Task::new("c", "verbs.c", C);
    task.says("read", "failed: /etc/hosts: No such file or directory", FILES);
    // Its last line has no end.
    let line = "/etc/hosts: No such file or directory";
    task.writes("abort", line, "trapped: wasm `unreachable` instruction executed", FILES);
}

const PYTHON: &str = r#"import asyncio, concurrent.futures, multiprocessing, os
import http.client, socket, subprocess, threading, urllib.request, zoneinfo


def exec_task(arg: str) -> str:
    if arg == "http":
        urllib.request.urlopen("http://example.com/")
    if arg == "https":
        urllib.request.urlopen("https://example.com/")
    if arg == "client":
        http.client.HTTPConnection("127.0.0.1", 9).request("GET", "/")
    if arg == "socket":
        socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if arg == "asyncio":
        asyncio.run(asyncio.open_connection("127.0.0.1", 9))
    if arg == "read":
        return open("/etc/hosts").read()
    if arg == "thread":
        threading.Thread(target=print).start()
    if arg == "pool":
        concurrent.futures.ThreadPoolExecutor()
    if arg == "multiprocessing":
        multiprocessing.Process(target=print).start()
    if arg == "process":
        subprocess.run(["/bin/true"])
    if arg == "system":
        os.system("true")
    if arg == "import":
        import decimal
    if arg == "zone":
        zoneinfo.ZoneInfo("Europe/Berlin")
    if arg == "deep":
        return deep(2)
    return arg


def deep(n):
    return deep(n - 1) if n else {}["data"]
"#;

#[test]
fn python() {
    if !crate::support::tools::all_compilers() {
        return;
    }
    let task = Task::new("python", "verbs.py", PYTHON);
    for (input, line, error, explanation) in [
        ("http", 7, "LookupError: unknown encoding: idna", NETWORK),
        ("client", 11, "LookupError: unknown encoding: idna", NETWORK),
        ("socket", 13, "PermissionError: [Errno 2] Permission denied", NETWORK),
        ("read", 17, "FileNotFoundError: [Errno 44] No such file or directory: '/etc/hosts'", FILES),
        ("thread", 19, "RuntimeError: can't start new thread", THREADS),
        ("pool", 21, "ModuleNotFoundError: No module named 'concurrent.futures.thread'", THREADS),
        (
            "multiprocessing",
            23,
            "ModuleNotFoundError: No module named 'multiprocessing.popen_spawn_posix'",
            THREADS,
        ),
        ("process", 25, "OSError: [Errno 58] wasi does not support processes.", THREADS),
        ("system", 27, "AttributeError: module 'os' has no attribute 'system'", THREADS),
        ("import", 29, "ModuleNotFoundError: No module named 'decimal'", IMPORT),
        (
            "zone",
            31,
            "ImportError: cannot import name 'resources' from 'importlib' (/python/importlib/__init__.py)",
            ZONES,
        ),
    ] {
        // The traceback is that of the user's code.
        let lines = format!(
            "Traceback (most recent call last):\n  File \"verbs.py\", line {line}, in exec_task\n{error}"
        );
        task.writes(input, &lines, &format!("failed: {error}"), explanation);
    }
    let said = task.stderr(&[], "https");
    let url = "failed: URLError: <urlopen error unknown url type: https>";
    assert!(said.ends_with(&format!("error: `task` {url} ({NETWORK})\n")), "{said}");
    let said = task.stderr(&[], "asyncio");
    assert!(said.ends_with(&format!("PermissionError: [Errno 2] Permission denied ({NETWORK})\n")), "{said}");
    let said = task.stderr(&[], "deep");
    let frame = "  File \"verbs.py\", line 38, in deep\n";
    let expected = format!(
        "Traceback (most recent call last):\n  File \"verbs.py\", line 33, in exec_task\n{frame}{frame}{frame}KeyError: 'data'\n\
         error: `task` failed: KeyError: 'data'\n"
    );
    assert_eq!(said, expected);
    let whole = task.stderr(&["-v"], "http");
    assert!(whole.contains("  File \"/python/urllib/request.py\", line "), "{whole}");
}

const JAVASCRIPT: &str = r#"export function exec_task(text) {
  switch (text) {
    case "fetch": return fetch("http://example.com/");
    case "xhr": return new XMLHttpRequest();
    case "socket": return new WebSocket("ws://example.com/");
    case "events": return new EventSource("http://example.com/");
    case "worker": return new Worker("worker.js");
    case "deno": return Deno.readTextFileSync("/etc/hosts");
    case "buffer": return Buffer.from("a").toString();
    case "exit": return process.exit(1);
    case "home": return String(process.env.HOME);
  }
  return typeof fetch;
}
"#;

#[test]
fn javascript() {
    if !crate::support::tools::all_compilers() {
        return;
    }
    let task = Task::new("javascript", "verbs.js", JAVASCRIPT);
    let engine = "functions have neither Node.js nor a browser: only what the JavaScript language itself has";
    for (input, name, explanation) in [
        ("fetch", "fetch", NETWORK),
        ("xhr", "XMLHttpRequest", NETWORK),
        ("socket", "WebSocket", NETWORK),
        ("events", "EventSource", NETWORK),
        ("worker", "Worker", THREADS),
        ("deno", "Deno", FILES),
        ("buffer", "Buffer", engine),
    ] {
        let said = task.stderr(&[], input);
        let lines: Vec<_> = said.lines().collect();
        let error = format!("ReferenceError: {name} is not defined");
        assert_eq!(lines.len(), 3, "{said}");
        assert_eq!(lines[0], error);
        assert!(lines[1].starts_with("exec_task@verbs.js:"), "{said}");
        assert_eq!(lines[2], format!("error: `task` failed: {error} ({explanation})"));
    }
    let said = task.stderr(&[], "exit");
    assert!(said.ends_with(&format!("TypeError: process.exit is not a function ({engine})\n")), "{said}");
    let home = task.0.command(&["call", "--builder", "local", "task", "home"]).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&home.stdout), "undefined");
}

/// What is not even compiled.
#[test]
fn what_compilers_reject_is_explained() {
    let c = "#include \"pelato.h\"\n#include <netdb.h>\nchar *exec_task(const char *arg) {\n  struct addrinfo *all;\n  \
             return getaddrinfo(arg, 0, 0, &all) ? \"no\" : \"yes\";\n}\n";
    let said = Workshop::refused("c", &[("name.c", c)]);
    assert!(said.contains("undefined symbol: getaddrinfo\n  help: functions have no network, "), "{said}");
    for (header, statement, help) in [
        ("thread", "std::thread thread([] {}); thread.join()", "help: functions have no threads: "),
        ("fstream", "std::ifstream file(\"/etc/hosts\")", "help: functions have no files: "),
        ("filesystem", "std::filesystem::exists(\"/etc/hosts\")", "help: functions have no files: "),
        ("sys/socket.h", "socket(2, 1, 0)", "help: functions have no network, "),
    ] {
        let code = format!(
            "#include <{header}>\nstd::string exec_task(std::string arg) {{\n  {statement};\n  return arg;\n}}\n"
        );
        let said = Workshop::refused("cpp", &[("task.cpp", &code)]);
        assert!(said.contains(help), "{header}: {said}");
    }
    if crate::support::tools::all_compilers() {
        let code = "import { readFileSync } from \"node:fs\";\nexport const exec_task = (path) => readFileSync(path, \"utf8\");\n";
        let said = Workshop::refused("javascript", &[("read.js", code)]);
        assert!(said.contains("tasks/read.js:1:29:"), "{said}");
        assert!(said.contains("help: functions have neither Node.js nor its network, files, "), "{said}");
        assert!(!said.contains("node:internal") && !said.contains("npm install"), "{said}");
    }
}
