//! What a fault costs: numbered probes go through a running deployment while a host is taken away.
//!
//! [`route`] and [`Plan`] say what will be done; [`hold`] does it and brings [`Readings`], plain data that [`record`]
//! keeps in a file; [`analysis`] makes a report of them, against which [`slo`] holds objectives.

pub mod analysis;
mod command;
mod error;
mod hosts;
mod live;
mod mark;
mod plan;
pub mod readings;
pub mod record;
mod route;
mod runner;
pub mod slo;
pub mod text;
pub mod time;
mod wire;

pub use analysis::analyse;
pub use error::DrillError;
pub use mark::{INPUT, Marks};
pub use plan::{Course, Plan};
pub use readings::Readings;
pub use record::RecordError;
pub use route::{Route, route};
pub use runner::{Setup, hold};
