//! Compares the times of runs and the costs of faults: metrics files and records of drills in, tables and charts out.
//!
//! [`read`] reads metrics files, PELATO's and the thesis prototype's; [`Series::of`] summarises their runs by number
//! of tasks; [`chart`] draws them and [`page`] puts the charts on a page with tables beside them.

pub mod chart;
mod load;
mod original;
pub mod page;
pub mod read;
mod scale;
mod series;
pub mod statistics;
mod style;
mod write;

pub use load::{LoadError, Loaded, Rehearsal, load};
pub use original::original;
pub use read::ReadError;
pub use series::{Phase, Point, Run, Series, Stack, tasks};
pub use write::{WriteError, write};
