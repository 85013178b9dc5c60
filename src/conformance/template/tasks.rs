//! The tasks of the small project on which a template is tried out.

/// The tasks of the small project, by the names of their components: what their functions do.
pub(super) const GIVES: &str = "gives";
/// Filters all out.
pub(super) const FILTERS: &str = "filters";
/// Fails.
pub(super) const FAILS: &str = "fails";
/// Breaks off.
pub(super) const BREAKS: &str = "breaks";
pub(super) const TASKS: [&str; 4] = [GIVES, FILTERS, FAILS, BREAKS];
