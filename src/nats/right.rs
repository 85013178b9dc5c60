//! What a user of a NATS server may not do.

use std::fmt;

use async_nats::ServerError;

/// A right on a subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Right {
    Publish,
    Subscribe,
}

impl fmt::Display for Right {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Publish => "publish to",
            Self::Subscribe => "subscribe to",
        })
    }
}

/// The right that is missing, and the subject, if that is what the server says: `Permissions Violation for Subscription
/// to "a.b" using queue "c"`.
pub fn denied(error: &ServerError) -> Option<(Right, String)> {
    let ServerError::Other(text) = error else { return None };
    let (right, rest) = if let Some((_, rest)) = text.split_once("Permissions Violation for Subscription to ")
    {
        (Right::Subscribe, rest)
    } else {
        (Right::Publish, text.split_once("Permissions Violation for Publish to ")?.1)
    };
    Some((right, rest.split('"').nth(1)?.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_servers_words_name_the_subject_and_the_right() {
        let read = |text: &str| denied(&ServerError::Other(text.to_owned()));
        assert_eq!(
            read("Permissions Violation for Subscription to \"a.b\" using queue \"c\""),
            Some((Right::Subscribe, "a.b".to_owned()))
        );
        assert_eq!(
            read("Permissions Violation for Publish to \"a.>\""),
            Some((Right::Publish, "a.>".to_owned()))
        );
        assert_eq!(read("Authorization Violation"), None);
    }
}
