//! The data flow of a workflow as a diagram: Mermaid text, or SVG.

mod layers;
mod layout;
mod mermaid;
mod model;
mod svg;

pub use mermaid::mermaid;
pub use model::{Edge, Graph, Node, Shape, of};
pub use svg::svg;
