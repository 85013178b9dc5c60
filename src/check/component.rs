//! A task that has been checked: everything that later stages need to know about one component.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use semver::Version;

use crate::catalog::{Pack, Template};

/// One checked task.
#[derive(Debug, Clone)]
pub struct Component {
    /// `component_name`
    pub name: String,
    /// The task's name, as shown to people.
    pub title: String,
    /// Its version.
    pub version: Version,
    /// How its language is compiled.
    pub pack: Arc<Pack>,
    /// What surrounds the function.
    pub template: Arc<Template>,
    /// The user's code.
    pub code: Code,
    /// Values of the hosts' label `host-type`, in order, without duplicates.
    pub targets: Vec<String>,
    /// Instances in each target.
    pub replicas: u32,
    /// Where HTTP reaches it, if its template answers HTTP.
    pub http: Option<HttpRoute>,
    /// The template's parameters with their defaults, by name.
    pub parameters: BTreeMap<String, String>,
}

/// A user's code: files that exist, are inside `tasks/` and belong to the component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    /// The folder that the files are relative to.
    pub folder: PathBuf,
    /// Relative paths with forward slashes, sorted, without what the pack ignores.
    pub files: Vec<String>,
    /// The folder as shown to people: `tasks` or `tasks/convert`.
    pub shown: String,
}

/// Where HTTP requests for a component arrive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpRoute {
    /// The port; none where the task leaves it to the platform or to `--port`.
    pub port: Option<u16>,
    /// The exact path, beginning with `/`.
    pub path: String,
}

/// An interface that the platform has to provide, with its configuration for one component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    /// `namespace:package/interface@version`
    pub wit: String,
    /// Configuration by key.
    pub config: BTreeMap<String, String>,
}

impl Component {
    /// What the trigger is given: the parameters that are settings, and the component's name.
    pub fn settings(&self) -> BTreeMap<String, String> {
        let is_setting = |name: &str| self.template.parameter(name).is_some_and(|p| p.setting);
        let parameters = self.parameters.iter().filter(|(name, _)| is_setting(name));
        let mut settings: BTreeMap<_, _> =
            parameters.map(|(name, value)| (name.clone(), value.clone())).collect();
        settings.insert("component_name".to_owned(), self.name.clone());
        settings
    }

    /// The values that a template's texts may use.
    pub fn values(&self) -> liquid::Object {
        let mut values = liquid::Object::new();
        let mut set = |key: &str, value: &str| {
            values.insert(key.to_owned().into(), liquid::model::Value::scalar(value.to_owned()));
        };
        for (name, value) in &self.parameters {
            set(name, value);
        }
        set("component_name", &self.name);
        set("task_name", &self.title);
        set("version", &self.version.to_string());
        if let Some(http) = &self.http {
            set("http_path", &http.path);
        }
        values
    }
}
