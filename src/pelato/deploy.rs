//! The facade's part that speaks with a lattice.

use std::time::Instant;

use async_nats::Client;

use super::Error;
use super::Pelato;
use super::operation::Operation;
use crate::check::Component;
use crate::deploy::manifest::{self, application_name};
use crate::deploy::{DeployError, Deployed, Lattice, Manifest, Options, Plan, Providers, run, status};
use crate::progress::{Event, OperationKind};
use crate::project::settings::JETSTREAM_DOMAIN;
use crate::stream::Consumer;
use crate::stream::ConsumerManager;
use crate::{files, generate, metrics, project, push};

/// The manifest's file in `gen/`.
pub const MANIFEST_FILE: &str = "wadm.yaml";

impl Pelato {
    /// The manifest of the workflow, without a version.
    ///
    /// # Errors
    /// When the workflow has errors, there is no registry, or it cannot be deployed.
    pub fn manifest(&self) -> Result<Manifest, Error> {
        self.look()?.manifest()
    }

    /// Looks at registry and lattice, and plans what deploying would do; nothing is changed.
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
    /// When something would fail, wadm refuses, or not everything comes up in time.
    pub async fn deploy(&self, options: Options) -> Result<Deployed, Error> {
        let operation = self.begin(OperationKind::Deploy)?;
        operation.ended(operation.unless_cancelled(operation.deploy(options)).await)
    }

    /// How the workflow's application is.
    ///
    /// # Errors
    /// When it is not deployed, or the lattice does not answer.
    pub async fn status(&self) -> Result<status::Status, Error> {
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

    /// Takes the workflow's application away. Its name, and whether there was one.
    ///
    /// # Errors
    /// When it is not this project's, or still runs after a while.
    pub async fn remove(&self, options: Options) -> Result<(String, bool), Error> {
        let operation = self.begin(OperationKind::Remove)?;
        operation.ended(operation.unless_cancelled(operation.remove(options)).await)
    }
}

impl Operation {
    pub(super) fn manifest(&self) -> Result<Manifest, Error> {
        Ok(self.manifest_and_consumers()?.0)
    }

    /// The manifest, and what has to be kept for its components.
    fn manifest_and_consumers(&self) -> Result<(Manifest, Vec<Consumer>), Error> {
        let checked = self.valid()?;
        let images = checked.components.iter().map(|component| push::image(&self.settings, component));
        let images = images.collect::<Result<Vec<_>, _>>()?;
        let name = checked.workflow.project_name.as_ref().map_or("", |field| field.text.as_str());
        let manifest = manifest::plan(name, &checked.components, &images, &Providers::from(&self.settings))?;
        Ok((manifest, consumers(&checked.components)?))
    }

    /// The name of the workflow's application.
    pub(super) fn application(&self) -> Result<String, Error> {
        let (workflow, _) = project::read(&self.root)?;
        let name = workflow.project_name.as_ref().map_or("", |field| field.text.as_str());
        Ok(application_name(name)?)
    }

    async fn plan_deploy(&self, force: bool) -> Result<Plan, Error> {
        let manifest = self.manifest()?;
        let (lattice, ()) = tokio::try_join!(self.lattice(), self.pushed(&manifest))?;
        Ok(run::plan(&lattice, manifest, force).await?)
    }

    async fn deploy(&self, options: Options) -> Result<Deployed, Error> {
        let start = Instant::now();
        let done = self.deploy_unrecorded(options).await?;
        self.record(&metrics::Run {
            tasks: done.manifest.components().count(),
            deploy: Some(done.elapsed),
            total: start.elapsed(),
            ..metrics::Run::default()
        })?;
        Ok(done)
    }

    /// Deploys; nothing is recorded.
    pub(super) async fn deploy_unrecorded(&self, options: Options) -> Result<Deployed, Error> {
        let (manifest, consumers) = self.manifest_and_consumers()?;
        let (lattice, ()) = tokio::try_join!(self.lattice(), self.pushed(&manifest))?;
        let plan = run::plan(&lattice, manifest, options.force).await?;
        for warning in &plan.warnings {
            self.progress.report(Event::DeployWarning { message: warning.clone() });
        }
        let folder = generate::prepare(&self.root)?;
        let text = plan.versioned().to_yaml().map_err(DeployError::from)?;
        files::overwrite(&folder.join(MANIFEST_FILE), text.as_bytes())?;
        // Before anything starts: what is sent from then on is kept.
        self.consumer_manager(lattice.client()).keep(&consumers, self.progress.as_ref()).await?;
        let done = run::deploy(&lattice, &plan, options.wait, self.progress.as_ref()).await?;
        Ok(done)
    }

    async fn status(&self) -> Result<status::Status, Error> {
        let name = self.application()?;
        Ok(status::read(&self.lattice().await?, &name).await?)
    }

    async fn rollback(&self, wanted: Option<&str>, options: Options) -> Result<Deployed, Error> {
        let name = self.application()?;
        let lattice = self.lattice().await?;
        Ok(run::rollback(&lattice, &name, wanted, options.wait, self.progress.as_ref()).await?)
    }

    async fn remove(&self, options: Options) -> Result<(String, bool), Error> {
        let name = self.application()?;
        let lattice = self.lattice().await?;
        let removed = run::remove(&lattice, &name, options).await?;
        self.consumer_manager(lattice.client()).forget(&removed.subscriptions).await?;
        Ok((name, removed.was_there))
    }

    /// What keeps messages, at a NATS server.
    pub(super) fn consumer_manager(&self, client: Client) -> ConsumerManager {
        ConsumerManager::new(client, self.settings.text(JETSTREAM_DOMAIN))
    }

    async fn lattice(&self) -> Result<Lattice, Error> {
        Ok(Lattice::connect(&self.settings).await?)
    }

    /// Whether the registry has all images of a manifest.
    async fn pushed(&self, manifest: &Manifest) -> Result<(), Error> {
        let images: Vec<_> = manifest.components().map(|part| part.properties.image.clone()).collect();
        let found = push::digests(&self.settings, &images).await?;
        let missing = images.iter().zip(&found).filter(|(_, digest)| digest.is_none());
        let missing: Vec<_> = missing.map(|(image, _)| image.as_str()).collect();
        match missing.as_slice() {
            [] => Ok(()),
            missing => Err(DeployError::NotPushed { images: missing.join(", ") }.into()),
        }
    }
}

/// What has to be kept for components.
pub(super) fn consumers(components: &[Component]) -> Result<Vec<Consumer>, Error> {
    let lists = components.iter().map(|component| {
        component.consumers().map_err(|source| Error::TemplateText {
            template: component.template.manifest.name.clone(),
            source,
        })
    });
    Ok(lists.collect::<Result<Vec<_>, _>>()?.concat())
}
