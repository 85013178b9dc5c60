//! What triggers and their hosts have agreed on: the keys of a task's settings, how JetStream is told what became of a
//! message, and which message is a dead letter.
//!
//! PELATO compiles this very file, too, so that both sides go by the same rules. It uses the standard library alone.

/// The setting with the component's name, by which its errors are logged.
pub const COMPONENT_NAME: &str = "component_name";
/// The setting with the subject that results are published to.
pub const DEST_TOPIC: &str = "dest_topic";
/// The setting with how often a message is tried that JetStream keeps.
pub const MAX_DELIVER: &str = "max_deliver";
/// The setting with the subject that such messages go to after the last try.
pub const DEAD_LETTER_TOPIC: &str = "dead_letter_topic";
/// The setting with the largest HTTP body that is taken, in bytes.
pub const MAX_BODY_BYTES: &str = "max_body_bytes";

/// Tells JetStream that a message was processed.
pub const PROCESSED: &str = "+ACK";
/// Tells JetStream that a message is given up.
pub const GIVEN_UP: &str = "+TERM";

/// How the subjects begin at which JetStream waits.
const ACK: &str = "$JS.ACK.";
/// How many parts such a subject has, and which of them says how often the message has been handed over: without and
/// with a domain and an account.
const PARTS: [(usize, usize); 3] = [(9, 4), (11, 6), (12, 6)];

/// Whether JetStream waits at a subject for what became of a message.
pub fn is_ack(subject: &str) -> bool {
    subject.starts_with(ACK)
}

/// How often a message has been handed over, as the subject of its acknowledgement says; none if it is no such subject.
pub fn delivered(ack: &str) -> Option<u64> {
    if !is_ack(ack) {
        return None;
    }
    let at = PARTS.iter().find(|(count, _)| *count == ack.split('.').count())?.1;
    ack.split('.').nth(at)?.parse().ok().filter(|count| *count > 0)
}

/// Whether what a component publishes is a dead letter: it goes to the component's dead-letter topic, while a message
/// is handled that JetStream keeps (its reply subject is an acknowledgement's), and after that failed.
pub fn is_dead_letter(subject: &str, topic: Option<&str>, reply_to: Option<&str>, failed: bool) -> bool {
    failed && topic == Some(subject) && reply_to.is_some_and(is_ack)
}

#[cfg(test)]
mod tests {
    use super::{delivered, is_dead_letter};

    #[test]
    fn the_number_of_times_is_read_from_all_forms() {
        assert_eq!(delivered("$JS.ACK.ORDERS.c.3.10.7.1700000000000000000.2"), Some(3));
        assert_eq!(delivered("$JS.ACK.hub.ACC.ORDERS.c.4.10.7.1700000000000000000.2"), Some(4));
        assert_eq!(delivered("$JS.ACK._.ACC.ORDERS.c.5.10.7.1700000000000000000.2.r4nd"), Some(5));
        for other in
            ["_INBOX.a.b", "$JS.ACK.ORDERS.c", "$JS.ACK.O.c.x.10.7.1.2", "$JS.ACK.O.c.0.10.7.1.2", ""]
        {
            assert_eq!(delivered(other), None, "{other}");
        }
    }

    #[test]
    fn only_what_goes_to_the_dead_letter_topic_after_a_failure_is_a_dead_letter() {
        let (topic, ack) = (Some("dead.a"), Some("$JS.ACK.O.c.1.10.7.1.2"));
        assert!(is_dead_letter("dead.a", topic, ack, true));
        assert!(!is_dead_letter("out", topic, ack, true), "an ordinary result");
        assert!(!is_dead_letter("dead.a", topic, ack, false), "a result that goes there, too");
        assert!(!is_dead_letter("dead.a", topic, Some("_INBOX.x"), true), "nobody keeps the message");
        assert!(!is_dead_letter("dead.a", None, ack, true), "the task has no such topic");
    }
}
