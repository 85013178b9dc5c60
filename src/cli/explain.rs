//! `pelato explain`

use clap::Args;

use super::context::Context;
use crate::explain::{Kind, explain, topics};
use crate::pelato::Error;
use crate::text::suggest;
use crate::ui::{json, table};

/// Explain a rule of `check`, an error code, or a subject such as `workflow`
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  pelato explain                        # what can be explained\n  \
    pelato explain code-requires          # a rule of `pelato check`\n  \
    pelato explain pelato::build::failed  # the code of an error, as `-v` and `--json` show it\n  \
    pelato explain workflow               # a page of the docs")]
pub struct Arguments {
    /// The rule, code or page [default: list those that there are]
    #[arg(value_name = "RULE|CODE|PAGE")]
    topic: Option<String>,
}

/// Runs the command.
pub fn run(arguments: &Arguments, context: &Context) -> Result<(), Error> {
    let ui = &context.ui;
    let all = topics();
    let Some(topic) = &arguments.topic else {
        // Codes are printed where they are of use.
        let listed = all.iter().filter(|topic| topic.kind != Kind::Error);
        let rows: Vec<_> =
            listed.map(|topic| [topic.name.to_owned(), topic.kind.name().to_owned()]).collect();
        match ui.json() {
            true => ui.result_json(&json::Topics::new(&all)),
            false => ui.result(table(["TOPIC", "KIND"], &rows)),
        }
        return Ok(());
    };
    let Some(text) = explain(topic) else {
        let help = match suggest::nearest(topic, all.iter().map(|topic| topic.name)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`pelato explain` lists what can be explained".to_owned(),
        };
        return Err(Error::Usage { message: format!("there is no explanation of `{topic}`"), help });
    };
    match ui.json() {
        true => ui.result_json(&json::Explained::new(topic, text)),
        false => ui.result(text),
    }
    Ok(())
}
