//! A task for `pelato pack check`: takes bytes and gives them back as they are.

pub fn exec_task(arg: Vec<u8>) -> Vec<u8> {
    arg
}
