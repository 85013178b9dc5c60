//! `pelato tail`

use clap::Args;

use super::context::Context;
use super::flags;
use super::send::{place, words};
use crate::pelato::Error;
use crate::ui::json;

/// Print the messages on topics as they are sent: of `pelato run`, or of a NATS server
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  pelato tail\n  pelato tail room.kelvin 'alarm.>'\n  pelato tail room.kelvin --count 1 --json\n\n\
    The topics of the `pelato run` of this project are observed; it is waited for, if it is being started. With `--nats` \
    those of a NATS server are, and so what is deployed. Ctrl-C ends it, and so does whoever reads its output (`| head`)."
)]
pub struct Arguments {
    /// The topics, which may have `*` and `>` [default: all of the workflow]
    #[arg(value_name = "TOPIC")]
    topics: Vec<String>,
    /// End after so many messages
    #[arg(short = 'n', long, value_name = "COUNT", value_parser = flags::number(1..=u64::MAX))]
    count: Option<u64>,
    /// Observe a NATS server, not `pelato run` [default without URL: NATS_HOST and NATS_PORT]
    #[arg(long, value_name = "URL", num_args = 0..=1, default_missing_value = "")]
    nats: Option<String>,
}

/// Runs the command.
pub fn run(arguments: &Arguments, context: &Context) -> Result<(), Error> {
    let (pelato, ui) = (context.open()?, &context.ui);
    let place = place(arguments.nats.as_deref(), &pelato.settings()?)?;
    let mut left = arguments.count;
    let tail = pelato.tail(
        &arguments.topics,
        &place,
        |reached, topics| ui.status("Observing", format!("{} ({})", topics.join(", "), words(reached))),
        |heard| {
            match ui.json() {
                true => ui.result_json(&json::Heard::new(&heard)),
                false => ui.heard(&heard),
            }
            left = left.map(|left| left - 1);
            left != Some(0) && !ui.is_interrupted()
        },
    );
    match context.finish(ui.while_read(tail)) {
        // Nothing is left undone.
        Err(error) if error.is_cancelled() => Ok(()),
        ended => ended,
    }
}
