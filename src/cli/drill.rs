//! `pelato drill`

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::context::Context;
use super::flags;
use crate::drill::{Course, INPUT, Plan};
use crate::measurement::text;
use crate::pelato::{DrillOptions, Drilled, Error};
use crate::ui::{json, table};

/// Rehearse a fault: send messages through the running workflow, stop a host, and measure the effect
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  pelato drill                              # asks you to stop a host\n  \
    pelato drill --kill-command 'ssh edge-2 sudo pkill -9 wasmcloud' --slo 'gap<=0.5s, lost<=5'\n  \
    pelato drill --kill-command 'kill -9 4711' --record drill.json && pelato report drill.json\n  \
    pelato drill --no-fault --rate 500 --duration 1m\n\n\
    Times are written like 500ms, 5s, 2m. An objective is a figure (gap, lost, duplicated, late, p50, p95, p99, max; also \
    of a phase: during.lost, after.p99) and its maximum; if one is missed, the exit code is 9."
)]
pub struct Arguments {
    /// Topic to send to [default: the one that tasks read and no task writes]
    #[arg(long, value_name = "TOPIC")]
    from: Option<String>,
    /// Topic to listen to [default: the one that tasks write and no task reads]
    #[arg(long, value_name = "TOPIC")]
    to: Option<String>,
    /// The messages; {probe} is replaced with an id that the functions must pass on
    #[arg(long, value_name = "TEXT", default_value = INPUT, allow_hyphen_values = true)]
    input: String,
    /// Messages per second
    #[arg(long, value_name = "NUMBER", default_value = "50", value_parser = rate)]
    rate: f64,
    #[command(flatten)]
    fault: Fault,
    /// Messages that take longer are late
    #[arg(long, value_name = "TIME", default_value = "1s", value_parser = flags::time)]
    late: Duration,
    /// How long to wait for the last messages after all are sent; later ones count as lost
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = flags::time)]
    grace: Duration,
    /// Objectives, separated by commas: the exit code is 9 if one is missed
    #[arg(long, value_name = "OBJECTIVES")]
    slo: Vec<String>,
    /// File to write all readings to, for `pelato report`
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
    /// The NATS server of the topics [default: NATS_HOST and NATS_PORT]
    #[arg(long, value_name = "URL")]
    nats: Option<String>,
}

/// How and when a host is stopped.
#[derive(Debug, Args)]
struct Fault {
    /// Command that stops a host, for `sh -c` [default: PELATO asks you to do it]
    #[arg(long, value_name = "COMMAND")]
    kill_command: Option<String>,
    /// Whose hosts the fault takes away: the drill ends only when what they ran runs there again
    #[arg(long, value_name = "HOST_TYPE")]
    target: Option<String>,
    /// How long messages are sent before the fault
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = flags::time)]
    before: Duration,
    /// The drill ends when all messages have arrived in time for this long
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = flags::time)]
    settle: Duration,
    /// Longest time after the fault until the drill ends; also the longest wait for a fault
    #[arg(long, value_name = "TIME", default_value = "2m", value_parser = flags::time)]
    timeout: Duration,
    /// Only send messages and measure, without a fault
    #[arg(long, conflicts_with_all = ["kill_command", "target", "before", "settle", "timeout"])]
    no_fault: bool,
    /// Duration of a drill without a fault
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = flags::time)]
    #[arg(requires = "no_fault", conflicts_with_all = ["kill_command", "before", "settle", "timeout"])]
    duration: Duration,
}

impl Fault {
    fn to_course(&self) -> Course {
        let Self { kill_command, before, settle, timeout, no_fault, duration, .. } = self;
        match no_fault {
            true => Course::Calm { duration: *duration },
            false => Course::Fault {
                command: kill_command.clone(),
                before: *before,
                settle: *settle,
                timeout: *timeout,
            },
        }
    }

    /// Whether a person causes it.
    fn by_hand(&self) -> bool {
        !self.no_fault && self.kill_command.is_none()
    }
}

impl Arguments {
    fn into_options(self) -> DrillOptions {
        let Self { from, to, input, rate, fault, late, grace, slo, record, nats } = self;
        let plan = Plan { rate, course: fault.to_course(), late, grace };
        let target = fault.target;
        DrillOptions { from, to, input, nats, plan, target, objectives: slo, record, reported: None }
    }
}

fn rate(text: &str) -> Result<f64, String> {
    let expected = || "expected a number from 0.1 to 10000".to_owned();
    let digits = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    text.parse().ok().filter(|rate| digits && (0.1..=10_000.0).contains(rate)).ok_or_else(expected)
}

/// Runs the command.
pub fn run(arguments: Arguments, context: &Context) -> Result<(), Error> {
    let pelato = context.open()?;
    let ui = &context.ui;
    arguments.nats.as_deref().map(flags::nats).transpose()?;
    let by_hand = arguments.fault.by_hand();
    let mut options = arguments.into_options();
    pelato.plan_drill(&options)?;
    if by_hand {
        options.reported = Some(ui.enter("how a host is stopped", "--kill-command COMMAND` or `--no-fault")?);
    }
    let record = options.record.clone();
    let runtime = super::context::runtime()?;
    let drilled = runtime.block_on(pelato.drill(options, context.signals.cancel.cancelled()));
    // Who sends, listens or watches may still be at it.
    runtime.shutdown_background();
    let drilled = drilled?;
    let Drilled { readings, report, verdicts, .. } = &drilled;
    if ui.json() {
        ui.result_json(&json::Drill::new(&drilled));
    } else {
        ui.result(table(text::HEADER, &text::rows(report)));
        text::lines(readings, report).iter().for_each(|line| ui.result(line));
        verdicts.iter().for_each(|verdict| ui.result(verdict.judged()));
    }
    text::warnings(readings, report).iter().for_each(|warning| ui.warning(warning));
    if let Some(path) = &record {
        drilled.record(path)?;
        ui.status("Written", path.display().to_string());
    }
    drilled.success()
}
