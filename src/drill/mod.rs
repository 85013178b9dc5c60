//! What a fault costs: numbered probes go through a running deployment while a host is taken away.
//!
//! [`route`] and [`Plan`] say what will be done; [`hold`] does it and brings [`Readings`](crate::measurement::Readings); [`slo`] holds objectives
//! against the report that [`crate::measurement::analyse`] makes of them.

mod command;
mod error;
mod hosts;
mod live;
mod mark;
mod plan;
mod route;
mod runner;
pub mod slo;
mod wire;

pub use error::DrillError;
pub use mark::{INPUT, Marks};
pub use plan::{Course, Plan};
pub use route::{Route, route};
pub use runner::{Setup, hold};
