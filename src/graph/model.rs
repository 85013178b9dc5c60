//! The flow as nodes and edges.

use std::collections::BTreeMap;

use crate::check::{Component, Flow};

/// The flow as nodes and edges, in an order that depends on the workflow alone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Graph {
    /// The nodes; edges count them from 0.
    pub nodes: Vec<Node>,
    pub edges: Vec<Edge>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// What it stands for.
    pub shape: Shape,
    pub label: String,
    /// Secondary text below the label.
    pub detail: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shape {
    /// Where HTTP requests arrive.
    Http,
    Topic,
    Component,
}

/// A way that messages go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edge {
    /// The node that they come from.
    pub from: usize,
    /// The node that they go to.
    pub to: usize,
    /// From a topic to a wildcard topic that matches it.
    pub by_wildcard: bool,
}

pub fn of(components: &[Component]) -> Graph {
    let flow = Flow::of(components);
    // The topics that do not leave the site of a target.
    let within = components.iter().zip(&flow.nodes).flat_map(|(component, node)| {
        let target = component.targets.first().map_or("", String::as_str);
        flow.staying(node).map(move |topic| (topic, format!("within {target}")))
    });
    let within: BTreeMap<_, _> = within.collect();
    let about = |topic: &str| within.get(topic).map_or("", String::as_str);
    let mut graph = Graph::default();
    let mut topics: BTreeMap<&str, usize> = BTreeMap::new();
    for node in &flow.nodes {
        if let Some(http) = &node.http {
            let port = http.port.map_or(String::new(), |port| format!(":{port}"));
            graph.add(Shape::Http, &format!("POST {port}{}", http.path), "");
            graph.connect(graph.nodes.len() - 1, graph.nodes.len(), false);
        }
        let order = node.order.as_ref().map(|order| format!(" · {order}")).unwrap_or_default();
        let detail = format!("{} · {}{order}", node.template, node.version);
        let component = graph.add(Shape::Component, &node.name, &detail);
        for (_, topic) in &node.reads {
            let node = *topics.entry(topic).or_insert_with(|| graph.add(Shape::Topic, topic, about(topic)));
            graph.connect(node, component, false);
        }
        for (_, topic) in &node.writes {
            let node = *topics.entry(topic).or_insert_with(|| graph.add(Shape::Topic, topic, about(topic)));
            graph.connect(component, node, false);
        }
    }
    for (name, topic) in &flow.topics {
        for pattern in &topic.patterns {
            if let (Some(from), Some(to)) = (topics.get(name.as_str()), topics.get(pattern.as_str())) {
                graph.connect(*from, *to, true);
            }
        }
    }
    graph
}

impl Graph {
    fn add(&mut self, shape: Shape, label: &str, detail: &str) -> usize {
        self.nodes.push(Node { shape, label: label.to_owned(), detail: detail.to_owned() });
        self.nodes.len() - 1
    }

    fn connect(&mut self, from: usize, to: usize, by_wildcard: bool) {
        let edge = Edge { from, to, by_wildcard };
        if !self.edges.contains(&edge) {
            self.edges.push(edge);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::rules::testing::{check_in, project, task, workflow};

    #[test]
    fn a_task_that_prefers_a_target_says_so() {
        let folder = project();
        let first = task(&["targets: [cloud, edge, fog]", "prefer: edge", "delivery: at-least-once"]);
        let (_, components) = check_in(folder.path(), &workflow(&[first]));
        assert_eq!(details(&components), ["processor_nats · 1.0.0 · edge first, else cloud, fog"]);
    }

    #[test]
    fn a_topic_that_stays_within_a_site_says_so() {
        let folder = project();
        let tasks = [
            task(&["scope: site", "source_topic: raw", "dest_topic: clean"]),
            task(&["name: B", "component_name: b", "source_topic: clean", "dest_topic: out"]),
        ];
        let (_, components) = check_in(folder.path(), &workflow(&tasks));
        assert_eq!(details(&components), ["processor_nats · 1.0.0", "within edge", "processor_nats · 1.0.0"]);
    }

    fn details(components: &[Component]) -> Vec<String> {
        let details = of(components).nodes.into_iter().map(|node| node.detail);
        details.filter(|one| !one.is_empty()).collect()
    }
}
