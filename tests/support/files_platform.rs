//! The smallest platform there is: what is deployed stands in files of a folder, and "runs" on hosts that are a list.
//! It shows what another platform needs, and what of PELATO works on any.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use futures_util::{StreamExt, stream};
use pelato::check::Placement;
use pelato::platform::history::{self, Step};
use pelato::platform::{
    About, Application, Clock, DeployError, Finding, Host, Manifest, Options, Outlook, Part, PartKind, Plan,
    Platform, Problem, Removed, Revision, Running, State, Status, Statuses,
};
use serde::{Deserialize, Serialize};

/// A platform of files.
#[derive(Clone)]
pub struct Files {
    folder: PathBuf,
    /// Names and targets.
    hosts: Vec<(String, String)>,
}

/// What a platform is given for an application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Document {
    version: String,
    components: Vec<Component>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Component {
    name: String,
    image: String,
    version: String,
    replicas: u32,
    every_host: bool,
    targets: Vec<String>,
}

/// What a file holds: an application with all of its versions.
#[derive(Default, Serialize, Deserialize)]
struct Stored {
    revisions: Vec<Revision>,
    documents: BTreeMap<String, Document>,
}

impl Files {
    /// In an empty folder, with a host of each of these targets.
    pub fn in_folder(folder: &Path, targets: &[&str]) -> Arc<dyn Platform> {
        let hosts = targets.iter().enumerate();
        let hosts = hosts.map(|(number, target)| (format!("host-{number}"), (*target).to_owned()));
        Arc::new(Self { folder: folder.to_owned(), hosts: hosts.collect() })
    }

    fn place(&self) -> String {
        format!("the folder `{}`", self.folder.display())
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.json"))
    }

    fn read(&self, name: &str) -> Stored {
        let text = fs::read(self.file(name)).ok();
        text.map(|text| serde_json::from_slice(&text).unwrap()).unwrap_or_default()
    }

    fn write(&self, name: &str, stored: &Stored) {
        fs::write(self.file(name), serde_json::to_vec(stored).unwrap()).unwrap();
    }

    fn deployed(&self, name: &str) -> Option<Document> {
        let stored = self.read(name);
        let version = &stored.revisions.iter().find(|revision| revision.deployed)?.version;
        stored.documents.get(version).cloned()
    }

    fn not_deployed(&self, name: &str) -> DeployError {
        DeployError::NotDeployed { name: name.to_owned(), place: self.place() }
    }

    fn document(application: &Application) -> Result<Document, DeployError> {
        let component = |wanted: &pelato::platform::Wanted| Component {
            name: wanted.name.clone(),
            image: wanted.image.clone(),
            version: wanted.version.to_string(),
            replicas: wanted.replicas,
            every_host: wanted.placement == Placement::EveryHost,
            targets: wanted.targets.clone(),
        };
        match application.components.is_empty() {
            true => Err(DeployError::Empty),
            false => Ok(Document {
                version: String::new(),
                components: application.components.iter().map(component).collect(),
            }),
        }
    }

    fn to_plan(
        &self,
        name: &str,
        mut document: Document,
        step: &Step,
        warnings: Vec<String>,
    ) -> Result<Plan, DeployError> {
        document.version = step.version().to_owned();
        let deployed = self.deployed(name);
        Ok(Plan {
            name: name.to_owned(),
            version: document.version.clone(),
            manifest: Manifest::of(&document)?,
            stored: step.is_stored(),
            unchanged: deployed.as_ref().is_some_and(|deployed| deployed.version == document.version),
            deployed: deployed.as_ref().map(Manifest::of).transpose()?,
            warnings,
        })
    }

    /// The hosts that a component is to run on, and the targets that have none.
    fn hosts_for(&self, component: &Component) -> (Vec<String>, Vec<String>) {
        let (mut on, mut without) = (Vec::new(), Vec::new());
        for target in &component.targets {
            let mut hosts = self.hosts.iter().filter(|(_, of)| of == target).map(|(name, _)| name.clone());
            match (hosts.next(), component.every_host) {
                (None, _) => without.push(target.clone()),
                (Some(first), false) => on.push(first),
                (Some(first), true) => on.extend(std::iter::once(first).chain(hosts)),
            }
        }
        (on, without)
    }

    /// How a component is, if it has been started.
    fn part(&self, component: &Component, started: bool) -> Part {
        let (hosts, without) = self.hosts_for(component);
        let replicas = component.replicas * u32::try_from(hosts.len()).unwrap();
        let state = match (started, without.is_empty()) {
            (false, _) => State::Starting,
            (true, true) => State::Running,
            (true, false) => State::Waiting,
        };
        Part {
            name: component.name.clone(),
            kind: PartKind::Component,
            wanted: component.version.clone(),
            running: started.then(|| component.version.clone()).into_iter().collect(),
            hosts: if started { hosts } else { Vec::new() },
            instances: if started { replicas } else { 0 },
            replicas,
            state,
            reason: (started && !without.is_empty()).then(|| format!("no host of {}", without.join(", "))),
        }
    }

    /// With each look one more component runs.
    fn look(&self, name: &str, looks: usize) -> Result<Status, DeployError> {
        let document = self.deployed(name).ok_or_else(|| self.not_deployed(name))?;
        let components = document.components.iter().enumerate();
        let parts: Vec<_> =
            components.map(|(number, component)| self.part(component, number < looks)).collect();
        let starting = parts.iter().any(|part| part.state == State::Starting);
        let problems = parts.iter().filter(|part| part.state != State::Running).map(Part::problem);
        Ok(Status {
            name: name.to_owned(),
            version: document.version,
            state: if starting { State::Starting } else { State::Running },
            message: String::new(),
            missing: Vec::new(),
            outlook: if starting { Outlook::Underway } else { Outlook::Settled },
            problems: problems.collect::<Vec<Problem>>(),
            news: Vec::new(),
            parts,
        })
    }
}

#[async_trait]
impl Platform for Files {
    fn about(&self) -> About {
        About {
            has_entry: false,
            has_secrets: false,
            name: "files",
            place: self.place(),
            address: self.folder.display().to_string(),
            address_settings: "none",
            server: "folder",
            manifest_file: "files.yaml",
            label: "target",
            subjects: &["files"],
        }
    }

    fn is_wanted(&self) -> bool {
        true
    }

    fn application_name(&self, project: &str) -> Result<String, DeployError> {
        let name = project.to_lowercase().replace(|letter: char| !letter.is_ascii_alphanumeric(), "-");
        match name.trim_matches('-') {
            "" => Err(DeployError::Nameless { project: project.to_owned() }),
            name => Ok(name.to_owned()),
        }
    }

    fn manifest(&self, application: &Application) -> Result<Manifest, DeployError> {
        Manifest::of(&Self::document(application)?)
    }

    fn parts(&self, application: &Application) -> Result<Vec<(String, PartKind)>, DeployError> {
        let components = Self::document(application)?.components;
        Ok(components.into_iter().map(|component| (component.name, PartKind::Component)).collect())
    }

    async fn connect(&self) -> Result<(), DeployError> {
        let lost =
            |error: std::io::Error| DeployError::Lost { place: self.place(), message: error.to_string() };
        fs::read_dir(&self.folder).map(drop).map_err(lost)
    }

    async fn plan(&self, application: &Application, force: bool) -> Result<Plan, DeployError> {
        let (name, document) = (self.application_name(&application.project)?, Self::document(application)?);
        let names = |document: &Document| {
            document.components.iter().map(|component| component.name.clone()).collect::<BTreeSet<_>>()
        };
        let deployed = self.deployed(&name);
        if deployed.is_some_and(|deployed| names(&deployed).is_disjoint(&names(&document))) && !force {
            let how = "is of another project".to_owned();
            return Err(DeployError::Foreign { name, place: self.place(), how });
        }
        let stored = self.read(&name);
        let same = |version: &str| {
            stored.documents.get(version).is_some_and(|known| known.components == document.components)
        };
        let said = serde_json::to_vec(&document.components).unwrap();
        let step = history::next(&stored.revisions, same, &said);
        let without = document.components.iter().flat_map(|component| self.hosts_for(component).1);
        let warnings = without.map(|target| format!("no host of {target} is there")).collect();
        self.to_plan(&name, document, &step, warnings)
    }

    async fn apply(&self, plan: &Plan) -> Result<(), DeployError> {
        let document: Document = serde_json::from_value(plan.manifest.documents[0].clone()).unwrap();
        let mut stored = self.read(&plan.name);
        if !plan.stored {
            stored.revisions.push(Revision { version: plan.version.clone(), deployed: false });
            stored.documents.insert(plan.version.clone(), document);
        }
        stored.revisions.iter_mut().for_each(|revision| revision.deployed = revision.version == plan.version);
        self.write(&plan.name, &stored);
        Ok(())
    }

    async fn status(&self, name: &str) -> Result<Statuses, DeployError> {
        let (files, name) = (self.clone(), name.to_owned());
        Ok(stream::iter(1..).map(move |looks| files.look(&name, looks)).boxed())
    }

    async fn remove(&self, name: &str, options: Options) -> Result<Removed, DeployError> {
        let _ = options;
        let was_there = fs::remove_file(self.file(name)).is_ok();
        Ok(Removed { was_there, subscriptions: Vec::new() })
    }

    async fn history(&self, name: &str) -> Result<Vec<Revision>, DeployError> {
        Ok(self.read(name).revisions)
    }

    async fn recall(&self, name: &str, version: &str) -> Result<Plan, DeployError> {
        let document = self.read(name).documents.remove(version).ok_or_else(|| self.not_deployed(name))?;
        self.to_plan(name, document, &Step::Reuse(version.to_owned()), Vec::new())
    }

    async fn forget(&self, name: &str, version: &str) -> Result<(), DeployError> {
        let mut stored = self.read(name);
        stored.revisions.retain(|revision| revision.version != version);
        stored.documents.remove(version);
        self.write(name, &stored);
        Ok(())
    }

    async fn hosts(&self) -> Result<Vec<Host>, DeployError> {
        let names = fs::read_dir(&self.folder).unwrap().map(|entry| entry.unwrap().path());
        let names: Vec<_> =
            names.map(|path| path.file_stem().unwrap().to_string_lossy().into_owned()).collect();
        let host = |(host, target): &(String, String)| {
            let on_it = |application: &String| {
                let components = self.deployed(application).into_iter().flat_map(|it| it.components);
                let here = components.filter(|component| self.hosts_for(component).0.contains(host));
                here.map(|component| Running { application: application.clone(), component: component.name })
                    .collect::<Vec<_>>()
            };
            Host {
                id: host.clone(),
                name: host.clone(),
                target: Some(target.clone()),
                running: names.iter().flat_map(on_it).collect(),
            }
        };
        Ok(self.hosts.iter().map(host).collect())
    }

    async fn answering(&self, known: &BTreeSet<String>) -> Result<BTreeSet<String>, DeployError> {
        let _ = known;
        Ok(self.hosts.iter().map(|(name, _)| name.clone()).collect())
    }

    async fn preflight(&self, subject: &str) -> Vec<Finding> {
        vec![Finding::Fine(format!("{subject} at {}", self.folder.display()))]
    }

    async fn clock(&self) -> Option<Clock> {
        None
    }
}
