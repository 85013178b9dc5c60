//! What is said of events: words for people, or the events themselves, one JSON object a line.

use std::borrow::Cow;
use std::io::{self, Write};
use std::time::Duration;

use serde_json::Value;

use super::{Ui, json, worded};
use crate::measurement::time;
use crate::progress::{
    Change, ChosenBy, Event, FaultSign, Fix, Level, Listener, Location, Message, OldVersion, Phase, Progress,
    SCHEMA, Verdict,
};
use crate::project::settings::ENV_FILE;
use crate::remedy::{Argument, Operation};

/// The last event of a command that fails.
#[derive(serde::Serialize)]
struct ErrorEvent {
    event: &'static str,
    operation: u64,
    #[serde(flatten)]
    failure: json::Failure,
}

impl Listener for Ui {
    fn hear(&self, message: Message) {
        match self.options.events {
            true => self.event_line(&message),
            false => self.say(message.event),
        }
    }
}

/// Puts this front's words for remedies into all texts of an event: none can be forgotten.
fn word(value: &mut Value) {
    match value {
        Value::String(text) => {
            if let Cow::Owned(words) = worded(text) {
                *text = words;
            }
        }
        Value::Array(values) => values.iter_mut().for_each(word),
        Value::Object(fields) => fields.values_mut().for_each(word),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Events that are part of no operation of the facade.
impl Progress for Ui {
    fn report(&self, event: Event) {
        self.hear(Message { schema: SCHEMA, operation: 0, event });
    }
}

impl Ui {
    /// One event, on a line of its own.
    pub(super) fn event_line(&self, event: &impl serde::Serialize) {
        if let Ok(mut event) = serde_json::to_value(event) {
            word(&mut event);
            self.aside(|| {
                let _ = writeln!(io::stderr().lock(), "{event}");
            });
        }
    }

    /// What the command line itself says, as an event.
    pub(super) fn message(&self, level: Level, text: &str) {
        Progress::report(self, Event::Message { level, text: text.to_owned() });
    }

    /// The error that ends the command, as an event.
    pub(super) fn error_event(&self, error: &crate::Error) {
        self.event_line(&ErrorEvent { event: "error", operation: 0, failure: json::Failure::new(error) });
    }

    /// One event in words.
    fn say(&self, event: Event) {
        match event {
            Event::ImageProgress { image, bytes, total_bytes } => {
                self.with_bar(|bar| bar.share("Fetching", &image, (bytes, total_bytes)));
            }
            Event::ImageFetched { image, .. } => {
                self.with_bar(|bar| bar.share("Fetching", &image, (0, 0)));
            }
            Event::Planned { phase, components } => {
                self.with_bar(|bar| bar.begin(doing(phase), components));
            }
            Event::ComponentStarted { component, phase, reason } => {
                self.with_bar(|bar| bar.start(&component));
                let verb = if phase == Phase::Build { "Compiling" } else { doing(phase) };
                let why = reason.map(|reason| format!(" ({reason})")).unwrap_or_default();
                self.status(verb, format!("{component}{why}"));
            }
            Event::ComponentFinished { component, change, duration, .. } => {
                self.with_bar(|bar| bar.finish(&component));
                self.detail(format!("{component}: {} ({:.2} s)", changed(&change), duration.as_secs_f64()));
            }
            Event::ComponentStopped { component, .. } => self.with_bar(|bar| bar.finish(&component)),
            Event::ComponentFailed { component, output, .. } => {
                self.with_bar(|bar| bar.finish(&component));
                self.line(&format!(
                    "{}: `{component}` cannot be built",
                    self.style_err.error.apply_to("error")
                ));
                self.line(&worded(output.trim_end()));
            }
            // Who reads it later learns nothing by it.
            Event::Preparing { component, slow: true } if self.is_watched() => {
                self.status("Preparing", format!("{component} (for this machine, once)"));
            }
            Event::PhaseStarted { phase } => self.status(doing(phase), ""),
            Event::Problem(problem) => self.problem(&problem),
            Event::DrillWaitingForFault => {
                let verb = self.style_err.verb.apply_to(format!("{:>12}", "Now"));
                self.line(&format!("{verb} stop a host, and press Enter at that moment"));
            }
            Event::Message { level, text } => self.say_plainly(level, &text),
            other => self.say_of_drill(other),
        }
    }

    fn say_of_drill(&self, event: Event) {
        match event {
            Event::DrillProbing { from, to, rate } => {
                self.status("Probing", format!("{from} → {to}, {rate} a second"));
            }
            Event::DrillCommandStarted { command } => self.status("Fault", command),
            Event::DrillCommandFinished { duration, output } => {
                if self.options.level >= super::Level::Normal && !output.is_empty() {
                    self.line(output.trim_end());
                }
                self.detail(format!("the command took {}", shown(duration)));
            }
            Event::DrillFault { sign, at } => {
                let sign = match sign {
                    FaultSign::Probe => "a message is missing",
                    FaultSign::Host => "a host stopped answering",
                    FaultSign::Reported => "reported by the user",
                };
                self.status("Fault", format!("{sign}, {} after the first probe", shown(at)));
            }
            Event::DrillSettling { late, settle } => {
                let (late, settle) = (shown(late), shown(settle));
                self.status("Waiting", format!("until all messages have arrived within {late} for {settle}"));
            }
            other => {
                if let Some((level, text)) = words(other) {
                    self.say_plainly(level, &text);
                }
            }
        }
    }

    fn say_plainly(&self, level: Level, text: &str) {
        match level {
            Level::Detail => self.detail(text),
            Level::Info => self.note(text),
            Level::Warning => self.warning(text),
            Level::Output => self.line(text),
        }
    }
}

/// What is done, as a verb.
fn doing(phase: Phase) -> &'static str {
    match phase {
        Phase::Gen => "Generating",
        Phase::Build => "Building",
        Phase::Push => "Pushing",
        Phase::Deploy => "Deploying",
        Phase::Check => "Checking",
    }
}

fn changed(change: &Change) -> String {
    match change {
        Change::Unchanged => "unchanged".to_owned(),
        Change::Compiled { reason, .. } => format!("compiled: {reason}"),
        Change::Composed { reason, .. } => format!("composed: {reason}"),
        Change::Pushed { image, .. } => format!("pushed {image}"),
        Change::Running { version, hosts } if hosts.is_empty() => version.clone(),
        Change::Running { version, hosts } => format!("{version} on {}", hosts.join(", ")),
        Change::Checked { verdict: Verdict::Passed } => "passed".to_owned(),
        Change::Checked { verdict: Verdict::Skipped } => "skipped".to_owned(),
        Change::Checked { verdict: Verdict::Failed } => "failed".to_owned(),
    }
}

/// Events that are a sentence, and how important it is.
fn words(event: Event) -> Option<(Level, String)> {
    let detail = |text| Some((Level::Detail, text));
    let info = |text| Some((Level::Info, text));
    let warning = |text| Some((Level::Warning, text));
    match event {
        Event::WaitingForProject => info("waiting for another PELATO process in this project".to_owned()),
        Event::OwnPack { pack } => info(format!(
            "the project contains its own language pack `{pack}`: the pack's commands run on this machine"
        )),
        Event::BuilderChosen { choice, .. } => detail(format!("builder: {}", chosen(&choice))),
        Event::ContainerUnavailable { reason, .. } => detail(format!("builder: not container: {reason}")),
        Event::CompilerFound { version, location, .. } => {
            let place = match location {
                Location::Local { program } => program,
                Location::Image { image, engine, digest } => format!("{image} in {engine} ({digest})"),
            };
            detail(format!("compiler: {place} {version}"))
        }
        Event::CompilerInstalling { program, command, image: Some(image), .. } => {
            info(format!("installing {program} in the image {image}, once: {command}"))
        }
        Event::CompilerInstalling { program, requires, command, image: None } => {
            info(format!("no {program} {requires} found: installing it once, for PELATO only: {command}"))
        }
        Event::ImageFetching { image } => info(format!("fetching the toolchain image {image}, once")),
        Event::ImageNotNeeded { pack } => warning(format!(
            "no image was fetched for the language pack `{pack}`: it compiles on this machine"
        )),
        Event::ImageNotLocked { reason } => {
            warning(format!("{reason}; the toolchain image is used by its tag, not by a pinned digest"))
        }
        Event::ImageNotRemembered { image, reason } => {
            warning(format!("{image} was not recorded in pelato.lock: {reason}"))
        }
        Event::DependenciesPinned { component, files } => info(format!(
            "the third-party modules of `{component}` are pinned in {}: commit these files",
            crate::text::list(&files)
        )),
        Event::WaitingForHelper { program, seconds } => {
            info(format!("waiting for `{program}`, which keeps the credentials ({seconds} s at most)"))
        }
        Event::Retrying { reason, first, .. } => {
            let text = format!("{reason}; trying again");
            // Once for everybody, then only for those who ask for more.
            if first { info(text) } else { detail(text) }
        }
        other => later(other),
    }
}

/// The same for events that come after a build.
fn later(event: Event) -> Option<(Level, String)> {
    let (level, text) = match event {
        Event::StreamCreated { stream, topic } => {
            (Level::Info, format!("created the stream `{stream}`, which stores `{topic}`"))
        }
        Event::ConsumerReady { consumer, topic, stream } => (
            Level::Detail,
            format!("messages on `{topic}` are stored for `{consumer}` in the stream `{stream}`"),
        ),
        Event::StreamLost { .. }
        | Event::ConsumerRestored { .. }
        | Event::StorageNotRestored { .. }
        | Event::UnreadableDeadLettered { .. } => return Some((Level::Warning, of_storage(event)?)),
        Event::DeployWarning { message } => (Level::Warning, message),
        Event::PartFailed { part, reason } => (Level::Info, format!("{part}: {reason}")),
        Event::RollingBack { version } => (Level::Info, format!("going back to {version}")),
        Event::PortShared { port } => (
            Level::Info,
            format!(
                "the ports in workflow.yaml apply to the cluster: here everything is served on port {port}"
            ),
        ),
        Event::MessagesNotStored { component } => (
            Level::Info,
            format!(
                "messages within this process are not stored: `{component}` gets them at most once; with {} they \
                 are stored",
                Argument::Nats
            ),
        ),
        Event::RunsElsewhere => (
            Level::Warning,
            format!(
                "another {} of this project is running: messages do not pass between the two; with {} for both they do; {} \
                 and {} reach the other one until it ends",
                Operation::Run,
                Argument::Nats,
                Operation::Send,
                Operation::Tail
            ),
        ),
        Event::Preparing { component, slow: true } => {
            (Level::Detail, format!("preparing {component} for this machine, once"))
        }
        Event::Prepared { component, duration } => {
            (Level::Detail, format!("{component} is ready for this machine after {}", shown(duration)))
        }
        Event::Replaced { components } if components.is_empty() => {
            (Level::Info, "the change makes no difference to the components".to_owned())
        }
        Event::Replaced { components } => {
            (Level::Info, format!("running the new version of {}", components.join(", ")))
        }
        Event::NotReplaced { reason } => {
            (Level::Info, format!("the old version keeps running: {}", why_not(reason)))
        }
        Event::NotStarted { reason } => (Level::Info, format!("waiting for a change: {}", why_not(reason))),
        Event::Fix { fix, dry_run } => {
            (Level::Info, format!("{} {}", if dry_run { "would" } else { "fixing:" }, to_do(&fix)))
        }
        Event::FixFailed { message, help } => {
            let help = help.map(|help| format!("\n  help: {help}")).unwrap_or_default();
            (Level::Warning, format!("{message}{help}"))
        }
        Event::DrillAnswered { duration } => {
            (Level::Detail, format!("a probe arrived {} after the first was sent", shown(duration)))
        }
        Event::DrillNoFault { waited } => (
            Level::Warning,
            format!("no fault was noticed within {}: there is nothing to compare", shown(waited)),
        ),
        Event::DrillNotSettled { waited, target: None } => (
            Level::Warning,
            format!("{} after the fault, messages still do not all arrive in time", shown(waited)),
        ),
        Event::DrillNotSettled { waited, target: Some(target) } => (
            Level::Warning,
            format!("{} after the fault, no host of {target} runs again what was lost", shown(waited)),
        ),
        _ => return None,
    };
    Some((level, text))
}

/// What happened to what stores messages while the workflow runs.
fn of_storage(event: Event) -> Option<String> {
    Some(match event {
        Event::StreamLost { stream: Some(stream), topic, .. } => format!(
            "the stream `{stream}`, which stored `{topic}`, is gone: messages that only it had are lost"
        ),
        Event::StreamLost { stream: None, topic, component } => {
            format!("no stream stores `{topic}` of `{component}`: messages that were sent there are lost")
        }
        Event::ConsumerRestored { consumer, stream, deleted: true, .. } => format!(
            "the consumer `{consumer}` of the stream `{stream}` was deleted, and is created again: it continues after \
             the last acknowledged message; messages that the stream removed meanwhile are lost"
        ),
        Event::ConsumerRestored { consumer, stream, topic, .. } => format!(
            "the consumer `{consumer}` of the stream `{stream}` was changed, and delivers `{topic}` again"
        ),
        Event::StorageNotRestored { reason } => format!("messages are not stored: {reason}"),
        Event::UnreadableDeadLettered { component, topic, count } => {
            let messages = if count == 1 { "a message" } else { &format!("{count} messages") };
            format!("{messages} for `{component}` with headers that cannot be read → {topic}")
        }
        _ => return None,
    })
}

fn why_not(reason: OldVersion) -> String {
    match reason {
        OldVersion::Workflow => "the workflow has errors".to_owned(),
        OldVersion::Failed { error } => error,
    }
}

fn shown(duration: Duration) -> String {
    time::shown(duration)
}

fn chosen(choice: &ChosenBy) -> String {
    match choice {
        ChosenBy::Local { program } => format!("local, because a compatible {program} is installed"),
        ChosenBy::Container { program, engine } => {
            format!(
                "container, because no compatible {program} is installed and a container engine answers at {engine}"
            )
        }
        ChosenBy::Pinned { program } => format!("local, with the pinned {program}"),
    }
}

fn to_do(fix: &Fix) -> String {
    match fix {
        Fix::Folder { path } => format!("create the folder {path}"),
        Fix::EnvFile { file } => format!("copy {ENV_FILE}.template to {file}, readable only by you"),
        Fix::Compiler { program, command } => format!("install {program} for PELATO only: {command}"),
        Fix::Image { image } => format!("fetch the image {image}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::remedy::Operation;

    #[test]
    fn all_texts_of_an_event_are_worded() {
        let text = format!("see {}", Operation::AddTask);
        let mut event = serde_json::json!({ "a": text, "b": [{ "c": text, "d": 1 }], "e": "`as it is`" });
        word(&mut event);
        let words = "see `pelato add-task`";
        assert_eq!(
            event,
            serde_json::json!({ "a": words, "b": [{ "c": words, "d": 1 }], "e": "`as it is`" })
        );
    }
}
