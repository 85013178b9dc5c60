//! Workflow → wadm manifest → lattice, and what became of it.
//!
//! [`manifest`] plans: pure data, from checked components. [`lattice`] speaks with wadm and with the hosts.
//! [`preflight`] looks for what would fail, [`follow`] waits until all of it runs, [`relink`] makes
//! sure of the links, [`status`] tells how it is, [`history`] knows which manifests were deployed before. Only this folder knows that the platform is wasmCloud 1.x.

mod error;
pub mod follow;
pub mod history;
pub mod lattice;
pub mod manifest;
pub mod preflight;
pub mod relink;
pub mod run;
pub mod status;

pub use error::{DeployError, Reason};
pub use lattice::Lattice;
pub use manifest::{Manifest, Providers};
pub use run::{Deployed, Options, Plan};
