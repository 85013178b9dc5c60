//! From what a language's compiler wrote to a function component: one that exports the user's function.

use super::wit::{self, CORE_MODULE, HANDLER, NotAComponent};
use wasmparser::{Parser, Payload};
use wit_parser::{Function, Resolve, Type, TypeDefKind, WorldItem};

/// Why a core module could not be made a component.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, miette::Diagnostic)]
pub enum WrapError {
    /// The bytes are something else than a core module.
    #[error("the compiler's output is not a WebAssembly core module")]
    #[diagnostic(
        code(pelato::wrap::not_a_module),
        help("if the compiler writes components, set `produces = \"component\"`")
    )]
    NotAModule,
    /// The module imports what nobody provides.
    #[error("the function imports {}", list(.imports))]
    #[diagnostic(
        code(pelato::wrap::unsupported_imports),
        help(
            "a function may import nothing but WASI: remove the code that declares or requires these imports"
        )
    )]
    UnsupportedImports { imports: Vec<String> },
    /// The module is broken, lacks the exports of the world `task` or imports what nobody provides.
    #[error("the compiler's output cannot be turned into a component: {reason}")]
    #[diagnostic(
        code(pelato::wrap::encode),
        help(
            "the pack's wrapper must export `{HANDLER}#exec` and `cabi_realloc`, and import nothing but `wasi_snapshot_preview1`"
        )
    )]
    Encode { reason: String },
}

/// Why a component cannot serve as a task's function.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, miette::Diagnostic)]
pub enum FunctionError {
    /// The bytes are something else than a component.
    #[error("the build of the function did not produce a component: {}", .0.reason)]
    #[diagnostic(
        code(pelato::function::not_a_component),
        help("if the compiler writes core modules, set `produces = \"module\"`")
    )]
    NotAComponent(NotAComponent),
    /// The handler is not among the exports.
    #[error("the function's component does not export `{HANDLER}`; it exports {}", list(.exports))]
    #[diagnostic(
        code(pelato::function::no_handler),
        help("the pack's wrapper must export the world `task` of pelato:task@0.1.0")
    )]
    NoHandler { exports: Vec<String> },
    #[error("`exec` of the exported `{HANDLER}` has the wrong type: {found}")]
    #[diagnostic(
        code(pelato::function::wrong_type),
        help("it must be `func(input: list<u8>) -> result<list<u8>, string>`")
    )]
    WrongType { found: String },
    /// The component wants something that a function does not get.
    #[error("the function's component imports {}", list(.imports))]
    #[diagnostic(
        code(pelato::function::unsupported_imports),
        help(
            "a function may import nothing but WASI: the template's trigger communicates with the platform"
        )
    )]
    UnsupportedImports {
        /// The imports outside `wasi:`.
        imports: Vec<String>,
    },
}

/// Makes a component of the core module that a pack's compiler wrote (`produces = "module"`).
///
/// # Errors
/// The bytes are no core module, or not one that exports the user's function.
pub fn wrap(core_module: &[u8]) -> Result<Vec<u8>, WrapError> {
    if !core_module.starts_with(CORE_MODULE) {
        return Err(WrapError::NotAModule);
    }
    let imports = unsupported(core_module);
    if !imports.is_empty() {
        return Err(WrapError::UnsupportedImports { imports });
    }
    wit::encode(core_module, "task", Some(wit::ADAPTER)).map_err(|reason| WrapError::Encode { reason })
}

/// The imports of a core module, outside of WASI. Those of a broken one are left to what reads all of it.
fn unsupported(core_module: &[u8]) -> Vec<String> {
    let sections = Parser::new(0).parse_all(core_module).filter_map(Result::ok);
    let imports = sections.filter_map(|section| match section {
        Payload::ImportSection(imports) => Some(imports),
        _ => None,
    });
    let imports = imports.flat_map(|section| section.into_imports()).filter_map(Result::ok);
    // Of WASI 0.2, too: what the module says of its types decides then.
    let others =
        imports.filter(|import| import.module != wit::ADAPTED && !import.module.starts_with("wasi:"));
    others.map(|import| format!("{}.{}", import.module, import.name)).collect()
}

/// Checks that a component can be a task's function: it exports the handler (other exports do no harm) and needs
/// nothing but WASI.
///
/// # Errors
/// What is wrong, in words for the pack's author.
pub fn check_function(component: &[u8]) -> Result<(), FunctionError> {
    let (resolve, world) = wit::decode(component).map_err(FunctionError::NotAComponent)?;
    let world = &resolve.worlds[world];

    let exports = || world.exports.keys().map(|key| resolve.name_world_key(key));
    let handler = world.exports.iter().find(|(key, _)| resolve.name_world_key(key) == HANDLER);
    let Some((_, WorldItem::Interface { id, .. })) = handler else {
        return Err(FunctionError::NoHandler { exports: exports().collect() });
    };
    match resolve.interfaces[*id].functions.get("exec") {
        Some(function) if is_exec(&resolve, function) => {}
        Some(function) => return Err(FunctionError::WrongType { found: signature(&resolve, function) }),
        None => return Err(FunctionError::WrongType { found: "the function is missing".into() }),
    }

    let imports: Vec<String> = world
        .imports
        .iter()
        // Types that the world names for itself are no imports from a host.
        .filter(|(_, item)| !matches!(item, WorldItem::Type { .. }))
        .map(|(key, _)| resolve.name_world_key(key))
        .filter(|name| !name.starts_with("wasi:"))
        .collect();
    if imports.is_empty() { Ok(()) } else { Err(FunctionError::UnsupportedImports { imports }) }
}

fn is_exec(resolve: &Resolve, function: &Function) -> bool {
    let [input] = function.params.as_slice() else { return false };
    let Some(TypeDefKind::Result(result)) = function.result.as_ref().and_then(|ty| kind(resolve, ty)) else {
        return false;
    };
    is_bytes(resolve, &input.ty)
        && result.ok.as_ref().is_some_and(|ok| is_bytes(resolve, ok))
        && result.err == Some(Type::String)
        && matches!(function.kind, wit_parser::FunctionKind::Freestanding)
}

fn is_bytes(resolve: &Resolve, ty: &Type) -> bool {
    matches!(kind(resolve, ty), Some(TypeDefKind::List(Type::U8)))
}

/// What a type is, behind its aliases; nothing for the built-in types.
fn kind<'a>(resolve: &'a Resolve, ty: &Type) -> Option<&'a TypeDefKind> {
    let Type::Id(id) = ty else { return None };
    match &resolve.types[*id].kind {
        TypeDefKind::Type(target) => kind(resolve, target),
        other => Some(other),
    }
}

fn signature(resolve: &Resolve, function: &Function) -> String {
    let params: Vec<String> = function.params.iter().map(|param| type_name(resolve, &param.ty)).collect();
    let result = function.result.as_ref().map(|ty| format!(" -> {}", type_name(resolve, ty)));
    format!("func({}){}", params.join(", "), result.unwrap_or_default())
}

fn type_name(resolve: &Resolve, ty: &Type) -> String {
    let inner = |ty: &Option<Type>| ty.as_ref().map_or("_".into(), |ty| type_name(resolve, ty));
    match kind(resolve, ty) {
        None => format!("{ty:?}").to_lowercase(),
        Some(TypeDefKind::List(item)) => format!("list<{}>", type_name(resolve, item)),
        Some(TypeDefKind::Option(item)) => format!("option<{}>", type_name(resolve, item)),
        Some(TypeDefKind::Result(result)) => format!("result<{}, {}>", inner(&result.ok), inner(&result.err)),
        Some(other) => other.as_str().into(),
    }
}

pub(super) fn list(names: &[String]) -> String {
    if names.is_empty() {
        return "nothing".into();
    }
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
