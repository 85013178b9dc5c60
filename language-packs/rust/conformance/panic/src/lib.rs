//! A task for `pelato pack check`: panics, whatever it takes.

pub fn exec_task(arg: String) -> String {
    panic!("on purpose: {arg}")
}
