//! What the rules look at: the workflow, the catalog, and what was found out about each task.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::code::{Outcome, Resolver};
use super::component::{Component, HttpRoute};
use super::delivery::{AtLeastOnce, Streams};
use super::env::Env;
use super::finding::{Finding, Spot};
use super::flow::{self, Flow, Node};
use super::logs;
use super::placement::Placement;
use super::typo::{self, Typo};
use super::values;
use crate::catalog::{self, Catalog, CatalogError, Template};
use crate::project::read::TASK_FIELDS;
use crate::project::{Field, Task, Workflow};
use crate::text;

/// What the rules look at.
pub struct Context<'a> {
    pub workflow: &'a Workflow,
    pub catalog: &'a Catalog,
    /// The tasks, in order.
    pub entries: Vec<Entry<'a>>,
    /// How messages go from one to the other.
    pub flow: Flow,
    /// Topics that were probably meant to be one.
    pub typos: Vec<Typo>,
}

/// A task, and what was found out about it.
pub struct Entry<'a> {
    /// Its index in the workflow's tasks.
    pub index: usize,
    pub task: &'a Task,
    /// Its template, if there is one of that name.
    pub template: Option<Arc<Template>>,
    /// Why there is none.
    pub no_template: Option<CatalogError>,
    /// Its code; none where the task does not say.
    pub code: Option<Outcome>,
    /// What its function finds in its environment, as far as it can be used.
    pub env: Env,
    /// Where its log is published, if it is.
    pub log_topic: Option<String>,
    /// Fields that neither tasks nor the template have.
    pub unknown_fields: Vec<Unknown<'a>>,
}

/// A field that nobody knows.
pub struct Unknown<'a> {
    pub name: &'a str,
    pub field: &'a Field,
    /// The field that was probably meant.
    pub meant: Option<String>,
}

impl<'a> Context<'a> {
    /// Looks at the tasks' templates and code.
    pub fn new(workflow: &'a Workflow, catalog: &'a Catalog) -> Self {
        let mut code = Resolver::new(workflow.root(), catalog);
        let mut templates = HashMap::new();
        let tasks = workflow.tasks.iter().enumerate();
        let entries: Vec<_> = tasks
            .map(|(index, task)| {
                let mut entry = Entry::new(index, task);
                entry.env = Env::of(workflow, task);
                entry.log_topic = log_topic(workflow, task);
                entry.find_template(catalog, &mut templates);
                entry.unknown_fields = unknown_fields(&entry, catalog);
                entry.code = task.code.as_ref().map(|field| {
                    code.resolve(&field.text, task.language.as_ref().map(|language| language.text.as_str()))
                });
                entry
            })
            .collect();
        let flow = Flow::new(entries.iter().map(Entry::node));
        let typos = typo::typos(&flow);
        Self { workflow, catalog, entries, flow, typos }
    }

    /// Whether a task has a field, even if its value was of no use.
    pub fn has(&self, entry: &Entry<'_>, field: &str) -> bool {
        self.workflow.span(&entry.task.place.key(field)).is_some()
    }
}

impl<'a> Entry<'a> {
    fn new(index: usize, task: &'a Task) -> Self {
        let (template, no_template, code) = (None, None, None);
        let (env, log_topic, unknown_fields) = (Env::default(), None, Vec::new());
        Self { index, task, template, no_template, code, env, log_topic, unknown_fields }
    }

    fn find_template(&mut self, catalog: &Catalog, known: &mut HashMap<String, Arc<Template>>) {
        let Some(name) = &self.task.template else { return };
        if let Some(template) = known.get(&name.text) {
            self.template = Some(Arc::clone(template));
            return;
        }
        match catalog.templates.get(&name.text) {
            Ok(template) => {
                let template = Arc::new(template.clone());
                known.insert(name.text.clone(), Arc::clone(&template));
                self.template = Some(template);
            }
            Err(error) => self.no_template = Some(error),
        }
    }

    /// What to call the task in messages.
    pub fn label(&self) -> String {
        text::quoted(&self.task.label(self.index))
    }

    /// What people call the task: its name, else its number.
    pub fn title(&self) -> String {
        match &self.task.name {
            Some(name) => text::quoted(&name.text),
            None => format!("task {}", self.index + 1),
        }
    }

    /// An error at one of the task's values.
    pub fn wrong(&self, field: &Field, message: impl Into<String>) -> Finding {
        Finding::at(field, message).of(self.index)
    }

    /// An error about the task as a whole.
    pub fn error(&self, message: impl Into<String>) -> Finding {
        Finding::error(Spot::FirstLine(self.task.place.clone()), message).of(self.index)
    }

    /// An error, if a value cannot be used.
    pub fn validate<T>(
        &self,
        field: Option<&Field>,
        read: impl Fn(&str) -> Result<T, values::Wrong>,
    ) -> Option<Finding> {
        let field = field?;
        let wrong = read(&field.text).err()?;
        Some(self.wrong(field, wrong.message).advise(wrong.help))
    }

    /// The values of the template's parameters: as written, else their defaults.
    pub fn parameters(&self) -> BTreeMap<String, String> {
        let known = self.template.iter().flat_map(|template| template.manifest.parameters.iter());
        let value = |name: &str, parameter: &catalog::Parameter| match self.task.parameters.get(name) {
            Some(field) => Some(parameter.values(&field.text).join(",")),
            None => parameter.default.clone(),
        };
        known.filter_map(|(name, parameter)| Some((name.to_owned(), value(name, parameter)?))).collect()
    }

    /// The values of a parameter as written, each at its place.
    pub fn values_of(&self, name: &str, parameter: &catalog::Parameter) -> Vec<Field> {
        let Some(field) = self.task.parameters.get(name) else { return Vec::new() };
        match self.task.lists.get(name) {
            Some(items) if parameter.several => items.clone(),
            Some(_) => Vec::new(), // the rule `parameter` reports it
            None => {
                let value = |text: &str| Field { text: text.to_owned(), place: field.place.clone() };
                parameter.values(&field.text).into_iter().map(value).collect()
            }
        }
    }

    /// Where a topic is written that a parameter has.
    pub fn field_of(&self, parameter: &str, topic: &str) -> Option<&'a Field> {
        let items = self.task.lists.get(parameter);
        let item = items.and_then(|items| items.iter().find(|item| item.text == topic));
        item.or_else(|| self.task.parameters.get(parameter))
    }

    /// Where HTTP reaches it, if its template answers HTTP and all is well with the values.
    pub fn route(&self) -> Option<HttpRoute> {
        self.template.as_ref().filter(|template| template.serves_http())?;
        let port = self.task.http_port.as_ref().map(|field| values::port(&field.text));
        let path = match &self.task.http_path {
            Some(field) => values::http_path(&field.text).ok()?.to_owned(),
            None => format!("/{}", self.task.component_name.as_ref()?.text),
        };
        let origins = self.task.http_allow_origins.iter().map(|field| values::origin(&field.text));
        let allow_origins = origins.collect::<Result<_, _>>().ok()?;
        Some(HttpRoute { port: port.transpose().ok()?, path, allow_origins })
    }

    /// Whether its messages are to stay within the site of its target.
    pub fn is_at_site(&self) -> bool {
        self.task.scope.as_ref().is_some_and(|field| values::scope(&field.text) == Ok(true))
    }

    /// The task in the flow of messages, also if it has errors.
    fn node(&self) -> Node {
        let name = self.task.label(self.index);
        let letters = AtLeastOnce::of(self.task, &name).map(|kept| kept.dead_letter_topic);
        let mut node = Node { name, at_site: self.is_at_site(), letters, ..Node::default() };
        if let Some(template) = &self.template {
            let parameters = self.parameters();
            node.template.clone_from(&template.manifest.name);
            node.reads = flow::topics(template, &parameters, catalog::Flow::Reads);
            node.writes = flow::topics(template, &parameters, catalog::Flow::Writes);
            node.http = self.route();
        }
        node
    }

    /// The component, if nothing is missing or wrong.
    pub fn component(&self) -> Option<Component> {
        let task = self.task;
        let found = self.code.as_ref()?.as_ref().as_ref().ok()?;
        let template = Arc::clone(self.template.as_ref()?);
        let parameters = self.parameters();
        if template.manifest.parameters.names().any(|name| !parameters.contains_key(name)) {
            return None;
        }
        Some(Component {
            name: values::component_name(&task.component_name.as_ref()?.text).ok()?.to_owned(),
            title: values::title(&task.name.as_ref()?.text).ok()?.to_owned(),
            version: values::version(&task.version.as_ref()?.text).ok()?,
            pack: Arc::clone(&found.pack),
            code: found.code.clone(),
            targets: task.targets.iter().map(|target| target.text.clone()).collect(),
            replicas: match &task.replicas {
                Some(field) => values::replicas(&field.text).ok()?,
                None => 1,
            },
            placement: match &task.placement {
                Some(field) => values::placement(&field.text).ok()?,
                None => Placement::default(),
            },
            prefer: task.prefer.as_ref().map(|field| field.text.clone()),
            at_site: self.is_at_site(),
            at_least_once: AtLeastOnce::of(task, &task.component_name.as_ref()?.text),
            streams: Streams::default(),
            http: if template.serves_http() { Some(self.route()?) } else { None },
            env: self.env.clone(),
            log_topic: self.log_topic.clone(),
            parameters,
            template,
        })
    }
}

fn log_topic(workflow: &Workflow, task: &Task) -> Option<String> {
    let name = task.component_name.as_ref().filter(|_| logs::is_published(workflow, task))?;
    Some(logs::topic(workflow, Some(&name.text)))
}

fn unknown_fields<'a>(entry: &Entry<'a>, catalog: &Catalog) -> Vec<Unknown<'a>> {
    if matches!(entry.no_template, Some(CatalogError::Broken(_))) {
        // Nobody knows which parameters the template was going to have.
        return Vec::new();
    }
    let known: Vec<&str> = match &entry.template {
        Some(template) => template.manifest.parameters.names().collect(),
        None => catalog.templates.iter().flat_map(|t| t.manifest.parameters.names()).collect(),
    };
    let written = entry.task.parameters.iter().filter(|(name, _)| !known.contains(&name.as_str()));
    written
        .map(|(name, field)| {
            let all = TASK_FIELDS.iter().filter(|field| **field != "target").chain(&known).copied();
            let meant = text::meant(name, all).map(str::to_owned);
            Unknown { name, field, meant }
        })
        .collect()
}
