//! What a component subscribes to.

/// A subject pattern (NATS wildcards `*` and `>`) and the queue group that shares its messages.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Subscription {
    pub subject: String,
    /// One member of a group gets each message; without a group every subscriber does.
    pub queue: Option<String>,
}
