//! Messages that JetStream stores until a task has acknowledged them.
//!
//! Such a message's reply subject is where JetStream waits for what became of it, and says how often it has been
//! delivered: `$JS.ACK.[<domain>.<account>.]<stream>.<consumer>.<delivered>.…`. A message that fails is redelivered,
//! later each time; after the last attempt it goes to the dead-letter topic, unchanged.

use crate::protocol::{DEAD_LETTER_TOPIC, DEAD_LETTERED, MAX_DELIVER, PROCESSED, delivered, redeliver};
use crate::{Failure, Message, Platform, logged, publish};

/// The failure of a message whose calls all ended before they could report one.
const NO_RESULT: &str = "no result: at each delivery the function trapped or exceeded its time limit, its host was lost, or nothing \
     could be published";

/// A message that JetStream stores.
struct Stored<'a> {
    /// Where JetStream waits.
    ack: &'a str,
    /// How often it has been delivered, this time included.
    delivered: u64,
    max_deliver: u64,
    dead_letter_topic: String,
}

/// Does the work for a message, and tells JetStream what became of it if it waits for that. `work` gets the subject at
/// which the message's sender waits for a reply, if one does.
///
/// # Errors
/// The message of the failure, which has been logged already.
pub(crate) fn settle(
    platform: &impl Platform,
    message: &Message,
    work: impl FnOnce(Option<String>) -> Result<(), Failure>,
) -> Result<(), String> {
    platform.began(&message.subject);
    let outcome = settled(platform, message, work);
    platform.ended(outcome.as_ref().err().map(String::as_str));
    outcome
}

fn settled(
    platform: &impl Platform,
    message: &Message,
    work: impl FnOnce(Option<String>) -> Result<(), Failure>,
) -> Result<(), String> {
    // An empty reply subject is none: some platforms cannot say it otherwise.
    let reply_to = message.reply_to.as_deref().filter(|subject| !subject.is_empty());
    let Some(stored) = reply_to.and_then(|subject| Stored::of(platform, subject)) else {
        return work(reply_to.map(str::to_owned)).map_err(|failure| failure.to_string());
    };
    if stored.delivered > stored.max_deliver {
        let failure = Failure::Task(NO_RESULT.to_owned());
        let outcome = logged(platform, Err::<(), _>(failure));
        return after(outcome, || stored.dead_letter(platform, message));
    }
    match work(None) {
        Ok(()) => stored.acknowledge(platform, PROCESSED),
        outcome if stored.delivered == stored.max_deliver => {
            after(outcome, || stored.dead_letter(platform, message))
        }
        outcome => after(outcome, || stored.redeliver(platform)),
    }
}

/// The failure of the work, and what went wrong when the message was dead-lettered or JetStream was told of it.
fn after(outcome: Result<(), Failure>, tell: impl FnOnce() -> Result<(), String>) -> Result<(), String> {
    let Err(failure) = outcome else { return Ok(()) };
    Err(match tell() {
        Ok(()) => failure.to_string(),
        Err(more) => format!("{failure}; {more}"),
    })
}

impl<'a> Stored<'a> {
    fn of(platform: &impl Platform, ack: &'a str) -> Option<Self> {
        let delivered = delivered(ack)?;
        let max_deliver = platform.setting(MAX_DELIVER)?.parse().ok()?;
        let dead_letter_topic = platform.setting(DEAD_LETTER_TOPIC)?;
        Some(Self { ack, delivered, max_deliver, dead_letter_topic })
    }

    /// To the dead-letter topic, unchanged. The message is only removed once a stream has acknowledged the dead letter;
    /// until then it is redelivered.
    fn dead_letter(&self, platform: &impl Platform, message: &Message) -> Result<(), String> {
        match logged(platform, publish::store(platform, &self.dead_letter_topic, &message.body)) {
            Ok(()) => self.acknowledge(platform, DEAD_LETTERED),
            Err(failure) => {
                self.redeliver(platform)?;
                Err(failure.to_string())
            }
        }
    }

    fn redeliver(&self, platform: &impl Platform) -> Result<(), String> {
        self.acknowledge(platform, &redeliver(self.delivered))
    }

    fn acknowledge(&self, platform: &impl Platform, what: &str) -> Result<(), String> {
        let sent = publish::send(platform, self.ack, what.as_bytes().to_vec());
        logged(platform, sent).map(drop).map_err(|failure| failure.to_string())
    }
}
