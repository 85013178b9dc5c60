//! What `new` and `add-task` ask about a task.

use std::collections::BTreeMap;

use clap::Args;

use crate::catalog::{Catalog, Collection, Kind, Template, Unit};
use crate::pelato::{Error, Names};
use crate::project::Workflow;
use crate::scaffold::{self, NewTask, check_targets, check_title};
use crate::ui::prompt::{Form, Question};

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
    /// Where it runs: a host group, or on wasmCloud 1.9 a value of the host label host-type, such as edge or cloud; may be repeated
    #[arg(long = "target", value_name = "HOST_TYPE", value_delimiter = ',')]
    targets: Vec<String>,
    /// The component's version [default: 0.1.0]
    #[arg(long, value_name = "VERSION")]
    task_version: Option<semver::Version>,
}

/// What a task is made for.
pub struct Surroundings<'a> {
    pub catalog: &'a Catalog,
    /// The workflow that gets it, if there is one.
    pub workflow: Option<&'a Workflow>,
    /// The template's parameters that were given, by name.
    pub given: BTreeMap<String, String>,
}

/// Takes the flags, asks for what is missing. Without a person there is no task until nothing is missing.
pub fn complete<'a>(
    flags: &TaskFlags,
    around: &Surroundings<'a>,
    form: &mut Form<'_>,
) -> Result<Option<NewTask<'a>>, Error> {
    let catalog = around.catalog;
    let names = around.workflow.map(|workflow| Names::of(workflow, catalog)).unwrap_or_default();
    let packs = choices(&catalog.packs);
    // One language is no choice.
    let language = flags.language.clone().or_else(|| (packs.len() == 1).then(|| packs[0].0.clone()));
    let language = form.choose(language, "Language", "--language go", &packs)?;
    let pack = language.map(|language| catalog.packs.get(&language)).transpose()?;
    let templates = choices(&catalog.templates);
    let template =
        form.choose(flags.template.clone(), "Template", "--template processor_nats", &templates)?;
    let template = template.map(|template| catalog.templates.get(&template)).transpose()?;
    template.map(|template| scaffold::check_known(template, &around.given)).transpose()?;
    let question = Question {
        prompt: "Name of the task",
        flag: "--name 'Temp data conversion'",
        check: &|text| Ok(check_title(text)?),
        ..Question::default()
    };
    let title = form.ask(flags.name.clone(), &question)?;
    let component_name = match &title {
        Some(title) => component_name(flags.component_name.clone(), title, around.workflow, form)?,
        None => None,
    };
    let parameters = match template {
        Some(template) => parameters(template, around.given.clone(), &names.topics, form)?,
        None => BTreeMap::new(),
    };
    let targets = targets(&flags.targets, names.targets, form)?;
    let (Some(pack), Some(template), Some(title), Some(targets), true) =
        (pack, template, title, targets, form.is_complete())
    else {
        return Ok(None);
    };
    let version = flags.task_version.clone();
    Ok(Some(NewTask { title, component_name, template, pack, parameters, targets, version }))
}

fn choices<T: Unit>(units: &Collection<T>) -> Vec<(String, String)> {
    units.iter().map(|unit| (unit.name().to_owned(), unit.summary().to_owned())).collect()
}

/// Without a person, the name made from the title will do: it is what the help promises.
fn component_name(
    given: Option<String>,
    title: &str,
    workflow: Option<&Workflow>,
    form: &mut Form<'_>,
) -> Result<Option<String>, Error> {
    let default = scaffold::component_name_from(title);
    let given = given.or_else(|| default.clone().filter(|_| !form.may_ask()));
    let check = |text: &str| match workflow {
        Some(workflow) => Ok(scaffold::check_new_component(workflow, text)?),
        None => Ok(scaffold::check_component_name(text)?),
    };
    let question = Question {
        prompt: "Name of the component",
        flag: "--component-name temp_data_conversion",
        default,
        check: &check,
        ..Question::default()
    };
    form.ask(given, &question)
}

fn parameters(
    template: &Template,
    mut given: BTreeMap<String, String>,
    topics: &[String],
    form: &mut Form<'_>,
) -> Result<BTreeMap<String, String>, Error> {
    for (name, parameter) in template.manifest.parameters.iter() {
        if !given.contains_key(name) && parameter.default.is_some() && !form.may_ask() {
            continue;
        }
        let question = Question {
            prompt: &parameter.prompt,
            flag: &format!("{} {}", crate::ui::flag_of(name), parameter.example()),
            default: parameter.default.clone(),
            suggestions: if parameter.kind == Kind::Subject { topics } else { &[] },
            is_list: parameter.several,
            check: &|text| Ok(scaffold::check_parameter(name, parameter, text)?),
        };
        let is_given = given.contains_key(name);
        let value = form.ask(given.get(name).cloned(), &question)?;
        // What is as it would be anyway need not be written down.
        if let Some(value) = value.filter(|value| is_given || Some(value) != parameter.default.as_ref()) {
            given.insert(name.to_owned(), value);
        }
    }
    Ok(given)
}

fn targets(
    given: &[String],
    mut known: Vec<String>,
    form: &mut Form<'_>,
) -> Result<Option<Vec<String>>, Error> {
    for usual in ["edge", "cloud"] {
        if !known.iter().any(|one| one == usual) {
            known.push(usual.to_owned());
        }
    }
    let listed = |text: &str| text.split(',').map(str::to_owned).collect::<Vec<_>>();
    let question = Question {
        prompt: "Targets",
        flag: "--target edge",
        default: Some("edge".to_owned()),
        suggestions: &known,
        is_list: true,
        check: &|text| Ok(check_targets(&listed(text)).map(drop)?),
    };
    let targets = form.ask((!given.is_empty()).then(|| given.join(",")), &question)?;
    Ok(targets.map(|text| check_targets(&listed(&text))).transpose()?)
}
