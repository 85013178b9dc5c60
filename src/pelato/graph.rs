//! The workflow as a diagram.

use super::{Error, Pelato};
use crate::graph::{self, Graph};

impl Pelato {
    /// How messages flow through the workflow.
    ///
    /// # Errors
    /// When there is no workflow, or it has errors.
    pub fn graph(&self) -> Result<Graph, Error> {
        Ok(graph::of(&self.components()?))
    }
}
