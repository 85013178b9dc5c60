//! A task's settings as a component: a table of texts, fixed in its memory, and a search through it; and a journal that
//! keeps nothing, for tasks whose logs are not published.

use super::wit;
use std::collections::BTreeMap;
use wasm_encoder::{
    BlockType, CodeSection, ConstExpr, DataSection, ExportKind, ExportSection, Function, FunctionSection,
    GlobalSection, GlobalType, MemArg, MemorySection, MemoryType, Module, TypeSection, ValType,
};

/// Settings are topics, names and short texts; what goes beyond this belongs into messages or code.
const LIMIT: usize = 16 * 1024 * 1024;

/// Why settings cannot be turned into a component.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, miette::Diagnostic)]
pub enum SettingsError {
    /// More text than a component should carry.
    #[error("the task's settings need {bytes} bytes; the limit is {LIMIT} bytes")]
    #[diagnostic(code(pelato::build::settings::too_large), help("shorten the largest one: `{largest}`"))]
    TooLarge { bytes: usize, largest: String },
    /// The encoder refused the module: a defect of PELATO's.
    #[error("the task's settings could not be encoded: {reason}")]
    #[diagnostic(code(pelato::build::settings::encode))]
    Encode { reason: String },
}

/// Makes the component that answers `pelato:task/settings` with these values.
///
/// # Errors
/// The settings are larger than a component should be.
pub fn settings_component(settings: &BTreeMap<String, String>) -> Result<Vec<u8>, SettingsError> {
    let bytes =
        settings.iter().map(|(key, value)| key.len() + value.len()).sum::<usize>() + settings.len() * ENTRY;
    if bytes > LIMIT {
        let largest = settings.iter().max_by_key(|(_, value)| value.len()).map(|(key, _)| key.clone());
        return Err(SettingsError::TooLarge { bytes, largest: largest.unwrap_or_default() });
    }
    let module = core_module(&Layout::new(settings));
    wit::encode(&module, "settings-provider", None).map_err(|reason| SettingsError::Encode { reason })
}

// The memory: the result of `get` (tag, address, length) at 0; from TABLE on one entry per setting (address and
// length of the key, address and length of the value); the texts; and from `heap` on the key that is asked for.
const RESULT: i32 = 0;
const TABLE: usize = 16;
const ENTRY: usize = 16;
pub(super) const PAGE: usize = 65536;

struct Layout {
    table_end: i32,
    heap: i32,
    data: Vec<u8>,
}

impl Layout {
    fn new(settings: &BTreeMap<String, String>) -> Self {
        let table_end = TABLE + settings.len() * ENTRY;
        let (mut table, mut texts) = (Vec::<u8>::new(), Vec::<u8>::new());
        for text in settings.iter().flat_map(|(key, value)| [key, value]) {
            table.extend(address(table_end + texts.len()).to_le_bytes());
            table.extend(address(text.len()).to_le_bytes());
            texts.extend(text.as_bytes());
        }
        table.extend(texts);
        Self {
            table_end: address(table_end),
            heap: address((TABLE + table.len()).next_multiple_of(16)),
            data: table,
        }
    }
}

/// Everything lies below [`LIMIT`] and a little, so it fits.
pub(super) fn address(offset: usize) -> i32 {
    i32::try_from(offset).unwrap_or(i32::MAX)
}

// Indices in the module, in the order in which `core_module` adds them.
const FN_REALLOC: u32 = 0;
const FN_SAME: u32 = 1;
const FN_GET: u32 = 2;
const FN_BEGAN: u32 = 3;
const FN_ENDED: u32 = 4;
const NEXT_FREE: u32 = 0;

fn core_module(layout: &Layout) -> Vec<u8> {
    use ValType::I32;
    let mut types = TypeSection::new();
    types.ty().function([I32; 4], [I32]);
    types.ty().function([I32; 3], [I32]);
    types.ty().function([I32; 2], [I32]);
    types.ty().function([I32; 2], []);
    types.ty().function([I32; 3], []);
    let mut functions = FunctionSection::new();
    functions.function(FN_REALLOC).function(FN_SAME).function(FN_GET);
    functions.function(FN_BEGAN).function(FN_ENDED);
    let mut memories = MemorySection::new();
    let pages = layout.heap as u64 / PAGE as u64 + 1;
    memories.memory(MemoryType {
        minimum: pages,
        maximum: None,
        memory64: false,
        shared: false,
        page_size_log2: None,
    });
    let mut globals = GlobalSection::new();
    globals.global(
        GlobalType { val_type: I32, mutable: true, shared: false },
        &ConstExpr::i32_const(layout.heap),
    );
    let mut exports = ExportSection::new();
    exports.export("memory", ExportKind::Memory, 0);
    exports.export("cabi_realloc", ExportKind::Func, FN_REALLOC);
    exports.export(&format!("{}#get", wit::SETTINGS), ExportKind::Func, FN_GET);
    exports.export(&format!("{}#began", wit::JOURNAL), ExportKind::Func, FN_BEGAN);
    exports.export(&format!("{}#ended", wit::JOURNAL), ExportKind::Func, FN_ENDED);
    let mut code = CodeSection::new();
    code.function(&realloc()).function(&same()).function(&get(layout));
    code.function(&forget(layout)).function(&forget(layout));
    let mut data = DataSection::new();
    data.active(0, &ConstExpr::i32_const(address(TABLE)), layout.data.iter().copied());

    let mut module = Module::new();
    module.section(&types).section(&functions).section(&memories).section(&globals).section(&exports);
    module.section(&code).section(&data);
    module.finish()
}

pub(super) fn word(offset: usize) -> MemArg {
    MemArg { offset: offset as u64, align: 2, memory_index: 0 }
}

/// `cabi_realloc(old, old_size, align, size)`: the next free address, in memory that grows as needed. A key that
/// the caller enlarges while it converts it moves.
pub(super) fn realloc() -> Function {
    const OLD: u32 = 0;
    const OLD_SIZE: u32 = 1;
    const SIZE: u32 = 3;
    const AT: u32 = 4;
    let mut function = Function::new([(1, ValType::I32)]);
    let mut code = function.instructions();
    code.global_get(NEXT_FREE).local_set(AT);
    // The arithmetic is done in 64 bits, where it cannot wrap.
    code.local_get(AT).i64_extend_i32_u().local_get(SIZE).i64_extend_i32_u().i64_add();
    code.memory_size(0).i64_extend_i32_u().i64_const(PAGE as i64).i64_mul().i64_gt_u();
    code.if_(BlockType::Empty);
    code.local_get(SIZE).i32_const(16).i32_shr_u().i32_const(1).i32_add().memory_grow(0);
    code.i32_const(-1).i32_eq().if_(BlockType::Empty).unreachable().end();
    code.end();
    code.local_get(AT)
        .local_get(SIZE)
        .i32_add()
        .i32_const(7)
        .i32_add()
        .i32_const(-8)
        .i32_and()
        .global_set(NEXT_FREE);
    // memory.copy(AT, OLD, min(OLD_SIZE, SIZE))
    code.local_get(AT).local_get(OLD);
    code.local_get(OLD_SIZE).local_get(SIZE).local_get(OLD_SIZE).local_get(SIZE).i32_lt_u().select();
    code.memory_copy(0, 0);
    code.local_get(AT).end();
    function
}

/// `same(a, b, length)`: whether two pieces of memory hold the same bytes.
pub(super) fn same() -> Function {
    const A: u32 = 0;
    const B: u32 = 1;
    const LEFT: u32 = 2;
    let mut function = Function::new([]);
    let mut code = function.instructions();
    code.loop_(BlockType::Empty);
    code.local_get(LEFT).i32_eqz().if_(BlockType::Empty).i32_const(1).return_().end();
    code.local_get(LEFT).i32_const(1).i32_sub().local_set(LEFT);
    let byte = MemArg { offset: 0, align: 0, memory_index: 0 };
    code.local_get(A).local_get(LEFT).i32_add().i32_load8_u(byte);
    code.local_get(B).local_get(LEFT).i32_add().i32_load8_u(byte);
    code.i32_eq().br_if(0);
    code.end();
    code.i32_const(0).end();
    function
}

/// Frees what was allocated for its arguments.
fn forget(layout: &Layout) -> Function {
    let mut function = Function::new([]);
    function.instructions().i32_const(layout.heap).global_set(NEXT_FREE).end();
    function
}

/// `get(key, length)`: the address of the result, which points into the table's texts.
fn get(layout: &Layout) -> Function {
    const KEY: u32 = 0;
    const LENGTH: u32 = 1;
    const ENTRY_AT: u32 = 2;
    let tag = MemArg { offset: 0, align: 0, memory_index: 0 };
    let mut function = Function::new([(1, ValType::I32)]);
    let mut code = function.instructions();
    // The key is the only thing ever allocated, and is done with at the end of this call.
    code.i32_const(layout.heap).global_set(NEXT_FREE);
    code.i32_const(address(TABLE)).local_set(ENTRY_AT);
    code.block(BlockType::Empty).loop_(BlockType::Empty);
    code.local_get(ENTRY_AT).i32_const(layout.table_end).i32_ge_u().br_if(1);
    code.block(BlockType::Empty);
    code.local_get(ENTRY_AT).i32_load(word(4)).local_get(LENGTH).i32_ne().br_if(0);
    code.local_get(KEY)
        .local_get(ENTRY_AT)
        .i32_load(word(0))
        .local_get(LENGTH)
        .call(FN_SAME)
        .i32_eqz()
        .br_if(0);
    code.i32_const(RESULT).i32_const(1).i32_store8(tag);
    code.i32_const(RESULT).local_get(ENTRY_AT).i32_load(word(8)).i32_store(word(4));
    code.i32_const(RESULT).local_get(ENTRY_AT).i32_load(word(12)).i32_store(word(8));
    code.i32_const(RESULT).return_();
    code.end();
    code.local_get(ENTRY_AT).i32_const(address(ENTRY)).i32_add().local_set(ENTRY_AT);
    code.br(0).end().end();
    code.i32_const(RESULT).i32_const(0).i32_store8(tag);
    code.i32_const(RESULT).end();
    function
}
