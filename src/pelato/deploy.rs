//! The facade's part that deploys.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use futures_util::StreamExt;

use super::operation::Operation;
use super::{Checked, Error, Pelato};
use crate::check::{Component, Site};
use crate::nats::Right;
use crate::platform::{
    self, About, Application, DeployError, Deployed, Manifest, Options, Plan, Platform, Status, Statuses,
};
use crate::progress::{Event, OperationKind};
use crate::project::Variable;
use crate::project::settings::CALLS_PER_REPLICA;
use crate::project::settings::wadm::HOSTS_NATS_URL;
use crate::remedy::Operation as Remedy;
use crate::report::Problem;
use crate::stream::{ConsumerManager, StreamError, Streams};
use crate::{files, generate, infra, metrics, nats, project, push};

impl Pelato {
    /// What the workflow is deployed to.
    ///
    /// # Errors
    /// When a setting is invalid.
    pub fn platform(&self) -> Result<Arc<dyn Platform>, Error> {
        Ok(self.look()?.platform()?)
    }

    /// The manifest of the workflow, without a version. A file may name the hosts of each target, where the manifest
    /// depends on them.
    ///
    /// # Errors
    /// When the workflow has errors, there is no registry, or it cannot be deployed.
    pub fn manifest(&self, hosts: Option<&Path>) -> Result<Manifest, Error> {
        self.look()?.manifest(hosts)
    }

    /// Writes the manifest of the workflow, without a version, where deploying writes it, too: for reviews, and for other
    /// tools to deploy. Neither registry nor platform is asked. Its path, relative to the project.
    ///
    /// # Errors
    /// As for [`Pelato::manifest`], or when the file cannot be written.
    pub fn write_manifest(&self, hosts: Option<&Path>) -> Result<String, Error> {
        let operation = self.look()?;
        let manifest = operation.manifest(hosts)?;
        operation.write_manifest(operation.platform()?.as_ref(), &manifest)
    }

    /// Looks at registry and platform, and plans what deploying would do; nothing is changed.
    ///
    /// # Errors
    /// When something would fail.
    pub async fn plan_deploy(&self, force: bool) -> Result<Plan, Error> {
        let operation = self.begin(OperationKind::PlanDeploy)?;
        operation.ended(operation.unless_cancelled(operation.plan_deploy(force)).await)
    }

    /// Deploys the workflow.
    ///
    /// # Errors
    /// When something would fail, the platform refuses, or not everything comes up in time.
    pub async fn deploy(&self, options: Options) -> Result<Deployed, Error> {
        let operation = self.begin(OperationKind::Deploy)?;
        operation.ended(operation.unless_cancelled(operation.deploy(options)).await)
    }

    /// How the workflow's application is.
    ///
    /// # Errors
    /// When it is not deployed, or the platform does not answer.
    pub async fn status(&self) -> Result<Status, Error> {
        let operation = self.begin(OperationKind::Status)?;
        operation.ended(operation.unless_cancelled(operation.status()).await)
    }

    /// Goes back to an earlier manifest: `wanted`, else the one before that which is deployed.
    ///
    /// # Errors
    /// When there is none, or not everything comes up in time.
    pub async fn rollback(&self, wanted: Option<&str>, options: Options) -> Result<Deployed, Error> {
        let operation = self.begin(OperationKind::Rollback)?;
        operation.ended(operation.unless_cancelled(operation.rollback(wanted, options)).await)
    }

    /// Takes the workflow's application away, or the one of this name. Its name, and whether there was one.
    ///
    /// # Errors
    /// When it is not this project's, or still runs after a while.
    pub async fn remove(
        &self,
        application: Option<String>,
        options: Options,
    ) -> Result<(String, bool), Error> {
        let operation = self.begin(OperationKind::Remove)?;
        operation.ended(operation.unless_cancelled(operation.remove(application, options)).await)
    }

    /// How the workflow's application is, look after look.
    ///
    /// # Errors
    /// When the platform does not answer. That it is not deployed is the stream's first error.
    pub async fn statuses(&self) -> Result<Statuses, Error> {
        let operation = Arc::new(self.look()?);
        let (name, streams) = operation.stream_look()?;
        let statuses = operation.platform()?.status(&name).await?;
        let streams = Arc::new(streams);
        Ok(statuses
            .then(move |status| {
                let streams = Arc::clone(&streams);
                async move { Ok(streams.beside(status?).await) }
            })
            .boxed())
    }
}

/// What a workflow is to a platform and a NATS server.
pub(super) struct Wanted {
    pub(super) application: Application,
    /// What JetStream has to do for its components.
    streams: Streams,
    /// What its components do with topics.
    rights: BTreeSet<(Right, String)>,
    /// What stays within sites, by the target that is there.
    sites: BTreeMap<String, Site>,
    /// What is worth a warning before anybody is asked.
    warnings: Vec<String>,
}

impl Operation {
    /// What the workflow is deployed to.
    ///
    /// # Errors
    /// When the settings do not say which of two it is.
    pub(super) fn platform(&self) -> Result<Arc<dyn Platform>, DeployError> {
        self.platform.clone().map_or_else(|| platform::of(&self.settings), Ok)
    }

    /// Reports what the platform cannot do, where it is known which one is meant.
    pub(super) fn check_for_platform(&self, checked: &mut Checked) {
        let Ok(platform) = self.platform() else { return };
        let About { has_secrets, name, .. } = platform.about();
        let Checked { workflow, report, .. } = checked;
        let url = self.settings.text(HOSTS_NATS_URL).unwrap_or_default();
        if name == infra::Platform::Wadm.name() && !is_beside(url) {
            for field in workflow.tasks.iter().filter_map(|task| task.prefer.as_ref()) {
                let message = "no target comes first: HOSTS_NATS_URL is one NATS server for all hosts";
                let problem = Problem::warning("prefer", &workflow.source, message);
                report.push(problem.at(workflow.span(&field.place)).advise(
                    "set it to the server on each host's own machine, such as `nats://127.0.0.1:4222`",
                ));
            }
            report.sort();
        }
        if has_secrets {
            return;
        }
        let tasks = workflow.tasks.iter().flat_map(|task| task.env.values());
        for variable in workflow.env.values().chain(tasks) {
            let Variable::Secret(field) = variable else { continue };
            let message = format!(
                "`{}` is a secret, which the platform `{name}` cannot give to a function",
                field.text
            );
            let problem = Problem::error("env", &workflow.source, message).at(workflow.span(&field.place));
            report
                .push(problem.advise("deploy to wasmCloud 2 with PLATFORM=wasmcloud, or remove the secret"));
        }
        report.sort();
    }

    pub(super) fn manifest(&self, hosts: Option<&Path>) -> Result<Manifest, Error> {
        self.manifest_of(&self.valid()?, hosts)
    }

    pub(super) fn manifest_of(&self, checked: &Checked, hosts: Option<&Path>) -> Result<Manifest, Error> {
        let mut application = self.wanted_of(checked)?.application;
        application.hosts = hosts.map(platform::host_list).transpose()?;
        Ok(self.platform()?.manifest(&application)?)
    }

    /// Sees that the workflow can be deployed, as far as that is known without asking anybody.
    pub(super) fn may_deploy(&self) -> Result<(), Error> {
        Ok(self.platform()?.parts(&self.wanted()?.application).map(drop)?)
    }

    /// Writes a manifest into `gen/`; its path, relative to the project.
    fn write_manifest(&self, platform: &dyn Platform, manifest: &Manifest) -> Result<String, Error> {
        generate::prepare(&self.root)?;
        let path = format!("{}/{}", generate::FOLDER, platform.about().manifest_file);
        files::overwrite(&self.root, &self.root.join(&path), manifest.to_yaml()?.as_bytes())?;
        Ok(path)
    }

    /// What the workflow is to a platform and a NATS server.
    fn wanted(&self) -> Result<Wanted, Error> {
        self.wanted_of(&self.valid()?)
    }

    pub(super) fn wanted_of(&self, checked: &Checked) -> Result<Wanted, Error> {
        let images = checked.components.iter().map(|component| push::image(&self.settings, component));
        let images = images.collect::<Result<Vec<_>, _>>()?;
        let name = checked.workflow.project_name.as_ref().map_or("", |field| field.text.as_str());
        let calls = self.calls_per_replica();
        let mut application = Application::new(name, &checked.components, images, calls)?;
        application.entry.image = push::entry_image(&self.settings)?;
        application.http_hosts = checked.workflow.http_hosts.iter().map(|field| field.text.clone()).collect();
        let streams = self.streams_deployed(&checked.components)?;
        let rights = checked.components.iter().flat_map(Component::rights).collect();
        let warnings = self.homeless(&checked.components);
        let sites = self.sites(&checked.components)?;
        Ok(Wanted { application, streams, rights, sites, warnings })
    }

    /// How many calls a replica handles at once.
    pub(super) fn calls_per_replica(&self) -> u32 {
        let calls = self.settings.number(CALLS_PER_REPLICA).and_then(|calls| calls.try_into().ok());
        calls.unwrap_or(1)
    }

    /// The name of the workflow's application.
    pub(super) fn application(&self) -> Result<String, Error> {
        self.application_of(&project::read(&self.root)?.0)
    }

    /// The name of a workflow's application.
    pub(super) fn application_of(&self, workflow: &project::Workflow) -> Result<String, Error> {
        let name = workflow.project_name.as_ref().map_or("", |field| field.text.as_str());
        Ok(self.platform()?.application_name(name)?)
    }

    async fn plan_deploy(&self, force: bool) -> Result<Plan, Error> {
        let Wanted { application, warnings, .. } = self.wanted()?;
        let mut plan = self.plan(self.platform()?.as_ref(), application, force).await?;
        plan.warnings.splice(0..0, warnings);
        Ok(plan)
    }

    pub(super) async fn plan(
        &self,
        platform: &dyn Platform,
        mut application: Application,
        force: bool,
    ) -> Result<Plan, Error> {
        // What cannot be deployed anyway is said before anybody is asked.
        platform.parts(&application)?;
        let connect = async { Ok::<_, Error>(platform.connect().await?) };
        tokio::try_join!(connect, self.pushed(&mut application))?;
        Ok(platform.plan(&application, force).await?)
    }

    async fn deploy(&self, options: Options) -> Result<Deployed, Error> {
        self.may_record()?;
        let start = Instant::now();
        let (done, tasks) = self.deploy_unrecorded(options).await?;
        self.record(&metrics::Run {
            tasks,
            deploy: Some(done.elapsed),
            total: start.elapsed(),
            ..metrics::Run::default()
        })?;
        Ok(done)
    }

    /// Deploys; nothing is recorded. Also how many components that were.
    pub(super) async fn deploy_unrecorded(&self, options: Options) -> Result<(Deployed, usize), Error> {
        let (wanted, platform) = (self.wanted()?, self.platform()?);
        let components = wanted.application.components.len();
        let plan = self.prepare(platform.as_ref(), wanted, options.force).await?;
        let done = platform::deploy(platform.as_ref(), &plan, options.wait, self.progress.as_ref()).await?;
        Ok((done, components))
    }

    /// Everything that has to be done before the platform is given anything.
    pub(super) async fn prepare(
        &self,
        platform: &dyn Platform,
        wanted: Wanted,
        force: bool,
    ) -> Result<Plan, Error> {
        let Wanted { application, streams, rights, sites, warnings } = wanted;
        let plan = self.plan(platform, application, force).await?;
        for message in warnings.into_iter().chain(plan.warnings.iter().cloned()) {
            self.progress.report(Event::DeployWarning { message });
        }
        self.has_rights(&rights).await?;
        self.look_at_sites(&sites).await?;
        self.write_manifest(platform, &plan.manifest)?;
        // Before anything starts: what is sent from then on is kept.
        if !streams.is_empty() {
            self.keep_deployed(&self.topics().await?, &streams).await?;
        }
        Ok(plan)
    }

    /// Sees that the user has the rights on topics. Hosts may be other users, so it says nothing if there is no server.
    async fn has_rights(&self, rights: &BTreeSet<(Right, String)>) -> Result<(), Error> {
        let lacking = nats::lacking(&self.settings.nats()?, rights).await.unwrap_or_default();
        match lacking.into_iter().next() {
            Some(lacking) => Err(StreamError::from(lacking).into()),
            None => Ok(()),
        }
    }

    async fn status(self: &Arc<Self>) -> Result<Status, Error> {
        let (name, streams) = self.stream_look()?;
        let first = self.platform()?.status(&name).await?.next().await;
        let status = first.ok_or(DeployError::Ended { name })??;
        Ok(streams.beside(status).await)
    }

    async fn rollback(&self, wanted: Option<&str>, options: Options) -> Result<Deployed, Error> {
        let (name, platform) = (self.application()?, self.platform()?);
        let progress = self.progress.as_ref();
        Ok(platform::rollback(platform.as_ref(), &name, wanted, options.wait, progress).await?)
    }

    async fn remove(&self, application: Option<String>, options: Options) -> Result<(String, bool), Error> {
        let name = application.map_or_else(|| self.application(), Ok)?;
        let removed = self.platform()?.remove(&name, options).await?;
        if ConsumerManager::has_any(&removed.subscriptions) {
            let used = self.domains(&self.topics().await?).forget(&removed.subscriptions).await?;
            for consumer in used {
                let message = format!(
                    "the consumer `{consumer}` stays: another platform, or {}, still receives its messages",
                    Remedy::Run
                );
                self.progress.report(Event::DeployWarning { message });
            }
        }
        Ok((name, removed.was_there))
    }

    /// Sees that the registry has all images, and notes what they are.
    async fn pushed(&self, application: &mut Application) -> Result<(), Error> {
        let mut images: Vec<_> = application.components.iter().map(|wanted| wanted.image.clone()).collect();
        if application.serves_http() && self.platform()?.about().has_entry {
            images.push(application.entry.image.clone());
        }
        let found = push::digests(&self.settings, &images, self.caller()).await?;
        let missing = images.iter().zip(&found).filter(|(_, digest)| digest.is_none());
        let missing: Vec<_> = missing.map(|(image, _)| image.as_str()).collect();
        if !missing.is_empty() {
            return Err(DeployError::NotPushed { images: missing.join(", ") }.into());
        }
        let digests = application.components.iter_mut().map(|wanted| &mut wanted.digest);
        for (digest, found) in digests.chain([&mut application.entry.digest]).zip(found) {
            *digest = found;
        }
        Ok(())
    }
}

/// Whether an address means another server for each machine: the one on it.
fn is_beside(url: &str) -> bool {
    let address = url.trim_end_matches('/').rsplit(['/', '@']).next().unwrap_or_default();
    let host = address.rsplit_once(':').map_or(address, |(host, _)| host);
    infra::is_loopback(host.trim_matches(['[', ']']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_beside_each_host_is_told_from_one_for_all() {
        for own in ["nats://127.0.0.1:4222", "localhost", "tls://me:pw@127.0.0.1/", "nats://[::1]:4222"] {
            assert!(is_beside(own), "{own}");
        }
        for one in ["nats://10.0.0.5:4222", "nats.example.org", "nats://127.0.0.1@10.0.0.5", ""] {
            assert!(!is_beside(one), "{one}");
        }
    }
}
