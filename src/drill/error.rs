//! Why a drill cannot be held, or was broken off.

use std::time::Duration;

use crate::measurement::record::RecordError;
use crate::measurement::time;
use crate::nats::NatsError;
use crate::report::Problem;

/// Why a drill cannot be held, was broken off, or missed its objectives.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum DrillError {
    /// It is not clear where probes go in or come out.
    #[error("{message}")]
    Route {
        /// What is not clear.
        message: String,
        /// What to do.
        #[help]
        help: String,
    },
    /// The probes could not be told apart.
    #[error("the input {input} has no place for a probe's mark")]
    #[diagnostic(help(
        "write {{probe}} where a text is that the functions pass on: --input '{{\"Name\": \"{{probe}}\", \"Data\": 21.5}}'"
    ))]
    NoPlace {
        /// The input.
        input: String,
    },
    /// The pattern of the marks is not one.
    #[error("probes cannot be looked for: {message}")]
    #[diagnostic(help("this is a mistake in PELATO: please report it"))]
    Pattern {
        /// What is wrong.
        message: String,
    },
    /// More probes than can be kept in mind.
    #[error("these are {probes} probes; a drill may have {most}")]
    #[diagnostic(help("lower `--rate`, or the times"))]
    TooMany {
        /// How many.
        probes: u64,
        /// How many there may be.
        most: u64,
    },
    /// An objective makes no sense.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Objective(#[from] Problem),
    /// An objective cannot be met.
    #[error("`{objective}` is about a fault, and with `--no-fault` there is none")]
    #[diagnostic(help("leave the objective out, or `--no-fault`"))]
    NeedsFault {
        /// The objective.
        objective: String,
    },
    /// The NATS server cannot be used.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Nats(NatsError),
    /// The NATS server is not there.
    #[error("{0}")]
    #[diagnostic(help(
        "is it running, and is the address right? `--nats URL`, or NATS_HOST and NATS_PORT: `pelato config` shows where \
         they come from"
    ))]
    Unreachable(String),
    /// The NATS server does not do what it is asked for.
    #[error("the NATS server does not work with the drill: {message}")]
    #[diagnostic(help("see its log; `pelato drill` can be repeated"))]
    Bus {
        /// Its words.
        message: String,
    },
    /// No probe came out at all.
    #[error(
        "no probe came out: {tries} were sent to `{from}`, and nothing came to `{to}` within {}{reason}",
        time::shown(*.waited)
    )]
    #[diagnostic(help("{help}"))]
    Silent {
        /// Where they went in.
        from: String,
        /// Where they should have come out.
        to: String,
        /// How many were sent.
        tries: usize,
        /// How long was waited.
        waited: Duration,
        /// What is known about why.
        reason: String,
        /// What to check.
        help: String,
    },
    /// Messages came out, but without the mark.
    #[error(
        "messages come out of `{to}`, but none has a probe's mark: {messages} came, the first was {example}"
    )]
    #[diagnostic(help(
        "the functions have to pass the mark on: put {{probe}} into a text of the input that is part of the output, \
         with `--input`"
    ))]
    Unmarked {
        /// Where they came out.
        to: String,
        /// How many.
        messages: usize,
        /// The first one.
        example: String,
    },
    /// The fault could not be caused.
    #[error("the command `{command}` {how}: the drill was broken off")]
    #[diagnostic(help("try it alone; it has to end with 0 once the host is away"))]
    KillCommand {
        /// The command.
        command: String,
        /// How it ended.
        how: String,
    },
    /// A person did not want to wait for its end.
    #[error("the drill was stopped before it was over: the figures are of what there was")]
    #[diagnostic(help("it ends by itself; `--settle` and `--timeout` say when"))]
    Stopped,
    /// The record cannot be written.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Record(#[from] RecordError),
    /// The drill was held, and not all objectives were met.
    #[error("{} of {all} objectives missed: {}", .missed.len(), .missed.join("; "))]
    Missed {
        /// Those that were missed, and by how much.
        missed: Vec<String>,
        /// How many there are.
        all: usize,
    },
}

impl From<NatsError> for DrillError {
    fn from(cause: NatsError) -> Self {
        match cause {
            NatsError::Unreachable { .. } => Self::Unreachable(cause.to_string()),
            other => Self::Nats(other),
        }
    }
}

impl DrillError {
    /// Whether a server could not be used.
    pub fn is_network(&self) -> bool {
        matches!(self, Self::Nats(_) | Self::Unreachable(_) | Self::Bus { .. })
    }

    /// Whether a value that was given is at fault.
    pub fn is_value(&self) -> bool {
        matches!(
            self,
            Self::Route { .. }
                | Self::NoPlace { .. }
                | Self::TooMany { .. }
                | Self::Objective(_)
                | Self::NeedsFault { .. }
        )
    }
}
