//! The commands against real servers, as people and programs run them.

mod chain;
mod delivery;
mod drill_held;
mod letters;
mod logs;
mod rights;
mod run_nats;
mod run_postgres;
mod storage;
mod trace;
mod traffic;
mod unreadable;
