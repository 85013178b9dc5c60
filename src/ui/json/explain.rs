//! `explain`.

use serde::Serialize;

use super::SCHEMA;
use crate::explain::Topic;

/// `explain TOPIC`
#[derive(Debug, Serialize)]
pub struct Explained<'a> {
    schema: u32,
    topic: &'a str,
    text: String,
}

impl<'a> Explained<'a> {
    pub fn new(topic: &'a str, text: String) -> Self {
        Self { schema: SCHEMA, topic, text }
    }
}

/// `explain`
#[derive(Debug, Serialize)]
pub struct Topics<'a> {
    schema: u32,
    topics: Vec<Row<'a>>,
}

#[derive(Debug, Serialize)]
struct Row<'a> {
    topic: &'a str,
    kind: &'static str,
}

impl<'a> Topics<'a> {
    pub fn new(topics: &[Topic<'a>]) -> Self {
        let row = |topic: &Topic<'a>| Row { topic: topic.name, kind: topic.kind.name() };
        Self { schema: SCHEMA, topics: topics.iter().map(row).collect() }
    }
}
