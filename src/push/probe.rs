//! Whether a push would work, tried without pushing: an upload is begun and called off.

use std::time::{Duration, SystemTime};

use reqwest::Method;

use super::http::Limits;
use super::registry::{Registries, reference};
use super::session::{About, Action, Session};
use super::{Address, Caller, PushError};
use crate::clock;
use crate::project::Settings;

/// What was found out about a registry.
#[derive(Debug)]
pub struct Probe {
    /// Host, and port if there is one.
    pub host: String,
    /// Who we are to it, for a sentence.
    pub whom: String,
    /// The seconds that this machine's clock is ahead of the registry's, if it tells the time.
    pub ahead: Option<f64>,
    /// Whether we may push there.
    pub push: Result<(), PushError>,
}

/// Asks the registry of the settings whether a repository in it may be pushed to. It has `limit` for its answers; a program
/// that is asked for the credentials has its own.
///
/// # Errors
/// When a setting is wrong, or the registry does not answer.
pub async fn probe(
    settings: &Settings,
    repository: &str,
    caller: Caller<'_>,
    limit: Duration,
) -> Result<Probe, PushError> {
    let address = Address::of(settings)?;
    let place = format!("{}/{repository}", address.prefix());
    let image = reference(&format!("{place}:0"))?;
    // A part of it, so that what was waited for can be named.
    let limits = Limits { connect: limit / 2, answer: Some(limit * 3 / 4) };
    let registries = Registries::within(limits, settings, std::slice::from_ref(&image), caller).await?;
    let session = registries.session(&image)?;
    let about = About::new(&image, &place, Action::Push);
    let asked = async { Ok::<_, PushError>((ahead(session, about).await?, upload(session, about).await)) };
    let too_slow = |_| PushError::Timeout { host: address.host.clone(), limit };
    let (ahead, push) = tokio::time::timeout(limit, asked).await.map_err(too_slow)??;
    Ok(Probe { host: address.host, whom: session.credentials.whom(), ahead, push })
}

/// How far our clock is ahead of that of the registry, which has to answer.
async fn ahead(session: &Session, about: About<'_>) -> Result<Option<f64>, PushError> {
    let before = SystemTime::now();
    let date = session.date(about).await.map_err(|fault| fault.error)?;
    let after = SystemTime::now();
    let date = date.and_then(|date| clock::read(&date));
    Ok(date.map(|date| clock::ahead((before, after), date, 1.0)))
}

/// Begins an upload and calls it off.
async fn upload(session: &Session, about: About<'_>) -> Result<(), PushError> {
    if let Some(place) = session.begin(about).await.map_err(|fault| fault.error)? {
        // Best effort: registries forget uploads that nobody goes on with.
        let _ = session.ask(about, &Method::DELETE, &place, |request| request).await;
    }
    Ok(())
}
