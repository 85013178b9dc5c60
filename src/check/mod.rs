//! Workflow + catalog → components, or everything that is wrong.

mod component;

pub use component::{Code, Component, HttpRoute, Need};
