//! Trigger + function + settings = one component.

use std::borrow::Cow;

use super::wit::{ENVIRONMENT, ENVIRONMENT_EXPORT, HANDLER, NAMESPACE, SETTINGS};
use wac_graph::types::Package;
use wac_graph::{CompositionGraph, EncodeOptions, NodeId, PackageId};

/// Why a trigger, a function and settings do not go together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, miette::Diagnostic)]
pub enum ComposeError {
    #[error("the {part} is not a usable component: {reason}")]
    #[diagnostic(code(pelato::compose::broken_part))]
    BrokenPart {
        /// `trigger`, `function`, `settings` or `environment`.
        part: &'static str,
        reason: String,
    },
    /// A trigger that never calls the function.
    #[error("the trigger does not import `{HANDLER}`: it would never call the function")]
    #[diagnostic(
        code(pelato::compose::no_handler_import),
        help("a template's trigger imports the handler of pelato:task@0.1.0")
    )]
    NoHandlerImport,
    /// An import of PELATO's own that neither function nor settings offer.
    #[error("the trigger imports `{import}`, which neither the function nor the settings export")]
    #[diagnostic(
        code(pelato::compose::missing_import),
        help(
            "the function exports `{HANDLER}`, the settings export `{SETTINGS}`; trigger and pack must be built for the same version"
        )
    )]
    MissingImport { import: String },
    /// Both sides have the interface, but not the same one.
    #[error("the {part} exports `{import}` with a different type than the trigger imports: {reason}")]
    #[diagnostic(
        code(pelato::compose::type_mismatch),
        help("trigger and {part} must be built from the same pelato-task.wit")
    )]
    TypeMismatch {
        /// `function`, `settings` or `environment`.
        part: &'static str,
        import: String,
        reason: String,
    },
    /// The three cannot be encoded as one.
    #[error("trigger, function and settings could not be composed: {reason}")]
    #[diagnostic(code(pelato::compose::encode))]
    Encode { reason: String },
}

/// Composes a task's component: the trigger's imports of PELATO's own are met by the function and the settings,
/// all others stay for the host; what the trigger exports is exported.
///
/// # Errors
/// An import has no counterpart, or the parts are not the components they should be.
pub fn compose(trigger: &[u8], function: &[u8], settings: &[u8]) -> Result<Vec<u8>, ComposeError> {
    let mut graph = CompositionGraph::new();
    let trigger = register(&mut graph, "trigger", trigger)?;
    let function = register(&mut graph, "function", function)?;
    let settings = register(&mut graph, "settings", settings)?;

    let world = &graph.types()[graph[trigger].ty()];
    let exports: Vec<String> = world.exports.keys().cloned().collect();
    let own: Vec<String> = world.imports.keys().filter(|name| name.starts_with(NAMESPACE)).cloned().collect();
    if !own.iter().any(|import| import == HANDLER) {
        return Err(ComposeError::NoHandlerImport);
    }

    let socket = graph.instantiate(trigger);
    for import in own {
        let (part, package) = match import.as_str() {
            HANDLER => ("function", function),
            SETTINGS => ("settings", settings),
            _ => return Err(ComposeError::MissingImport { import }),
        };
        plug(&mut graph, socket, part, package, import)?;
    }
    for name in exports {
        let export = graph.alias_instance_export(socket, &name).map_err(unencodable)?;
        graph.export(export, &name).map_err(unencodable)?;
    }
    graph.encode(EncodeOptions::default()).map_err(unencodable)
}

/// Gives a component an environment of its own, where it asks for one; `provider` exports it.
///
/// # Errors
/// The parts are not the components they should be.
pub(super) fn with_environment<'a>(
    part: &'static str,
    component: &'a [u8],
    provider: &[u8],
) -> Result<Cow<'a, [u8]>, ComposeError> {
    let mut graph = CompositionGraph::new();
    let package = register(&mut graph, part, component)?;
    let world = &graph.types()[graph[package].ty()];
    let is_wanted = |name: &&String| name.split('@').next() == Some(ENVIRONMENT);
    let wanted: Vec<_> = world.imports.keys().filter(is_wanted).cloned().collect();
    let exports: Vec<_> = world.exports.keys().cloned().collect();
    if wanted.is_empty() {
        return Ok(Cow::Borrowed(component));
    }
    let provider = register(&mut graph, "environment", provider)?;
    let (component, provider) = (graph.instantiate(package), graph.instantiate(provider));
    let environment = graph.alias_instance_export(provider, ENVIRONMENT_EXPORT).map_err(unencodable)?;
    for import in wanted {
        graph.set_instantiation_argument(component, &import, environment).map_err(|error| {
            ComposeError::TypeMismatch { part: "environment", import: import.clone(), reason: reason(&error) }
        })?;
    }
    for name in exports {
        let export = graph.alias_instance_export(component, &name).map_err(unencodable)?;
        graph.export(export, &name).map_err(unencodable)?;
    }
    graph.encode(EncodeOptions::default()).map(Cow::Owned).map_err(unencodable)
}

fn register(
    graph: &mut CompositionGraph,
    part: &'static str,
    bytes: &[u8],
) -> Result<PackageId, ComposeError> {
    let package = Package::from_bytes(&format!("pelato:{part}"), None, bytes, graph.types_mut());
    let package = package.map_err(|error| ComposeError::BrokenPart { part, reason: format!("{error:#}") })?;
    graph.register_package(package).map_err(unencodable)
}

fn plug(
    graph: &mut CompositionGraph,
    socket: NodeId,
    part: &'static str,
    package: PackageId,
    import: String,
) -> Result<(), ComposeError> {
    if !graph.types()[graph[package].ty()].exports.contains_key(&import) {
        return Err(ComposeError::MissingImport { import });
    }
    let plug = graph.instantiate(package);
    let export = graph.alias_instance_export(plug, &import).map_err(unencodable)?;
    graph.set_instantiation_argument(socket, &import, export).map_err(|error| ComposeError::TypeMismatch {
        part,
        import: import.clone(),
        reason: reason(&error),
    })
}

fn unencodable(error: impl std::error::Error) -> ComposeError {
    ComposeError::Encode { reason: reason(&error) }
}

/// An error and its causes in one line.
fn reason(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
