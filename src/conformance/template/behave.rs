//! What components of a template do with what functions give.

use super::stage::{COMPLAINT, Handled, Stage, dead_letters};
use super::tasks::{BREAKS, FAILS, FILTERS, GIVES};
use super::{CheckFailure, CheckResult, Fixture, failed};
use crate::host::observe::Outcome;
use crate::host::observe::in_words;
use crate::protocol::{DEAD_LETTERED, PROCESSED};

/// Where all of this is said.
const RULES: &str = "`operation:explain triggers` describes what a result means in every template";

pub(super) fn message(fixture: &mut Fixture) -> CheckResult {
    let stage = fixture.stage()?;
    let Handled { outcome, reply, .. } = stage.message(GIVES)?;
    let wanted = stage.section.leaves.as_ref().unwrap_or(&stage.section.result);
    let mut left = Vec::new();
    let (sent, stored) = match &outcome {
        Outcome::Sent(sent) => (sent.as_slice(), &[][..]),
        Outcome::Stored { stored, sent } => (sent.as_slice(), stored.as_slice()),
        Outcome::Replied => (&[][..], &[][..]),
        Outcome::Filtered => {
            let why = "the function returned a result, and the component sends, stores and answers nothing";
            return Err(failed(why, RULES));
        }
        other => return Err(wrong("the function returned a result", other)),
    };
    left.extend(stored.iter().map(|stored| (format!("stored as {}", stored.place), stored.body.to_vec())));
    let messages = sent.iter().filter(|sent| !sent.reply);
    left.extend(messages.map(|sent| (format!("sent to {}", sent.subject), sent.body.to_vec())));
    left.extend(reply.map(|body| ("answered".to_owned(), body)));
    let found: Vec<_> =
        left.iter().filter(|(_, body)| has(body, wanted)).map(|(how, _)| how.clone()).collect();
    if found.is_empty() {
        let left: Vec<_> =
            left.iter().map(|(how, body)| format!("{} {how}", String::from_utf8_lossy(body))).collect();
        let why = format!("the result does not contain `{wanted}`: {}", left.join(", "));
        return Err(failed(
            why,
            "`leaves` in [conformance] sets the expected result, if it differs from the function's",
        ));
    }
    Ok(format!("the result was {}", found.join(", ")))
}

pub(super) fn http(fixture: &mut Fixture) -> CheckResult {
    let stage = fixture.stage()?;
    let (status, body) = stage.post(GIVES)?;
    let wanted = &stage.section.result;
    if status == 200 && has(&body, wanted) {
        return Ok("200, and the result as the body".to_owned());
    }
    let text = String::from_utf8_lossy(&body);
    Err(failed(format!("a POST is answered {status} {text}, not 200 and the result"), RULES))
}

pub(super) fn empty(fixture: &mut Fixture) -> CheckResult {
    let stage = fixture.stage()?;
    if stage.reads() {
        match stage.message(FILTERS)?.outcome {
            Outcome::Filtered => {}
            Outcome::Sent(_) | Outcome::Stored { .. } | Outcome::Replied => {
                return Err(failed("the result is empty, and something is sent", RULES));
            }
            other => return Err(wrong("the result is empty", &other)),
        }
    }
    if stage.answers() {
        let (status, _) = stage.post(FILTERS)?;
        if status != 204 {
            return Err(failed(
                format!("the result is empty, and a POST is answered {status}, not 204"),
                RULES,
            ));
        }
    }
    Ok("nothing is sent".to_owned())
}

pub(super) fn error(fixture: &mut Fixture) -> CheckResult {
    let stage = fixture.stage()?;
    if stage.reads() {
        let Handled { outcome, logged, .. } = stage.message(FAILS)?;
        let is_reported = matches!(&outcome, Outcome::Failed { message, .. } if message.contains(COMPLAINT));
        if !is_reported && !logged.iter().any(|message| message.contains(COMPLAINT)) {
            let why = format!(
                "the function failed, and its message is not reported: the component {}",
                in_words(&outcome)
            );
            return Err(failed(why, RULES));
        }
    }
    if stage.answers() {
        let (status, body) = stage.post(FAILS)?;
        if status != 422 || !has(&body, COMPLAINT) {
            let why =
                format!("the function failed, and a POST is answered {status}, not 422 and its message");
            return Err(failed(why, RULES));
        }
    }
    goes_on(stage)?;
    Ok("its message is reported, and the component continues".to_owned())
}

pub(super) fn trap(fixture: &mut Fixture) -> CheckResult {
    let stage = fixture.stage()?;
    if stage.reads() {
        let outcome = stage.message(BREAKS)?.outcome;
        if !matches!(outcome, Outcome::Trapped { .. }) {
            return Err(wrong("the function trapped", &outcome));
        }
    }
    if stage.answers() {
        let (status, _) = stage.post(BREAKS)?;
        if status < 500 {
            return Err(failed(format!("the function trapped, and a POST is answered {status}"), RULES));
        }
    }
    goes_on(stage)?;
    Ok("is reported, and the component continues".to_owned())
}

pub(super) fn delivery(fixture: &mut Fixture) -> CheckResult {
    let stage = fixture.stage()?;
    const HELP: &str = "with `delivery: at-least-once` a trigger acknowledges each message to JetStream: see `operation:explain delivery`; the crate `flow` does it";
    let (answer, _) = stage.stored(GIVES)?;
    if answer.as_deref() != Some(PROCESSED) {
        let found = answer.unwrap_or_else(|| "nothing".to_owned());
        return Err(failed(format!("JetStream stores a message, and is sent {found} instead of +ACK"), HELP));
    }
    let (answer, letter) = stage.stored(FAILS)?;
    if answer.as_deref() != Some(DEAD_LETTERED) {
        let found = answer.unwrap_or_else(|| "nothing".to_owned());
        let why =
            format!("a message failed for the last time, and JetStream is sent {found} instead of +TERM");
        return Err(failed(why, HELP));
    }
    if letter.as_deref() != Some(stage.section.message.as_bytes()) {
        let why = format!("a dead-lettered message does not arrive on {} unchanged", dead_letters(FAILS));
        return Err(failed(why, HELP));
    }
    Ok("acknowledged, or sent to the dead-letter topic".to_owned())
}

/// Sees that the next message is handled as if nothing had been.
fn goes_on(stage: &Stage) -> Result<(), CheckFailure> {
    let well = match stage.reads() {
        true => matches!(
            stage.message(GIVES)?.outcome,
            Outcome::Sent(_) | Outcome::Stored { .. } | Outcome::Replied
        ),
        false => stage.post(GIVES)?.0 == 200,
    };
    if well { Ok(()) } else { Err(failed("afterwards an input that succeeded before has no result", RULES)) }
}

fn wrong(before: &str, outcome: &Outcome) -> CheckFailure {
    failed(format!("{before}, and the component {}", in_words(outcome)), RULES)
}

fn has(body: &[u8], text: &str) -> bool {
    text.is_empty() || body.windows(text.len()).any(|window| window == text.as_bytes())
}
