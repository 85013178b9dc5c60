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
    pelato send room.celsius 21.5 --reply      # print the reply\n\nIf `pelato run` runs this project, it gets the message; \
    else the NATS server of the settings (NATS_HOST and so on) does."
)]
pub struct Arguments {
    /// The topic
    #[arg(value_name = "TOPIC")]
    topic: String,
    /// The message; `-` reads it from stdin
    #[arg(default_value = "", allow_hyphen_values = true, hide_default_value = true)]
    message: String,
    /// Wait for a reply, and print it
    #[arg(short, long)]
    reply: bool,
    /// Longest time until the reply comes, such as 500ms, 10s or 2m
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = flags::time)]
    timeout: Duration,
    /// Send it to a NATS server [default without URL: NATS_HOST and NATS_PORT], whatever runs here
    #[arg(long, value_name = "URL", num_args = 0..=1, default_missing_value = "")]
    nats: Option<String>,
}

/// Runs the command.
pub fn run(arguments: Arguments, context: &Context) -> Result<(), Error> {
    let (pelato, ui) = (context.open()?, &context.ui);
    let place = place(arguments.nats.as_deref(), &pelato.settings()?)?;
    let body = call::input(arguments.message)?;
    let wait = arguments.reply.then_some(arguments.timeout);
    let delivered = context.finish(pelato.send(&arguments.topic, &body, &place, wait))?;
    ui.status(
        "Sent",
        format!("{} to {} ({})", count(body.len(), "byte"), arguments.topic, words(&delivered.to)),
    );
    if ui.json() {
        ui.result_json(&json::Sent::new(&arguments.topic, &body, &delivered));
    } else if let Some(reply) = &delivered.reply {
        ui.result_bytes(reply);
    }
    Ok(())
}

/// Where `--nats` says that messages go to or come from.
pub fn place(nats: Option<&str>, settings: &crate::project::Settings) -> Result<Place, Error> {
    Ok(run_command::server(nats, None, settings)?.map_or(Place::Anywhere, Place::Nats))
}

/// What was reached.
pub fn words(reached: &Reached) -> &str {
    match reached {
        Reached::Run => "pelato run",
        Reached::Nats(url) => url,
    }
}
