//! Trigger + function + settings = one component.

use std::borrow::Cow;

use super::journal::{self, CONSUMER, unversioned};
use super::wit::{ENVIRONMENT, ENVIRONMENT_EXPORT, HANDLER, JOURNAL, NAMESPACE, SETTINGS};
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
    /// A log that could not be published.
    #[error("the log cannot be published: the trigger does not import `{CONSUMER}`")]
    #[diagnostic(
        code(pelato::compose::no_messaging),
        help("remove `logs: true`, or use a template whose trigger sends messages")
    )]
    NoMessaging,
    /// What the function writes cannot be told from what else it does.
    #[error("the log cannot be published: the function imports `{import}`, which has streams of its own")]
    #[diagnostic(
        code(pelato::compose::streams),
        help("remove `logs: true`, or the code that requires this import")
    )]
    Streams { import: String },
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
    Parts::new(trigger, function, settings)?.compose()
}

/// The same, with a journal between the function and its host, which publishes what the function writes. The settings say
/// where.
///
/// # Errors
/// As [`compose`]; and if the journal could not publish anything, or the function uses streams that it does not have.
pub fn compose_with_log(trigger: &[u8], function: &[u8], settings: &[u8]) -> Result<Vec<u8>, ComposeError> {
    Parts::new(trigger, function, settings)?.with_journal(function)?.compose()
}

/// What a component is composed of.
struct Parts {
    graph: CompositionGraph,
    trigger: PackageId,
    function: Part,
    settings: Part,
    journal: Option<Part>,
}

/// A component that others use.
#[derive(Clone, Copy)]
struct Part {
    name: &'static str,
    package: PackageId,
    instance: NodeId,
}

impl Parts {
    fn new(trigger: &[u8], function: &[u8], settings: &[u8]) -> Result<Self, ComposeError> {
        let mut graph = CompositionGraph::new();
        let trigger = register(&mut graph, "trigger", trigger)?;
        let function = Part::new(&mut graph, "function", function)?;
        let settings = Part::new(&mut graph, "settings", settings)?;
        if !imports(&graph, trigger).iter().any(|import| import == HANDLER) {
            return Err(ComposeError::NoHandlerImport);
        }
        Ok(Self { graph, trigger, function, settings, journal: None })
    }

    fn with_journal(mut self, function: &[u8]) -> Result<Self, ComposeError> {
        let publishes = |import: &String| unversioned(import) == CONSUMER;
        if !imports(&self.graph, self.trigger).iter().any(publishes) {
            return Err(ComposeError::NoMessaging);
        }
        let journal = Part::new(&mut self.graph, "journal", journal::COMPONENT)?;
        plug(&mut self.graph, journal.instance, self.settings, SETTINGS.to_owned(), SETTINGS)?;
        let exports: Vec<String> = exports(&self.graph, journal.package);
        let needs_streams = journal::needs_streams(function, &exports);
        let needs_streams = needs_streams
            .map_err(|error| ComposeError::BrokenPart { part: "function", reason: error.reason })?;
        if let Some(import) = needs_streams {
            return Err(ComposeError::Streams { import });
        }
        for import in imports(&self.graph, self.function.package) {
            if let Some(export) = journal::replacement(&import, &exports) {
                plug(&mut self.graph, self.function.instance, journal, import, export)?;
            }
        }
        self.journal = Some(journal);
        Ok(self)
    }

    fn compose(mut self) -> Result<Vec<u8>, ComposeError> {
        let graph = &mut self.graph;
        let socket = graph.instantiate(self.trigger);
        for import in imports(graph, self.trigger).into_iter().filter(|name| name.starts_with(NAMESPACE)) {
            let part = match import.as_str() {
                HANDLER => self.function,
                SETTINGS => self.settings,
                JOURNAL => self.journal.unwrap_or(self.settings),
                _ => return Err(ComposeError::MissingImport { import }),
            };
            plug(graph, socket, part, import.clone(), &import)?;
        }
        for name in exports(graph, self.trigger) {
            let export = graph.alias_instance_export(socket, &name).map_err(unencodable)?;
            graph.export(export, &name).map_err(unencodable)?;
        }
        graph.encode(EncodeOptions::default()).map_err(unencodable)
    }
}

impl Part {
    fn new(graph: &mut CompositionGraph, name: &'static str, bytes: &[u8]) -> Result<Self, ComposeError> {
        let package = register(graph, name, bytes)?;
        Ok(Self { name, package, instance: graph.instantiate(package) })
    }
}

fn imports(graph: &CompositionGraph, package: PackageId) -> Vec<String> {
    graph.types()[graph[package].ty()].imports.keys().cloned().collect()
}

fn exports(graph: &CompositionGraph, package: PackageId) -> Vec<String> {
    graph.types()[graph[package].ty()].exports.keys().cloned().collect()
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

/// Meets an import of a component by what another one exports.
fn plug(
    graph: &mut CompositionGraph,
    socket: NodeId,
    part: Part,
    import: String,
    export: &str,
) -> Result<(), ComposeError> {
    if !graph.types()[graph[part.package].ty()].exports.contains_key(export) {
        return Err(ComposeError::MissingImport { import });
    }
    let export = graph.alias_instance_export(part.instance, export).map_err(unencodable)?;
    graph.set_instantiation_argument(socket, &import, export).map_err(|error| ComposeError::TypeMismatch {
        part: part.name,
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
