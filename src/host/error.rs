//! Errors of the host.

use std::net::SocketAddr;
use std::path::PathBuf;

use miette::Diagnostic;
use thiserror::Error;

/// Errors of the host. Failures of a function are not among them: they are reported to the
/// [`Observer`](super::Observer).
#[derive(Debug, Error, Diagnostic)]
#[non_exhaustive]
pub enum HostError {
    /// The engine refuses its settings.
    #[error("the WebAssembly engine does not start: {message}")]
    #[diagnostic(
        code(pelato::host::engine),
        help("this is a limit of the machine (address space, threads): see `ulimit -a`")
    )]
    Engine {
        /// What it says.
        message: String,
    },
    /// The folder for compiled components cannot be used.
    #[error("compiled components cannot be kept in {}: {message}", .path.display())]
    #[diagnostic(code(pelato::host::cache), help("make the folder writable, or choose another"))]
    Cache {
        /// The folder.
        path: PathBuf,
        /// Why.
        message: String,
    },
    /// The engine cannot load the component.
    #[error("{component} is not a valid WebAssembly component: {message}")]
    #[diagnostic(code(pelato::host::component), help("build it anew with `pelato build`"))]
    Invalid {
        /// The component's name.
        component: String,
        /// What is wrong.
        message: String,
    },
    /// It imports something that the host does not provide.
    #[error("{component} imports what this host does not offer: {message}")]
    #[diagnostic(
        code(pelato::host::import),
        help(
            "`pelato run` offers WASI 0.2, wasi:http, wasi:keyvalue, wasi:logging, wasmcloud:messaging 0.2 and wasmcloud:postgres 0.1.1"
        )
    )]
    Import {
        /// The component's name.
        component: String,
        /// What is missing.
        message: String,
    },
    /// It does not export the function that is to be called.
    #[error("{component} does not export {interface}, and so cannot {purpose}")]
    #[diagnostic(
        code(pelato::host::export),
        help("the task's template decides what its component exports: check `type` in workflow.yaml")
    )]
    Export {
        /// The component's name.
        component: String,
        /// The missing interface.
        interface: &'static str,
        /// What it would be good for.
        purpose: &'static str,
    },
    /// Two components of one name.
    #[error("there are two components named {component}")]
    #[diagnostic(code(pelato::host::name), help("give each task a `component_name` of its own"))]
    NameTaken {
        /// The name.
        component: String,
    },
    /// Two components on one path.
    #[error("{first} and {second} both answer the HTTP path {path}")]
    #[diagnostic(code(pelato::host::path), help("give each task an `http.path` of its own"))]
    PathTaken {
        /// The path.
        path: String,
        /// Who came first.
        first: String,
        /// Who came second.
        second: String,
    },
    /// A path that no request can have.
    #[error("{path:?} is no HTTP path")]
    #[diagnostic(code(pelato::host::path), help("a path begins with `/` and has no `?`, `#` or space"))]
    Path {
        /// The path.
        path: String,
    },
    /// A subject that is not valid in NATS.
    #[error("{subject:?} is no subject: {reason}")]
    #[diagnostic(
        code(pelato::host::subject),
        help(
            "a subject is words joined by dots, like `home.kitchen.celsius`; only subscriptions may use `*` and `>`"
        )
    )]
    Subject {
        /// The subject.
        subject: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The address for HTTP is taken.
    #[error("HTTP cannot be served on {address}: another program does")]
    #[diagnostic(
        code(pelato::host::address),
        help("choose another port with `--port`, or stop the other program")
    )]
    AddressTaken {
        /// The address.
        address: SocketAddr,
    },
    /// The address for HTTP cannot be used.
    #[error("HTTP cannot be served on {address}")]
    #[diagnostic(
        code(pelato::host::address),
        help("choose another address or port; ports below 1024 need special rights")
    )]
    Bind {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        #[source]
        cause: std::io::Error,
    },
    /// The NATS server could not be used.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Nats(#[from] crate::nats::NatsError),
    /// A key-value bucket could not be used.
    #[error("the bucket {bucket} cannot be used: {message}")]
    #[diagnostic(
        code(pelato::host::bucket),
        help("see whether the NATS server permits it, or choose another `bucket`")
    )]
    Bucket {
        /// Its name.
        bucket: String,
        /// What the server says.
        message: String,
    },
    /// The NATS server has no JetStream.
    #[error("the bucket {bucket} needs JetStream, and the NATS server has none")]
    #[diagnostic(
        code(pelato::host::jetstream),
        help("start it with `nats-server -js`; `pelato run` without `--nats` keeps buckets in memory")
    )]
    NoJetStream {
        /// The bucket.
        bucket: String,
    },
    /// The database could not be used.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Postgres(#[from] crate::postgres::PostgresError),
    /// There is no database.
    #[error("{component} stores its results in a database, and none is given")]
    #[diagnostic(
        code(pelato::host::database),
        help("set POSTGRES_URL in .env, or give `--postgres postgres://user:password@localhost/database`")
    )]
    NoDatabase {
        /// The component.
        component: String,
    },
    /// A message could not be sent or a subscription not made.
    #[error("the message bus failed: {message}")]
    #[diagnostic(
        code(pelato::host::bus),
        help("see whether the NATS server runs and permits these subjects")
    )]
    Bus {
        /// What happened.
        message: String,
    },
    /// No subscriber answers a request.
    #[error("nobody reads {subject}, so nobody answers")]
    #[diagnostic(
        code(pelato::host::request),
        help("check the subject against the `source_topic` of the tasks")
    )]
    NobodyAnswers {
        /// The subject.
        subject: String,
    },
    /// An answer did not come in time.
    #[error("no answer came on {subject} within {timeout:?}")]
    #[diagnostic(
        code(pelato::host::request),
        help("the function may have failed or filtered the message out: see the output above")
    )]
    NoAnswer {
        /// The subject.
        subject: String,
        /// How long we waited.
        timeout: std::time::Duration,
    },
}
