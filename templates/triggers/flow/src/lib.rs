//! What every trigger does with a message: call the user's function and send its result on.
//!
//! The triggers differ in how a message arrives, in where its result goes and in how its sender is answered. What a
//! result means is the same in all of them and is written here, once, against the trait [`Platform`], so that it can be
//! tested without a host.

pub mod cors;
mod database;
mod deliver;
mod delivery;
pub mod entry;
pub mod http;
pub mod journal;
mod json;
mod keyvalue;
mod message;
mod outputs;
mod platform;
pub mod protocol;
mod publish;
pub mod relay;
mod setting;
pub mod web;

pub use database::{COLUMN, Database, ON_CONFLICT, TABLE};
pub use deliver::{Failure, deliver, logged};
pub use keyvalue::Bucket;
pub use message::{handle_message, handle_message_or_request, insert_row, route, split, store_entry};
pub use platform::{Component, Message, Platform};
pub use protocol::{COMPONENT_NAME, DEST_TOPIC, DEST_TOPICS};
pub use setting::body_limit;
