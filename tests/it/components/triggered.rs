//! A Go function behind the real trigger of `processor_nats`.

use super::go::function;
use super::platform::{Message, Seen};
use crate::support::instance::Running;
use pelato::build::{compose, interfaces, settings_component};
use std::collections::BTreeMap;

const HANDLER: &str = "wasmcloud:messaging/handler@0.2.0";
const SOURCE: &str = r#"package main

import (
	"encoding/json"
	"fmt"
)

func exec_task(arg string) (string, error) {
	var in struct{ Data float64 }
	if err := json.Unmarshal([]byte(arg), &in); err != nil {
		return "", err
	}
	if in.Data < -273.15 {
		return "", nil
	}
	if in.Data > 1000 {
		panic("too hot")
	}
	return fmt.Sprintf(`{"Kelvin":%.2f}`, in.Data+273.15), nil
}
"#;

fn composed(template: &str) -> Vec<u8> {
    let trigger = std::fs::read(format!("templates/tasks/{template}/trigger.wasm")).unwrap();
    let settings = BTreeMap::from([
        ("dest_topic".to_owned(), "kelvin \"data\"".to_owned()),
        ("component_name".to_owned(), "celsius_to_kelvin".to_owned()),
    ]);
    compose(&trigger, &function(&[("convert.go", SOURCE)]), &settings_component(&settings).unwrap()).unwrap()
}

#[test]
fn a_message_in_a_message_out() {
    let composed = composed("processor_nats");
    let names = interfaces(&composed).unwrap();
    assert_eq!(names.exports, [HANDLER]);
    assert!(!names.imports.iter().any(|name| name.starts_with("pelato:")), "{names:?}");
    assert!(names.imports.iter().any(|name| name == "wasmcloud:messaging/consumer@0.2.0"), "{names:?}");

    let seen = Seen::default();
    let mut running = Running::with(&composed, |linker| seen.link(linker));
    let mut handle = |body: &str| {
        let message = Message { subject: "celsius".into(), body: body.into(), reply_to: None };
        let handle = running.func(HANDLER, "handle-message");
        let handle = handle.typed::<(Message,), (Result<(), String>,)>(running.store()).unwrap();
        handle.call(running.store(), (message,)).unwrap().0
    };
    assert_eq!(handle(r#"{"Data":21.5}"#), Ok(()));
    assert_eq!(handle(r#"{"Data":-400}"#), Ok(()));
    let published = std::mem::take(&mut *seen.published.lock().unwrap());
    let expected =
        Message { subject: "kelvin \"data\"".into(), body: br#"{"Kelvin":294.65}"#.into(), reply_to: None };
    assert_eq!(published, [expected]);

    assert!(handle(r#"{"Data":2000}"#).is_err());
    assert_eq!(handle(r#"{"Data":0}"#), Ok(()));
    assert_eq!(*seen.logged.lock().unwrap(), ["celsius_to_kelvin: panic: too hot"]);
    assert_eq!(seen.published.lock().unwrap().len(), 1);
}

#[test]
fn http_and_messages_of_one_component() {
    let names = interfaces(&composed("http_producer_nats")).unwrap();
    assert_eq!(names.exports, [HANDLER, "wasi:http/incoming-handler@0.2.0"]);
    assert!(!names.imports.iter().any(|name| name.starts_with("pelato:")), "{names:?}");
}

#[test]
fn triggers_and_functions_meet_at_the_same_interfaces() {
    let triggers = std::fs::read_to_string("templates/triggers/wit/deps/pelato-task/task.wit").unwrap();
    assert_eq!(triggers, pelato::build::wit::TASK_WIT);
}
