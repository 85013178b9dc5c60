//! Messages that JetStream keeps until a task has dealt with them.
//!
//! Such a message's reply subject is where JetStream waits for what became of it, and says how often it has been
//! handed over: `$JS.ACK.[<domain>.<account>.]<stream>.<consumer>.<delivered>.…`. A message that fails is handed over
//! again, later each time; after the last try it goes to the dead-letter topic, as it came.

use core::fmt::Write as _;

use crate::protocol::{DEAD_LETTER_TOPIC, GIVEN_UP, MAX_DELIVER, PROCESSED, delivered};
use crate::{Failure, Message, Platform, logged};

/// How long a message waits after its first failure, and at most, in seconds; it doubles from one to the next.
const FIRST_DELAY: u64 = 1;
const LONGEST_DELAY: u64 = 60;

/// What a message failed of that no instance lived to tell of.
const NO_ANSWER: &str = "no answer: the function broke off or took too long, or its host was lost, each time";

/// A message that is kept.
struct Kept<'a> {
    /// Where JetStream waits.
    ack: &'a str,
    /// How often it has been handed over, with this time.
    delivered: u64,
    /// How often it is tried.
    tries: u64,
    dead_letter_topic: String,
}

/// Does the work for a message, and tells JetStream what became of it if it waits for that. `work` gets the subject at
/// which the message's sender waits for an answer, if one does.
///
/// # Errors
/// The message of the failure, which has been logged already.
pub(crate) fn settle(
    platform: &impl Platform,
    message: &Message,
    work: impl FnOnce(Option<String>) -> Result<(), Failure>,
) -> Result<(), String> {
    // An empty reply subject is none: some platforms cannot say it otherwise.
    let reply_to = message.reply_to.as_deref().filter(|subject| !subject.is_empty());
    let Some(kept) = reply_to.and_then(|subject| Kept::of(platform, subject)) else {
        return work(reply_to.map(str::to_owned)).map_err(|failure| failure.to_string());
    };
    if kept.delivered > kept.tries {
        let failure = Failure::Task(NO_ANSWER.to_owned());
        let outcome = logged(platform, Err::<(), _>(failure));
        return told(outcome, || kept.give_up(platform, message));
    }
    match work(None) {
        Ok(()) => kept.tell(platform, PROCESSED),
        outcome if kept.delivered == kept.tries => told(outcome, || kept.give_up(platform, message)),
        outcome => told(outcome, || kept.put_off(platform)),
    }
}

/// The failure of the work; else what went wrong in telling it.
fn told(outcome: Result<(), Failure>, tell: impl FnOnce() -> Result<(), String>) -> Result<(), String> {
    let Err(failure) = outcome else { return Ok(()) };
    tell()?;
    Err(failure.to_string())
}

impl<'a> Kept<'a> {
    fn of(platform: &impl Platform, ack: &'a str) -> Option<Self> {
        let delivered = delivered(ack)?;
        let tries = platform.setting(MAX_DELIVER)?.parse().ok()?;
        let dead_letter_topic = platform.setting(DEAD_LETTER_TOPIC)?;
        Some(Self { ack, delivered, tries, dead_letter_topic })
    }

    /// To the dead-letter topic, as it came; if that fails it is tried once more, later.
    fn give_up(&self, platform: &impl Platform, message: &Message) -> Result<(), String> {
        let letter =
            Message { subject: self.dead_letter_topic.clone(), body: message.body.clone(), reply_to: None };
        match platform.publish(&letter) {
            Ok(()) => self.tell(platform, GIVEN_UP),
            Err(cause) => {
                let topic = &self.dead_letter_topic;
                let failure = Failure::Publish(format!("publishing to \"{topic}\" failed: {cause}"));
                let _ = logged(platform, Err::<(), _>(failure));
                self.put_off(platform)
            }
        }
    }

    fn put_off(&self, platform: &impl Platform) -> Result<(), String> {
        let doubled = u32::try_from(self.delivered - 1).ok().and_then(|times| FIRST_DELAY.checked_shl(times));
        let seconds = doubled.unwrap_or(LONGEST_DELAY).clamp(FIRST_DELAY, LONGEST_DELAY);
        let mut answer = String::new();
        // Nanoseconds. Writing to a string cannot fail.
        let _ = write!(answer, "-NAK {{\"delay\": {}}}", seconds * 1_000_000_000);
        self.tell(platform, &answer)
    }

    fn tell(&self, platform: &impl Platform, what: &str) -> Result<(), String> {
        let message =
            Message { subject: self.ack.to_owned(), body: what.as_bytes().to_vec(), reply_to: None };
        platform.publish(&message).map_err(|cause| {
            let failure = Failure::Publish(format!("telling what became of the message failed: {cause}"));
            let text = failure.to_string();
            let _ = logged(platform, Err::<(), _>(failure));
            text
        })
    }
}
