//! Why messages cannot be stored for a component.

use crate::nats::NatsError;

/// Why messages cannot be stored for a component.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum StreamError {
    /// The NATS server cannot be used.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Nats(#[from] NatsError),
    /// Nobody answers for JetStream.
    #[error("JetStream does not answer on the NATS server{domain}: {message}")]
    #[diagnostic(
        code(pelato::stream::no_jet_stream),
        help(
            "`delivery: at-least-once` needs it: start the server with `nats-server -js`; `JETSTREAM_DOMAIN` \
         names a domain, if it has one"
        )
    )]
    NoJetStream {
        /// The domain that was queried, in words.
        domain: String,
        /// What happened.
        message: String,
    },
    /// A stream has some of the messages, not all.
    #[error("the stream `{stream}` stores only a part of `{source_topic}`, which `{consumer}` reads")]
    #[diagnostic(
        code(pelato::stream::partial_subjects),
        help(
            "add the subject `{source_topic}` to it, with `nats stream edit {stream}`, or let the task read \
         what is in it: {subjects}"
        )
    )]
    PartialSubjects {
        /// The stream.
        stream: String,
        /// What it keeps.
        subjects: String,
        /// The subject that must be stored.
        source_topic: String,
        /// The consumer.
        consumer: String,
    },
    /// A stream has incompatible settings.
    #[error("the stream `{stream}`, which stores `{source_topic}`, {what}")]
    #[diagnostic(code(pelato::stream::unsuitable_stream), help("{help}"))]
    UnsuitableStream {
        /// The stream.
        stream: String,
        /// The subject that must be stored.
        source_topic: String,
        /// What is wrong with it.
        what: &'static str,
        /// What to do.
        help: &'static str,
    },
    /// The server refuses a stream.
    #[error("the NATS server cannot create the stream `{stream}` for `{source_topic}`: {message}")]
    #[diagnostic(
        code(pelato::stream::stream),
        help(
            "check that the user may use JetStream and that it has space, or create a stream for `{source_topic}` yourself: PELATO uses an existing one"
        )
    )]
    Stream {
        /// The stream.
        stream: String,
        /// The subject that must be stored.
        source_topic: String,
        /// The server's words.
        message: String,
    },
    /// The server refuses a consumer.
    #[error("the NATS server cannot create the consumer `{consumer}` of the stream `{stream}`: {message}")]
    #[diagnostic(
        code(pelato::stream::consumer),
        help(
            "if it says that something cannot be changed, delete the old one, with all messages that wait for it: \
         `nats consumer rm {stream} {consumer}`"
        )
    )]
    Consumer {
        /// The stream.
        stream: String,
        /// The consumer.
        consumer: String,
        /// The server's words.
        message: String,
    },
    /// Another program has a consumer of that name.
    #[error("the stream `{stream}` already has a consumer `{consumer}` that PELATO did not create")]
    #[diagnostic(code(pelato::stream::consumer_taken), help("rename the component or the consumer"))]
    ConsumerTaken {
        /// The stream.
        stream: String,
        /// The consumer.
        consumer: String,
    },
}
