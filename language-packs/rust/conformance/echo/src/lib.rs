//! A task for `pelato pack check`: takes a string and returns it unchanged.

pub fn exec_task(arg: String) -> String {
    arg
}
