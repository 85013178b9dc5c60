//! PELATO.

pub mod host;
