//! A task for `pelato pack check`: takes bytes and returns them unchanged.

pub fn exec_task(arg: Vec<u8>) -> Vec<u8> {
    arg
}
