//! A function's environment as a component: a list of names and texts, fixed in its memory, to which the values of secrets
//! are added from its host's environment.
//!
//! It takes the place of the host's `wasi:cli/environment`, so that a function finds the same on every platform, and
//! nothing of its host but the secrets that its task names.

use std::borrow::Cow;

use wasm_encoder::{
    BlockType, CodeSection, ConstExpr, DataSection, EntityType, ExportKind, ExportSection, Function,
    FunctionSection, GlobalSection, GlobalType, ImportSection, MemorySection, MemoryType, Module, NameMap,
    NameSection, TypeSection, ValType,
};

use super::compose::{ComposeError, with_environment};
use super::settings::{PAGE, address, realloc, same, word};
use super::wit::{self, ENVIRONMENT_EXPORT};
use crate::check::Env;

/// WASI's interface, in the version that the component exports. All versions of 0.2 have these functions.
const WIT: &str = "package wasi:cli@0.2.0;
interface environment {
  get-environment: func() -> list<tuple<string, string>>;
  get-arguments: func() -> list<string>;
  initial-cwd: func() -> option<string>;
}
world texts { export environment; }
world texts-and-secrets { import environment; export environment; }
";

/// A function that finds this in its environment, and nothing else. One for which there is nothing stays as it is: it
/// finds what its host has.
///
/// # Errors
/// The function is not the component it should be.
pub fn environment<'a>(function: &'a [u8], env: &Env) -> Result<Cow<'a, [u8]>, ComposeError> {
    if env.is_empty() { Ok(Cow::Borrowed(function)) } else { provided("function", function, env) }
}

/// A trigger that finds nothing in its environment where its host has secrets for the function.
pub(super) fn without_secrets<'a>(trigger: &'a [u8], env: &Env) -> Result<Cow<'a, [u8]>, ComposeError> {
    if env.secrets.is_empty() {
        Ok(Cow::Borrowed(trigger))
    } else {
        provided("trigger", trigger, &Env::default())
    }
}

fn provided<'a>(part: &'static str, component: &'a [u8], env: &Env) -> Result<Cow<'a, [u8]>, ComposeError> {
    let world = if env.secrets.is_empty() { "texts" } else { "texts-and-secrets" };
    let provider = wit::encode_with(&core_module(env), WIT, world, None);
    with_environment(part, component, &provider.map_err(|reason| ComposeError::Encode { reason })?)
}

// The memory: what each function returns, and what the host returns; then one entry per variable (address and length of
// the name, address and length of the value); the texts; and from `heap` on the host's environment.
/// The list of the environment: address and length.
const ENTRIES: usize = 0;
/// The list of the arguments: there are none.
const ARGUMENTS: usize = 8;
/// The current folder: there is none. As long as an optional text.
const FOLDER: usize = 16;
/// The list of the host's environment.
const HOST: usize = 32;
const TABLE: usize = 48;
const ENTRY: usize = 16;

/// What is in the memory from the beginning.
struct Layout {
    data: Vec<u8>,
    wanted: Vec<Wanted>,
}

/// A secret: where its name is in the memory, and the entry that gets its value.
struct Wanted {
    name: String,
    at: i32,
    entry: i32,
}

impl Layout {
    fn new(env: &Env) -> Self {
        let count = env.texts.len() + env.secrets.len();
        let mut layout = Self { data: vec![0; TABLE + count * ENTRY], wanted: Vec::new() };
        layout.put(ENTRIES, TABLE, count);
        layout.put(ARGUMENTS, TABLE, 0);
        let mut entry = TABLE;
        for (name, text) in &env.texts {
            layout.append(entry, name);
            layout.append(entry + ENTRY / 2, text);
            entry += ENTRY;
        }
        for (name, secret) in &env.secrets {
            layout.append(entry, name);
            let wanted =
                Wanted { name: secret.clone(), at: address(layout.data.len()), entry: address(entry) };
            layout.data.extend(secret.as_bytes());
            layout.wanted.push(wanted);
            entry += ENTRY;
        }
        layout
    }

    /// Puts a text behind all others, and where it is.
    fn append(&mut self, at: usize, text: &str) {
        self.put(at, self.data.len(), text.len());
        self.data.extend(text.as_bytes());
    }

    /// Puts an address and a length.
    fn put(&mut self, at: usize, of: usize, length: usize) {
        self.data[at..at + 4].copy_from_slice(&address(of).to_le_bytes());
        self.data[at + 4..at + 8].copy_from_slice(&address(length).to_le_bytes());
    }

    fn heap(&self) -> i32 {
        address(self.data.len().next_multiple_of(16))
    }
}

// The types of functions.
const OF_REALLOC: u32 = 0;
const OF_SAME: u32 = 1;
const ASKS: u32 = 2;
const RETURNS: u32 = 3;
const FINDS: u32 = 4;

fn core_module(env: &Env) -> Vec<u8> {
    use ValType::I32;
    let layout = Layout::new(env);
    let mut types = TypeSection::new();
    types.ty().function([I32; 4], [I32]);
    types.ty().function([I32; 3], [I32]);
    types.ty().function([I32], []);
    types.ty().function([], [I32]);
    types.ty().function([], []);
    let mut imports = ImportSection::new();
    if !layout.wanted.is_empty() {
        imports.import(ENVIRONMENT_EXPORT, "get-environment", EntityType::Function(ASKS));
    }
    let mut made = Functions::after(imports.len());
    let realloc = made.add(OF_REALLOC, &realloc());
    let same = made.add(OF_SAME, &same());
    let mut names = NameMap::new();
    let mut finds = Vec::new();
    for wanted in &layout.wanted {
        let index = made.add(FINDS, &find(wanted, same));
        // A host names it where the secret is missing.
        names.append(index, &format!("the secret {} is not set on this host", wanted.name));
        finds.push(index);
    }
    let mut exports = ExportSection::new();
    exports.export("memory", ExportKind::Memory, 0).export("cabi_realloc", ExportKind::Func, realloc);
    let all = [
        ("get-environment", &*finds, ENTRIES),
        ("get-arguments", &[], ARGUMENTS),
        ("initial-cwd", &[], FOLDER),
    ];
    for (name, finds, result) in all {
        let index = made.add(RETURNS, &get(finds, layout.heap(), result));
        exports.export(&format!("{ENVIRONMENT_EXPORT}#{name}"), ExportKind::Func, index);
    }
    let mut memories = MemorySection::new();
    let (minimum, maximum, page_size_log2) = (layout.data.len() as u64 / PAGE as u64 + 1, None, None);
    memories.memory(MemoryType { minimum, maximum, memory64: false, shared: false, page_size_log2 });
    let mut globals = GlobalSection::new();
    let next_free = GlobalType { val_type: I32, mutable: true, shared: false };
    globals.global(next_free, &ConstExpr::i32_const(layout.heap()));
    let mut data = DataSection::new();
    data.active(0, &ConstExpr::i32_const(0), layout.data);
    let mut named = NameSection::new();
    named.functions(&names);

    let mut module = Module::new();
    module.section(&types).section(&imports).section(&made.types).section(&memories).section(&globals);
    module.section(&exports).section(&made.code).section(&data).section(&named);
    module.finish()
}

/// The functions of a module, behind those that it imports.
struct Functions {
    types: FunctionSection,
    code: CodeSection,
    next: u32,
}

impl Functions {
    fn after(imported: u32) -> Self {
        Self { types: FunctionSection::new(), code: CodeSection::new(), next: imported }
    }

    /// Its index.
    fn add(&mut self, kind: u32, function: &Function) -> u32 {
        self.types.function(kind);
        self.code.function(function);
        self.next += 1;
        self.next - 1
    }
}

/// Returns what is at an address, after the values of secrets have been found.
fn get(finds: &[u32], heap: i32, result: usize) -> Function {
    const GET_ENVIRONMENT: u32 = 0;
    const NEXT_FREE: u32 = 0;
    let mut function = Function::new([]);
    let mut code = function.instructions();
    if !finds.is_empty() {
        // What the host returned the last time is done with.
        code.i32_const(heap).global_set(NEXT_FREE);
        code.i32_const(address(HOST)).call(GET_ENVIRONMENT);
    }
    for find in finds {
        code.call(*find);
    }
    code.i32_const(address(result)).end();
    function
}

/// Looks for a secret among what the host has, and traps if it is missing or empty.
fn find(wanted: &Wanted, same: u32) -> Function {
    const AT: u32 = 0;
    const END: u32 = 1;
    let length = address(wanted.name.len());
    let mut function = Function::new([(2, ValType::I32)]);
    let mut code = function.instructions();
    code.i32_const(address(HOST)).i32_load(word(0)).local_tee(AT);
    code.i32_const(address(HOST))
        .i32_load(word(4))
        .i32_const(address(ENTRY))
        .i32_mul()
        .i32_add()
        .local_set(END);
    code.block(BlockType::Empty).loop_(BlockType::Empty);
    code.local_get(AT).local_get(END).i32_ge_u().br_if(1);
    code.block(BlockType::Empty);
    code.local_get(AT).i32_load(word(4)).i32_const(length).i32_ne().br_if(0);
    code.local_get(AT).i32_load(word(12)).i32_eqz().br_if(0);
    code.local_get(AT).i32_load(word(0)).i32_const(wanted.at).i32_const(length).call(same).i32_eqz().br_if(0);
    code.i32_const(wanted.entry).local_get(AT).i32_load(word(8)).i32_store(word(8));
    code.i32_const(wanted.entry).local_get(AT).i32_load(word(12)).i32_store(word(12));
    code.return_();
    code.end();
    code.local_get(AT).i32_const(address(ENTRY)).i32_add().local_set(AT);
    code.br(0).end().end();
    code.unreachable().end();
    function
}
