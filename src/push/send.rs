//! Look first, then send: what is there already is not sent, and nothing is sent when one component is refused.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use futures_util::{StreamExt, TryStreamExt, stream};
use semver::Version;

use super::parcel::{Parcel, Source, Unread};
use super::registry::Registries;
use super::{Address, Caller, LOOKS, PushError, registry};
use crate::build::pool;
use crate::cancel::joined;
use crate::progress::{Change, Event, Phase};
use crate::project::Settings;
use crate::project::lock_file::{Digest, LockFile, Locked};

/// How many components are sent at a time.
const SENDS: usize = 4;

/// What pushing a component would do, or has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// The registry has nothing under this name.
    New,
    /// The registry has it already.
    Nothing,
    /// The registry has other content under this version.
    Replace,
}

/// A component that is in the registry now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pushed {
    pub component: String,
    pub version: Version,
    pub image: String,
    /// The digest of the manifest in the registry.
    pub digest: String,
    pub bytes: u64,
    pub work: Work,
    /// How long sending it took.
    pub elapsed: Duration,
    /// What `pelato.lock` remembers of it.
    pub locked: Locked,
}

/// How to push.
#[derive(Clone, Copy)]
pub struct How<'a> {
    /// Replace what the registry has under the same version.
    pub force: bool,
    pub caller: Caller<'a>,
}

/// What a look into the registry has shown.
struct Plan<'a> {
    parcels: Vec<Parcel>,
    registries: Registries<'a>,
    registry: String,
    /// For each parcel what is to be done, and the manifest's digest.
    verdicts: Vec<(Work, String)>,
}

/// What pushing would do to each of these components. Nothing is sent.
///
/// # Errors
/// When a setting or an artifact is wrong, or the registry cannot be asked.
pub async fn plan(
    settings: &Settings,
    sources: &[Source],
    lock_file: &LockFile,
    caller: Caller<'_>,
) -> Result<Vec<Work>, PushError> {
    let plan = look(settings, sources, caller).await?;
    let works = plan.parcels.iter().zip(&plan.verdicts).map(|(parcel, (work, _))| {
        let refused = plan.refusal(parcel, *work, lock_file).is_some();
        if refused { Work::Replace } else { *work }
    });
    Ok(works.collect())
}

/// Pushes components. Gives those that are in the registry now, also if others failed.
///
/// # Errors
/// When a component is refused, a setting, an artifact or the registry is at fault, or it is cancelled; then nothing was
/// sent.
pub async fn push(
    settings: &Settings,
    sources: &[Source],
    lock_file: &LockFile,
    how: How<'_>,
) -> Result<(Vec<Pushed>, Result<(), PushError>), PushError> {
    let How { force, caller: caller @ Caller { cancel, progress } } = how;
    let plan = cancel.run(look(settings, sources, caller)).await.ok_or(PushError::Cancelled)??;
    if !force {
        plan.keeps_promises(lock_file)?;
    }
    let to_send = plan.verdicts.iter().filter(|(work, _)| *work != Work::Nothing).count();
    progress.report(Event::Planned { phase: Phase::Push, components: to_send });
    // Whoever has not begun when one fails does not begin: most failures are the same for all.
    let failed = AtomicBool::new(false);
    let all = plan.parcels.iter().zip(&plan.verdicts);
    let sends = all.map(|(parcel, (work, digest))| plan.send(parcel, *work, digest, &failed, &how));
    // A list, not a closure: that is what lets any thread wait for it.
    let sends: Vec<_> = sends.collect();
    let results: Vec<_> = stream::iter(sends).buffered(SENDS).collect().await;
    let (mut pushed, mut errors) = (Vec::new(), Vec::new());
    for result in results.into_iter().flatten() {
        match result {
            Ok(one) => pushed.push(one),
            Err(error) => errors.push(error),
        }
    }
    let ended = if errors.is_empty() { Ok(()) } else { Err(PushError::of(errors)) };
    Ok((pushed, ended))
}

async fn look<'a>(
    settings: &Settings,
    sources: &[Source],
    caller: Caller<'a>,
) -> Result<Plan<'a>, PushError> {
    let registry = Address::of(settings)?.prefix();
    let unread = sources.iter().map(|source| Unread::new(settings, source)).collect::<Result<Vec<_>, _>>()?;
    // Megabytes are hashed: that is no work for a thread that serves others.
    let read = tokio::task::spawn_blocking(move || {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        pool::run(&unread, threads, |_| None, Unread::read).into_iter().collect::<Result<Vec<_>, _>>()
    });
    let parcels = joined(read.await).unwrap_or(Err(PushError::Cancelled))?;
    let images: Vec<_> = parcels.iter().map(|parcel| parcel.image.clone()).collect();
    let registries = Registries::of(settings, &images, caller).await?;
    let looks: Vec<_> = parcels.iter().map(|parcel| verdict(&registries, parcel)).collect();
    let verdicts = stream::iter(looks).buffered(LOOKS).try_collect().await?;
    Ok(Plan { parcels, registries, registry, verdicts })
}

async fn verdict(registries: &Registries<'_>, parcel: &Parcel) -> Result<(Work, String), PushError> {
    let ours = &parcel.artifact.digest;
    match registries.look(&parcel.image).await? {
        None => Ok((Work::New, ours.clone())),
        Some(there) if there == *ours => Ok((Work::Nothing, there)),
        Some(there) => {
            // The same component, described by another pelato or before a comment was written: that is kept.
            let layers = registries.layers(&parcel.image).await?;
            let same = layers.len() == 1 && layers[0] == parcel.artifact.layer;
            Ok(if same { (Work::Nothing, there) } else { (Work::Replace, ours.clone()) })
        }
    }
}

impl Plan<'_> {
    /// Whether no version gets other content.
    fn keeps_promises(&self, lock_file: &LockFile) -> Result<(), PushError> {
        let all = self.parcels.iter().zip(&self.verdicts);
        let broken: Vec<_> =
            all.filter_map(|(parcel, (work, _))| self.refusal(parcel, *work, lock_file)).collect();
        if broken.is_empty() { Ok(()) } else { Err(PushError::of(broken)) }
    }

    /// Why a component may not be sent. A promise that the project remembers counts in every registry.
    fn refusal(&self, parcel: &Parcel, work: Work, lock_file: &LockFile) -> Option<PushError> {
        match work {
            Work::Replace => Some(parcel.promise(&self.registry)),
            Work::New => parcel.breaks_promise(lock_file),
            Work::Nothing => None,
        }
    }

    /// Sends one, unless another has failed.
    async fn send(
        &self,
        parcel: &Parcel,
        work: Work,
        digest: &str,
        failed: &AtomicBool,
        How { caller: Caller { cancel, progress }, .. }: &How<'_>,
    ) -> Option<Result<Pushed, PushError>> {
        let start = Instant::now();
        let component = parcel.component.clone();
        if work != Work::Nothing {
            if failed.load(Ordering::Relaxed) {
                return None;
            }
            progress.report(Event::ComponentStarted {
                component: component.clone(),
                phase: Phase::Push,
                reason: None,
            });
            let sending = self.registries.send(&parcel.image, &parcel.artifact, || parcel.bytes());
            let sent = cancel.run(sending).await.unwrap_or(Err(PushError::Cancelled));
            if let Err(error) = sent {
                failed.store(true, Ordering::Relaxed);
                progress.report(Event::ComponentStopped { component, phase: Phase::Push });
                return Some(Err(error));
            }
            progress.report(Event::ComponentFinished {
                component,
                phase: Phase::Push,
                change: Change::Pushed { image: parcel.image.whole(), bytes: parcel.artifact.bytes },
                duration: start.elapsed(),
            });
        }
        Some(self.pushed(parcel, work, digest, start.elapsed()))
    }

    fn pushed(
        &self,
        parcel: &Parcel,
        work: Work,
        digest: &str,
        elapsed: Duration,
    ) -> Result<Pushed, PushError> {
        let image = parcel.image.whole();
        let read = |text: &str| {
            Digest::new(text).ok_or_else(|| PushError::Failed {
                host: registry::host(&parcel.image).to_owned(),
                doing: "read",
                image: image.clone(),
                reason: "it returned a digest that is not SHA-256".to_owned(),
                help: super::fault::SEE_ITS_LOG,
            })
        };
        let locked = Locked {
            version: parcel.version.clone(),
            content: parcel.content.clone(),
            artifact: read(&parcel.artifact.layer)?,
            manifest: read(digest)?,
            registry: self.registry.clone(),
        };
        Ok(Pushed {
            component: parcel.component.clone(),
            version: parcel.version.clone(),
            digest: digest.to_owned(),
            bytes: parcel.artifact.bytes,
            image,
            work,
            elapsed,
            locked,
        })
    }
}
