//! What a drill has measured: [`Readings`], plain data that [`record`] keeps in a file, and [`analysis`], which makes
//! a report of them.

pub mod analysis;
pub mod readings;
pub mod record;
pub mod text;
pub mod time;

pub use analysis::analyse;
pub use readings::Readings;
pub use record::RecordError;
