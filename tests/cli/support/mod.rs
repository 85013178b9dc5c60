//! What the tests share: projects in folders of their own, the binary with a clean environment, servers.

pub mod disk;
pub mod functions;
pub mod go;
pub mod http;
pub mod nats;
pub mod place;
pub mod process;
pub mod terminal;
pub mod toy;
pub mod tree;
pub mod trigger;

pub use place::Place;
pub use process::Running;
