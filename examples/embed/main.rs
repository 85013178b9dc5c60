//! Builds and pushes a project from a program of one's own: prints its events, and cancels at Ctrl-C.
//!
//!     cargo run --example embed -- examples/temperature
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "this is what it is for")]

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use pelato::build::container::addresses;
use pelato::cancel::Cancel;
use pelato::progress::{Listener, Message};
use pelato::project::Sources;
use pelato::trust::AllowNothing;
use pelato::{BuildFlags, Error, Options, Pelato};

/// What shells show of a program that Ctrl-C has ended.
const INTERRUPTED: u8 = 130;

/// Prints each event as a line of JSON.
struct Printed;

impl Listener for Printed {
    fn hear(&self, message: Message) {
        match serde_json::to_string(&message) {
            Ok(line) => println!("{line}"),
            Err(error) => eprintln!("{error}"),
        }
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    let Some(root) = std::env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("usage: embed PROJECT");
        return ExitCode::from(2);
    };
    let cancel = Cancel::default();
    let named = |name: &str, usual: &str| {
        std::env::var_os(name).map_or_else(|| std::env::temp_dir().join(usual), PathBuf::from)
    };
    let pelato = Pelato::open(Options {
        root,
        settings: Sources::of_process(),
        user: None,
        cache: named("PELATO_CACHE", "pelato-embed"),
        state: named("PELATO_STATE", "pelato-embed-state"),
        // What was allowed before is, and nothing else.
        consent: Arc::new(AllowNothing),
        events: Arc::new(Printed),
        cancel: cancel.clone(),
        platform: None,
    });
    tokio::spawn(async move {
        if asked_to_end().await.is_ok() {
            cancel.cancel();
        }
    });
    match build_and_push(&pelato).await {
        Ok(()) => ExitCode::SUCCESS,
        // Compilers and containers have ended by now: an operation waits for them.
        Err(error) if error.is_cancelled() => ExitCode::from(INTERRUPTED),
        Err(error) => {
            eprintln!("{}: {error}", error.code().unwrap_or_default());
            ExitCode::from(error.exit() as u8)
        }
    }
}

/// Builds what has changed, and pushes it if there is a registry (`REGISTRY_URL`).
async fn build_and_push(pelato: &Pelato) -> Result<(), Error> {
    let flags = BuildFlags {
        path: std::env::var_os("PATH").unwrap_or_default(),
        engines: addresses(&|name| std::env::var_os(name)),
        ..BuildFlags::default()
    };
    let outcome = pelato.build(&[], &flags).await?;
    if pelato.has_registry()? {
        pelato.push(&outcome, false).await?;
    }
    Ok(())
}

#[cfg(unix)]
async fn asked_to_end() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        pressed = tokio::signal::ctrl_c() => pressed,
        _ = terminate.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn asked_to_end() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}
