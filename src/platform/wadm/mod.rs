//! wasmCloud 1.x: a lattice of hosts and providers, reached over NATS and managed by wadm.
//!
//! [`manifest`] makes wadm's manifest of an application: pure data. [`lattice`] speaks with wadm and with the hosts.
//! [`preflight`] looks for what would fail, [`plan`] compares with what is deployed, [`watch`] looks how it goes on,
//! [`between`] moves components, [`relink`] makes sure of the links, [`doctor`] examines the servers.

mod between;
mod doctor;
mod error;
pub mod lattice;
pub mod manifest;
mod plan;
mod preflight;
mod relink;
mod remove;
mod status;
mod watch;

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::OnceCell;

pub use error::WadmError;
pub use lattice::Lattice;
pub use manifest::{Manifest, Providers};

use super::{
    About, Application, Clock, DeployError, Finding, Host, Options, PartKind, Plan, Platform, Removed,
    Revision, Running, Status, Statuses,
};
use crate::nats;
use crate::project::Settings;
use crate::project::settings::wadm::LATTICE;
use crate::project::settings::{
    Effective, JETSTREAM_DOMAIN, Key, NATS_CA, NATS_CREDS, NATS_HOST, NATS_PASSWORD, NATS_PORT, NATS_USER,
    Origin,
};

/// The settings that say which lattice is meant: who sets one of them wants it.
const OF_LATTICE: [Key; 8] =
    [NATS_HOST, NATS_PORT, NATS_USER, NATS_PASSWORD, NATS_CREDS, NATS_CA, LATTICE, JETSTREAM_DOMAIN];

/// Makes the platform that the settings name.
pub fn open(settings: &Settings) -> Arc<dyn Platform> {
    Arc::new(Wadm { settings: settings.clone(), lattice: OnceCell::new() })
}

/// wadm and its lattice.
pub struct Wadm {
    settings: Settings,
    lattice: OnceCell<Lattice>,
}

impl Wadm {
    /// The connection; made when it is wanted first.
    async fn lattice(&self) -> Result<&Lattice, DeployError> {
        self.lattice.get_or_try_init(|| Lattice::connect(&self.settings)).await
    }

    fn planned(&self, application: &Application) -> Result<Manifest, DeployError> {
        manifest::plan(application, &Providers::from(&self.settings))
    }
}

#[async_trait]
impl Platform for Wadm {
    fn about(&self) -> About {
        About {
            has_entry: false,
            has_secrets: false,
            name: "wadm",
            place: lattice::place(self.settings.text(LATTICE).unwrap_or_default()),
            address: nats::shown(&self.settings.nats_url()),
            address_settings: "NATS_HOST and NATS_PORT",
            server: "NATS server",
            manifest_file: "wadm.yaml",
            label: manifest::model::HOST_TYPE,
            subjects: &doctor::SUBJECTS,
        }
    }

    /// `.env.template` holds all defaults: those in `.env` say nothing.
    fn is_wanted(&self) -> bool {
        let says = |setting: &Effective| match setting.origin {
            Origin::Default => false,
            Origin::EnvFile => setting.value.as_deref() != setting.key.default,
            Origin::Flag(_) | Origin::Environment => true,
        };
        self.settings.iter().any(|setting| OF_LATTICE.contains(&setting.key) && says(setting))
    }

    fn application_name(&self, project: &str) -> Result<String, DeployError> {
        manifest::application_name(project)
    }

    fn manifest(&self, application: &Application) -> Result<super::Manifest, DeployError> {
        super::Manifest::of(&self.planned(application)?)
    }

    fn parts(&self, application: &Application) -> Result<Vec<(String, PartKind)>, DeployError> {
        let manifest = self.planned(application)?;
        Ok(manifest.spec.components.into_iter().map(|part| (part.name, part.kind)).collect())
    }

    async fn connect(&self) -> Result<(), DeployError> {
        self.lattice().await.map(drop)
    }

    async fn plan(&self, application: &Application, force: bool) -> Result<Plan, DeployError> {
        let manifest = self.planned(application)?;
        plan::plan(self.lattice().await?, application, manifest, force).await
    }

    async fn apply(&self, plan: &Plan) -> Result<(), DeployError> {
        let (lattice, wanted) = (self.lattice().await?, Manifest::try_from(&plan.manifest)?);
        let between = match plan.unchanged {
            true => None,
            false => between::deploy(lattice, &plan.name, &wanted, &plan.version).await?,
        };
        if !plan.stored {
            lattice.put(&wanted).await?;
        }
        lattice.deploy(&plan.name, &plan.version).await?;
        if let Some(version) = between {
            // It is only for tidiness: an old one is forgotten anyway.
            let _ = lattice.forget(&plan.name, Some(&version)).await;
        }
        Ok(())
    }

    async fn status(&self, name: &str) -> Result<Statuses, DeployError> {
        watch::statuses(self.lattice().await?, name).await
    }

    async fn finish(&self, plan: &Plan, status: Option<&Status>) -> Result<Option<Status>, DeployError> {
        let Some(status) = status else { return Ok(None) };
        relink::tell(self.lattice().await?, &Manifest::try_from(&plan.manifest)?, status).await?;
        Ok(None)
    }

    async fn remove(&self, name: &str, options: Options) -> Result<Removed, DeployError> {
        remove::remove(self.lattice().await?, name, options).await
    }

    async fn history(&self, name: &str) -> Result<Vec<Revision>, DeployError> {
        self.lattice().await?.versions(name).await
    }

    async fn recall(&self, name: &str, version: &str) -> Result<Plan, DeployError> {
        plan::recall(self.lattice().await?, name, version).await
    }

    async fn forget(&self, name: &str, version: &str) -> Result<(), DeployError> {
        self.lattice().await?.forget(name, Some(version)).await
    }

    async fn hosts(&self) -> Result<Vec<Host>, DeployError> {
        let hosts = self.lattice().await?.hosts(&BTreeSet::new()).await?;
        Ok(hosts.iter().map(neutral).collect())
    }

    async fn answering(&self, known: &BTreeSet<String>) -> Result<BTreeSet<String>, DeployError> {
        let lattice = self.lattice().await?;
        let answering = lattice.answering(known).await?;
        match lattice.is_connected() {
            true => Ok(answering),
            false => Err(lattice.lost("there is none at this moment".to_owned())),
        }
    }

    async fn preflight(&self, subject: &str) -> Vec<Finding> {
        match self.lattice().await {
            Ok(lattice) => doctor::look(lattice, subject).await,
            Err(error) => vec![Finding::Failed(error)],
        }
    }

    async fn clock(&self) -> Option<Clock> {
        let lattice = self.lattice().await.ok()?;
        let ahead = lattice.ahead(self.settings.text(JETSTREAM_DOMAIN)).await?;
        Some(Clock { whose: "the NATS server's (what JetStream says)".to_owned(), ahead })
    }
}

/// A host as every platform tells it. Components are called `<application>-<name>` in a lattice.
fn neutral(host: &lattice::hosts::Host) -> Host {
    let running = host.components.iter().filter_map(|component| {
        let application = component.application()?;
        let prefix = format!("{}-", manifest::model::plain(application));
        let name = component.id.strip_prefix(&prefix);
        let component = name.unwrap_or(&component.id).to_owned();
        Some(Running { application: application.to_owned(), component })
    });
    Host {
        id: host.id.clone(),
        name: host.shown(),
        target: host.target().map(str::to_owned),
        running: running.collect(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::platform::wadm::lattice::hosts;

    #[test]
    fn hosts_tell_what_wadm_started_on_them() {
        let running = |id: &str, application: Option<&str>| hosts::Running {
            id: id.into(),
            annotations: application
                .map(|name| BTreeMap::from([("wasmcloud.dev/appspec".to_owned(), name.to_owned())])),
            ..hosts::Running::default()
        };
        let host = hosts::Host {
            id: "NABCDEFG".into(),
            labels: BTreeMap::from([("host-type".to_owned(), "edge".to_owned())]),
            components: vec![running("my_app-echo_1", Some("my-app")), running("other", None)],
            providers: vec![running("my_app-messaging_edge", Some("my-app"))],
            ..hosts::Host::default()
        };
        let seen = neutral(&host);
        assert_eq!((seen.name.as_str(), seen.target.as_deref()), ("NABCD", Some("edge")));
        let only = Running { application: "my-app".into(), component: "echo_1".into() };
        assert_eq!(seen.running, [only]);
    }
}
