//! An engine with what it links components to.

use wasmtime::component::Linker;

use super::HostError;
use super::engine::Compute;
use super::state::State;

/// An engine with what it links components to. Code runs on the engine that has compiled it.
pub(super) struct Tier {
    pub compute: Compute,
    pub linker: Linker<State>,
    /// Whether it compiles quickly.
    pub is_quick: bool,
}

impl Tier {
    pub fn new(compute: Compute, is_quick: bool) -> Result<Self, HostError> {
        Ok(Self { linker: compute.platform()?, compute, is_quick })
    }
}
