//! What can go wrong with containers.

use std::path::PathBuf;
use std::time::Duration;

use crate::remedy::{Argument, Remedy, Restriction};

/// Why a container could not be used.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum ContainerError {
    #[error("no container engine answers{}", listed(.tried))]
    #[diagnostic(
        code(pelato::container::no_engine),
        help(
            "start Docker or Podman (`podman system service`), or say where one is: DOCKER_HOST=unix:///…; or build with {}",
            local()
        )
    )]
    NoEngine {
        /// Where one was looked for, and what happened there.
        tried: Vec<String>,
    },
    /// There is an engine, and we may not use it.
    #[error("permission denied by the container engine at {address}")]
    #[diagnostic(
        code(pelato::container::permission_denied),
        help(
            "its socket belongs to the group {group}: `sudo usermod -aG {group} $USER`, and log in again; or use rootless \
         Podman, or {}",
            local()
        )
    )]
    PermissionDenied { address: String, group: String },
    #[error("the language pack `{pack}` names no toolchain image")]
    #[diagnostic(
        code(pelato::container::no_image),
        help("build with {}, or add `image` to [toolchain] in its pack.toml", local())
    )]
    NoImage { pack: String },
    /// The image is not there, and may not be fetched.
    #[error("the engine does not have the image {image}, and {restriction} forbids fetching it")]
    #[diagnostic(
        code(pelato::container::forbidden),
        help("fetch it once: `docker pull {image}`, or run once without {restriction}")
    )]
    Forbidden { image: String, restriction: Restriction },
    #[error("the image {image} cannot be fetched: {message}")]
    #[diagnostic(
        code(pelato::container::pull),
        help(
            "check the network connection and the image's name; `docker pull {image}` does the same; or build with {}",
            local()
        )
    )]
    Pull { image: String, message: String },
    /// The compiler is not installed for the image, and may not be.
    #[error("{program} is not installed for the image {image}, and {restriction} forbids installing it")]
    #[diagnostic(
        code(pelato::container::not_installed),
        help("run once without {restriction}, or build with {}", local())
    )]
    NotInstalled { image: String, program: String, restriction: Restriction },
    /// The compiler cannot be installed in the image.
    #[error("installing {program} in the image {image} failed\n{said}")]
    #[diagnostic(
        code(pelato::container::install),
        help("check the network connection, or build with {}; the command was: {command}", local())
    )]
    Install { image: String, program: String, command: String, said: String },
    /// What is in the image does not satisfy the pack.
    #[error("the image {image} has {program} {found}, and the language pack `{pack}` needs {wanted}")]
    #[diagnostic(
        code(pelato::container::incompatible_compiler),
        help("name another image in the pack's [toolchain], or fetch the newest one: `docker pull {image}`")
    )]
    IncompatibleCompiler {
        image: String,
        pack: String,
        program: String,
        /// Its version, or that it is not there.
        found: String,
        wanted: String,
    },
    #[error("{phase} took longer than {} s", .limit.as_secs_f64())]
    #[diagnostic(
        code(pelato::container::timeout),
        help("check that the engine works (`docker info`), then run the command again")
    )]
    Timeout { phase: &'static str, limit: Duration },
    #[error("the compiler needed more than {mebibytes} MiB of memory, and was stopped")]
    #[diagnostic(code(pelato::container::out_of_memory), help("allow more: CONTAINER_MEMORY={} in .env, or build fewer at a time: {}", .mebibytes * 2, Argument::Jobs.with(1)))]
    OutOfMemory { mebibytes: u64 },
    #[error("the container engine's disk is full: {message}")]
    #[diagnostic(
        code(pelato::container::disk_full),
        help(
            "free disk space: `docker system df` shows what uses it, `docker system prune` removes what is unused; or build with {}",
            local()
        )
    )]
    DiskFull { message: String },
    /// Engines take paths as text.
    #[error("the folder {} cannot be used in a container: its name is not UTF-8", .folder.display())]
    #[diagnostic(code(pelato::container::folder_name), help("rename it, or build with {}", local()))]
    FolderName { folder: PathBuf },
    /// It was cancelled.
    #[error("cancelled")]
    #[diagnostic(code(pelato::container::cancelled))]
    Cancelled,
    #[error("the container engine failed while {phase}: {message}")]
    #[diagnostic(
        code(pelato::container::engine),
        help("check that the engine works and that its disk is not full: `docker info`, `docker system df`")
    )]
    Engine { phase: &'static str, message: String },
}

/// How to build without containers.
fn local() -> Remedy {
    Argument::Builder.with("local")
}

fn listed(tried: &[String]) -> String {
    tried.iter().map(|one| format!("\n  {one}")).collect()
}

/// An error's words with those of its causes: the outermost says too little.
pub(super) fn words(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let part = inner.to_string();
        if !text.contains(&part) {
            text = format!("{text}: {part}");
        }
        cause = inner.source();
    }
    text
}

impl ContainerError {
    /// What the engine said in a phase.
    pub(super) fn engine(phase: &'static str, error: &bollard::errors::Error) -> Self {
        Self::full(&words(error)).unwrap_or_else(|| Self::Engine { phase, message: words(error) })
    }

    /// What it said when it could not fetch an image.
    pub(super) fn pull(image: &str, message: String) -> Self {
        Self::full(&message).unwrap_or_else(|| Self::Pull { image: image.to_owned(), message })
    }

    /// If these words say that the engine has no room.
    fn full(message: &str) -> Option<Self> {
        let says = message.contains("no space left on device");
        says.then(|| Self::DiskFull { message: message.to_owned() })
    }
}
