//! `graph --json`.

use serde::Serialize;

use super::SCHEMA;
use crate::graph::{Graph, Shape};

/// `graph`
#[derive(Debug, Serialize)]
pub struct Drawing<'a> {
    schema: u32,
    nodes: Vec<Node<'a>>,
    edges: Vec<Edge>,
    /// In the format that was chosen.
    drawing: &'a str,
}

#[derive(Debug, Serialize)]
struct Node<'a> {
    kind: &'static str,
    name: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    detail: &'a str,
}

/// Nodes are counted from 0.
#[derive(Debug, Serialize)]
struct Edge {
    from: usize,
    to: usize,
    by_wildcard: bool,
}

impl<'a> Drawing<'a> {
    pub fn new(graph: &'a Graph, drawing: &'a str) -> Self {
        let node = |node: &'a crate::graph::Node| Node {
            kind: match node.shape {
                Shape::Http => "http",
                Shape::Topic => "topic",
                Shape::Component => "component",
            },
            name: &node.label,
            detail: &node.detail,
        };
        let edge =
            |edge: &crate::graph::Edge| Edge { from: edge.from, to: edge.to, by_wildcard: edge.by_wildcard };
        Self {
            schema: SCHEMA,
            nodes: graph.nodes.iter().map(node).collect(),
            edges: graph.edges.iter().map(edge).collect(),
            drawing,
        }
    }
}
