//! Why a drill cannot be held, or was broken off.

use std::time::Duration;

use crate::measurement::record::RecordError;
use crate::measurement::time;
use crate::nats::NatsError;
use crate::remedy::{Argument, Operation};
use crate::report::Problem;

/// Why a drill cannot be held, was broken off, or missed its objectives.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum DrillError {
    /// It is not clear where probes go in or come out.
    #[error("{message}")]
    #[diagnostic(code(pelato::drill::route))]
    Route {
        message: String,
        #[help]
        help: String,
    },
    /// The probes could not be told apart.
    #[error("the input {input} has no placeholder for the id of a probe")]
    #[diagnostic(code(pelato::drill::no_placeholder), help(
        "write {{probe}} into a string that the functions pass on: {}",
        Argument::Input.with(r#"'{"Name": "{probe}", "Data": 21.5}'"#)
    ))]
    NoPlaceholder { input: String },
    /// The fault is to be at hosts that have nothing to do with the workflow.
    #[error("no task has the target `{target}`")]
    #[diagnostic(code(pelato::drill::no_target))]
    NoTarget {
        target: String,
        #[help]
        help: String,
    },
    /// The pattern of the marks is not one.
    #[error("messages cannot be searched for probes: {message}")]
    #[diagnostic(code(pelato::drill::pattern), help("this is a bug in PELATO: please report it"))]
    Pattern { message: String },
    /// More probes than can be kept in mind.
    #[error("the drill would send {probes} probes; the maximum is {most}")]
    #[diagnostic(code(pelato::drill::too_many), help("lower {}, or shorten the drill", Argument::Rate))]
    TooMany { probes: u64, most: u64 },
    #[error(transparent)]
    #[diagnostic(transparent)]
    Objective(#[from] Problem),
    #[error("`{objective}` measures a fault, and with {} there is none", Argument::NoFault)]
    #[diagnostic(code(pelato::drill::needs_fault), help("leave the objective out, or {}", Argument::NoFault))]
    NeedsFault { objective: String },
    #[error(transparent)]
    #[diagnostic(transparent)]
    Nats(NatsError),
    /// The NATS server is not there.
    #[error("{0}")]
    #[diagnostic(code(pelato::drill::unreachable), help(
        "check that it is running and that the address is correct: {}, or NATS_HOST and NATS_PORT: {} shows where they come from",
        Argument::Nats.with("URL"),
        Operation::Config
    ))]
    Unreachable(String),
    /// The NATS server does not do what it is asked for.
    #[error("the NATS server failed during the drill: {message}")]
    #[diagnostic(
        code(pelato::drill::server),
        help("see the server's log; {} can be repeated", Operation::Drill)
    )]
    Server { message: String },
    #[error(
        "no probe arrived: {tries} were sent to `{from}`, and none arrived on `{to}` within {}{reason}",
        time::shown(*.waited)
    )]
    #[diagnostic(code(pelato::drill::no_probe_arrived), help("{help}"))]
    NoProbeArrived {
        from: String,
        /// Where they should have come out.
        to: String,
        tries: usize,
        waited: Duration,
        reason: String,
        help: String,
    },
    /// Messages arrived, but without the id of a probe.
    #[error(
        "messages arrive on `{to}`, but none contains the id of a probe: {messages} arrived, the first was {example}"
    )]
    #[diagnostic(
        code(pelato::drill::no_probe_id),
        help(
            "the functions must pass the id on: put {{probe}} into a string of the input that is part of the output, \
         with {}",
            Argument::Input
        )
    )]
    NoProbeId { to: String, messages: usize, example: String },
    /// The fault could not be caused.
    #[error("the drill was aborted: the command `{command}` {how}{output}")]
    #[diagnostic(
        code(pelato::drill::kill_command),
        help("run it by itself: it must exit with 0 once the host is down")
    )]
    KillCommand {
        command: String,
        how: String,
        /// The last lines that it printed, each on a line of its own.
        output: String,
    },
    /// A person did not want to wait for its end.
    #[error("the drill was stopped early: the figures cover what was measured until then")]
    #[diagnostic(
        code(pelato::drill::stopped),
        help("a drill ends by itself; {} and {} decide when", Argument::Settle, Argument::Timeout)
    )]
    Stopped,
    #[error(transparent)]
    #[diagnostic(transparent)]
    Record(#[from] RecordError),
    /// The drill was held, and not all objectives were met.
    #[error("{} of {all} objectives missed: {}", .missed.len(), .missed.join("; "))]
    #[diagnostic(code(pelato::drill::missed))]
    Missed {
        /// Those that were missed, and by how much.
        missed: Vec<String>,
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
        match self {
            Self::Nats(error) => error.is_network(),
            other => matches!(other, Self::Unreachable(_) | Self::Server { .. }),
        }
    }

    /// Whether a value that was given is at fault.
    pub fn is_value(&self) -> bool {
        matches!(
            self,
            Self::Route { .. }
                | Self::NoPlaceholder { .. }
                | Self::NoTarget { .. }
                | Self::TooMany { .. }
                | Self::Objective(_)
                | Self::NeedsFault { .. }
        )
    }
}
