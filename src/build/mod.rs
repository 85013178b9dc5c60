//! From `gen/<component>/` to `<component>.wasm`.

pub mod compose;
pub mod settings;
pub mod wit;
pub mod wrap;

pub use compose::{ComposeError, compose};
pub use settings::{SettingsError, settings_component};
pub use wit::{Interfaces, NotAComponent, interfaces};
pub use wrap::{FunctionError, WrapError, check_function, wrap};
