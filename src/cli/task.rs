//! What `new` and `add-task` ask about a task.

use std::collections::BTreeMap;

use clap::Args;

use crate::catalog::{Catalog, Collection, Template, Unit};
use crate::pelato::Error;
use crate::scaffold::{self, NewTask, check_component_name, check_title};
use crate::ui::Ui;
use crate::ui::prompt::{Question, Questions};

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

/// Takes the flags, asks for what is missing. Without a person there is no task until nothing is missing.
pub fn complete<'a>(
    flags: TaskFlags,
    given: BTreeMap<String, String>,
    catalog: &'a Catalog,
    ui: &Ui,
    questions: &mut Questions<'_>,
) -> Result<Option<NewTask<'a>>, Error> {
    let packs = choices(&catalog.packs);
    // One language is no choice.
    let language = flags.language.or_else(|| (packs.len() == 1).then(|| packs[0].0.clone()));
    let language = questions.choose(language, "Language", "--language go", &packs)?;
    let pack = language.map(|language| catalog.packs.get(&language)).transpose()?;
    let templates = choices(&catalog.templates);
    let template = questions.choose(flags.template, "Template", "--template processor_nats", &templates)?;
    let template = template.map(|template| catalog.templates.get(&template)).transpose()?;
    let question = Question {
        prompt: "Name of the task",
        flag: "--name 'Temp data conversion'",
        default: None,
        check: &|text| check_title(text).map_err(|error| error.to_string()),
    };
    let title = questions.ask(flags.name, &question)?;
    title.as_deref().map(check_title).transpose()?;
    let component_name = match &title {
        Some(title) => component_name(flags.component_name, title, ui, questions)?,
        None => None,
    };
    let parameters = match template {
        Some(template) => parameters(template, given, ui, questions)?,
        None => BTreeMap::new(),
    };
    let targets = questions.pick(flags.targets, "Targets", "--target edge", &["edge", "cloud"])?;
    let (Some(pack), Some(template), Some(title), Some(targets), true) =
        (pack, template, title, targets, questions.are_answered())
    else {
        return Ok(None);
    };
    let version = flags.task_version;
    Ok(Some(NewTask { title, component_name, template, pack, parameters, targets, version }))
}

fn choices<T: Unit>(units: &Collection<T>) -> Vec<(String, String)> {
    units.iter().map(|unit| (unit.name().to_owned(), unit.summary().to_owned())).collect()
}

/// Without a person, the name made from the title will do: it is what the help promises.
fn component_name(
    given: Option<String>,
    title: &str,
    ui: &Ui,
    questions: &mut Questions<'_>,
) -> Result<Option<String>, Error> {
    let default = scaffold::component_name_from(title);
    if given.is_some() || (default.is_some() && !ui.may_ask()) {
        return Ok(given.or(default));
    }
    let question = Question {
        prompt: "Name of the component",
        flag: "--component-name temp_data_conversion",
        default,
        check: &check_component_name,
    };
    Ok(questions.ask(None, &question)?)
}

fn parameters(
    template: &Template,
    mut given: BTreeMap<String, String>,
    ui: &Ui,
    questions: &mut Questions<'_>,
) -> Result<BTreeMap<String, String>, Error> {
    for (name, parameter) in template.manifest.parameters.iter() {
        if given.contains_key(name) || (parameter.default.is_some() && !ui.may_ask()) {
            continue;
        }
        let flag = format!("{} {}", crate::ui::flag_of(name), parameter.example());
        let check = |text: &str| scaffold::check_parameter(parameter, text);
        let default = parameter.default.clone();
        let question =
            Question { prompt: &parameter.prompt, flag: &flag, default: default.clone(), check: &check };
        // What is as it would be anyway need not be written down.
        if let Some(answer) =
            questions.ask(None, &question)?.filter(|answer| Some(answer) != default.as_ref())
        {
            given.insert(name.to_owned(), answer);
        }
    }
    Ok(given)
}
