//! Go functions, generated and built by the program itself.

use crate::support::workshop::{Files, Workshop};

/// A component's name with all that may be in one.
const NAME: &str = "celsius-to_kelvin_conversion";

fn workshop(files: Files<'_>) -> Workshop {
    let mut workshop = Workshop::new();
    workshop.task(NAME, "go", files);
    workshop
}

/// From a task's files to a function component.
pub fn function(files: Files<'_>) -> Vec<u8> {
    let workshop = workshop(files);
    // Modules are vendored, never fetched.
    workshop.build_with(&["--offline"]).unwrap_or_else(|said| panic!("{said}"));
    workshop.built(NAME)
}

/// What is said about a task that does not build.
pub fn refused(files: Files<'_>) -> String {
    workshop(files).build_with(&["--offline"]).expect_err("this must not build")
}

/// How many pieces of advice are in what was said, beside the one on what failed in all.
pub fn advice(said: &str) -> usize {
    said.matches("help: ").count()
}
