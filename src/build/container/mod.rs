//! Builds in containers, with the toolchain images that language packs name, through the Docker Engine API.
//!
//! The stock image is taken as it is. A container is locked in: no network unless the task has dependencies to fetch, no
//! capabilities, a read-only root, limits on memory, processors and processes. It carries labels that say whose it is,
//! so that what a killed `pelato` left behind is found and removed by the next one. Facts and figures: design,
//! `docs/decisions/containers.md`.

mod compile;
mod connect;
mod engine;
mod error;
mod find;
mod image;
mod install;
mod look;
mod pull;
mod reuse;
mod run;
mod shell;
mod sweep;

pub(super) use compile::compile;
pub use connect::{Found, addresses};
pub use engine::{Engine, Limits};
pub use error::ContainerError;
pub use find::{find, known_version, wanted};
pub use image::{Image, Order};
pub use look::{Look, look};
pub use reuse::Kept;
