//! Containers that are kept for the next build: with more components than containers, making one for each would take as
//! long as the builds themselves. See `docs/decisions/containers.md`.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use bollard::models::ContainerCreateBody;
use bollard::query_parameters::{CreateContainerOptions, StartContainerOptions};

use super::engine::Engine;
use super::error::ContainerError;
use super::image::Image;
use super::run::{Ended, Locked, OUTPUT, body, failure, order, owner};
use super::shell::{self, Shell};
use super::sweep;
use crate::build::compilation::{Compilation, Failure, needs_network};
use crate::cancel::Tracked;
use crate::files;

/// Where the sources of all components are in a container.
const SOURCES: &str = "/pelato/sources";
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
    /// What runs its commands.
    shell: Shell,
    /// The folder of its output.
    output: files::Staging,
    _tracked: Tracked,
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
    /// When it was cancelled, or took too long.
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
        let Some(mut worker) = self.idle(image, compilation, &order) else { return Ok(None) };
        if exchange(staging, worker.output.path()).is_err() {
            return Ok(None);
        }
        let ended = worker.run(&order);
        if exchange(worker.output.path(), staging).is_err() {
            return Ok(None);
        }
        match ended {
            Ok(ended) => {
                self.keep(worker);
                let said = ended.said.replace(&there, &compilation.source.to_string_lossy());
                Ok((ended.code == 0).then_some(said))
            }
            Err(error @ (ContainerError::Cancelled | ContainerError::Timeout { .. })) => Err(failure(&error)),
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
    for entry in files::list(from, from)? {
        files::rename(files::anywhere(), &entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}

/// A container that reads from whoever made it, and from nobody when that ends.
fn listening(body: ContainerCreateBody) -> ContainerCreateBody {
    let yes = Some(true);
    ContainerCreateBody { open_stdin: yes, attach_stdin: yes, stdin_once: yes, ..body }
}

impl Worker {
    fn start(image: &Image, of: (String, String), root: &Path, order: &Locked) -> Option<Self> {
        let engine = &image.engine;
        let cancel = engine.cancel();
        if cancel.is_cancelled() {
            return None;
        }
        let tracked = cancel.track();
        let output = files::Staging::new(root, root).ok()?;
        let mut folders = order.folders.clone();
        folders.push((root.to_owned(), SOURCES.to_owned(), false));
        folders.push((output.path().to_owned(), OUTPUT.to_owned(), true));
        let container = Locked {
            command: vec![shell::COMMAND.to_owned()],
            folders,
            user: owner(output.path()),
            ..Locked::default()
        };
        container.check().ok()?;
        let docker = engine.docker();
        let made = docker.create_container(None::<CreateContainerOptions>, listening(body(image, container)));
        let id = engine.wait(made).ok()?.id;
        let started = engine.wait(async {
            let shell = Shell::attach(docker, &id).await?;
            docker.start_container(&id, None::<StartContainerOptions>).await.map(|()| shell)
        });
        let Ok(shell) = started else {
            engine.wait(sweep::remove(docker, &id));
            return None;
        };
        Some(Self { engine: engine.clone(), of, id, shell, output, _tracked: tracked })
    }

    /// Runs a command to its end.
    fn run(&mut self, order: &Locked) -> Result<Ended, ContainerError> {
        let Self { engine, shell, .. } = self;
        let limit = engine.limits().time;
        engine.wait(async {
            match engine.cancel().run(tokio::time::timeout(limit, shell.run(order))).await {
                Some(ended) => ended.unwrap_or(Err(ContainerError::Timeout { phase: "the compiler", limit })),
                None => Err(ContainerError::Cancelled),
            }
        })
    }
}
