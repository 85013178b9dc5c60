//! Functions that need no compiler: each does one thing, whatever it is given.

use wasm_encoder::{
    CodeSection, ConstExpr, DataSection, ExportKind, ExportSection, Function, FunctionSection, GlobalSection,
    GlobalType, MemorySection, MemoryType, Module, TypeSection, ValType,
};

use crate::build::wit::HANDLER;

/// What such a function does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act<'a> {
    /// It gives this output; none filters the input out.
    Give(&'a str),
    Fail(&'a str),
    Break,
}

/// Where its result is: an error or not, and where the text is and how long.
const RESULT: i32 = 16;
const TEXT: i32 = 32;
/// Room for the text, in bytes; inputs come behind it.
const ROOM: usize = 60 << 10;
/// 64 KiB each: for inputs that are no larger than those of the checks.
const PAGES: u64 = 2;

/// A core module, as a language pack's compiler writes it.
pub(super) fn module(act: Act<'_>) -> Vec<u8> {
    let (failed, text) = match act {
        Act::Give(text) => (0_i32, text),
        Act::Fail(text) => (1, text),
        Act::Break => (0, ""),
    };
    let text = &text.as_bytes()[..text.len().min(ROOM)];
    let size = i32::try_from(text.len()).unwrap_or_default();
    let result: Vec<u8> = [failed, TEXT, size].iter().flat_map(|number| number.to_le_bytes()).collect();
    let mut data = DataSection::new();
    data.active(0, &ConstExpr::i32_const(RESULT), result);
    data.active(0, &ConstExpr::i32_const(TEXT), text.iter().copied());
    let mut module = Module::new();
    module.section(&types()).section(&functions()).section(&memory()).section(&globals());
    module.section(&exports()).section(&code(act == Act::Break)).section(&data);
    module.finish()
}

fn types() -> TypeSection {
    let mut types = TypeSection::new();
    types.ty().function([ValType::I32; 4], [ValType::I32]);
    types.ty().function([ValType::I32; 2], [ValType::I32]);
    types
}

/// Room for the input, and the function.
fn functions() -> FunctionSection {
    let mut functions = FunctionSection::new();
    functions.function(0).function(1);
    functions
}

fn memory() -> MemorySection {
    let mut memory = MemorySection::new();
    let limits =
        MemoryType { minimum: PAGES, maximum: None, memory64: false, shared: false, page_size_log2: None };
    memory.memory(limits);
    memory
}

/// Where the next room is.
fn globals() -> GlobalSection {
    let mut globals = GlobalSection::new();
    let kind = GlobalType { val_type: ValType::I32, mutable: true, shared: false };
    globals.global(kind, &ConstExpr::i32_const(64 << 10));
    globals
}

fn exports() -> ExportSection {
    let mut exports = ExportSection::new();
    exports.export("memory", ExportKind::Memory, 0);
    exports.export("cabi_realloc", ExportKind::Func, 0);
    exports.export(&format!("{HANDLER}#exec"), ExportKind::Func, 1);
    exports
}

fn code(breaks: bool) -> CodeSection {
    // An instance is used once: nothing is freed, and what does not fit ends it.
    let mut realloc = Function::new([(1, ValType::I32)]);
    let mut body = realloc.instructions();
    body.global_get(0).i32_const(7).i32_add().i32_const(-8).i32_and().local_tee(4);
    body.local_get(3).i32_add().global_set(0).local_get(4).end();
    let mut exec = Function::new([]);
    match breaks {
        true => exec.instructions().unreachable().end(),
        false => exec.instructions().i32_const(RESULT).end(),
    };
    let mut code = CodeSection::new();
    code.function(&realloc).function(&exec);
    code
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::host::observe::{Outcome, Unobserved};
    use crate::host::{Compiler, Environment, Limits, call};

    fn called(act: Act<'_>) -> Result<Vec<u8>, Outcome> {
        let function = crate::build::wrap(&module(act)).unwrap();
        crate::build::check_function(&function).unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        let input = vec![b'x'; 1000].into();
        let (environment, limits) = (Environment::default(), Limits::default());
        let compiler = Compiler::default();
        let call = call("f", &function, input, &environment, &limits, &compiler, Arc::new(Unobserved));
        runtime.block_on(call).unwrap().result
    }

    #[test]
    fn each_does_what_it_is_to_do() {
        assert_eq!(called(Act::Give("21.5 °C")), Ok("21.5 °C".into()));
        assert_eq!(called(Act::Give("")), Ok(Vec::new()));
        let failed = Outcome::Failed { message: "no".to_owned(), explanation: None };
        assert_eq!(called(Act::Fail("no")), Err(failed));
        assert!(matches!(called(Act::Break), Err(Outcome::Trapped { .. })));
    }
}
