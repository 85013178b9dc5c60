//! The data flow of a workflow as a diagram: Mermaid text, or SVG.

mod layers;
mod layout;
mod mermaid;
mod model;
mod svg;

pub use mermaid::mermaid;
pub use model::{Edge, Graph, Node, Shape, of};
pub use svg::svg;

/// How a picture is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// Text that many code hosts and editors show as a diagram
    Mermaid,
    /// An image
    Svg,
}

impl Graph {
    /// The diagram in a format.
    pub fn draw(&self, format: Format) -> String {
        match format {
            Format::Mermaid => mermaid(self),
            Format::Svg => svg(self),
        }
    }
}
