//! What triggers and their hosts have agreed on: the keys of a task's settings, how JetStream is told what became of a
//! message and says that it has stored one, and which message is a dead letter.
//!
//! PELATO compiles this very file, too, so that both sides follow the same rules.

use serde::{Deserialize, Serialize};

/// The setting with the component's name, by which its errors are logged.
pub const COMPONENT_NAME: &str = "component_name";
/// The setting with the subjects, separated by commas, that each result is published to.
pub const DEST_TOPIC: &str = "dest_topic";
/// The setting with the subjects, separated by commas, that a result may name.
pub const DEST_TOPICS: &str = "dest_topics";
/// The setting with the subjects, separated by commas, where a stream acknowledges what the task publishes.
pub const STORED_TOPICS: &str = "stored_topics";
/// The setting that exists if the reply subject of a message belongs to its stream, not to a sender that waits.
pub const NO_REPLY: &str = "no_reply";
/// The setting with how often JetStream delivers a message.
pub const MAX_DELIVER: &str = "max_deliver";
/// The setting with the subject of dead letters.
pub const DEAD_LETTER_TOPIC: &str = "dead_letter_topic";
/// The setting with the largest accepted HTTP body, in bytes.
pub const MAX_BODY_BYTES: &str = "max_body_bytes";
/// The setting with the origins, separated by commas, whose pages may send HTTP requests.
pub const ALLOW_ORIGINS: &str = "allow_origins";

/// The setting with the subject that the component's log is published to; it exists if the log is.
pub const LOG_TOPIC: &str = "log_topic";
/// The setting with the component's version, as its log names it.
pub const LOG_VERSION: &str = "log_version";
/// The setting with the names, separated by commas, of the secrets whose values stay out of the log.
pub const LOG_SECRETS: &str = "log_secrets";

/// What the subjects of logs begin with.
const LOGS: &str = "pelato.logs.";

/// The subject of the log of a component; that of all components, if none is named.
pub fn log_topic(project: &str, component: Option<&str>) -> String {
    format!("{LOGS}{project}.{}", component.unwrap_or("*"))
}

/// Whether the messages of a subject are records of a log.
pub fn is_log(subject: &str) -> bool {
    subject.starts_with(LOGS)
}

/// What is published of a component: something that its function wrote, or that happened to one of its calls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Its name.
    pub component: String,
    /// Its version.
    pub version: String,
    /// What the call was for: a topic, or the path of a request. Empty before the first call of an instance.
    pub topic: String,
    /// What it is a record of.
    pub kind: RecordKind,
    /// Unix time in milliseconds.
    pub time_ms: u64,
    /// The line, or why the call failed.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// How long the call took, in microseconds, where it has ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elapsed_us: Option<u64>,
}

/// What a record says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RecordKind {
    /// A call began.
    Began,
    /// It went well.
    Ended,
    /// It failed.
    Failed,
    /// It ended without a result, as its host says.
    Trapped,
    /// A line on stdout.
    Stdout,
    /// A line on stderr.
    Stderr,
    /// The call wrote more than is published.
    Cut,
}

/// What the subjects begin with at which tasks are asked what they answer to an HTTP request.
const HTTP_REQUESTS: &str = "pelato.http.";

/// The subject of the HTTP requests for a component of a project.
pub fn http_requests(project: &str, component: &str) -> String {
    format!("{HTTP_REQUESTS}{project}.{component}")
}

/// Whether the messages of a subject are HTTP requests.
pub fn is_http_request(subject: &str) -> bool {
    subject.starts_with(HTTP_REQUESTS)
}

/// Tells JetStream that a message was processed.
pub const PROCESSED: &str = "+ACK";
/// Tells JetStream that a message was dead-lettered.
pub const DEAD_LETTERED: &str = "+TERM";
/// Tells JetStream that a message is still being processed.
pub const IN_PROGRESS: &str = "+WPI";

/// How long a message waits after its first failure, and at most, in seconds; it doubles from one to the next.
const FIRST_DELAY: u64 = 1;
const LONGEST_DELAY: u64 = 60;

/// How long a stream may take to acknowledge a message, in milliseconds.
pub const STORE_TIMEOUT_MS: u32 = 5_000;

/// The prefix of the subjects at which JetStream waits.
const ACK: &str = "$JS.ACK.";
/// How many tokens such a subject has, and which of them counts the deliveries: without and with a domain and an
/// account.
const TOKENS: [(usize, usize); 3] = [(9, 4), (11, 6), (12, 6)];

/// Whether JetStream waits at a subject for what became of a message.
pub fn is_ack(subject: &str) -> bool {
    subject.starts_with(ACK)
}

/// How often a message has been delivered, as the subject of its acknowledgement says; none if it is no such subject.
pub fn delivered(ack: &str) -> Option<u64> {
    if !is_ack(ack) {
        return None;
    }
    let at = TOKENS.iter().find(|(count, _)| *count == ack.split('.').count())?.1;
    ack.split('.').nth(at)?.parse().ok().filter(|count| *count > 0)
}

/// Tells JetStream to redeliver a message that failed, later each time.
pub fn redeliver(delivered: u64) -> String {
    let doubled =
        u32::try_from(delivered.saturating_sub(1)).ok().and_then(|times| FIRST_DELAY.checked_shl(times));
    let seconds = doubled.unwrap_or(LONGEST_DELAY).clamp(FIRST_DELAY, LONGEST_DELAY);
    // JetStream reads nanoseconds.
    format!("-NAK {{\"delay\": {}}}", seconds * 1_000_000_000)
}

/// Whether what a component publishes is a dead letter: it goes to the component's dead-letter topic, while a message
/// is handled that JetStream stores (its reply subject is an acknowledgement's), and after that failed.
pub fn is_dead_letter(subject: &str, topic: Option<&str>, reply_to: Option<&str>, failed: bool) -> bool {
    failed && topic == Some(subject) && reply_to.is_some_and(is_ack)
}

/// The subjects that the value of a setting names.
pub fn topics(setting: &str) -> impl Iterator<Item = &str> {
    setting.split(',').map(str::trim).filter(|topic| !topic.is_empty())
}

/// The answer by which a stream acknowledges a message, or refuses it.
#[derive(Deserialize)]
struct PubAck {
    #[serde(default)]
    stream: String,
    #[serde(default)]
    seq: u64,
    error: Option<Refused>,
}

#[derive(Deserialize)]
struct Refused {
    #[serde(default)]
    description: String,
}

/// Whether an answer is a stream's acknowledgement.
///
/// # Errors
/// The stream's reason, or that somebody else answered.
pub fn stored(answer: &[u8]) -> Result<(), String> {
    match serde_json::from_slice(answer) {
        Ok(PubAck { error: Some(Refused { description }), .. }) => {
            Err(format!("the stream refused it: {description}"))
        }
        Ok(PubAck { stream, seq, error: None }) if !stream.is_empty() && seq > 0 => Ok(()),
        _ => Err("another program answered before a stream acknowledged it".to_owned()),
    }
}

/// The answer of a host that takes the place of a stream.
pub fn acknowledgement() -> Vec<u8> {
    br#"{"stream":"host","seq":1}"#.to_vec()
}

#[cfg(test)]
mod tests {
    use super::{acknowledgement, delivered, is_dead_letter, stored, topics};

    #[test]
    fn the_number_of_deliveries_is_read_from_all_forms() {
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
        assert!(!is_dead_letter("dead.a", topic, Some("_INBOX.x"), true), "no stream has the message");
        assert!(!is_dead_letter("dead.a", None, ack, true), "the task has no such topic");
    }

    #[test]
    fn only_a_stream_acknowledges() {
        assert_eq!(stored(br#"{"stream":"ROOM","seq":7}"#), Ok(()));
        assert_eq!(stored(br#"{"stream":"ROOM","domain":"hub","seq":7,"duplicate":true}"#), Ok(()));
        assert_eq!(stored(&acknowledgement()), Ok(()));
        let full = br#"{"error":{"code":503,"err_code":10077,"description":"maximum bytes exceeded"},"stream":"R","seq":0}"#;
        assert_eq!(stored(full), Err("the stream refused it: maximum bytes exceeded".to_owned()));
        for other in ["", "ok", "{}", r#"{"stream":"ROOM"}"#, r#"{"seq":7}"#, "[1]", "null"] {
            assert!(stored(other.as_bytes()).unwrap_err().starts_with("another program"), "{other}");
        }
    }

    #[test]
    fn topics_are_separated_by_commas() {
        assert_eq!(topics("a.b, dead.c").collect::<Vec<_>>(), ["a.b", "dead.c"]);
        assert_eq!(topics("").count(), 0);
    }
}
