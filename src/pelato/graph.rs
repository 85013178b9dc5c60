//! The workflow as a picture.

use super::{Error, Pelato};
use crate::graph::{self, Format};

impl Pelato {
    /// How messages flow through the workflow.
    ///
    /// # Errors
    /// When there is no workflow, or it has errors.
    pub fn graph(&self, format: Format) -> Result<String, Error> {
        let graph = graph::of(&self.components()?);
        Ok(match format {
            Format::Mermaid => graph::mermaid(&graph),
            Format::Svg => graph::svg(&graph),
        })
    }
}
