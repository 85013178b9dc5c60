//! Errors of the host.

use std::net::SocketAddr;
use std::path::PathBuf;

use crate::remedy::{Argument, Operation};
use miette::Diagnostic;
use thiserror::Error;

/// Errors of the host. Failures of a function are not among them: they are reported to the
/// [`Observer`](super::Observer).
#[derive(Debug, Error, Diagnostic)]
#[non_exhaustive]
pub enum HostError {
    #[error("the WebAssembly engine cannot start: {message}")]
    #[diagnostic(
        code(pelato::host::engine),
        help("this is a limit of the machine (address space, threads): see `ulimit -a`")
    )]
    Engine { message: String },
    /// The folder for compiled components cannot be used.
    #[error("compiled components cannot be stored in {}: {message}", .path.display())]
    #[diagnostic(code(pelato::host::cache), help("create the folder writable, or choose another"))]
    Cache { path: PathBuf, message: String },
    #[error("{component} is not a valid WebAssembly component: {message}")]
    #[diagnostic(code(pelato::host::invalid), help("build it again with {}", Operation::Build))]
    Invalid { component: String, message: String },
    /// It imports something that the host does not provide.
    #[error("{component} imports an interface that this host does not provide: {message}")]
    #[diagnostic(
        code(pelato::host::import),
        help(
            "{} provides WASI 0.2, wasi:http, wasi:keyvalue, wasi:logging, wasmcloud:messaging 0.2 and wasmcloud:postgres 0.1.1",
            Operation::Run
        )
    )]
    Import { component: String, message: String },
    /// It does not export the function that is to be called.
    #[error("{component} does not export {interface}, and so cannot {purpose}")]
    #[diagnostic(
        code(pelato::host::export),
        help("the task's template decides what its component exports: check `type` in workflow.yaml")
    )]
    Export { component: String, interface: &'static str, purpose: &'static str },
    #[error("there are two components named {component}")]
    #[diagnostic(code(pelato::host::name_taken), help("give each task a `component_name` of its own"))]
    NameTaken { component: String },
    #[error("{first} and {second} both answer the HTTP path {path}")]
    #[diagnostic(code(pelato::host::path_taken), help("give each task an `http.path` of its own"))]
    PathTaken { path: String, first: String, second: String },
    /// A path that no request can have.
    #[error("{path:?} is not a valid HTTP path")]
    #[diagnostic(code(pelato::host::path), help("a path begins with `/` and has no `?`, `#` or space"))]
    Path { path: String },
    /// A subject that is not valid in NATS.
    #[error("{subject:?} is not a valid NATS subject: {reason}")]
    #[diagnostic(
        code(pelato::host::subject),
        help(
            "a subject consists of tokens joined by dots, like `home.kitchen.celsius`; only subscriptions may use `*` and `>`"
        )
    )]
    Subject { subject: String, reason: &'static str },
    #[error("HTTP cannot be served on {address}: the address is already in use")]
    #[diagnostic(
        code(pelato::host::address_taken),
        help("choose another port with {}, or stop the other program", Argument::Port)
    )]
    AddressTaken { address: SocketAddr },
    /// The address for HTTP cannot be used.
    #[error("HTTP cannot be served on {address}")]
    #[diagnostic(
        code(pelato::host::bind),
        help("choose another address or port; ports below 1024 need special privileges")
    )]
    Bind {
        address: SocketAddr,
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
        help("check that the NATS server permits it, or choose another `bucket`")
    )]
    Bucket { bucket: String, message: String },
    #[error("the bucket {bucket} needs JetStream, and the NATS server has none")]
    #[diagnostic(
        code(pelato::host::no_jet_stream),
        help(
            "start it with `nats-server -js`; {} without {} keeps buckets in memory",
            Operation::Run,
            Argument::Nats
        )
    )]
    NoJetStream { bucket: String },
    /// The database could not be used.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Postgres(#[from] crate::postgres::PostgresError),
    #[error("{component} stores its results in a database, but no database is configured")]
    #[diagnostic(code(pelato::host::no_database), help(
            "set POSTGRES_URL in .env, or give {}",
            Argument::Postgres.with("postgres://user:password@localhost/database")
        ))]
    NoDatabase { component: String },
    #[error(
        "{component} stores its results in the table `{table}`, which is not in the database at {server}"
    )]
    #[diagnostic(
        code(pelato::host::no_table),
        help(
            "create it, as with `CREATE TABLE {} (data jsonb)`, or correct `table`; the user must be permitted to see it",
            crate::postgres::identifier(table)
        )
    )]
    NoTable { component: String, table: String, server: String },
    /// A message could not be sent or a subscription not made.
    #[error("the message bus failed: {message}")]
    #[diagnostic(
        code(pelato::host::bus),
        help("check that the NATS server is running and permits these subjects")
    )]
    Bus { message: String },
    #[error(
        "the message to {subject} is larger than NATS servers accept: it has {size} bytes, the limit is {limit} bytes"
    )]
    #[diagnostic(
        code(pelato::host::too_large),
        help(
            "send less in one message, or raise `max_payload` of the NATS server; it can be 67108864 at most"
        )
    )]
    TooLarge { subject: String, size: usize, limit: usize },
    #[error("the connection to the NATS server is lost: the message to {subject} was not sent")]
    #[diagnostic(code(pelato::host::disconnected), help("check that the NATS server is running"))]
    Disconnected { subject: String },
    #[error("the NATS server is not known to have taken the message to {subject}: the connection was lost")]
    #[diagnostic(
        code(pelato::host::unconfirmed),
        help("check that the NATS server is running, and send it again")
    )]
    Unconfirmed { subject: String },
    /// What became of the messages of a workflow that has ended.
    #[error("the NATS server is not known to have taken {count} of the messages that were sent")]
    #[diagnostic(
        code(pelato::host::unsent),
        help(
            "check that the NATS server was running and permits these topics: the output above says when they were sent"
        )
    )]
    Unsent { count: usize },
    #[error("messages that cannot be read are lost: {count} or more")]
    #[diagnostic(
        code(pelato::host::unreadable),
        help(
            "find who sends messages with headers that are not UTF-8 or have no colon: the output above says when they came"
        )
    )]
    Unreadable { count: usize },
    #[error("no component reads {subject}, so there is no reply")]
    #[diagnostic(
        code(pelato::host::no_reader),
        help("check the subject against the `source_topic` of the tasks")
    )]
    NoReader { subject: String },
    /// All who got the message are done with it.
    #[error("there is no reply, because the message to {subject} was filtered out")]
    #[diagnostic(code(pelato::host::filtered), help("check what the function returns for this message"))]
    Filtered { subject: String },
    #[error("there is no reply, because {component} {how}")]
    #[diagnostic(code(pelato::host::unanswered), help("see the output of the function"))]
    Unanswered { component: String, how: String },
    /// An answer did not come in time.
    #[error("no reply arrived on {subject} within {timeout:?}")]
    #[diagnostic(
        code(pelato::host::no_answer),
        help(
            "the function may have failed or filtered the message out: see its output, or the logs of the hosts"
        )
    )]
    NoAnswer { subject: String, timeout: std::time::Duration },
}
