//! `pelato send`

use std::time::Duration;

use clap::Args;

use super::context::Context;
use super::{call, flags, run as run_command};
use crate::pelato::{Error, Place, Reached};
use crate::ui::{count, json};

/// Send a message to a topic: of `pelato run`, or of a NATS server
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  pelato send room.celsius '{\"Data\": 21.5}'\n  pelato send room.celsius - < reading.json\n  \
    pelato send room.celsius 21.5 --reply      # print the reply\n  \
    pelato send room.celsius 21.5 --nats       # to the NATS server of the settings\n\nThe `pelato run` of this project \
    gets the message; it is waited for, if it is being started. With `--nats` a NATS server gets it, and so what is \
    deployed."
)]
pub struct Arguments {
    /// The topic
    #[arg(value_name = "TOPIC")]
    topic: String,
    /// The message [default: an empty one]; `-` reads it from stdin
    #[arg(allow_hyphen_values = true)]
    message: Option<String>,
    /// Wait for a reply, and print it
    #[arg(short, long)]
    reply: bool,
    /// Longest time until the reply comes, such as 500ms, 10s or 2m
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = flags::time)]
    timeout: Duration,
    /// Send it to a NATS server, not to `pelato run` [default without URL: NATS_HOST and NATS_PORT]
    #[arg(long, value_name = "URL", num_args = 0..=1, default_missing_value = "")]
    nats: Option<String>,
}

/// Runs the command.
pub fn run(arguments: Arguments, context: &Context) -> Result<(), Error> {
    let (pelato, ui) = (context.open()?, &context.ui);
    let place = place(arguments.nats.as_deref(), &pelato.settings()?)?;
    let is_given = arguments.message.is_some();
    let body = call::input(arguments.message.unwrap_or_default())?;
    let wait = arguments.reply.then_some(arguments.timeout);
    let delivered = context.finish(pelato.send(&arguments.topic, &body, &place, wait))?;
    ui.status(
        "Sent",
        format!("{} to {} ({})", count(body.len(), "byte"), arguments.topic, words(&delivered.to)),
    );
    if !is_given {
        ui.note("the message is empty: `-` in its place reads it from stdin");
    }
    if !delivered.is_of_workflow {
        ui.note(format!("no task of the workflow reads or writes {}", arguments.topic));
    }
    if ui.json() {
        ui.result_json(&json::Sent::new(&arguments.topic, &body, &delivered));
    } else if let Some(reply) = &delivered.reply {
        ui.result_bytes(reply);
    } else if delivered.is_filtered {
        ui.note("the message was filtered out, so there is no reply");
    }
    Ok(())
}

/// Where `--nats` says that messages go to or come from.
pub fn place(nats: Option<&str>, settings: &crate::project::Settings) -> Result<Place, Error> {
    Ok(run_command::server(nats, None, settings)?.map_or(Place::Run, Place::Nats))
}

/// What was reached.
pub fn words(reached: &Reached) -> &str {
    match reached {
        Reached::Run => "pelato run",
        Reached::Nats(url) => url,
    }
}
