//! PELATO compiles this crate around a task's own: it exports the task's exec_task as pelato:task/handler@0.1.0.

use std::alloc::{alloc, dealloc, realloc, Layout};
use std::fmt::Display;

/// What a task may give back.
#[diagnostic::on_unimplemented(
    message = "`exec_task` has a signature PELATO cannot call: it gives back `{Self}`",
    note = "String, &'static str, Vec<u8> and () are fine, and a Result of them with an error that is Display"
)]
pub trait Answer {
    fn answer(self) -> Result<Vec<u8>, String>;
}

impl Answer for String {
    fn answer(self) -> Result<Vec<u8>, String> {
        Ok(self.into_bytes())
    }
}

impl Answer for &str {
    fn answer(self) -> Result<Vec<u8>, String> {
        Ok(self.as_bytes().to_vec())
    }
}

impl Answer for Vec<u8> {
    fn answer(self) -> Result<Vec<u8>, String> {
        Ok(self)
    }
}

impl Answer for () {
    fn answer(self) -> Result<Vec<u8>, String> {
        Ok(Vec::new())
    }
}

impl<T: Answer, E: Display> Answer for Result<T, E> {
    fn answer(self) -> Result<Vec<u8>, String> {
        match self {
            Ok(answer) => answer.answer(),
            Err(error) => Err(format!("{error:#}")),
        }
    }
}

/// A function that can be called with a message; `Form` keeps the implementations apart.
#[diagnostic::on_unimplemented(
    message = "`exec_task` has a signature PELATO cannot call: `{Self}`",
    note = "use `pub fn exec_task(arg: String) -> String`; &str, Vec<u8> and &[u8] in, and Vec<u8> or a Result out, are fine, too"
)]
pub trait Task<Form> {
    fn call(self, input: Vec<u8>) -> Result<Vec<u8>, String>;
}

pub struct OfString;
pub struct OfStr;
pub struct OfBytes;
pub struct OfSlice;

fn text(input: Vec<u8>) -> Result<String, String> {
    String::from_utf8(input).map_err(|error| format!("the input is not UTF-8: {error}"))
}

impl<F: FnOnce(String) -> R, R: Answer> Task<(OfString, R)> for F {
    fn call(self, input: Vec<u8>) -> Result<Vec<u8>, String> {
        self(text(input)?).answer()
    }
}

impl<F: FnOnce(&str) -> R, R: Answer> Task<(OfStr, R)> for F {
    fn call(self, input: Vec<u8>) -> Result<Vec<u8>, String> {
        self(&text(input)?).answer()
    }
}

impl<F: FnOnce(Vec<u8>) -> R, R: Answer> Task<(OfBytes, R)> for F {
    fn call(self, input: Vec<u8>) -> Result<Vec<u8>, String> {
        self(input).answer()
    }
}

impl<F: FnOnce(&[u8]) -> R, R: Answer> Task<(OfSlice, R)> for F {
    fn call(self, input: Vec<u8>) -> Result<Vec<u8>, String> {
        self(&input).answer()
    }
}

fn call<Form>(task: impl Task<Form>, input: Vec<u8>) -> Result<Vec<u8>, String> {
    task.call(input)
}

// What follows is the canonical ABI of pelato:task/handler@0.1.0#exec.

#[repr(C)]
struct Answered {
    tag: u8,
    ptr: *mut u8,
    len: usize,
}

static mut ANSWERED: Answered = Answered { tag: 0, ptr: std::ptr::null_mut(), len: 0 };

extern "C" {
    fn __wasm_call_ctors();
}

// Without it the linker would have every export run the constructors.
#[export_name = "_initialize"]
unsafe extern "C" fn initialize() {
    __wasm_call_ctors();
}

#[export_name = "cabi_realloc"]
unsafe extern "C" fn cabi_realloc(old: *mut u8, old_size: usize, align: usize, size: usize) -> *mut u8 {
    if size == 0 {
        return align as *mut u8;
    }
    let memory = match old_size {
        0 => alloc(Layout::from_size_align_unchecked(size, align)),
        _ => realloc(old, Layout::from_size_align_unchecked(old_size, align), size),
    };
    if memory.is_null() {
        std::process::abort();
    }
    memory
}

#[export_name = "pelato:task/handler@0.1.0#exec"]
unsafe extern "C" fn exec(ptr: *mut u8, len: usize) -> *const Answered {
    let input = if len == 0 { Vec::new() } else { Vec::from_raw_parts(ptr, len, len) };
    let (tag, bytes) = match call(task::exec_task, input) {
        Ok(bytes) => (0, bytes),
        Err(error) => (1, error.into_bytes()),
    };
    let bytes = Box::leak(bytes.into_boxed_slice());
    ANSWERED = Answered { tag, ptr: bytes.as_mut_ptr(), len: bytes.len() };
    &raw const ANSWERED
}

#[export_name = "cabi_post_pelato:task/handler@0.1.0#exec"]
unsafe extern "C" fn post_return(answered: *const Answered) {
    if (*answered).len > 0 {
        dealloc((*answered).ptr, Layout::from_size_align_unchecked((*answered).len, 1));
    }
}
