//! The embedded host on a stage: functions that do one thing, and an observer that remembers.

pub mod functions;
pub mod stage;
