//! `wasi:http`, for triggers that export its handler: reading a request, and sending the response.

mod request;
mod response;

pub use crate::platform::bindings::wasi::http::types;
pub use request::Incoming;
pub use response::send;
