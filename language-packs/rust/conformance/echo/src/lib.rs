//! A task for `pelato pack check`: takes a text and gives it back as it is.

pub fn exec_task(arg: String) -> String {
    arg
}
