//! A task that has been checked: everything that later stages need to know about one component.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use semver::Version;

use super::delivery::{AtLeastOnce, Streams};
use super::env::Env;
use super::placement::Placement;
use crate::catalog::{Capability, Pack, Template};
use crate::nats::Subscription;
use crate::protocol;
use crate::stream::{Consumer, Written};
use crate::text;
use crate::web::Origin;

#[derive(Debug, Clone)]
pub struct Component {
    /// `component_name`
    pub name: String,
    /// The task's name, as shown to users.
    pub title: String,
    pub version: Version,
    /// How its language is compiled.
    pub pack: Arc<Pack>,
    pub template: Arc<Template>,
    pub code: Code,
    /// Values of the hosts' label `host-type`, in order, without duplicates.
    pub targets: Vec<String>,
    /// Instances in each target.
    pub replicas: u32,
    /// How they are spread over the hosts of a target.
    pub placement: Placement,
    /// The target whose hosts handle its messages as long as one of them is there.
    pub prefer: Option<String>,
    /// Whether its messages stay within the site of its only target.
    pub at_site: bool,
    /// Where HTTP reaches it, if its template answers HTTP.
    pub http: Option<HttpRoute>,
    /// Messages are kept until it has dealt with them, if they are.
    pub at_least_once: Option<AtLeastOnce>,
    /// Which of its topics are stored.
    pub streams: Streams,
    /// What the function finds in its environment.
    pub env: Env,
    /// Where its log is published, if it is.
    pub log_topic: Option<String>,
    /// The template's parameters with their defaults, by name.
    pub parameters: BTreeMap<String, String>,
}

/// A user's code: files that exist, are inside `tasks/` and belong to the component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    /// `tasks/`, out of which no link leads.
    pub tasks: PathBuf,
    /// The folder that the files are relative to.
    pub folder: PathBuf,
    /// Relative paths with forward slashes, sorted, without what the pack ignores.
    pub files: Vec<String>,
    /// The folder as shown to people: `tasks` or `tasks/convert`.
    pub shown: String,
    /// Whether the task names the one file, not the folder.
    pub is_file: bool,
}

/// Where HTTP requests for a component arrive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpRoute {
    /// The port; none where the task leaves it to the platform or to `--port`.
    pub port: Option<u16>,
    /// The exact path, beginning with `/`.
    pub path: String,
    /// Whose pages may call it in a browser.
    pub allow_origins: Vec<Origin>,
}

/// An interface that the platform has to provide, with its configuration for one component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    /// `namespace:package/interface@version`
    pub wit: String,
    /// Configuration by key.
    pub config: BTreeMap<String, String>,
}

/// A text of a template that cannot be filled in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the text of `{key}` cannot be filled in: {words}")]
pub struct NeedError {
    /// The configuration's key.
    pub key: String,
    pub text: String,
    pub words: String,
}

impl Need {
    /// Whether it is this interface, in whatever version.
    pub fn is(&self, interface: &str) -> bool {
        self.wit.split('@').next() == Some(interface)
    }
}

impl Component {
    /// The user's name of the task's only file, if `placed` is what its copy is called.
    pub fn own_name(&self, placed: &str) -> Option<&str> {
        let single = self.pack.manifest.task.single.as_ref().filter(|_| self.code.is_file)?;
        let own = self.code.files.first().map(String::as_str);
        own.filter(|_| placed == self.pack.place(&single.name))
    }

    /// What the user's files are called where they are compiled.
    pub fn placed_names(&self) -> Vec<String> {
        let single = |name: &String| match self.code.is_file {
            true => self.pack.single(name, Vec::new()).0,
            false => name.clone(),
        };
        self.code.files.iter().map(|name| self.pack.place(&single(name))).collect()
    }

    /// What the platform has to provide, with the template's texts filled in.
    ///
    /// # Errors
    /// When a text is wrong; [`super::run`] has found that before, so that its components have none.
    pub fn needs(&self) -> Result<Vec<Need>, NeedError> {
        let values = self.values();
        let fill = |(key, text): (&String, &String)| Ok((key.clone(), self.fill(key, text, &values)?));
        let need = |capability: &Capability| {
            let config = capability.config.iter().map(fill).collect::<Result<_, _>>()?;
            Ok(Need { wit: capability.wit.clone(), config })
        };
        let needs = self.template.manifest.capabilities.iter().map(need).collect::<Result<Vec<_>, _>>()?;
        Ok(match &self.at_least_once {
            Some(wanted) => {
                let consumers = wanted.consumers(&self.name, &subscribed(&needs));
                redirected(needs, &consumers)
            }
            None => needs,
        })
    }

    /// Fills a text in: once for each value of a parameter in it that has several.
    fn fill(&self, key: &str, text: &str, values: &liquid::Object) -> Result<String, NeedError> {
        let mut parameters = self.template.manifest.parameters.iter();
        let several = parameters.find(|(name, parameter)| parameter.several && names(text, name));
        let Some((name, parameter)) = several else { return fill_in(key, text, values) };
        let all = self.parameters.get(name).map(|all| parameter.values(all)).unwrap_or_default();
        let mut values = values.clone();
        let one = |value: &str| {
            values.insert(name.to_owned().into(), liquid::model::Value::scalar(value.to_owned()));
            fill_in(key, text, &values)
        };
        Ok(all.into_iter().map(one).collect::<Result<Vec<_>, _>>()?.join(","))
    }

    /// The consumers by which its messages are kept until it has dealt with them.
    ///
    /// # Errors
    /// As [`Component::needs`].
    pub fn consumers(&self) -> Result<Vec<Consumer>, NeedError> {
        let Some(wanted) = &self.at_least_once else { return Ok(Vec::new()) };
        Ok(wanted.consumers(&self.name, &self.clone().at_most_once().subscriptions()?))
    }

    /// The topics where a stream acknowledges what it writes.
    pub fn written(&self) -> Vec<Written> {
        let letters = self.at_least_once.as_ref().map(|wanted| wanted.dead_letter_topic.as_str());
        let written = |topic: &String| Written {
            topic: topic.clone(),
            writer: self.name.clone(),
            dead_letters: letters == Some(topic),
        };
        self.streams.writes.iter().map(written).collect()
    }

    /// The target near which its messages are: the one that it prefers, or its only one.
    pub fn home(&self) -> Option<&str> {
        let only = || if let [only] = self.targets.as_slice() { Some(only) } else { None };
        self.prefer.as_ref().or_else(only).map(String::as_str)
    }

    /// Which of its targets comes first, in words, if one does.
    pub fn order(&self) -> Option<String> {
        let first = self.prefer.as_ref()?;
        let others: Vec<_> =
            self.targets.iter().filter(|target| *target != first).map(String::as_str).collect();
        Some(format!("{first} first, else {}", others.join(", ")))
    }

    /// The component where nothing can keep its messages.
    #[must_use]
    pub fn at_most_once(self) -> Self {
        Self { at_least_once: None, ..self }
    }

    /// The topics that it subscribes to.
    ///
    /// # Errors
    /// As [`Component::needs`].
    pub fn subscriptions(&self) -> Result<Vec<Subscription>, NeedError> {
        Ok(subscribed(&self.needs()?))
    }

    /// The key-value bucket that it uses.
    ///
    /// # Errors
    /// As [`Component::needs`].
    pub fn bucket(&self) -> Result<Option<String>, NeedError> {
        let needs = self.needs()?;
        let buckets = needs.into_iter().filter(|need| need.is("wasi:keyvalue/store"));
        Ok(buckets.filter_map(|mut need| need.config.remove("bucket")).next())
    }

    /// Whether it uses a PostgreSQL database.
    pub fn uses_database(&self) -> bool {
        self.template.uses_database()
    }

    /// The table of the database that its results go to.
    pub fn table(&self) -> Option<&str> {
        let table = self.parameters.get(TABLE).filter(|_| self.uses_database());
        table.map(String::as_str)
    }

    /// What the trigger is given: the parameters that are settings, and the component's name.
    pub fn settings(&self) -> BTreeMap<String, String> {
        let is_setting = |name: &str| self.template.parameter(name).is_some_and(|p| p.setting);
        let parameters = self.parameters.iter().filter(|(name, _)| is_setting(name));
        let mut settings: BTreeMap<_, _> =
            parameters.map(|(name, value)| (name.clone(), value.clone())).collect();
        settings.insert(protocol::COMPONENT_NAME.to_owned(), self.name.clone());
        if let Some(wanted) = &self.at_least_once {
            settings.insert(protocol::MAX_DELIVER.to_owned(), wanted.max_deliver.to_string());
            settings.insert(protocol::DEAD_LETTER_TOPIC.to_owned(), wanted.dead_letter_topic.clone());
        }
        let origins = self.http.iter().flat_map(|http| &http.allow_origins);
        let origins: Vec<_> = origins.map(ToString::to_string).collect();
        if !origins.is_empty() {
            settings.insert(protocol::ALLOW_ORIGINS.to_owned(), origins.join(","));
        }
        if !self.streams.writes.is_empty() {
            settings.insert(protocol::STORED_TOPICS.to_owned(), self.streams.writes.join(","));
        }
        if self.streams.no_reply {
            settings.insert(protocol::NO_REPLY.to_owned(), "true".to_owned());
        }
        if let Some(topic) = &self.log_topic {
            let secrets: BTreeSet<_> = self.env.secrets.values().map(String::as_str).collect();
            let secrets: Vec<_> = secrets.into_iter().collect();
            settings.insert(protocol::LOG_TOPIC.to_owned(), topic.clone());
            settings.insert(protocol::LOG_VERSION.to_owned(), self.version.to_string());
            settings.insert(protocol::LOG_SECRETS.to_owned(), secrets.join(","));
        }
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

/// The parameter with the table that results go to.
const TABLE: &str = "table";

/// The interface by which a component receives messages, and the key of its configuration that says which.
const HANDLER: &str = "wasmcloud:messaging/handler";
const SUBSCRIPTIONS: &str = "subscriptions";

/// What a component with these needs subscribes to.
fn subscribed(needs: &[Need]) -> Vec<Subscription> {
    let handlers = needs.iter().filter(|need| need.is(HANDLER));
    let lists = handlers.filter_map(|need| need.config.get(SUBSCRIPTIONS));
    let each = lists.flat_map(|list| list.split(',')).map(str::trim).filter(|text| !text.is_empty());
    each.map(subscription).collect()
}

/// The needs with each subscription at the place where its consumer hands messages over.
fn redirected(mut needs: Vec<Need>, consumers: &[Consumer]) -> Vec<Need> {
    let mut lists = consumers.iter().map(|consumer| {
        let Subscription { subject, queue } = &consumer.handed_over;
        queue.as_ref().map_or(subject.clone(), |queue| format!("{subject}|{queue}"))
    });
    for need in needs.iter_mut().filter(|need| need.is(HANDLER)) {
        let count = subscribed(std::slice::from_ref(need)).len();
        if let Some(list) = need.config.get_mut(SUBSCRIPTIONS) {
            *list = lists.by_ref().take(count).collect::<Vec<_>>().join(",");
        }
    }
    needs
}

fn subscription(text: &str) -> Subscription {
    let (subject, queue) = match text.split_once('|') {
        Some((subject, queue)) => (subject, Some(queue.trim().to_owned())),
        None => (text, None),
    };
    Subscription { subject: subject.trim().to_owned(), queue: queue.filter(|queue| !queue.is_empty()) }
}

fn fill_in(key: &str, text: &str, values: &liquid::Object) -> Result<String, NeedError> {
    let wrong = |words| NeedError { key: key.to_owned(), text: text.to_owned(), words };
    text::fill(text, values).map_err(wrong)
}

/// Whether a text has a name in it, and not only as a part of another.
fn names(text: &str, name: &str) -> bool {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_')).any(|word| word == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_in_a_longer_one_is_not_that_name() {
        assert!(names("{{ topic }}|{{ component_name }}", "topic") && names("{{topic}}", "topic"));
        assert!(!names("{{ source_topic }}", "topic") && !names("{{ topics }}", "topic"));
    }

    #[test]
    fn a_subscription_may_name_the_queue_whose_members_share_it() {
        let read = |text| {
            let Subscription { subject, queue } = subscription(text);
            (subject, queue)
        };
        assert_eq!(read("room.one"), ("room.one".to_owned(), None));
        assert_eq!(read(" room.one | workers "), ("room.one".to_owned(), Some("workers".to_owned())));
        assert_eq!(read("room.one|"), ("room.one".to_owned(), None));
    }
}
