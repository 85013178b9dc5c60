//! What can go wrong with containers.

use std::time::Duration;

use crate::remedy::{Argument, Remedy, Restriction};

/// Why a container could not be used.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum ContainerError {
    /// No engine answers.
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
    PermissionDenied {
        /// The engine.
        address: String,
        /// The group that may.
        group: String,
    },
    /// The pack names no image.
    #[error("the language pack `{pack}` names no toolchain image")]
    #[diagnostic(
        code(pelato::container::no_image),
        help("build with {}, or add `image` to [toolchain] in its pack.toml", local())
    )]
    NoImage {
        /// The pack.
        pack: String,
    },
    /// The image is not there, and may not be fetched.
    #[error("the engine does not have the image {image}, and {restriction} forbids fetching it")]
    #[diagnostic(
        code(pelato::container::forbidden),
        help("fetch it once: `docker pull {image}`, or run once without {restriction}")
    )]
    Forbidden {
        /// The image.
        image: String,
        /// What forbids it.
        restriction: Restriction,
    },
    /// The image cannot be fetched.
    #[error("the image {image} cannot be fetched: {message}")]
    #[diagnostic(
        code(pelato::container::pull),
        help(
            "check the network connection and the image's name; `docker pull {image}` does the same; or build with {}",
            local()
        )
    )]
    Pull {
        /// The image.
        image: String,
        /// The engine's words.
        message: String,
    },
    /// The compiler is not installed for the image, and may not be.
    #[error("{program} is not installed for the image {image}, and {restriction} forbids installing it")]
    #[diagnostic(
        code(pelato::container::not_installed),
        help("run once without {restriction}, or build with {}", local())
    )]
    NotInstalled {
        /// The image.
        image: String,
        /// The program.
        program: String,
        /// What forbids it.
        restriction: Restriction,
    },
    /// The compiler cannot be installed in the image.
    #[error("installing {program} in the image {image} failed\n{said}")]
    #[diagnostic(
        code(pelato::container::install),
        help("check the network connection, or build with {}; the command was: {command}", local())
    )]
    Install {
        /// The image.
        image: String,
        /// The program.
        program: String,
        /// What was run.
        command: String,
        /// What it said.
        said: String,
    },
    /// What is in the image does not satisfy the pack.
    #[error("the image {image} has {program} {found}, and the language pack `{pack}` needs {wanted}")]
    #[diagnostic(
        code(pelato::container::incompatible_compiler),
        help("name another image in the pack's [toolchain], or fetch the newest one: `docker pull {image}`")
    )]
    IncompatibleCompiler {
        /// The image.
        image: String,
        /// The pack.
        pack: String,
        /// The program.
        program: String,
        /// Its version, or that it is not there.
        found: String,
        /// The versions that will do.
        wanted: String,
    },
    /// A phase took too long.
    #[error("{phase} took longer than {} s", .limit.as_secs())]
    #[diagnostic(
        code(pelato::container::timeout),
        help("check that the engine works (`docker info`), then run the command again")
    )]
    Timeout {
        /// What was done.
        phase: &'static str,
        /// How long it may take.
        limit: Duration,
    },
    /// The memory did not suffice.
    #[error("the compiler needed more than {mebibytes} MiB of memory, and was stopped")]
    #[diagnostic(code(pelato::container::out_of_memory), help("allow more: CONTAINER_MEMORY={} in .env, or build fewer at a time: {}", .mebibytes * 2, Argument::Jobs.with(1)))]
    OutOfMemory {
        /// The limit.
        mebibytes: u64,
    },
    /// The engine has no room.
    #[error("the container engine's disk is full: {message}")]
    #[diagnostic(
        code(pelato::container::disk_full),
        help(
            "free disk space: `docker system df` shows what uses it, `docker system prune` removes what is unused; or build with {}",
            local()
        )
    )]
    DiskFull {
        /// Its words.
        message: String,
    },
    /// Somebody wanted the work to end.
    #[error("interrupted")]
    #[diagnostic(code(pelato::container::cancelled))]
    Interrupted,
    /// The engine failed.
    #[error("the container engine failed while {phase}: {message}")]
    #[diagnostic(
        code(pelato::container::engine),
        help("check that the engine works and that its disk is not full: `docker info`, `docker system df`")
    )]
    Engine {
        /// What was done.
        phase: &'static str,
        /// Its words.
        message: String,
    },
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
