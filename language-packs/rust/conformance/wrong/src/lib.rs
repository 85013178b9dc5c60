//! A task for `pelato pack check`: has a signature that cannot be used, and does not compile.

pub fn exec_task(celsius: f64) -> f64 {
    celsius + 273.15
}
