//! What a real trigger imports beside WASI: messaging and logging, recorded.

use crate::support::instance::State;
use std::sync::{Arc, Mutex};
use wasmtime::component::{ComponentType, Lift, Linker, Lower, Val};

/// `broker-message` of wasmcloud:messaging@0.2.0.
#[derive(Debug, Clone, PartialEq, Eq, ComponentType, Lift, Lower)]
#[component(record)]
pub struct Message {
    pub subject: String,
    pub body: Vec<u8>,
    #[component(name = "reply-to")]
    pub reply_to: Option<String>,
}

/// What was published and logged.
#[derive(Clone, Default)]
pub struct Seen {
    pub published: Arc<Mutex<Vec<Message>>>,
    pub logged: Arc<Mutex<Vec<String>>>,
}

impl Seen {
    pub fn link(&self, linker: &mut Linker<State>) {
        let published = self.published.clone();
        let mut consumer = linker.instance("wasmcloud:messaging/consumer@0.2.0").unwrap();
        consumer
            .func_wrap("publish", move |_, (message,): (Message,)| {
                published.lock().unwrap().push(message);
                Ok((Ok::<(), String>(()),))
            })
            .unwrap();
        consumer
            .func_wrap("request", |_, _: (String, Vec<u8>, u32)| {
                Ok((Err::<Message, _>("nobody answers".to_owned()),))
            })
            .unwrap();
        let logged = self.logged.clone();
        let mut logging = linker.instance("wasi:logging/logging@0.1.0-draft").unwrap();
        logging
            .func_new("log", move |_, _, arguments, _| {
                let [Val::Enum(_), Val::String(context), Val::String(text)] = arguments else {
                    panic!("{arguments:?}");
                };
                logged.lock().unwrap().push(format!("{context}: {text}"));
                Ok(())
            })
            .unwrap();
    }
}
