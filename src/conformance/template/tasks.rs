//! The tasks of the small project on which a template is tried out.

/// The tasks of the small project, by the names of their components: what their functions do.
pub(super) const GIVES: &str = "gives";
pub(super) const FILTERS: &str = "filters";
pub(super) const FAILS: &str = "fails";
pub(super) const BREAKS: &str = "breaks";
pub(super) const TASKS: [&str; 4] = [GIVES, FILTERS, FAILS, BREAKS];
