//! Why messages cannot be kept for a component.

use crate::nats::NatsError;

/// Why messages cannot be kept for a component.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum StreamError {
    /// The NATS server cannot be used.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Nats(#[from] NatsError),
    /// Nobody answers for JetStream.
    #[error("no JetStream answers at the NATS server{domain}: {message}")]
    #[diagnostic(help(
        "`delivery: at-least-once` needs it: start the server with `nats-server --jetstream`; `JETSTREAM_DOMAIN` \
         names a domain, if it has one"
    ))]
    NoJetStream {
        /// The domain that was asked, in words.
        domain: String,
        /// What happened.
        message: String,
    },
    /// A stream has some of the messages, not all.
    #[error("the stream `{stream}` keeps only a part of `{source_topic}`, which `{consumer}` reads")]
    #[diagnostic(help(
        "add the subject `{source_topic}` to it, with `nats stream edit {stream} --subjects …`, or let the task read \
         what is in it: {subjects}"
    ))]
    Partly {
        /// The stream.
        stream: String,
        /// What it keeps.
        subjects: String,
        /// What has to be kept.
        source_topic: String,
        /// The consumer.
        consumer: String,
    },
    /// A stream is not as it has to be.
    #[error("the stream `{stream}`, which keeps `{source_topic}`, {what}")]
    #[diagnostic(help("{help}"))]
    Unfit {
        /// The stream.
        stream: String,
        /// What has to be kept.
        source_topic: String,
        /// What is wrong with it.
        what: &'static str,
        /// What to do.
        help: &'static str,
    },
    /// The server refuses a stream.
    #[error("the server does not make the stream `{stream}` for `{source_topic}`: {message}")]
    #[diagnostic(help(
        "see that the user may use JetStream and that it has room, or make a stream for `{source_topic}` yourself: \
         PELATO takes the one that is there"
    ))]
    Stream {
        /// The stream.
        stream: String,
        /// What has to be kept.
        source_topic: String,
        /// The server's words.
        message: String,
    },
    /// The server refuses a consumer.
    #[error("the server does not make the consumer `{consumer}` of the stream `{stream}`: {message}")]
    #[diagnostic(help(
        "if it says that something cannot be changed, take the old one away, with all that waits for it: \
         `nats consumer rm {stream} {consumer}`"
    ))]
    Consumer {
        /// The stream.
        stream: String,
        /// The consumer.
        consumer: String,
        /// The server's words.
        message: String,
    },
    /// Another program has a consumer of that name.
    #[error("the stream `{stream}` has a consumer `{consumer}` already, and it is not PELATO's")]
    #[diagnostic(help("give the component another name, or the consumer"))]
    Foreign {
        /// The stream.
        stream: String,
        /// The consumer.
        consumer: String,
    },
}
