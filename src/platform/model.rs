//! What every platform is told, and what it tells: plain values without a word of any platform's own.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::Duration;

use futures_util::stream::BoxStream;
use semver::Version;
use serde::{Deserialize, Serialize};

use super::DeployError;
use super::manifest::Manifest;
use super::problem::Problem;
use crate::check::{Component, HttpRoute, Need, Placement};

/// A workflow as a platform is to run it.
#[derive(Debug, Clone)]
pub struct Application {
    /// The project's name as the user wrote it. What a platform makes of it: [`super::Platform::application_name`].
    pub project: String,
    /// The components, in the order of the workflow.
    pub components: Vec<Wanted>,
    /// Messages and requests that each replica handles at the same time.
    pub calls: u32,
    /// The hosts of each target, if they are known before anybody is asked.
    pub hosts: Option<HostList>,
    /// The HTTP entry, for platforms that need one.
    pub entry: Image,
    /// More names by which HTTP requests reach the hosts.
    pub http_hosts: Vec<String>,
}

/// An image, with its version as tag.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Image {
    pub image: String,
    /// What the registry has under that tag; none as long as it has not been asked.
    pub digest: Option<String>,
}

/// The hosts of each target, by names that they keep when they are started again.
pub type HostList = BTreeMap<String, BTreeSet<String>>;

/// A component that is to run.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Its name: unique in the application.
    pub name: String,
    /// Its version.
    pub version: Version,
    /// Its image, with the version as tag.
    pub image: String,
    /// What the registry has under that tag; none as long as it has not been asked.
    pub digest: Option<String>,
    /// The name of its template, for messages.
    pub template: String,
    /// The targets whose hosts it runs on.
    pub targets: Vec<String>,
    /// Replicas in each target, or on each host of every target.
    pub replicas: u32,
    /// Which of the two.
    pub placement: Placement,
    /// The topics whose messages it is given.
    pub topics: Vec<String>,
    /// The interfaces that the platform has to provide.
    pub needs: Vec<Need>,
    /// Where HTTP reaches it.
    pub http: Option<HttpRoute>,
    /// The names of the secrets of its function.
    pub secrets: BTreeSet<String>,
}

impl Application {
    /// Of checked components. `images` has the image of each, in the same order.
    ///
    /// # Errors
    /// When a template's text cannot be filled in.
    pub fn new(
        project: &str,
        components: &[Component],
        images: Vec<String>,
        calls: u32,
    ) -> Result<Self, DeployError> {
        let pairs = components.iter().zip(images);
        let components = pairs.map(|(component, image)| Wanted::new(component, image));
        let components = components.collect::<Result<_, _>>()?;
        let (entry, http_hosts) = (Image::default(), Vec::new());
        Ok(Self { project: project.to_owned(), components, calls, hosts: None, entry, http_hosts })
    }

    /// The components that answer HTTP, and where.
    pub fn serving(&self) -> impl Iterator<Item = (&Wanted, &HttpRoute)> {
        self.components.iter().filter_map(|one| Some((one, one.http.as_ref()?)))
    }

    pub fn serves_http(&self) -> bool {
        self.serving().next().is_some()
    }
}

impl Wanted {
    fn new(component: &Component, image: String) -> Result<Self, DeployError> {
        let template = &component.template.manifest.name;
        let wrong = |source| DeployError::Template { template: template.clone(), source };
        let needs = component.needs().map_err(wrong)?;
        let topics = component.clone().at_most_once().subscriptions().map_err(wrong)?;
        Ok(Self {
            name: component.name.clone(),
            version: component.version.clone(),
            image,
            digest: None,
            template: template.clone(),
            targets: component.targets.clone(),
            replicas: component.replicas,
            placement: component.placement,
            topics: topics.into_iter().map(|one| one.subject).collect(),
            needs,
            http: component.http.clone(),
            secrets: component.env.secrets.values().cloned().collect(),
        })
    }
}

/// How to deploy, or to remove.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// How long to wait until it is done; not at all if none.
    pub wait: Option<Duration>,
    /// Also over an application that is not this project's.
    pub force: bool,
}

/// What deploying would do.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The application's name on the platform.
    pub name: String,
    /// The version that will be deployed.
    pub version: String,
    /// What the platform will be given, with that version.
    pub manifest: Manifest,
    /// What is deployed now.
    pub deployed: Option<Manifest>,
    /// Whether the platform's history has this version already.
    pub stored: bool,
    /// Whether the very same is deployed already.
    pub unchanged: bool,
    /// What is worth a warning.
    pub warnings: Vec<String>,
}

/// What was deployed.
#[derive(Debug, Clone)]
pub struct Deployed {
    /// The application's name on the platform.
    pub name: String,
    /// The version that was deployed.
    pub version: String,
    /// Whether the very same was deployed already.
    pub unchanged: bool,
    /// Until the platform had accepted it.
    pub acknowledged: Duration,
    /// How it is, if it was waited for.
    pub status: Option<Status>,
    /// How long that took, all in all.
    pub elapsed: Duration,
}

/// What was taken away.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Removed {
    /// Whether there was anything.
    pub was_there: bool,
    /// The subjects that its components subscribed to.
    pub subscriptions: Vec<String>,
}

/// A version of an application in a platform's history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revision {
    /// What it is called.
    pub version: String,
    /// Whether it is the one that is deployed.
    pub deployed: bool,
}

/// How an application is, as often as it may have changed. It is looked at when the stream is asked for the next.
pub type Statuses = BoxStream<'static, Result<Status, DeployError>>;

/// How an application is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// The application.
    pub name: String,
    /// The version that is deployed.
    pub version: String,
    /// All of it together, as the platform sees it.
    pub state: State,
    /// The platform's further words.
    pub message: String,
    /// Its parts.
    pub parts: Vec<Part>,
    /// What connects the parts and is not there yet, in the platform's words.
    pub missing: Vec<String>,
    /// What can be expected.
    pub outlook: Outlook,
    /// What is not as it should be, and why as far as it is known.
    pub problems: Vec<Problem>,
    /// What went wrong since the last look, whether it still matters or not.
    pub news: Vec<Problem>,
}

impl Status {
    /// Adds what is wrong with a part beside what the platform says of it. A part that runs becomes `state`.
    pub fn add(&mut self, problem: Problem, state: State) {
        if let Some(part) = self.parts.iter_mut().find(|part| part.name == problem.part) {
            if part.state == State::Running {
                part.state = state;
            }
            let known = part.reason.take().map(|reason| format!("{reason}; ")).unwrap_or_default();
            part.reason = Some(format!("{known}{}", problem.words));
        }
        self.problems.push(problem);
    }
}

/// What can be expected of an application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outlook {
    /// Everything runs that can: what waits for a host that is not there does not count.
    Settled,
    /// So it seems, but hosts that are connected do not answer: better wait for them, if there is time.
    SettledButBusy,
    /// More will run soon.
    Underway,
    /// What is wrong will not come right by itself.
    Hopeless,
}

/// How a part of an application is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: PartKind,
    /// The version that is wanted: the image's tag.
    pub wanted: String,
    /// The versions that run.
    pub running: BTreeSet<String>,
    /// The hosts that run it.
    pub hosts: Vec<String>,
    /// Replicas that run.
    pub instances: u32,
    /// Replicas that are wanted, on the hosts that are there.
    pub replicas: u32,
    /// How it is.
    pub state: State,
    /// Why it is not running, or what else there is to know.
    pub reason: Option<String>,
}

impl Part {
    /// Whether it waits for a host.
    pub fn waits(&self) -> bool {
        self.state == State::Waiting
    }

    /// How many of the replicas are those that are wanted, as far as it is known.
    pub fn right(&self) -> u32 {
        let only_right = self.running.len() == 1 && self.running.contains(&self.wanted);
        if only_right { self.instances } else { 0 }
    }

    /// Why it does not run.
    pub fn problem(&self) -> Problem {
        let words = self.reason.clone().unwrap_or_else(|| {
            format!("{} of {} replicas of {} run", self.right(), self.replicas, self.wanted)
        });
        Problem { part: self.name.clone(), words }
    }
}

/// What a part is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PartKind {
    /// A WebAssembly component.
    Component,
    /// What the platform runs beside the components, for what they need: a provider.
    Capability,
    /// PELATO's own component that hands HTTP requests on.
    Entry,
}

/// How something is, in a word.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum State {
    /// It waits for a host.
    Waiting,
    /// Not there.
    #[default]
    Undeployed,
    /// On its way.
    Starting,
    /// As it should be.
    Running,
    /// It cannot be done.
    Failed,
    /// It runs, but not well.
    Unhealthy,
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Waiting => "waiting",
            Self::Undeployed => "undeployed",
            Self::Starting => "starting",
            Self::Running => "running",
            Self::Failed => "failed",
            Self::Unhealthy => "unhealthy",
        })
    }
}

/// A host, and what of applications runs on it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Host {
    /// Its key: unique.
    pub id: String,
    /// What to call it.
    pub name: String,
    /// Its target, if it has one.
    pub target: Option<String>,
    /// The components that run on it.
    pub running: Vec<Running>,
}

/// A component that runs on a host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Running {
    /// The application that it belongs to.
    pub application: String,
    /// Its name, as far as the host knows it.
    pub component: String,
}

/// What a look at a server or a program of the platform has found out, before anything is deployed.
#[derive(Debug)]
pub enum Finding {
    /// It is as it should be.
    Fine(String),
    /// Something is not there or not well.
    Lacking {
        /// What.
        found: String,
        /// What to do about it.
        remedy: String,
    },
    /// It cannot be used: the error that a command would end with.
    Failed(DeployError),
}

/// This machine's clock beside one of the platform's.
#[derive(Debug, Clone, PartialEq)]
pub struct Clock {
    /// Whose clock that is, such as `the NATS server's`, and how it was read.
    pub whose: String,
    /// The seconds that this machine's is ahead of it.
    pub ahead: f64,
}
