//! Why messages cannot be stored for a component.

use crate::nats::NatsError;
use crate::remedy::Operation;

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
        message: String,
    },
    /// A stream has some of the messages, not all.
    #[error("the stream `{stream}` stores only a part of `{source_topic}`, which `{consumer}` reads")]
    #[diagnostic(
        code(pelato::stream::partial_subjects),
        help(
            "add the subject `{source_topic}` to it, with `nats stream edit {stream}`, or change the task to read one of its subjects: {subjects}"
        )
    )]
    PartialSubjects { stream: String, subjects: String, source_topic: String, consumer: String },
    #[error("the stream `{stream}`, which stores `{source_topic}`, {what}")]
    #[diagnostic(code(pelato::stream::unsuitable_stream), help("{help}"))]
    UnsuitableStream { stream: String, source_topic: String, what: &'static str, help: &'static str },
    #[error("the NATS server cannot create the stream `{stream}` for `{source_topic}`: {message}")]
    #[diagnostic(
        code(pelato::stream::stream),
        help(
            "check that the user may use JetStream and that it has space, or create a stream for `{source_topic}` yourself: PELATO uses an existing one"
        )
    )]
    Stream { stream: String, source_topic: String, message: String },
    #[error("the NATS server cannot create the consumer `{consumer}` of the stream `{stream}`: {message}")]
    #[diagnostic(
        code(pelato::stream::consumer),
        help(
            "if it says that something cannot be changed, delete the old one, with all messages that wait for it: \
         `nats consumer rm {stream} {consumer}`"
        )
    )]
    Consumer { stream: String, consumer: String, message: String },
    /// A message that cannot be read stays where it is.
    #[error("no stream stores a dead letter on `{topic}`: {message}")]
    #[diagnostic(
        code(pelato::stream::dead_letter),
        help("check that the user may publish to `{topic}`, and that its stream has space")
    )]
    DeadLetter { topic: String, message: String },
    #[error("there is no dead letter {number} on `{topic}`")]
    #[diagnostic(
        code(pelato::stream::no_dead_letter),
        help("{} shows those that there are", Operation::DeadLettersList)
    )]
    NoDeadLetter { number: u64, topic: String },
    #[error("the dead letter {number} cannot be sent to `{topic}`: {message}")]
    #[diagnostic(
        code(pelato::stream::dead_letter_unsent),
        help(
            "nothing is lost, it is still a dead letter: {} and {} with a NATS server create what stores and reads \
             `{topic}`; the user must be permitted to publish there",
            Operation::Deploy,
            Operation::Run
        )
    )]
    DeadLetterUnsent { number: u64, topic: String, message: String },
    #[error("the dead letter {number} cannot be deleted from the stream `{stream}`: {message}")]
    #[diagnostic(
        code(pelato::stream::dead_letter_kept),
        help("check that the user may delete messages, and that the stream permits it")
    )]
    DeadLetterKept { number: u64, stream: String, message: String },
    /// Messages are to stay within a site that nobody knows.
    #[error(
        "messages of `{component}` are to stay within the site of `{target}`, and TARGET_DOMAINS does not name its \
         JetStream domain"
    )]
    #[diagnostic(
        code(pelato::stream::no_site),
        help(
            "set TARGET_DOMAINS={target}=DOMAIN, the domain of the NATS server at the site: {} writes both",
            Operation::Infra
        )
    )]
    NoSite { component: String, target: String },
    /// Messages leave a site, or come into it, that must not.
    #[error(
        "messages on {topics} are to stay within the site of `{target}`, but its NATS server passes them on to others"
    )]
    #[diagnostic(
        code(pelato::stream::crosses),
        help(
            "its configuration is older than the workflow, or does not come from {}: write it again into a new folder, \
             replace `nats-leaf.conf` at the site, and restart the server",
            Operation::Infra
        )
    )]
    Crosses {
        /// In backquotes.
        topics: String,
        target: String,
    },
    /// Another program has a consumer of that name.
    #[error("the stream `{stream}` already has a consumer `{consumer}` that PELATO did not create")]
    #[diagnostic(code(pelato::stream::consumer_taken), help("rename the component or the consumer"))]
    ConsumerTaken { stream: String, consumer: String },
}
