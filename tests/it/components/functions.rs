//! What a function may do and how it may fail, all in one component that does what its input says.

use super::go::function;
use crate::support::instance::Running;
use crate::support::workshop::{finds_its_environment, with_environment};
use pelato::build::environment;
use pelato::check::Env;
use std::sync::LazyLock;

const SOURCE: &str = r#"package main

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"
)

type failure struct{ text *string }

func (f *failure) Error() string { return *f.text }

var kept [][]byte

func exec_task(arg []byte) ([]byte, error) {
	verb, rest, _ := strings.Cut(string(arg), " ")
	switch verb {
	case "empty":
		return []byte{}, nil
	case "error":
		return []byte("lost"), errors.New(rest)
	case "nil-error":
		var f *failure
		return nil, f
	case "panic":
		panic(rest)
	case "panic-value":
		panic(fmt.Errorf("wrapped: %w", errors.New(rest)))
	case "index":
		return arg[len(arg)+len(rest):][:1], nil
	case "nil-map":
		var m map[string]int
		m[rest] = 1
	case "goroutine-panic":
		go func() { panic(rest) }()
		time.Sleep(time.Second)
	case "env":
		if value, isSet := os.LookupEnv(rest); isSet {
			return []byte(value), nil
		}
		return []byte("unset"), nil
	case "exit":
		os.Exit(3)
	case "deadlock":
		<-make(chan int)
	case "fill":
		return make([]byte, len(rest)*1000), nil
	case "garbage":
		var parts []string
		for i := range len(rest) {
			parts = append(parts, fmt.Sprint(i))
		}
		if kept = append(kept, []byte(rest)); len(kept) > 100 {
			kept = nil
		}
		return []byte(fmt.Sprint(len(strings.Join(parts, "")), " ", rest)), nil
	case "collections":
		var stats runtime.MemStats
		runtime.ReadMemStats(&stats)
		return []byte(fmt.Sprint(stats.NumGC)), nil
	case "background":
		go func() {
			for {
				time.Sleep(time.Millisecond)
				fmt.Println(time.Now(), make([]byte, 100000)[0])
			}
		}()
		time.Sleep(3 * time.Millisecond)
	case "sleep":
		start := time.Now()
		time.Sleep(20 * time.Millisecond)
		if took := time.Since(start); took < 20*time.Millisecond || took > 10*time.Second {
			return nil, fmt.Errorf("slept %v", took)
		}
	}
	return arg, nil
}
"#;

static COMPONENT: LazyLock<Vec<u8>> = LazyLock::new(|| function(&[("verbs.go", SOURCE)]));

fn running() -> Running {
    Running::new(&COMPONENT)
}

#[test]
fn an_empty_result_is_ok_and_empty() {
    assert_eq!(running().exec(b"empty").unwrap(), Ok(vec![]));
}

#[test]
fn an_error_is_its_text() {
    let mut running = running();
    assert_eq!(running.exec("error zu kalt: −300 °C".as_bytes()).unwrap(), Err("zu kalt: −300 °C".into()));
    assert_eq!(running.exec(b"error ").unwrap(), Err(String::new()));
    assert_eq!(running.exec(b"error \xff\xfe!").unwrap(), Err("\u{FFFD}!".into()));
}

#[test]
fn a_panic_becomes_an_error_and_the_instance_goes_on() {
    let mut running = running();
    for (input, error) in [
        ("panic so sorry", "panic: so sorry"),
        ("panic-value x", "panic: wrapped: x"),
        ("index", "panic: runtime error: slice bounds out of range [:1] with capacity "),
        ("nil-map", "panic: assignment to entry in nil map"),
        ("nil-error", "panic: runtime error: invalid memory address or nil pointer dereference"),
    ] {
        let said = running.exec(input.as_bytes()).unwrap().unwrap_err();
        assert!(said.starts_with(error), "{said}");
        assert_eq!(running.exec(b"echo").unwrap(), Ok(b"echo".into()));
    }
    let stderr = running.stderr();
    assert!(stderr.contains("panic: so sorry\n\ngoroutine ") && stderr.contains("/verbs.go:29"), "{stderr}");
}

#[test]
fn what_go_cannot_recover_from_ends_the_instance() {
    for (input, stderr) in [
        ("goroutine-panic oh", "panic: oh"),
        ("exit", ""),
        ("deadlock", "all goroutines are asleep - deadlock!"),
    ] {
        let mut running = running();
        assert!(running.exec(input.as_bytes()).is_err(), "{input}");
        assert!(running.stderr().contains(stderr), "{input}: {}", running.stderr());
    }
}

#[test]
fn input_and_output_of_megabytes() {
    let mut running = running();
    let input: Vec<u8> = (0..2_500_000u32).map(|i| (i * 7 % 251) as u8).collect();
    for _ in 0..10 {
        assert!(running.exec(&input).unwrap().unwrap() == input);
    }
    let output = running.exec(format!("fill {}", "x".repeat(25_000)).as_bytes()).unwrap().unwrap();
    assert!(output == vec![0; 25_000_000]);
}

#[test]
fn every_byte_survives() {
    let mut running = running();
    let all: Vec<u8> = (0..=255).collect();
    assert_eq!(running.exec(&all).unwrap(), Ok(all));
    let broken = b"\xc3\x28 \xed\xa0\x80 \xf8\x88".to_vec();
    assert_eq!(running.exec(&broken).unwrap(), Ok(broken));
}

#[test]
fn thousands_of_calls_on_one_instance() {
    let mut running = running();
    for call in 0..5_000usize {
        // Sizes from nothing to 60 KB, so that buffers of all classes come and go.
        let size = call * call % 997 * if call % 50 == 0 { 60 } else { 1 };
        let rest = "y".repeat(size);
        let digits: usize = (0..size).map(|i| i.to_string().len()).sum();
        let answer = running.exec(format!("garbage {rest}").as_bytes()).unwrap().unwrap();
        assert!(answer == format!("{digits} {rest}").as_bytes(), "call {call}");
    }
    let collections = String::from_utf8(running.exec(b"collections").unwrap().unwrap()).unwrap();
    assert!(collections.parse::<u32>().unwrap() > 10, "the collector ran only {collections} times");
}

#[test]
fn goroutines_that_stay_do_not_disturb_the_calls() {
    let mut running = running();
    for _ in 0..crate::support::soak::times(20) {
        assert_eq!(running.exec(b"background").unwrap(), Ok(b"background".into()));
        for _ in 0..100 {
            assert_eq!(running.exec(b"x").unwrap(), Ok(b"x".into()));
        }
    }
}

#[test]
fn clocks_run_during_every_call() {
    let mut running = running();
    for _ in 0..3 {
        assert_eq!(running.exec(b"sleep").unwrap(), Ok(b"sleep".into()));
    }
}

#[test]
fn its_environment_is_what_its_task_says() {
    finds_its_environment(&mut Running::new(&with_environment(&COMPONENT)));
}

#[test]
fn its_environment_may_be_large() {
    let text =
        |index: usize| (0..8100).map(|at| char::from(b'a' + ((at + index) % 26) as u8)).collect::<String>();
    let texts = (0..8).map(|index| (format!("TEXT_{index}"), text(index))).collect();
    let env = Env { texts, ..Env::default() };
    let mut running = Running::new(&environment(&COMPONENT, &env).unwrap());
    for (name, text) in &env.texts {
        assert_eq!(
            running.exec(format!("env {name}").as_bytes()).unwrap(),
            Ok(text.as_bytes().into()),
            "{name}"
        );
    }
}

#[test]
fn a_secret_that_its_host_does_not_have_is_named() {
    let secrets = [("KEY".to_owned(), "OTHER_KEY".to_owned())].into();
    let env = Env { secrets, ..Env::default() };
    // Go asks for its environment before its first call.
    let error = Running::start(&environment(&COMPONENT, &env).unwrap(), |_| {}).err().unwrap();
    assert!(format!("{error:?}").contains("the secret OTHER_KEY is not set on this host"), "{error:?}");
}
