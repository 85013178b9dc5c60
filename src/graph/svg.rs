//! The flow as an SVG image.

use std::fmt::Write;

use super::layout::{LABEL, Layout, Place, layout};
use super::model::{Graph, Node, Shape};
use crate::text::xml;

const STYLE: &str = "text{font:13px ui-sans-serif,system-ui,'Segoe UI',Helvetica,Arial,sans-serif;text-anchor:middle;\
    fill:#1f2933}.d{font-size:11px;fill:#52606d}.component{fill:#e8f1fd;stroke:#2f6fbf}.topic{fill:#fff;stroke:#829ab1}\
    .http{fill:#fff4e0;stroke:#c77700}path{fill:none;stroke:#627d98;stroke-width:1.4}.by-wildcard{stroke-dasharray:5 4}";

/// An SVG image: components are boxes, topics are rounded, HTTP is a hexagon; dashed lines lead from a topic to a
/// wildcard topic that matches it.
pub fn svg(graph: &Graph) -> String {
    let layout = layout(graph);
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = draw(&mut text, graph, &layout);
    text
}

fn draw(out: &mut String, graph: &Graph, layout: &Layout) -> std::fmt::Result {
    let (width, height) = (layout.width.ceil(), layout.height.ceil());
    writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
         role=\"img\" aria-label=\"Flow of messages\">"
    )?;
    writeln!(out, "<style>{STYLE}</style>")?;
    writeln!(
        out,
        "<defs><marker id=\"to\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" \
         orient=\"auto\"><path d=\"M0 0L8 4L0 8z\" style=\"fill:#627d98;stroke:none\"/></marker></defs>"
    )?;
    writeln!(out, "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>")?;
    for (edge, points) in graph.edges.iter().zip(&layout.edges) {
        let class = if edge.by_wildcard { " class=\"by-wildcard\"" } else { "" };
        writeln!(out, "<path{class} d=\"{}\" marker-end=\"url(#to)\"/>", curve(points))?;
    }
    for (node, place) in graph.nodes.iter().zip(&layout.nodes) {
        draw_node(out, node, place)?;
    }
    out.write_str("</svg>\n")
}

fn draw_node(out: &mut String, node: &Node, place: &Place) -> std::fmt::Result {
    let Place { x, y, width, height } = *place;
    let (left, top) = (x - width / 2.0, y - height / 2.0);
    let class = match node.shape {
        Shape::Component => "component",
        Shape::Topic => "topic",
        Shape::Http => "http",
    };
    write!(out, "<g><title>{}</title>", xml(&node.label))?;
    match node.shape {
        Shape::Http => {
            let (right, bottom, tip) = (left + width, top + height, 12.0);
            write!(
                out,
                "<polygon class=\"{class}\" points=\"{left:.1},{y:.1} {:.1},{top:.1} {:.1},{top:.1} {right:.1},{y:.1} \
                 {:.1},{bottom:.1} {:.1},{bottom:.1}\"/>",
                left + tip,
                right - tip,
                right - tip,
                left + tip
            )?;
        }
        _ => {
            let radius = if node.shape == Shape::Topic { height / 2.0 } else { 4.0 };
            write!(
                out,
                "<rect class=\"{class}\" x=\"{left:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" \
                 rx=\"{radius:.1}\"/>"
            )?;
        }
    }
    let raised = if node.detail.is_empty() { 4.5 } else { -3.5 };
    write!(out, "<text x=\"{x:.1}\" y=\"{:.1}\">{}</text>", y + raised, xml(&cut(&node.label)))?;
    if !node.detail.is_empty() {
        write!(
            out,
            "<text class=\"d\" x=\"{x:.1}\" y=\"{:.1}\">{}</text>",
            y + 13.5,
            xml(&cut(&node.detail))
        )?;
    }
    writeln!(out, "</g>")
}

/// A line through the points that starts and ends horizontally.
fn curve(points: &[(f64, f64)]) -> String {
    let mut path = String::new();
    for (index, (x, y)) in points.iter().enumerate() {
        let _ = match index.checked_sub(1).and_then(|before| points.get(before)) {
            None => write!(path, "M{x:.1} {y:.1}"),
            Some((_, fy)) if fy == y => write!(path, "H{x:.1}"),
            Some((fx, fy)) => {
                let half = (fx + x) / 2.0;
                write!(path, "C{half:.1} {fy:.1} {half:.1} {y:.1} {x:.1} {y:.1}")
            }
        };
    }
    path
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(LABEL) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}
