//! What a fault costs: numbered probes go through a running deployment while a host is taken away.
//!
//! [`route`] and [`Plan`] say what will be done; [`hold`] does it and brings [`Readings`], plain data that [`record`]
//! keeps in a file; [`judge`] makes a report of them, against which [`slo`] holds objectives.

mod act;
mod command;
mod error;
mod hosts;
pub mod judge;
mod live;
mod mark;
mod plan;
pub mod readings;
pub mod record;
mod route;
pub mod slo;
pub mod time;
mod wire;
pub mod words;

pub use act::{Setup, hold};
pub use error::DrillError;
pub use judge::judge;
pub use mark::{INPUT, Marks};
pub use plan::{Course, Plan};
pub use readings::Readings;
pub use record::RecordError;
pub use route::{Route, route};
