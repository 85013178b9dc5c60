//! Why there is no compiler, and what a person does about it.

use crate::catalog::Pack;
use crate::remedy::Restriction;

/// Why there is no compiler.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum ToolchainError {
    /// None here, and the pack cannot install one.
    #[error("the language pack `{pack}` needs {wanted}{found}")]
    #[diagnostic(code(pelato::toolchain::missing), help("{remedy}"))]
    Missing {
        pack: String,
        /// The programs and versions that will do.
        wanted: String,
        found: String,
        remedy: String,
    },
    /// None here, and none may be installed.
    #[error("the language pack `{pack}` needs {wanted}{found}, and {restriction} forbids installing it")]
    #[diagnostic(
        code(pelato::toolchain::forbidden),
        help("{remedy}, or run once without {restriction}, which runs: {command}")
    )]
    Forbidden {
        pack: String,
        /// The programs and versions that will do.
        wanted: String,
        found: String,
        remedy: String,
        restriction: Restriction,
        command: String,
    },
    /// None here, and what would install one is not here either.
    #[error(
        "the language pack `{pack}` needs {wanted}{found}; {installer}, which would install it, is not on PATH either"
    )]
    #[diagnostic(code(pelato::toolchain::no_installer), help("install {installer}, or {remedy}"))]
    NoInstaller {
        pack: String,
        /// The programs and versions that will do.
        wanted: String,
        found: String,
        installer: String,
        remedy: String,
    },
    #[error("installing {program} failed{status}{output}")]
    #[diagnostic(
        code(pelato::toolchain::install),
        help("check the network connection, or {remedy}; the command was: {command}")
    )]
    Install {
        program: String,
        remedy: String,
        command: String,
        status: String,
        /// The last lines that it printed, each on a line of its own.
        output: String,
    },
    /// What was installed does not work.
    #[error(
        "the {program} that was installed does not satisfy the language pack `{pack}`, which needs {wanted}"
    )]
    #[diagnostic(
        code(pelato::toolchain::incompatible),
        help(
            "this is a bug in the language pack: `install` installs a version that `requires` does not allow"
        )
    )]
    Incompatible { pack: String, program: String, wanted: String },
    /// It was cancelled.
    #[error("cancelled")]
    #[diagnostic(code(pelato::toolchain::cancelled))]
    Cancelled,
    /// PELATO's cache folder cannot be used.
    #[error("cannot use the folder {path}")]
    #[diagnostic(
        code(pelato::toolchain::cache),
        help(
            "check that you have write permission there and that the disk is not full; `PELATO_CACHE` sets another folder"
        )
    )]
    Cache { path: String, source: std::io::Error },
}

/// The pack, what it wants, what was found instead, and what to do: words for a message.
pub(super) fn wants(pack: &Pack, found: &[String]) -> (String, String, String, String) {
    let first = &pack.manifest.toolchain;
    let toolchains = std::iter::once(first).chain(&first.alternatives);
    let programs = toolchains.map(|toolchain| format!("{} {}", toolchain.program, toolchain.requires));
    let wanted = programs.collect::<Vec<_>>().join(" or ");
    let found = match found {
        [] => ", but none was found on PATH".to_owned(),
        some => format!(", but {}", some.join(" and ")),
    };
    (pack.manifest.name.clone(), wanted, found, remedy(pack))
}

/// How a person gets the toolchain.
pub(super) fn remedy(pack: &Pack) -> String {
    let toolchain = &pack.manifest.toolchain;
    let install = || format!("install {} and make sure that it is on PATH", toolchain.program);
    toolchain.help.clone().unwrap_or_else(install)
}

pub(super) fn missing(pack: &Pack, found: &[String]) -> ToolchainError {
    let (pack, wanted, found, remedy) = wants(pack, found);
    ToolchainError::Missing { pack, wanted, found, remedy }
}

pub(super) fn forbidden(
    pack: &Pack,
    command: String,
    found: &[String],
    restriction: Restriction,
) -> ToolchainError {
    let (pack, wanted, found, remedy) = wants(pack, found);
    ToolchainError::Forbidden { pack, wanted, found, remedy, restriction, command }
}

pub(super) fn no_installer(pack: &Pack, installer: String, found: &[String]) -> ToolchainError {
    let (pack, wanted, found, remedy) = wants(pack, found);
    ToolchainError::NoInstaller { pack, wanted, found, installer, remedy }
}
