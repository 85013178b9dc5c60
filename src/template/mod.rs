//! Templates of one's own: made, and tried out.

pub mod check;
mod error;
mod new;
mod source;

pub use error::TemplateError;
pub use new::{NewTemplate, new};
