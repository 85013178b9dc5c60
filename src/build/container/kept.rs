//! Containers that are kept for the next build: with more components than containers, making one for each would take as
//! long as the builds themselves. See `docs/decisions/containers.md`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use bollard::exec::{CreateExecOptions, StartExecResults};
use bollard::query_parameters::{CreateContainerOptions, StartContainerOptions};
use futures_util::StreamExt;
use tempfile::TempDir;

use super::engine::Engine;
use super::error::ContainerError;
use super::image::Image;
use super::run::{Ended, Locked, OUTPUT, body, failure, order, owner};
use super::sweep;
use crate::build::compile::{Compilation, Failure, needs_network};
use crate::interrupt::Busy;

/// Where the sources of all components are in a container.
const SOURCES: &str = "/pelato/sources";
/// How the names of the folders begin that are made for containers' output.
pub const PREFIX: &str = ".container-";
/// What keeps a container alive between builds, in an hour at most: should PELATO be killed, it ends by itself. An image
/// without a shell cannot be kept.
const IDLE: [&str; 3] = ["sh", "-c", "sleep 3600"];
/// How long the engine may take to say how a command ended that has ended.
const PATIENCE: Duration = Duration::from_secs(5);

/// Containers that are kept for further builds; those that are idle when it is dropped are removed.
#[derive(Debug)]
pub struct Kept {
    /// The folder that has the sources of all components.
    root: PathBuf,
    idle: Mutex<Vec<Worker>>,
    /// One could not be started: images that have no shell are built in one container each.
    unfit: AtomicBool,
}

/// A container that waits for work. It is removed when it is dropped.
struct Worker {
    engine: Engine,
    /// The pack and the image that it was made for.
    of: (String, String),
    id: String,
    /// The folder of its output.
    output: TempDir,
    _busy: Busy,
}

impl std::fmt::Debug for Worker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Worker({})", self.id)
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.engine.wait(sweep::remove(self.engine.docker(), &self.id));
    }
}

impl Drop for Kept {
    /// All at once: the engine takes a tenth of a second for each.
    fn drop(&mut self) {
        let idle = std::mem::take(self.idle.get_mut().unwrap_or_else(PoisonError::into_inner));
        std::thread::scope(|scope| {
            for worker in idle {
                scope.spawn(move || drop(worker));
            }
        });
    }
}

impl Kept {
    /// None yet, for components whose sources are below `root`.
    pub fn new(root: PathBuf) -> Self {
        Self { root, idle: Mutex::default(), unfit: AtomicBool::new(false) }
    }

    /// Runs one command of a compilation in a container that is kept: what it said, if all went well. If not, or if the
    /// task cannot share a container with others, there is nothing: a container of its own will tell what is wrong.
    ///
    /// # Errors
    /// When it was interrupted, or took too long.
    pub fn compile(
        &self,
        image: &Image,
        compilation: &Compilation<'_>,
        words: &[String],
    ) -> Result<Option<String>, Failure> {
        let Ok(source) = compilation.source.strip_prefix(&self.root) else { return Ok(None) };
        let Some(staging) = compilation.output.parent().filter(|_| shares(compilation)) else {
            return Ok(None);
        };
        let there = format!("{SOURCES}/{}", source.display());
        let order = order(image, compilation, words, &there)?;
        let Some(worker) = self.idle(image, compilation, &order) else { return Ok(None) };
        if exchange(staging, worker.output.path()).is_err() {
            return Ok(None);
        }
        let ended = worker.run(order);
        if exchange(worker.output.path(), staging).is_err() {
            return Ok(None);
        }
        match ended {
            Ok(ended) => {
                self.keep(worker);
                let said = ended.said.replace(&there, &compilation.source.to_string_lossy());
                Ok((ended.code == 0).then_some(said))
            }
            Err(error @ (ContainerError::Interrupted | ContainerError::TooSlow { .. })) => {
                Err(failure(&error))
            }
            Err(_) => Ok(None),
        }
    }

    /// A container that waits for such work, or a new one; none if it cannot be had.
    fn idle(&self, image: &Image, compilation: &Compilation<'_>, order: &Locked) -> Option<Worker> {
        let of = (compilation.toolchain.pack.manifest.name.clone(), image.id.clone());
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(index) = idle.iter().position(|worker| worker.of == of) {
            return Some(idle.swap_remove(index));
        }
        drop(idle);
        if self.unfit.load(Ordering::Relaxed) {
            return None;
        }
        let started = Worker::start(image, of, &self.root, order);
        if started.is_none() {
            self.unfit.store(true, Ordering::Relaxed);
        }
        started
    }

    fn keep(&self, worker: Worker) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(worker);
    }
}

/// Whether a task brings nothing of strangers, which other tasks should not have to meet, and keeps nothing for itself.
fn shares(compilation: &Compilation<'_>) -> bool {
    !needs_network(compilation) && compilation.toolchain.pack.manifest.build.own_cache.is_empty()
}

/// Moves all that is in a folder into another of the same file system.
fn exchange(from: &Path, to: &Path) -> io::Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        fs::rename(entry.path(), to.join(entry.file_name()))?;
    }
    Ok(())
}

impl Worker {
    fn start(image: &Image, of: (String, String), root: &Path, order: &Locked) -> Option<Self> {
        let engine = &image.engine;
        let interrupt = engine.interrupt();
        if interrupt.is_raised() {
            return None;
        }
        let busy = interrupt.busy();
        let output = tempfile::Builder::new().prefix(PREFIX).tempdir_in(root).ok()?;
        let mut folders = order.folders.clone();
        folders.push((root.to_owned(), SOURCES.to_owned(), false));
        folders.push((output.path().to_owned(), OUTPUT.to_owned(), true));
        let container = Locked {
            command: IDLE.map(str::to_owned).to_vec(),
            folders,
            user: owner(output.path()),
            ..Locked::default()
        };
        let made = engine.docker().create_container(None::<CreateContainerOptions>, body(image, container));
        let id = engine.wait(made).ok()?.id;
        // From here on it is removed, whatever happens.
        let worker = Self { engine: engine.clone(), of, id, output, _busy: busy };
        engine.wait(engine.docker().start_container(&worker.id, None::<StartContainerOptions>)).ok()?;
        Some(worker)
    }

    /// Runs a command to its end.
    fn run(&self, order: Locked) -> Result<Ended, ContainerError> {
        let limit = self.engine.limits().time;
        let interrupt = self.engine.interrupt();
        self.engine.wait(async {
            tokio::select! {
                ended = tokio::time::timeout(limit, self.to_its_end(order)) => {
                    ended.unwrap_or(Err(ContainerError::TooSlow { phase: "the compiler", limit }))
                }
                () = interrupt.raised() => Err(ContainerError::Interrupted),
            }
        })
    }

    async fn to_its_end(&self, order: Locked) -> Result<Ended, ContainerError> {
        let docker = self.engine.docker();
        let broken = |error| ContainerError::engine("starting the compiler", &error);
        let options = CreateExecOptions {
            attach_stdout: Some(true),
            attach_stderr: Some(true),
            cmd: Some(order.command),
            env: Some(order.env),
            user: order.user,
            working_dir: order.working_dir,
            ..CreateExecOptions::default()
        };
        let exec = docker.create_exec(&self.id, options).await.map_err(broken)?.id;
        let mut said = Vec::new();
        if let StartExecResults::Attached { mut output, .. } =
            docker.start_exec(&exec, None).await.map_err(broken)?
        {
            while let Some(piece) = output.next().await {
                said.extend_from_slice(&piece.map_err(broken)?.into_bytes());
            }
        }
        let code = tokio::time::timeout(PATIENCE, self.code(&exec)).await;
        let unknown = || ContainerError::TooSlow { phase: "the compiler's end", limit: PATIENCE };
        Ok(Ended { code: code.map_err(|_| unknown())??, said: String::from_utf8_lossy(&said).into_owned() })
    }

    /// How a command ended: its output ends a little before.
    async fn code(&self, exec: &str) -> Result<i64, ContainerError> {
        loop {
            let state = self.engine.docker().inspect_exec(exec).await;
            let state = state.map_err(|error| ContainerError::engine("waiting for the compiler", &error))?;
            if let Some(code) = state.exit_code.filter(|_| state.running != Some(true)) {
                return Ok(code);
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}
