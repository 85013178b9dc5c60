//! What `new` and `add-task` ask about a task.

use std::collections::BTreeMap;

use clap::Args;

use super::context::Context;
use crate::catalog::{Catalog, Kind, Parameter, Template, Unit};
use crate::check::values;
use crate::nats::subject;
use crate::pelato::Error;
use crate::scaffold::{self, NewTask};
use crate::ui::prompt::Question;

/// A task, as far as flags say.
#[derive(Debug, Args)]
pub struct TaskFlags {
    /// The template around the function: see `pelato template list`
    #[arg(short, long)]
    template: Option<String>,
    /// The language of the function: see `pelato pack list`
    #[arg(short, long)]
    language: Option<String>,
    /// The task's name, as shown to users
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// The component's name [default: made from the task's name]
    #[arg(long, value_name = "NAME")]
    component_name: Option<String>,
    /// Where it runs: a value of the host label host-type, such as edge or cloud; may be repeated
    #[arg(long = "target", value_name = "HOST_TYPE", value_delimiter = ',')]
    targets: Vec<String>,
    /// The component's version [default: 0.1.0]
    #[arg(long, value_name = "VERSION")]
    task_version: Option<semver::Version>,
}

/// Takes the flags, asks for what is missing.
pub fn complete<'a>(
    flags: TaskFlags,
    given: BTreeMap<String, String>,
    catalog: &'a Catalog,
    context: &Context,
) -> Result<NewTask<'a>, Error> {
    let ui = &context.ui;
    let names = |units: &mut dyn Iterator<Item = (String, String)>| units.collect::<Vec<_>>();
    let about = |unit: (&str, &str)| (unit.0.to_owned(), unit.1.to_owned());
    let packs = names(&mut catalog.packs.iter().map(|pack| about((pack.name(), pack.summary()))));
    let templates = names(&mut catalog.templates.iter().map(|one| about((one.name(), one.summary()))));
    // One language is no choice.
    let language = flags.language.or_else(|| (packs.len() == 1).then(|| packs[0].0.clone()));
    let language = ui.choose(language, "Language", "--language go", &packs)?;
    let pack = catalog.packs.get(&language)?;
    let template = ui.choose(flags.template, "Template", "--template processor_nats", &templates)?;
    let template = catalog.templates.get(&template)?;
    let title = ui.ask(
        flags.name,
        &Question {
            prompt: "Name of the task",
            flag: "--name 'Temp data conversion'",
            default: None,
            check: &|text| values::title(text).map(drop).map_err(|wrong| wrong.message),
        },
    )?;
    values::title(&title).map_err(|wrong| Error::Usage { message: wrong.message, help: wrong.help })?;
    let component_name = component_name(flags.component_name, &title, context)?;
    let parameters = parameters(template, given, context)?;
    let targets = ui.pick(flags.targets, "Targets", "--target edge", &["edge", "cloud"])?;
    Ok(NewTask { title, component_name, template, pack, parameters, targets, version: flags.task_version })
}

/// Without a person, the name made from the title will do: it is what the help promises.
fn component_name(given: Option<String>, title: &str, context: &Context) -> Result<Option<String>, Error> {
    let default = scaffold::component_name_from(title);
    if given.is_some() || (default.is_some() && !context.ui.may_ask()) {
        return Ok(given.or(default));
    }
    let question = Question {
        prompt: "Name of the component",
        flag: "--component-name temp_data_conversion",
        default,
        check: &|text| values::component_name(text).map(drop).map_err(|wrong| wrong.message),
    };
    Ok(Some(context.ui.ask(None, &question)?))
}

fn parameters(
    template: &Template,
    mut given: BTreeMap<String, String>,
    context: &Context,
) -> Result<BTreeMap<String, String>, Error> {
    for (name, parameter) in template.manifest.parameters.iter() {
        if given.contains_key(name) || (parameter.default.is_some() && !context.ui.may_ask()) {
            continue;
        }
        let flag = format!("{} {}", crate::ui::flag_of(name), parameter.example());
        let check = |text: &str| fits(parameter, text);
        let default = parameter.default.clone();
        let question =
            Question { prompt: &parameter.prompt, flag: &flag, default: default.clone(), check: &check };
        let answer = context.ui.ask(None, &question)?;
        // What is as it would be anyway need not be written down.
        if Some(&answer) != default.as_ref() {
            given.insert(name.to_owned(), answer);
        }
    }
    Ok(given)
}

fn fits(parameter: &Parameter, text: &str) -> Result<(), String> {
    match parameter.kind {
        Kind::Integer => values::integer(text).map(drop).map_err(|wrong| wrong.message),
        Kind::Subject if !parameter.wildcards && subject::has_wildcards(text) => {
            Err("this topic must not contain wildcards".to_owned())
        }
        Kind::Subject => {
            let wrong = |topic| Some((topic, subject::validate(topic).err()?));
            match parameter.values(text).into_iter().find_map(wrong) {
                None => Ok(()),
                Some((topic, error)) => Err(format!("`{topic}` is not a valid topic: it {error}")),
            }
        }
        Kind::String if !parameter.matches(text) => Err(format!("use {}", parameter.expected())),
        Kind::String => Ok(()),
    }
}
