//! Compiling the triggers' crates to core modules.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use crate::Result;
use crate::trigger::TRIGGERS;

/// Without an operating system's interface: what is imported is what the trigger itself asks for.
const TARGET: &str = "wasm32-unknown-unknown";

/// Where the standard library for the target comes from.
#[derive(Clone, Copy)]
pub(crate) enum Std {
    /// From the toolchain, which has it: `rustup target add wasm32-unknown-unknown`.
    Installed,
    /// Compiled along, from the toolchain's sources.
    Built,
}

/// Compiles all triggers; returns the folder with their modules.
pub(crate) fn modules(workspace: &Path, std: Std) -> Result<PathBuf> {
    let target_dir = env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace.join("target"), PathBuf::from);

    let mut cargo = Command::new(tool("CARGO", "cargo"));
    cargo.current_dir(workspace).args(["build", "--release", "--locked", "--target", TARGET]);
    cargo.arg("--target-dir").arg(&target_dir);
    for trigger in &TRIGGERS {
        cargo.args(["--package", trigger.name]);
    }
    cargo.env("CARGO_ENCODED_RUSTFLAGS", without_own_paths(workspace)?);
    if let Std::Built = std {
        // A stable toolchain builds its own library only when told so, and has no linker for wasm of its own then.
        cargo.arg("-Zbuild-std=std,panic_abort").env("RUSTC_BOOTSTRAP", "1");
        cargo.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", "wasm-ld");
    }
    if !cargo.status()?.success() {
        return Err("the triggers did not compile; is the target wasm32-unknown-unknown installed?".into());
    }
    Ok(target_dir.join(TARGET).join("release"))
}

/// Compiler flags that keep this machine's folders out of the modules: the same sources give the same bytes wherever
/// they lie.
fn without_own_paths(workspace: &Path) -> Result<OsString> {
    // Later ones win where two fit: the toolchain may be in a folder as short as /usr.
    let mut folders = vec![(sysroot()?, "/rust")];
    // One folder per registry; its name says which one, and is another on a machine that uses a mirror.
    for registry in fs::read_dir(cargo_home()?.join("registry/src"))? {
        folders.push((registry?.path(), "/crates"));
    }
    folders.push((workspace.to_owned(), "/triggers"));

    let mut flags = OsString::new();
    for (folder, name) in folders {
        if !flags.is_empty() {
            flags.push("\u{1f}"); // what cargo has between encoded flags
        }
        flags.push("--remap-path-prefix=");
        flags.push(folder);
        flags.push("=");
        flags.push(name);
    }
    Ok(flags)
}

/// The folder of the toolchain.
fn sysroot() -> Result<PathBuf> {
    let rustc = Command::new(tool("RUSTC", "rustc")).args(["--print", "sysroot"]).output()?;
    Ok(String::from_utf8(rustc.stdout)?.trim_end().into())
}

/// The folder where cargo keeps what it downloads.
fn cargo_home() -> Result<PathBuf> {
    match env::var_os("CARGO_HOME") {
        Some(folder) => Ok(folder.into()),
        None => Ok(env::home_dir().ok_or("there is no home directory")?.join(".cargo")),
    }
}

/// The program that the environment names; cargo sets `CARGO` to itself.
fn tool(variable: &str, default: &str) -> OsString {
    env::var_os(variable).unwrap_or_else(|| default.into())
}
