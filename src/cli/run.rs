//! `pelato run`

use std::net::IpAddr;
use std::time::Duration;

use clap::Args;

use super::context::Context;
use super::flags::{self, Flags};
use crate::host::{Bus, Limits};
use crate::nats::{Server, subject};
use crate::pelato::Error;
use crate::pelato::{Ready, RunOptions};
use crate::project::Settings;
use crate::project::settings::GivenNats;
use crate::text::quoted;
use crate::ui::Ui;
use crate::web::{Origin, is_host};

/// Run the whole workflow on this machine
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  pelato run\n  pelato run --watch                        # build and swap on change\n  \
    pelato run --send 'room.celsius={\"Data\": 21.5}'\n  pelato run --nats nats://127.0.0.1:4222   # topics of a \
    real server\n\nThe path of each message is printed, one line for each call; -q prints none. Ctrl-C stops."
)]
pub struct Arguments {
    /// Only these components [default: all]; one of the words may be the project's folder
    #[arg(value_name = "COMPONENT")]
    components: Vec<String>,
    /// Port for HTTP on 127.0.0.1 [default: the workflow's, else 8000]; 0 chooses a free one
    #[arg(short, long, value_parser = flags::number(0..=u16::MAX))]
    port: Option<u16>,
    /// Answer HTTP requests for this host name, too (without port) [default: names of this machine alone, such as localhost]
    #[arg(long, value_name = "NAME", value_parser = host_name)]
    allow_host: Vec<String>,
    /// Let pages of this origin call every component in a browser, beside those of its `http.allow_origins`
    #[arg(long, value_name = "ORIGIN", value_parser = origin)]
    allow_origin: Vec<Origin>,
    /// Use the topics of a NATS server [default without URL: NATS_HOST and NATS_PORT]; else messages stay within this process
    #[arg(long, value_name = "URL", num_args = 0..=1, default_missing_value = "")]
    nats: Option<String>,
    /// Credentials file for the NATS server
    #[arg(long, value_name = "FILE", requires = "nats", value_parser = flags::file)]
    nats_creds: Option<std::path::PathBuf>,
    /// PostgreSQL database of the tasks that use one [default: POSTGRES_URL, which other users of this machine cannot see, unlike a command line]
    #[arg(long, value_name = "URL")]
    postgres: Option<String>,
    /// Send a message once everything runs
    #[arg(long, value_name = "TOPIC=MESSAGE")]
    send: Vec<String>,
    /// End when all messages that were sent are processed, with all that results from them; exits with 5 if a call failed
    #[arg(long, requires = "send", conflicts_with_all = ["nats", "watch"])]
    once: bool,
    /// Rebuild and replace components when their sources change
    #[arg(short, long)]
    watch: bool,
    #[command(flatten)]
    limits: LimitFlags,
    #[command(flatten)]
    build: Flags,
}

/// The limits of one call of a function.
#[derive(Debug, Args)]
pub struct LimitFlags {
    /// Memory of one call, in MiB
    #[arg(long, value_name = "MIB", default_value_t = 256, value_parser = flags::number(1..=4096_u64))]
    memory: u64,
    /// Longest time of one call, such as 500ms, 10s or 2m
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = flags::time)]
    timeout: Duration,
}

impl LimitFlags {
    /// As the host takes them.
    pub fn to_limits(&self) -> Limits {
        Limits { memory: self.memory << 20, time: self.timeout }
    }
}

fn host_name(text: &str) -> Result<String, String> {
    let expected = "expected a host name without port, such as `lamp.example`";
    if is_host(text) { Ok(text.to_owned()) } else { Err(expected.to_owned()) }
}

fn origin(text: &str) -> Result<Origin, String> {
    text.parse().map_err(|_| "expected an origin, such as `https://page.example`".to_owned())
}

/// Runs the command.
pub fn run(arguments: Arguments, context: &Context) -> Result<(), Error> {
    let (pelato, only) = context.open_for(arguments.components)?;
    let settings = pelato.settings()?;
    let send = arguments.send.iter().map(|text| message(text)).collect::<Result<_, _>>()?;
    arguments.postgres.as_deref().map(flags::postgres).transpose()?;
    let options = RunOptions {
        build: arguments.build.to_build(),
        only,
        port: arguments.port,
        allow_hosts: arguments.allow_host,
        allow_origins: arguments.allow_origin,
        bus: bus(arguments.nats.as_deref(), arguments.nats_creds, &settings)?,
        database: settings.postgres(arguments.postgres.as_deref())?,
        limits: arguments.limits.to_limits(),
        send,
        once: arguments.once,
        watch: arguments.watch,
    };
    let ui = &context.ui;
    let trace = ui.trace();
    let stop = async {
        tokio::select! {
            () = context.signals.cancel.cancelled() => {}
            // As in `pelato run | head`.
            () = ui.reader_gone() => {}
        }
        ui.status("Stopping", "waiting for calls in flight");
    };
    let stopped = context.finish(pelato.run(options, trace.observer(), |ready| show(ui, ready), stop));
    trace.finish();
    let stopped = stopped?;
    if stopped.unread > 0 {
        ui.warning(format!("{} messages were not processed", stopped.unread));
    }
    if stopped.lost > 0 {
        ui.warning(format!("{} messages were lost, because they arrived too fast", stopped.lost));
    }
    ui.status("Stopped", if stopped.calls_ended { "" } else { "calls in flight were aborted" });
    Ok(())
}

fn message(text: &str) -> Result<(String, Vec<u8>), Error> {
    let usage = |message: String| Error::Usage {
        message,
        help: "for example: --send 'room.celsius={\"Data\": 21.5}'".to_owned(),
    };
    let (topic, body) = text
        .split_once('=')
        .ok_or_else(|| usage(format!("`--send {text}` is not of the form TOPIC=MESSAGE")))?;
    let refused = |why: String| usage(format!("`--send`: {} is not a valid topic: it {why}", quoted(topic)));
    subject::validate(topic).map_err(|why| refused(why.to_string()))?;
    if subject::has_wildcards(topic) {
        return Err(refused("has wildcards, and a message is sent to one topic".to_owned()));
    }
    Ok((topic.to_owned(), body.as_bytes().to_vec()))
}

fn bus(nats: Option<&str>, creds: Option<std::path::PathBuf>, settings: &Settings) -> Result<Bus, Error> {
    Ok(server(nats, creds, settings)?.map_or(Bus::InProcess, Bus::Nats))
}

/// The NATS server of `--nats`, if it is given.
pub fn server(
    nats: Option<&str>,
    credentials: Option<std::path::PathBuf>,
    settings: &Settings,
) -> Result<Option<Server>, Error> {
    let Some(url) = nats else { return Ok(None) };
    // `run --nats COMPONENT` and `send --nats TOPIC` take the word for the address.
    if !url.is_empty() && !url.contains(':') && url.parse::<IpAddr>().is_err() {
        return Err(Error::Usage {
            message: format!("`--nats {url}`: this is not a valid address of a NATS server"),
            help: "write it with a port, as in nats://127.0.0.1:4222, or put `--nats` after all other words"
                .to_owned(),
        });
    }
    if !url.is_empty() {
        flags::nats(url)?;
    }
    let url = Some(url.to_owned()).filter(|url| !url.is_empty());
    Ok(Some(settings.nats_with(GivenNats { url, credentials })?))
}

fn show(ui: &Ui, ready: &Ready) {
    for (path, component) in &ready.paths {
        if let Some(address) = ready.http {
            ui.status("Listening", format!("http://{address}{path} → {component}"));
        }
    }
    for (topic, component) in &ready.topics {
        ui.status("Reading", format!("{topic} → {component}"));
    }
    ui.status("Running", "press Ctrl-C to stop");
}
