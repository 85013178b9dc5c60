//! A task for `pelato pack check`: takes a text and fails with it.

pub fn exec_task(arg: String) -> Result<String, String> {
    Err(arg)
}
