//! Deploying: what a workflow is for every platform, and one folder for each platform that it can run on.
//!
//! [`model`] has the values that all platforms share, [`Platform`] is what each of them can do, [`deploy`] and
//! [`rollback`] are what is done to any of them in order; [`follow`] waits until all of it runs, and [`history`] knows
//! which version comes next and which to go back to. What only one platform knows is in its folder, such as [`wadm`]:
//! nothing outside of it, but its settings and the files that `pelato infra` writes for it, knows its ideas.
//!
//! Another platform is a folder beside `wadm` with an implementation of [`Platform`], a line in [`ALL`], and its
//! settings, a file below `src/project/settings/`. The tests of `tests/` that every platform has to pass are generic
//! over the trait: see `docs/decisions/platforms.md`.

mod error;
mod flow;
pub mod follow;
pub mod history;
mod host_list;
pub mod interface;
mod manifest;
pub mod model;
mod problem;
pub mod wadm;
mod warning;
pub mod wasmcloud;

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;

pub use error::{Class, DeployError, Fault};
pub use flow::{Accepted, accept, deploy, rollback, settle};
pub use host_list::read as host_list;
pub use manifest::Manifest;
pub use model::{
    Application, Clock, Deployed, Finding, Host, HostList, Image, Options, Outlook, Part, PartKind, Plan,
    Removed, Revision, Running, State, Status, Statuses, Wanted,
};
pub use problem::Problem;

use crate::project::Settings;
use crate::project::settings::{self, Effective, Origin, PLATFORM};

/// Makes a platform from the settings. It reaches nothing yet.
pub type Open = fn(&Settings) -> Arc<dyn Platform>;

/// The platforms that PELATO can deploy to, by the names that the setting `PLATFORM` has for them. The first is the one
/// that is meant where nobody says which.
pub const ALL: [(&str, Open); 2] = [("wasmcloud", wasmcloud::open), ("wadm", wadm::open)];

/// The platform that the settings mean.
///
/// # Errors
/// When they say things that only another platform than the first one has, and not that it is meant.
pub fn of(settings: &Settings) -> Result<Arc<dyn Platform>, DeployError> {
    let is_unsaid = settings.origin(PLATFORM) == Some(&Origin::Default);
    let is_others =
        |one: &&Effective| one.origin != Origin::Default && settings::wadm::ALL.contains(&one.key);
    if let Some(other) = settings.iter().find(is_others).filter(|_| is_unsaid) {
        return Err(DeployError::Undecided { setting: other.key.name, origin: other.origin.clone() });
    }
    let wanted = settings.text(PLATFORM).unwrap_or_default();
    let [(_, first), ..] = ALL;
    let open = ALL.iter().find(|(name, _)| *name == wanted).map_or(first, |(_, open)| *open);
    Ok(open(settings))
}

/// What a platform calls things, for messages and for files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// Its name: one lower-case word.
    pub name: &'static str,
    /// Where applications run, with an article: `the lattice `default``.
    pub place: String,
    /// The address at which it is reached, without passwords.
    pub address: String,
    /// The settings that say where that is, for messages: `NATS_HOST and NATS_PORT`.
    pub address_settings: &'static str,
    /// What is there, without an article: `NATS server`.
    pub server: &'static str,
    /// The name of the manifest's file in `gen/`.
    pub manifest_file: &'static str,
    /// By what hosts belong to a target, such as `host-type`.
    pub label: &'static str,
    /// The servers and programs that it needs, as `pelato doctor` calls them: the one that is reached at the address,
    /// and those behind it.
    pub subjects: &'static [&'static str],
    /// Whether an HTTP entry runs beside components that answer HTTP: the path of a request does not decide who gets it.
    pub has_entry: bool,
    /// Whether hosts can give secrets to functions.
    pub has_secrets: bool,
}

/// Something that runs applications: it takes manifests, and starts components on hosts.
///
/// Every method that has to reach it does so by itself. Values are as the settings were when it was made.
#[async_trait]
pub trait Platform: Send + Sync {
    /// What it calls things.
    fn about(&self) -> About;

    /// Whether a setting says that there is such a platform, so that it is a problem if it cannot be reached.
    fn is_wanted(&self) -> bool;

    /// An application's name here: the project's, as far as it can be one.
    ///
    /// # Errors
    /// When nothing is left of it.
    fn application_name(&self, project: &str) -> Result<String, DeployError>;

    /// What it would be given for an application, without a version; nobody is asked.
    ///
    /// # Errors
    /// When there is nothing to deploy, or the application needs what the platform does not have.
    fn manifest(&self, application: &Application) -> Result<Manifest, DeployError>;

    /// The parts that an application would have here: its components, and what is run for them; nobody is asked.
    ///
    /// # Errors
    /// As for [`Platform::manifest`].
    fn parts(&self, application: &Application) -> Result<Vec<(String, PartKind)>, DeployError>;

    /// Sees that it can be reached.
    ///
    /// # Errors
    /// When it cannot.
    async fn connect(&self) -> Result<(), DeployError>;

    /// Looks and plans what deploying would do; nothing is changed.
    ///
    /// # Errors
    /// When something would fail, or the application of this name is somebody else's (unless `force`).
    async fn plan(&self, application: &Application, force: bool) -> Result<Plan, DeployError>;

    /// Carries a plan out. It returns when the platform has accepted it: what runs is seen by [`Platform::status`].
    ///
    /// # Errors
    /// When it refuses, or cannot be reached.
    async fn apply(&self, plan: &Plan) -> Result<(), DeployError>;

    /// How an application is, from now on: what goes wrong is noticed even before the first look.
    ///
    /// # Errors
    /// When it cannot be reached. That the application is not deployed is the stream's first error.
    async fn status(&self, name: &str) -> Result<Statuses, DeployError>;

    /// What is left to do once everything of a plan runs, or at once if nobody waits for that: then there is no status.
    /// Most platforms have nothing to do. How the application is after that, if it is not as before.
    ///
    /// # Errors
    /// When it cannot be done.
    async fn finish(&self, plan: &Plan, status: Option<&Status>) -> Result<Option<Status>, DeployError> {
        let _ = (plan, status);
        Ok(None)
    }

    /// Takes an application and its history away, and waits until nothing of it runs any more.
    ///
    /// # Errors
    /// When it is not PELATO's (unless forced), or something still runs when the time is over.
    async fn remove(&self, name: &str, options: Options) -> Result<Removed, DeployError>;

    /// The versions of an application that can be deployed again, the oldest first; none if there is no such
    /// application.
    ///
    /// # Errors
    /// When it cannot be reached.
    async fn history(&self, name: &str) -> Result<Vec<Revision>, DeployError>;

    /// Plans to deploy a version of the history again.
    ///
    /// # Errors
    /// When there is none.
    async fn recall(&self, name: &str, version: &str) -> Result<Plan, DeployError>;

    /// Forgets a version of the history.
    ///
    /// # Errors
    /// When it cannot be done.
    async fn forget(&self, name: &str, version: &str) -> Result<(), DeployError>;

    /// The hosts that answer, with what runs on them, by their names.
    ///
    /// # Errors
    /// When it cannot be reached.
    async fn hosts(&self) -> Result<Vec<Host>, DeployError>;

    /// The keys of the hosts that answer, until all of these have, or all have had their time.
    ///
    /// # Errors
    /// When it cannot be reached: then nothing is known of any host.
    async fn answering(&self, known: &BTreeSet<String>) -> Result<BTreeSet<String>, DeployError>;

    /// Looks at one of its subjects ([`About::subjects`]), once it can be reached.
    async fn preflight(&self, subject: &str) -> Vec<Finding>;

    /// This machine's clock beside the platform's, if that can be read.
    async fn clock(&self) -> Option<Clock>;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(environment: &[(&str, &str)]) -> Result<&'static str, String> {
        let look_up = |name: &str| {
            let found = environment.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        let settings = Settings::load(None, look_up, &[]).unwrap();
        of(&settings).map(|platform| platform.about().name).map_err(|error| error.to_string())
    }

    #[test]
    fn every_platform_has_a_name_and_the_setting_takes_it() {
        assert_eq!(ALL.map(|(name, _)| name), settings::PLATFORMS);
        for name in settings::PLATFORMS {
            assert_eq!(named(&[("PLATFORM", name), ("LATTICE", "home")]), Ok(name));
        }
    }

    #[test]
    fn settings_of_one_platform_are_not_taken_for_another() {
        assert_eq!(named(&[]), Ok("wasmcloud"));
        assert_eq!(named(&[("NATS_HOST", "h"), ("KUBE_CONTEXT", "c")]), Ok("wasmcloud"));
        let said = "LATTICE (environment) is a setting of wasmCloud 1.9, and PLATFORM does not say whether that is meant";
        assert_eq!(named(&[("LATTICE", "default")]), Err(said.to_owned()));
    }
}
