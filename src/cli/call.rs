//! `pelato call`

use std::io::Read;

use clap::Args;

use super::context::Context;
use super::flags::Flags;
use super::run::LimitFlags;
use crate::host::observe::in_words;
use crate::pelato::Error;
use crate::ui::json;

/// Call one function once and print its output
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  pelato call celsius_to_kelvin_conversion '{\"Data\": 21.5, \"Name\": \"kitchen\"}'\n  \
    cat reading.json | pelato call temp_filter -\n\nOnly the function runs: nothing is published. What the function prints goes to stderr. An empty output means that the input is filtered out."
)]
pub struct Arguments {
    /// The component whose function is called
    component: String,
    /// The input; `-` reads it from stdin
    #[arg(default_value = "", allow_hyphen_values = true, hide_default_value = true)]
    input: String,
    #[command(flatten)]
    limits: LimitFlags,
    #[command(flatten)]
    build: Flags,
}

/// Runs the command.
pub fn run(arguments: Arguments, context: &Context) -> Result<(), Error> {
    let (pelato, components) = context.open_for(vec![arguments.component.clone()])?;
    if components.is_empty() {
        return Err(Error::Usage {
            message: format!("`{}` is a project, not a component", arguments.component),
            help: format!(
                "`pelato -C {} call COMPONENT INPUT` calls one of its components",
                arguments.component
            ),
        });
    }
    let input = input(arguments.input)?;
    let ui = &context.ui;
    let name = &arguments.component;
    let lines = ui.lines();
    let called = context.finish(pelato.call(
        name,
        input,
        &arguments.build.to_build(),
        &arguments.limits.to_limits(),
        lines,
    ))?;
    let ended = called.result.as_ref().map(|_| ()).map_err(in_words);
    if ui.json() {
        ui.result_json(&json::Call::new(name, &called));
    } else if let Ok(output) = &called.result {
        ui.result_bytes(output);
    }
    let times = called.times;
    ui.detail(format!("loaded {:?}, started {:?}, ran {:?}", times.queued, times.instantiate, times.call));
    ended.map_err(|how| Error::Function { component: name.clone(), how })
}

/// An input that is given as an argument; `-` is stdin.
pub fn input(argument: String) -> Result<Vec<u8>, Error> {
    if argument != "-" {
        return Ok(argument.into_bytes());
    }
    let mut input = Vec::new();
    std::io::stdin().lock().read_to_end(&mut input).map_err(|source| Error::System {
        what: "cannot read the input from stdin".to_owned(),
        help: "give it as an argument instead".to_owned(),
        source,
    })?;
    Ok(input)
}
