//! What is published of a component's calls.

#![allow(clippy::expect_used)]

use std::cell::{Cell, RefCell};

use flow::journal::{Journal, Stream, Surroundings};
use flow::protocol::Record;

#[derive(Default)]
struct Fake {
    settings: Vec<(&'static str, &'static str)>,
    clock: Cell<u64>,
    published: RefCell<Vec<(String, Record)>>,
}

impl Surroundings for &Fake {
    fn setting(&self, key: &str) -> Option<String> {
        self.settings.iter().find(|(name, _)| *name == key).map(|(_, value)| (*value).to_owned())
    }

    fn environment(&self) -> Vec<(String, String)> {
        let variables =
            [("KEY", "s3cret"), ("LONG", "s3cret-and-more"), ("PEM", "begin\n\nabcdef\n"), ("HOME", "/root")];
        variables.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
    }

    fn time_ms(&self) -> u64 {
        1_700_000_000_000
    }

    fn elapsed_us(&self) -> u64 {
        self.clock.set(self.clock.get() + 250);
        self.clock.get()
    }

    fn publish(&self, subject: &str, body: Vec<u8>) {
        let record = serde_json::from_slice(&body).expect("a record");
        self.published.borrow_mut().push((subject.to_owned(), record));
    }
}

fn fake() -> Fake {
    let settings = vec![
        ("log_topic", "pelato.logs.p.convert"),
        ("component_name", "convert"),
        ("log_version", "1.2.0"),
        ("log_secrets", "KEY,LONG,PEM"),
    ];
    Fake { settings, ..Fake::default() }
}

/// What was published, as kind, topic and text.
fn seen(fake: &Fake) -> Vec<String> {
    let published = fake.published.borrow();
    let show = |(_, record): &(String, Record)| format!("{:?} {} {}", record.kind, record.topic, record.text);
    published.iter().map(show).collect()
}

#[test]
fn lines_and_calls_are_records() {
    let fake = fake();
    let mut journal = Journal::new(&fake);
    journal.write(Stream::Stderr, b"early\n");
    journal.began("room.celsius");
    journal.write(Stream::Stdout, b"a");
    journal.write(Stream::Stderr, b"oh\r\n");
    journal.write(Stream::Stdout, b"b\n\nc\xff");
    journal.ended(None);
    journal.began("room.kelvin");
    journal.ended(Some("too cold"));
    assert_eq!(
        seen(&fake),
        [
            "Stderr  early",
            "Began room.celsius ",
            "Stderr room.celsius oh",
            "Stdout room.celsius ab",
            "Stdout room.celsius ",
            "Stdout room.celsius c\u{fffd}",
            "Ended room.celsius ",
            "Began room.kelvin ",
            "Failed room.kelvin too cold",
        ]
    );
    let published = fake.published.borrow();
    let (subject, record) = &published[6];
    assert_eq!(subject, "pelato.logs.p.convert");
    assert_eq!((record.component.as_str(), record.version.as_str()), ("convert", "1.2.0"));
    assert_eq!((record.elapsed_us, record.time_ms), (Some(250), 1_700_000_000_000));
}

#[test]
fn what_is_published_of_a_call_has_a_limit() {
    let fake = fake();
    let mut journal = Journal::new(&fake);
    journal.began("t");
    for _ in 0..1000 {
        journal.write(Stream::Stdout, &[b'x'; 3000]);
        journal.write(Stream::Stdout, &[b'x'; 3000]);
        journal.write(Stream::Stdout, b"\n");
    }
    journal.ended(None);
    assert_eq!(seen(&fake).len(), 1 + 100 + 1 + 1);
    assert_eq!(seen(&fake)[101], "Cut t more than 100 lines");
    let published = fake.published.borrow();
    assert_eq!(published[1].1.text, format!("{}…", "x".repeat(4096)));
    drop(published);
    journal.began("t");
    journal.write(Stream::Stdout, b"again\n");
    assert_eq!(seen(&fake).last().map(String::as_str), Some("Stdout t again"), "each call has its own limit");
}

#[test]
fn values_of_secrets_are_masked_wherever_a_line_was_cut() {
    let fake = fake();
    let mut journal = Journal::new(&fake);
    journal.began("t");
    journal.write(Stream::Stdout, b"a s3c");
    journal.write(Stream::Stdout, b"ret-and-more b s3cret, /root abcdef\n");
    let mut long = vec![b'x'; 4090];
    long.extend_from_slice(b"s3cret-and-more\n");
    journal.write(Stream::Stdout, &long);
    journal.ended(Some("no s3cret"));
    let seen = seen(&fake);
    assert_eq!(seen[1], "Stdout t a *** b ***, /root ***");
    assert_eq!(seen[2], format!("Stdout t {}***", "x".repeat(4090)));
    assert_eq!(seen[3], "Failed t no ***");
}
