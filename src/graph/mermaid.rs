//! The flow as Mermaid text, which code hosts and editors draw.

use std::fmt::Write;

use super::model::{Graph, Shape};

pub fn mermaid(graph: &Graph) -> String {
    let mut text = String::from("flowchart LR\n");
    for (index, node) in graph.nodes.iter().enumerate() {
        let label = escape(&node.label);
        let label =
            if node.detail.is_empty() { label } else { format!("{label}<br/>{}", escape(&node.detail)) };
        let (open, close) = match node.shape {
            Shape::Component => ("[", "]"),
            Shape::Topic => ("([", "])"),
            Shape::Http => ("{{", "}}"),
        };
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  n{index}{open}\"{label}\"{close}");
    }
    for edge in &graph.edges {
        let arrow = if edge.by_wildcard { "-.->" } else { "-->" };
        let _ = writeln!(text, "  n{} {arrow} n{}", edge.from, edge.to);
    }
    text
}

/// Characters that Mermaid, Markdown or HTML could interpret are written as numeric entities.
fn escape(label: &str) -> String {
    let mut escaped = String::with_capacity(label.len());
    for character in label.chars() {
        if character.is_alphanumeric() || " _-./:·,".contains(character) {
            escaped.push(character);
        } else {
            let _ = write!(escaped, "#{};", u32::from(character));
        }
    }
    escaped
}
