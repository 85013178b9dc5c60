//! `<component>.wasm` → an image in an OCI registry. What a registry has under a version stays as it is.

mod address;
mod artifact;
mod auth;
mod credentials;
mod docker;
mod error;
mod fault;
mod http;
mod hub;
mod parcel;
mod probe;
mod proxy;
mod registry;
mod send;
mod session;
mod token;

use futures_util::{StreamExt, TryStreamExt, stream};
use semver::Version;

pub use address::Address;
pub use docker::HELPER_LIMIT;
pub use error::PushError;
pub use parcel::Source;
pub use probe::{Probe, probe};
pub use send::{How, Pushed, Work, plan, push};

use crate::cancel::Cancel;
use crate::check::Component;
use crate::entry;
use crate::progress::Progress;
use crate::project::Settings;
use credentials::Credentials;
use registry::{Registries, reference};

/// Who wants something of a registry.
#[derive(Clone, Copy)]
pub struct Caller<'a> {
    /// Ends it.
    pub cancel: &'a Cancel,
    /// Takes the events.
    pub progress: &'a dyn Progress,
}

/// How many images are looked for at a time.
const LOOKS: usize = 8;

/// The name of a component's image: `host/path/name:version`.
///
/// # Errors
/// When no registry is set, or what is set is none.
pub fn image(settings: &Settings, component: &Component) -> Result<String, PushError> {
    named(settings, &component.name, &component.version)
}

/// The name of the HTTP entry's image.
///
/// # Errors
/// As for [`image`].
pub fn entry_image(settings: &Settings) -> Result<String, PushError> {
    named(settings, entry::IMAGE, &entry::version())
}

fn named(settings: &Settings, name: &str, version: &Version) -> Result<String, PushError> {
    let prefix = Address::of(settings)?.prefix();
    Ok(format!("{prefix}/{name}:{version}"))
}

/// Whether the settings are such that something can be pushed. Nobody is asked for that.
///
/// # Errors
/// When no registry is set, or one of its settings is wrong.
pub fn check(settings: &Settings) -> Result<(), PushError> {
    let address = Address::of(settings)?;
    http::certificates(settings)?;
    Credentials::check(settings, &address.host)
}

/// For each image the digest of its manifest in its registry, or nothing where it is not there.
///
/// # Errors
/// When a name is none, a setting is wrong, or a registry cannot be asked.
pub async fn digests(
    settings: &Settings,
    images: &[String],
    caller: Caller<'_>,
) -> Result<Vec<Option<String>>, PushError> {
    let references = images.iter().map(|image| reference(image)).collect::<Result<Vec<_>, _>>()?;
    let registries = Registries::of(settings, &references, caller).await?;
    // A list, not a closure: that is what lets any thread wait for it.
    let looks: Vec<_> = references.iter().map(|image| registries.look(image)).collect();
    let looks = stream::iter(looks).buffered(LOOKS);
    looks.try_collect().await
}
