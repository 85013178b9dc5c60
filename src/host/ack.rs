//! Messages that JetStream stores until the trigger acknowledges them.

use std::time::Duration;

use serde::Deserialize;
use tokio::time::{MissedTickBehavior, interval};

use super::bus::{Broker, Message};
use super::core::Core;
use super::observe::{Call, Disposition, Trigger};
use crate::protocol;

/// How often JetStream is told that a message is in progress. Its shortest window for an acknowledgement is longer.
const IN_PROGRESS: Duration = Duration::from_secs(2);

/// A message that JetStream stores until it is acknowledged.
pub(super) struct Unacknowledged<'a> {
    broker: &'a Broker,
    ack: String,
    delivered: u64,
}

impl<'a> Unacknowledged<'a> {
    /// The message whose reply subject this is, if JetStream waits there.
    pub fn of(core: &'a Core, reply_to: &str) -> Option<Self> {
        let delivered = protocol::delivered(reply_to)?;
        Some(Self { broker: &core.broker, ack: reply_to.to_owned(), delivered })
    }

    /// Does the work, and keeps JetStream from redelivering the message meanwhile, however long it waits and runs.
    pub async fn in_progress<T>(&self, work: impl Future<Output = T>) -> T {
        let mut ticks = interval(IN_PROGRESS);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        ticks.reset();
        let mut work = std::pin::pin!(work);
        loop {
            tokio::select! {
                biased;
                done = &mut work => return done,
                _ = ticks.tick() => self.tell(protocol::IN_PROGRESS).await,
            }
        }
    }

    /// Has the message redelivered: its call was aborted before the trigger could do that.
    pub async fn redeliver(&self) -> Option<Disposition> {
        let what = protocol::redeliver(self.delivered);
        self.tell(&what).await;
        told(what.as_bytes())
    }

    async fn tell(&self, what: &str) {
        let message = Message::entering(&self.ack, what.to_owned().into(), None);
        // Without it, the message is redelivered when its window has passed.
        let _ = self.broker.publish(message).await;
    }
}

/// What becomes of a message when JetStream is told this; none if nothing more does.
pub(super) fn told(what: &[u8]) -> Option<Disposition> {
    /// In nanoseconds.
    #[derive(Deserialize)]
    struct Later {
        delay: u64,
    }
    let rest = what.strip_prefix(b"-NAK")?;
    let delay = serde_json::from_slice(rest).map_or(0, |Later { delay }| delay);
    Some(Disposition::Redelivered { delay: Duration::from_nanos(delay) })
}

/// The headers of a dead letter of a call.
pub(super) fn dead_letter(call: &Call, error: &str) -> Vec<(&'static str, String)> {
    let subject = match &call.trigger {
        Trigger::Message { subject } => subject,
        Trigger::Http { .. } | Trigger::Direct => "",
    };
    protocol::dead_letter_headers(&call.component, subject, error).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_triggers_tell_jetstream_is_understood() {
        for (delivered, seconds) in [(1, 1), (2, 2), (5, 16), (9, 60)] {
            let delay = Duration::from_secs(seconds);
            let expected = Some(Disposition::Redelivered { delay });
            assert_eq!(told(protocol::redeliver(delivered).as_bytes()), expected);
        }
        assert_eq!(told(b"-NAK"), Some(Disposition::Redelivered { delay: Duration::ZERO }));
        for other in [protocol::PROCESSED, protocol::DEAD_LETTERED, protocol::IN_PROGRESS] {
            assert_eq!(told(other.as_bytes()), None, "{other}");
        }
    }
}
