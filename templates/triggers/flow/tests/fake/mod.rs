//! A platform that remembers what was asked of it.

// Each test file needs some of it.
#![allow(dead_code, clippy::expect_used)]

use std::cell::RefCell;

use flow::http::{Request, Unread};
use flow::{Bucket, COMPONENT_NAME, DEST_TOPIC, Database, Message, Platform};

/// What was published: subject and body.
pub type Published = Vec<(String, Vec<u8>)>;

/// What was stored: key, or statement, and value.
pub type Stored = Vec<(String, String)>;

pub struct Fake {
    pub settings: Vec<(&'static str, &'static str)>,
    pub result: Result<Vec<u8>, String>,
    /// The subject that cannot be published to.
    pub refused: Option<&'static str>,
    /// The largest message that can be published, in bytes.
    pub largest: usize,
    /// What is replied to a request.
    pub reply: Result<Vec<u8>, String>,
    /// Nothing can be stored.
    pub full: bool,
    pub calls: RefCell<usize>,
    pub inputs: RefCell<Vec<Vec<u8>>>,
    pub stored: RefCell<Stored>,
    pub published: RefCell<Published>,
    /// What was published as a request.
    pub requested: RefCell<Published>,
    pub logged: RefCell<Vec<(String, String)>>,
    /// What was noted of calls.
    pub noted: RefCell<Vec<String>>,
}

impl Fake {
    /// A task that is set up well and whose function gives `result`.
    pub fn giving(result: Result<&str, &str>) -> Self {
        Self {
            settings: vec![(COMPONENT_NAME, "convert"), (DEST_TOPIC, "kelvin")],
            result: result.map(|output| output.as_bytes().to_vec()).map_err(str::to_owned),
            refused: None,
            largest: usize::MAX,
            reply: Ok(br#"{"stream":"KELVIN","seq":1}"#.to_vec()),
            full: false,
            calls: RefCell::default(),
            inputs: RefCell::default(),
            stored: RefCell::default(),
            published: RefCell::default(),
            requested: RefCell::default(),
            logged: RefCell::default(),
            noted: RefCell::default(),
        }
    }

    pub fn published(&self) -> Published {
        self.published.borrow().clone()
    }

    pub fn stored(&self) -> Stored {
        self.stored.borrow().clone()
    }

    /// What was logged, as `context: message`.
    pub fn log(&self) -> Vec<String> {
        self.logged.borrow().iter().map(|(context, message)| format!("{context}: {message}")).collect()
    }
}

impl Platform for Fake {
    fn setting(&self, key: &str) -> Option<String> {
        self.settings.iter().find(|(name, _)| *name == key).map(|(_, value)| (*value).to_owned())
    }

    fn exec(&self, input: &[u8]) -> Result<Vec<u8>, String> {
        *self.calls.borrow_mut() += 1;
        self.inputs.borrow_mut().push(input.to_vec());
        self.result.clone()
    }

    fn publish(&self, message: &Message) -> Result<(), String> {
        if self.refused == Some(message.subject.as_str()) {
            return Err("no responders".into());
        }
        if message.body.len() > self.largest {
            return Err("maximum payload exceeded".into());
        }
        self.published.borrow_mut().push((message.subject.clone(), message.body.clone()));
        Ok(())
    }

    fn request(&self, subject: &str, body: &[u8], _: u32) -> Result<Vec<u8>, String> {
        if self.refused == Some(subject) {
            return Err("no responders".into());
        }
        self.requested.borrow_mut().push((subject.to_owned(), body.to_vec()));
        self.reply.clone()
    }

    fn log_error(&self, context: &str, message: &str) {
        self.logged.borrow_mut().push((context.to_owned(), message.to_owned()));
    }

    fn began(&self, topic: &str) {
        self.noted.borrow_mut().push(format!("began {topic}"));
    }

    fn ended(&self, failure: Option<&str>) {
        self.noted
            .borrow_mut()
            .push(failure.map_or("ended".to_owned(), |failure| format!("failed: {failure}")));
    }
}

impl Bucket for Fake {
    fn set(&self, key: &str, value: &[u8]) -> Result<(), String> {
        if self.full {
            return Err("the bucket is full".into());
        }
        let value = String::from_utf8(value.to_vec()).expect("text");
        self.stored.borrow_mut().push((key.to_owned(), value));
        Ok(())
    }
}

impl Database for Fake {
    fn run(&self, statement: &str, value: &str) -> Result<(), String> {
        if self.full {
            return Err("the database is full".into());
        }
        self.stored.borrow_mut().push((statement.to_owned(), value.to_owned()));
        Ok(())
    }
}

/// An HTTP request.
#[derive(Clone)]
pub struct Asked {
    pub method: &'static str,
    pub path: &'static str,
    pub headers: Vec<(&'static str, &'static [u8])>,
    /// The body that arrives, or why it does not.
    pub body: Result<Vec<u8>, Unread>,
}

impl Asked {
    pub fn post(path: &'static str, body: &str) -> Self {
        Self { method: "POST", path, headers: Vec::new(), body: Ok(body.into()) }
    }
}

impl Request for Asked {
    fn method(&self) -> String {
        self.method.to_owned()
    }

    fn path(&self) -> String {
        self.path.to_owned()
    }

    fn headers(&self) -> Vec<(String, Vec<u8>)> {
        self.headers.iter().map(|(name, value)| ((*name).to_owned(), value.to_vec())).collect()
    }

    fn header(&self, name: &str) -> Option<Vec<u8>> {
        self.headers.iter().find(|(known, _)| *known == name).map(|(_, value)| value.to_vec())
    }

    fn body(&self, limit: u64) -> Result<Vec<u8>, Unread> {
        let body = self.body.clone()?;
        if body.len() as u64 > limit { Err(Unread::TooLarge) } else { Ok(body) }
    }
}
