//! One container: made, run to its end, removed whatever happens.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bollard::container::LogOutput;
use bollard::errors::Error as Refused;
use bollard::models::{ContainerCreateBody, HostConfig, Mount, MountType};
use bollard::query_parameters::{
    CreateContainerOptions, InspectContainerOptions, LogsOptionsBuilder, StartContainerOptions,
    WaitContainerOptionsBuilder,
};
use futures_util::StreamExt;

use super::engine::{Engine, Limits};
use super::error::ContainerError;
use super::image::{Image, Installed};
use super::sweep;
use crate::build::compilation::{Compilation, Failure, cache_folders, needs_network};
use crate::build::placeholders::FillInside;
use crate::build::toolchain::of_network;
use crate::files;

/// How long making or starting a container may take: engines on busy machines need tens of seconds.
const PATIENCE: Duration = Duration::from_secs(120);
/// Where things are in a container.
pub(super) const SOURCE: &str = "/pelato/source";
pub(super) const OUTPUT: &str = "/pelato/output";
const CACHE: &str = "/pelato/cache";
/// Where a compiler is that is not the image's own, when it is installed and when it is used.
pub(super) const TOOLCHAIN: &str = "/pelato/toolchain";
const HOME: &str = "/tmp";

/// A container that is locked in: what it runs and what it can reach.
#[derive(Debug, Default)]
pub struct Locked {
    pub command: Vec<String>,
    pub env: Vec<String>,
    /// Folders of this machine: here, there, and whether they can be written.
    pub folders: Vec<(PathBuf, String, bool)>,
    /// Whose files it makes: user and group.
    pub user: Option<String>,
    /// Where it starts.
    pub working_dir: Option<String>,
    pub network: bool,
}

impl Locked {
    /// Gives the container a compiler that is not its image's own.
    pub fn equip(&mut self, installed: &Installed) {
        self.folders.push((installed.folder.clone(), TOOLCHAIN.to_owned(), false));
        self.env.extend(installed.env.iter().cloned());
    }
}

impl Locked {
    /// Whether its folders can be mounted.
    ///
    /// # Errors
    /// When the name of one is not text.
    pub(super) fn check(&self) -> Result<(), ContainerError> {
        match self.folders.iter().find(|(here, ..)| here.to_str().is_none()) {
            Some((folder, ..)) => Err(ContainerError::FolderName { folder: folder.clone() }),
            None => Ok(()),
        }
    }
}

#[derive(Debug)]
pub struct Ended {
    pub code: i64,
    pub said: String,
}

/// What a container is to run for a compilation, in the folder of the sources `there`; without the sources themselves
/// and the folder of the output.
pub(super) fn order(
    image: &Image,
    compilation: &Compilation<'_>,
    words: &[String],
    there: &str,
) -> Result<Locked, Failure> {
    let Compilation { toolchain, output, offline, .. } = compilation;
    let build = &toolchain.pack.manifest.build;
    let broken = |error: &dyn std::fmt::Display| Failure::Broken(error.to_string());
    let (folder, file) = output.parent().zip(output.file_name()).unwrap_or((output, "output.wasm".as_ref()));
    let file = format!("{OUTPUT}/{}", file.to_string_lossy());
    let fill = FillInside::new([("output", file), ("work", OUTPUT.to_owned()), ("home", HOME.to_owned())]);
    let network = needs_network(compilation);
    let mut env = vec![format!("HOME={HOME}")];
    if network {
        env.extend(of_network(&toolchain.pack.manifest.toolchain.inherit));
    }
    env.extend(fill.env(&build.env));
    if *offline || !network {
        env.extend(fill.env(&build.offline));
    }
    let mut folders = Vec::new();
    for (variable, folder) in cache_folders(compilation) {
        files::create_folder(files::anywhere(), &folder).map_err(|error| broken(&error))?;
        let variable = variable.to_string_lossy();
        env.push(format!("{variable}={CACHE}/{variable}"));
        folders.push((folder, format!("{CACHE}/{variable}"), true));
    }
    let command = fill.words(words);
    let working_dir = Some(there.to_owned());
    let mut container = Locked { command, env, folders, user: owner(folder), working_dir, network };
    if let Some(installed) = &image.installed {
        container.equip(installed);
    }
    Ok(container)
}

/// Why a compilation failed, in words.
pub(super) fn failure(error: &ContainerError) -> Failure {
    match miette::Diagnostic::help(error) {
        _ if matches!(error, ContainerError::Cancelled) => Failure::Cancelled,
        Some(help) => Failure::Broken(format!("{error}\n  help: {help}")),
        None => Failure::Broken(error.to_string()),
    }
}

/// Runs a container to its end.
pub fn run(image: &Image, container: Locked) -> Result<Ended, ContainerError> {
    let engine = &image.engine;
    let cancel = engine.cancel();
    if cancel.is_cancelled() {
        return Err(ContainerError::Cancelled);
    }
    container.check()?;
    let _tracked = cancel.track();
    engine.wait(async {
        let made = engine.docker().create_container(None::<CreateContainerOptions>, body(image, container));
        let id = timely("creating a container", PATIENCE, made).await?.id;
        let ended = cancel.run(to_its_end(engine, &id)).await.unwrap_or(Err(ContainerError::Cancelled));
        sweep::remove(engine.docker(), &id).await;
        ended
    })
}

async fn to_its_end(engine: &Engine, id: &str) -> Result<Ended, ContainerError> {
    let (docker, limits) = (engine.docker(), engine.limits());
    timely("starting a container", PATIENCE, docker.start_container(id, None::<StartContainerOptions>))
        .await?;
    let slow = || ContainerError::Timeout { phase: "the compiler", limit: limits.time };
    let code = tokio::time::timeout(limits.time, code(engine, id)).await.map_err(|_| slow())?;
    let inspected = docker.inspect_container(id, None::<InspectContainerOptions>).await;
    let state = inspected.ok().and_then(|container| container.state);
    if state.and_then(|state| state.oom_killed) == Some(true) {
        return Err(ContainerError::OutOfMemory { mebibytes: limits.memory });
    }
    Ok(Ended { code: code?, said: output(engine, id).await })
}

async fn code(engine: &Engine, id: &str) -> Result<i64, ContainerError> {
    let options = WaitContainerOptionsBuilder::default().condition("not-running").build();
    match engine.docker().wait_container(id, Some(options)).next().await {
        Some(Ok(ended)) => Ok(ended.status_code),
        // That it ended with an error is no error of the engine.
        Some(Err(Refused::DockerContainerWaitError { code, .. })) => Ok(code),
        Some(Err(error)) => Err(ContainerError::engine("waiting for the compiler", &error)),
        None => Err(ContainerError::Engine {
            phase: "waiting for the compiler",
            message: "the connection was closed".to_owned(),
        }),
    }
}

/// Everything it has printed. Asked for when it has ended: a log that is followed ends early with Podman, which also
/// splits lines, so that the pieces are put together as bytes.
async fn output(engine: &Engine, id: &str) -> String {
    let options = LogsOptionsBuilder::default().stdout(true).stderr(true).build();
    let mut logs = engine.docker().logs(id, Some(options));
    let mut said = Vec::new();
    while let Some(Ok(LogOutput::StdOut { message } | LogOutput::StdErr { message })) = logs.next().await {
        said.extend_from_slice(&message);
    }
    String::from_utf8_lossy(&said).into_owned()
}

async fn timely<T>(
    phase: &'static str,
    limit: Duration,
    work: impl Future<Output = Result<T, Refused>>,
) -> Result<T, ContainerError> {
    match tokio::time::timeout(limit, work).await {
        Ok(done) => done.map_err(|error| ContainerError::engine(phase, &error)),
        Err(_) => Err(ContainerError::Timeout { phase, limit }),
    }
}

pub(super) fn body(image: &Image, container: Locked) -> ContainerCreateBody {
    // Podman takes a comma for the end of a mount's path; a bind's path ends with a colon.
    let (binds, mounts): (Vec<_>, Vec<_>) =
        container.folders.into_iter().partition(|(here, ..)| here.to_string_lossy().contains(','));
    ContainerCreateBody {
        image: Some(image.id.clone()),
        cmd: Some(container.command),
        entrypoint: Some(Vec::new()),
        env: Some(container.env),
        user: container.user,
        working_dir: container.working_dir,
        labels: Some(image.engine.mark().labels()),
        host_config: Some(HostConfig {
            mounts: Some(mounts.into_iter().map(mount).collect()),
            binds: Some(binds.into_iter().map(bind).collect()),
            network_mode: (!container.network).then(|| "none".to_owned()),
            ..confined(image.engine.limits())
        }),
        ..ContainerCreateBody::default()
    }
}

fn mount((here, there, write): (PathBuf, String, bool)) -> Mount {
    Mount {
        typ: Some(MountType::BIND),
        source: Some(here.to_string_lossy().into_owned()),
        target: Some(there),
        read_only: Some(!write),
        ..Mount::default()
    }
}

fn bind((here, there, write): (PathBuf, String, bool)) -> String {
    format!("{}:{there}:{}", here.display(), if write { "rw" } else { "ro" })
}

/// What every container of ours is denied.
fn confined(limits: &Limits) -> HostConfig {
    let whole = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let tmp = ("/tmp".to_owned(), "rw,exec,nosuid,size=2g,mode=1777".to_owned());
    HostConfig {
        cap_drop: Some(vec!["ALL".to_owned()]),
        security_opt: Some(vec!["no-new-privileges".to_owned()]),
        readonly_rootfs: Some(true),
        tmpfs: Some(HashMap::from([tmp])),
        memory: Some(whole(limits.memory << 20)),
        nano_cpus: (limits.processors > 0).then(|| whole(limits.processors * 1_000_000_000)),
        pids_limit: Some(whole(limits.processes)),
        ..HostConfig::default()
    }
}

/// The user and group that own a folder: the caller, who has just made it.
#[cfg(unix)]
pub fn owner(folder: &Path) -> Option<String> {
    use std::os::unix::fs::MetadataExt;
    let metadata = folder.metadata().ok()?;
    Some(format!("{}:{}", metadata.uid(), metadata.gid()))
}

#[cfg(not(unix))]
pub fn owner(_: &Path) -> Option<String> {
    None
}
