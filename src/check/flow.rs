//! How messages go: which component reads and writes which topics.

use std::collections::{BTreeMap, BTreeSet};

use super::component::{Component, HttpRoute};
use crate::catalog::{self, Template};
use crate::nats::{Right, subject};

/// The flow of a workflow. Topics are named, components counted from 0.
#[derive(Debug, Clone, Default)]
pub struct Flow {
    /// The components, in the workflow's order.
    pub nodes: Vec<Node>,
    /// Every topic, sorted, with those who write and read exactly it.
    pub topics: BTreeMap<String, Topic>,
}

#[derive(Debug, Clone, Default)]
pub struct Node {
    /// Its name, or what is known of it.
    pub name: String,
    pub template: String,
    pub version: String,
    /// Where HTTP reaches it.
    pub http: Option<HttpRoute>,
    /// Which of its targets comes first, if one does.
    pub order: Option<String>,
    /// Whether its messages stay within the site of its target.
    pub at_site: bool,
    /// Where its dead letters go, if messages are kept for it.
    pub letters: Option<String>,
    /// The parameters and topics that it reads.
    pub reads: Vec<(String, String)>,
    /// The parameters and topics that it writes.
    pub writes: Vec<(String, String)>,
}

#[derive(Debug, Clone, Default)]
pub struct Topic {
    /// The components that write it.
    pub writers: BTreeSet<usize>,
    /// The components that read it, by just this name.
    pub readers: BTreeSet<usize>,
    /// Topics with wildcards that are read and take what is written here.
    pub patterns: BTreeSet<String>,
}

impl Flow {
    pub fn of(components: &[Component]) -> Self {
        Self::new(components.iter().map(|component| Node {
            name: component.name.clone(),
            template: component.template.manifest.name.clone(),
            version: component.version.to_string(),
            http: component.http.clone(),
            order: component.order(),
            at_site: component.at_site,
            letters: component.at_least_once.as_ref().map(|kept| kept.dead_letter_topic.clone()),
            reads: topics(&component.template, &component.parameters, catalog::Flow::Reads),
            writes: topics(&component.template, &component.parameters, catalog::Flow::Writes),
        }))
    }

    /// The flow between these nodes.
    pub(crate) fn new(nodes: impl Iterator<Item = Node>) -> Self {
        let mut flow = Self { nodes: nodes.collect(), topics: BTreeMap::new() };
        for (index, node) in flow.nodes.iter().enumerate() {
            for (_, topic) in &node.reads {
                flow.topics.entry(topic.clone()).or_default().readers.insert(index);
            }
            for (_, topic) in &node.writes {
                flow.topics.entry(topic.clone()).or_default().writers.insert(index);
            }
        }
        flow.find_patterns();
        flow
    }

    fn find_patterns(&mut self) {
        // By their first part: few patterns can take a topic, however many there are.
        let mut patterns: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for topic in self.topics.keys().filter(|topic| subject::has_wildcards(topic)) {
            patterns.entry(first_part(topic).to_owned()).or_default().push(topic.clone());
        }
        let written = self.topics.iter_mut().filter(|(_, topic)| !topic.writers.is_empty());
        for (name, topic) in written {
            let firsts = [first_part(name), "*", ">"].into_iter().filter_map(|first| patterns.get(first));
            let takes = |pattern: &&String| *pattern != name && subject::matches(pattern, name);
            topic.patterns = firsts.flatten().filter(takes).cloned().collect();
        }
    }

    /// Those who receive what is written to a topic.
    pub fn receivers<'f>(&'f self, topic: &'f Topic) -> impl Iterator<Item = usize> + 'f {
        let by_pattern = topic.patterns.iter().filter_map(|pattern| self.topics.get(pattern));
        topic.readers.iter().copied().chain(by_pattern.flat_map(|pattern| pattern.readers.iter().copied()))
    }

    /// Topics that are written and that nobody reads.
    pub fn unread(&self) -> BTreeSet<&str> {
        let unread = |topic: &Topic| !topic.writers.is_empty() && self.receivers(topic).next().is_none();
        self.topics.iter().filter(|(_, topic)| unread(topic)).map(|(name, _)| name.as_str()).collect()
    }

    /// Topics that are read and that nobody writes.
    pub fn unwritten(&self) -> BTreeSet<&str> {
        let written = self.topics.values().filter(|topic| !topic.writers.is_empty());
        let taken: BTreeSet<&str> =
            written.flat_map(|topic| topic.patterns.iter().map(String::as_str)).collect();
        let unwritten = |name: &str, topic: &Topic| {
            !topic.readers.is_empty() && topic.writers.is_empty() && !taken.contains(name)
        };
        self.topics
            .iter()
            .filter(|(name, topic)| unwritten(name, topic))
            .map(|(name, _)| name.as_str())
            .collect()
    }
}

impl Component {
    /// What it does with topics: a user of a NATS server who runs it needs these rights. Those on topics that cannot be
    /// filled in are left out.
    pub fn rights(&self) -> BTreeSet<(Right, String)> {
        let read = self.subscriptions().unwrap_or_default().into_iter().map(|one| one.subject);
        let publish = self.written_topics().map(|topic| (Right::Publish, topic));
        read.map(|topic| (Right::Subscribe, topic)).chain(publish).collect()
    }

    /// The topics that it writes to, its dead-letter topic among them.
    pub(super) fn written_topics(&self) -> impl Iterator<Item = String> {
        let letters = self.at_least_once.iter().map(|kept| kept.dead_letter_topic.clone());
        let written = topics(&self.template, &self.parameters, catalog::Flow::Writes);
        written.into_iter().map(|(_, topic)| topic).chain(letters)
    }
}

fn first_part(topic: &str) -> &str {
    topic.split('.').next().unwrap_or_default()
}

/// The valid topics among the parameters, by the direction of messages; what is no topic is left out.
pub(super) fn topics(
    template: &Template,
    parameters: &BTreeMap<String, String>,
    flow: catalog::Flow,
) -> Vec<(String, String)> {
    let directed = template.manifest.parameters.iter().filter(|(_, parameter)| parameter.flow == Some(flow));
    let topics = directed.flat_map(|(name, parameter)| {
        let fits = move |topic: &&str| {
            subject::validate(topic).is_ok() && (parameter.wildcards || !subject::has_wildcards(topic))
        };
        let values = parameters.get(name).map(|text| parameter.values(text)).unwrap_or_default();
        values.into_iter().filter(fits).map(|topic| (name.to_owned(), topic.to_owned())).collect::<Vec<_>>()
    });
    topics.collect()
}
