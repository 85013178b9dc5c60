//! A platform that remembers what was asked of it.

use std::cell::RefCell;

use flow::{COMPONENT_NAME, DEST_TOPIC, Message, Platform};

/// What was published: subject and body.
pub type Published = Vec<(String, Vec<u8>)>;

pub struct Fake {
    pub settings: Vec<(&'static str, &'static str)>,
    pub result: Result<Vec<u8>, String>,
    /// The subject that cannot be published to.
    pub refused: Option<&'static str>,
    pub calls: RefCell<usize>,
    pub published: RefCell<Published>,
    pub logged: RefCell<Vec<(String, String)>>,
}

impl Fake {
    /// A task that is set up well and whose function gives `result`.
    pub fn giving(result: Result<&str, &str>) -> Self {
        Self {
            settings: vec![(COMPONENT_NAME, "convert"), (DEST_TOPIC, "kelvin")],
            result: result.map(|output| output.as_bytes().to_vec()).map_err(str::to_owned),
            refused: None,
            calls: RefCell::default(),
            published: RefCell::default(),
            logged: RefCell::default(),
        }
    }

    pub fn published(&self) -> Published {
        self.published.borrow().clone()
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

    fn exec(&self, _input: &[u8]) -> Result<Vec<u8>, String> {
        *self.calls.borrow_mut() += 1;
        self.result.clone()
    }

    fn publish(&self, message: &Message) -> Result<(), String> {
        if self.refused == Some(message.subject.as_str()) {
            return Err("no responders".into());
        }
        self.published.borrow_mut().push((message.subject.clone(), message.body.clone()));
        Ok(())
    }

    fn log_error(&self, context: &str, message: &str) {
        self.logged.borrow_mut().push((context.to_owned(), message.to_owned()));
    }
}
