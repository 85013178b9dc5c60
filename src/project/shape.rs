//! From YAML values to a workflow: what has the wrong shape is collected, and the rest goes on.

use std::collections::BTreeMap;

use serde_yaml::{Mapping, Value};

use super::place::Place;
use super::workflow::{Field, Task, Variable, Workflow};
use crate::report::{Problem, Report};
use crate::text::{self, suggest};

/// What a workflow consists of.
#[derive(Default)]
pub(super) struct Content {
    pub project_name: Option<Field>,
    pub env: BTreeMap<String, Variable>,
    pub logs: Option<Field>,
    pub http_hosts: Vec<Field>,
    pub tasks: Vec<Task>,
}

/// Walks the values, collecting what is wrong.
pub(super) struct Reader<'a> {
    pub workflow: &'a Workflow,
    pub report: &'a mut Report,
}

impl Reader<'_> {
    pub fn workflow(mut self, value: Value) -> Content {
        let top = Place::top();
        let mut content = Content::default();
        let Some(mapping) = self.mapping(value, &top, "a workflow") else { return content };
        let mut has_tasks = false;
        for (key, value) in self.entries(mapping, &top) {
            let place = top.key(&key);
            match key.as_str() {
                "project_name" => content.project_name = self.scalar(value, &place),
                "env" => content.env = self.env(value, &place),
                "logs" => content.logs = self.scalar(value, &place),
                "http" => content.http_hosts = self.hosts(value, &place),
                "tasks" => {
                    has_tasks = true;
                    content.tasks = self.tasks(value, &place);
                }
                // What tasks have in common, to be merged into them.
                _ if key.starts_with("x-") => {}
                _ => self.unknown(&key, &place, ["project_name", "env", "logs", "http", "tasks"]),
            }
        }
        let has_name = content.project_name.is_some();
        for (missing, key) in [(!has_name, "project_name"), (!has_tasks, "tasks")] {
            if missing && self.absent(&top.key(key)) {
                let message = format!("the workflow has no `{key}`");
                let problem = Problem::error("missing-field", &self.workflow.source, message);
                self.report.push(problem.advise(format!("add a line `{key}: …` at the top")));
            }
        }
        content
    }

    /// What all tasks that answer HTTP have in common.
    fn hosts(&mut self, value: Value, place: &Place) -> Vec<Field> {
        let Some(mapping) = self.mapping(value, place, "`http`") else { return Vec::new() };
        let mut hosts = Vec::new();
        for (key, value) in self.entries(mapping, place) {
            let at = place.key(&key);
            match key.as_str() {
                "hosts" => hosts = self.words(value, &at),
                _ => self.unknown(&key, &at, ["hosts"]),
            }
        }
        hosts
    }

    fn tasks(&mut self, value: Value, place: &Place) -> Vec<Task> {
        let items = match value {
            Value::Sequence(items) => items,
            Value::Null => Vec::new(),
            other => {
                self.wrong_shape(place, "expected a list of tasks", &other);
                return Vec::new();
            }
        };
        let with_place = items.into_iter().enumerate();
        with_place.filter_map(|(index, item)| self.task(item, &place.index(index))).collect()
    }

    fn task(&mut self, value: Value, place: &Place) -> Option<Task> {
        let mapping = self.mapping(value, place, "a task")?;
        let mut task = Task { place: place.clone(), ..Task::default() };
        for (key, value) in self.entries(mapping, place) {
            let at = place.key(&key);
            match key.as_str() {
                "name" => task.name = self.scalar(value, &at),
                "type" => task.template = self.scalar(value, &at),
                "code" => task.code = self.scalar(value, &at),
                "targets" | "target" => task.targets.extend(self.words(value, &at)),
                "component_name" => task.component_name = self.scalar(value, &at),
                "version" => task.version = self.scalar(value, &at),
                "language" => task.language = self.scalar(value, &at),
                "replicas" => task.replicas = self.scalar(value, &at),
                "placement" => task.placement = self.scalar(value, &at),
                "prefer" => task.prefer = self.scalar(value, &at),
                "scope" => task.scope = self.scalar(value, &at),
                "delivery" => task.delivery = self.scalar(value, &at),
                "max_deliver" => task.max_deliver = self.scalar(value, &at),
                "dead_letter_topic" => task.dead_letter_topic = self.scalar(value, &at),
                "http" => self.http(value, &at, &mut task),
                "env" => task.env = self.env(value, &at),
                "logs" => task.logs = self.scalar(value, &at),
                _ => self.parameter(key, value, &at, &mut task),
            }
        }
        Some(task)
    }

    /// A parameter of a template: a word, or a list of words. Which of them may be lists is known to the template.
    fn parameter(&mut self, key: String, value: Value, place: &Place, task: &mut Task) {
        let value = match value {
            Value::Sequence(items) if !items.is_empty() => {
                let items = self.words(Value::Sequence(items), place);
                let text = items.iter().map(|item| item.text.as_str()).collect::<Vec<_>>().join(",");
                task.lists.insert(key.clone(), items);
                Value::String(text)
            }
            Value::Sequence(_) => Value::Null,
            other => other,
        };
        if let Some(field) = self.scalar(value, place) {
            task.parameters.insert(key, field);
        }
    }

    /// Values by the names that functions find them by.
    fn env(&mut self, value: Value, place: &Place) -> BTreeMap<String, Variable> {
        let Some(mapping) = self.mapping(value, place, "`env`") else { return BTreeMap::new() };
        let mut env = BTreeMap::new();
        for (name, value) in self.entries(mapping, place) {
            if let Some(variable) = self.variable(value, &place.key(&name)) {
                env.insert(name, variable);
            }
        }
        env
    }

    /// A text, or `secret: NAME`.
    fn variable(&mut self, value: Value, place: &Place) -> Option<Variable> {
        let mapping = match value {
            Value::Mapping(mapping) if !mapping.is_empty() => mapping,
            Value::Mapping(_) | Value::Sequence(_) => {
                self.wrong_shape(place, "expected a string or `secret: NAME`", &value);
                return None;
            }
            other => return self.scalar(other, place).map(Variable::Text),
        };
        let mut secret = None;
        for (key, value) in self.entries(mapping, place) {
            let at = place.key(&key);
            match key.as_str() {
                "secret" => secret = self.scalar(value, &at),
                _ => self.unknown(&key, &at, ["secret"]),
            }
        }
        secret.map(Variable::Secret)
    }

    fn http(&mut self, value: Value, place: &Place, task: &mut Task) {
        let Some(mapping) = self.mapping(value, place, "`http`") else { return };
        for (key, value) in self.entries(mapping, place) {
            let at = place.key(&key);
            match key.as_str() {
                "port" => task.http_port = self.scalar(value, &at),
                "path" => task.http_path = self.scalar(value, &at),
                "allow_origins" => task.http_allow_origins = self.words(value, &at),
                _ => self.unknown(&key, &at, ["port", "path", "allow_origins"]),
            }
        }
    }

    fn mapping(&mut self, value: Value, place: &Place, what: &str) -> Option<Mapping> {
        match value {
            Value::Mapping(mapping) => Some(mapping),
            other => {
                self.wrong_shape(place, &format!("{what} must consist of `field: value` lines"), &other);
                None
            }
        }
    }

    /// The entries of a mapping whose keys are words.
    fn entries(&mut self, mapping: Mapping, place: &Place) -> Vec<(String, Value)> {
        let mut entries = Vec::new();
        for (key, value) in mapping {
            match key {
                Value::String(key) => entries.push((key, value)),
                other => self.wrong_shape(place, "the name of a field must be a string", &other),
            }
        }
        entries
    }

    /// One word, or a list of words.
    fn words(&mut self, value: Value, place: &Place) -> Vec<Field> {
        match value {
            Value::Sequence(items) => {
                let with_place = items.into_iter().enumerate();
                with_place.filter_map(|(index, item)| self.scalar(item, &place.index(index))).collect()
            }
            other => self.scalar(other, place).into_iter().collect(),
        }
    }

    /// A text; numbers and truth values count as the text they were written with.
    fn scalar(&mut self, value: Value, place: &Place) -> Option<Field> {
        let text = match value {
            Value::String(text) => text,
            Value::Number(_) | Value::Bool(_) => {
                let span = self.workflow.span(place)?;
                self.workflow.source.text.get(span)?.trim().to_owned()
            }
            Value::Null => {
                let problem =
                    Problem::error("missing-field", &self.workflow.source, "this field has no value");
                let span = self.workflow.span(place);
                self.report.push(problem.at(span).advise("give it a value or remove the line"));
                return None;
            }
            other => {
                self.wrong_shape(place, "expected a string", &other);
                return None;
            }
        };
        Some(Field { text, place: place.clone() })
    }

    fn absent(&self, place: &Place) -> bool {
        self.workflow.span(place).is_none()
    }

    fn wrong_shape(&mut self, place: &Place, expected: &str, found: &Value) {
        let found = match found {
            Value::Null => "nothing",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::String(_) => "a string",
            Value::Sequence(_) => "a list",
            Value::Mapping(_) => "fields",
            Value::Tagged(_) => "a value with a YAML tag",
        };
        let message = format!("{expected}, found {found}");
        let span = self.workflow.span(place);
        self.report.push(
            Problem::error("shape", &self.workflow.source, message)
                .at(span)
                .advise("`operation:explain workflow` shows every field"),
        );
    }

    fn unknown<const N: usize>(&mut self, key: &str, place: &Place, known: [&str; N]) {
        let span = self.workflow.span(&place.clone().name());
        let problem = Problem::error(
            "unknown-field",
            &self.workflow.source,
            format!("unknown field {}", text::quoted(key)),
        );
        self.report.push(problem.at(span).advise(suggest::help(key, known)));
    }
}
