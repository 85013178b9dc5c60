//! Templates of one's own: made, and tried out.

mod error;
mod new;
mod source;

pub use error::TemplateError;
pub use new::{NewTemplate, new};
