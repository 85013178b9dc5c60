//! Compiles the triggers into the components beside their templates.
//!
//!     cargo run -p build
//!
//! With `--build-std` it also compiles the standard library, for a toolchain that has its sources but not the target
//! `wasm32-unknown-unknown`. See docs/contributing/triggers.md.

mod compile;
mod component;
mod digest;
mod trigger;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs};

use compile::Std;
use trigger::TRIGGERS;

/// A result whose error is only shown.
pub(crate) type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> ExitCode {
    match std_from(env::args().skip(1)).and_then(build) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn std_from(arguments: impl Iterator<Item = String>) -> Result<Std> {
    let mut std = Std::Installed;
    for argument in arguments {
        match argument.as_str() {
            "--build-std" => std = Std::Built,
            _ => {
                return Err(format!("unknown argument \"{argument}\"; the only one is --build-std").into());
            }
        }
    }
    Ok(std)
}

fn build(std: Std) -> Result<()> {
    let workspace = workspace()?;
    // Before compiling: a source that changes meanwhile must not count as compiled.
    let digest = digest::of_sources(&workspace)?;
    let modules = compile::modules(&workspace, std)?;

    for trigger in &TRIGGERS {
        let module = fs::read(modules.join(trigger.name).with_extension("wasm"))?;
        let component = component::from_module(&module, &digest)?;
        component::check(&component, trigger)?;
        let path = workspace.join("..").join(trigger.path);
        write(&path, &component)?;
        println!("{}: {} bytes", trigger.name, component.len());
    }
    Ok(())
}

/// The folder of the triggers' workspace. Asked at run time: a compiled-in path is wrong after the folder moves.
fn workspace() -> Result<PathBuf> {
    let manifest = env::var_os("CARGO_MANIFEST_DIR").ok_or("start this program by cargo run -p build")?;
    let parent = Path::new(&manifest).parent().ok_or("the folder of the workspace has no name")?;
    Ok(parent.to_owned())
}

/// Writes the whole file or leaves the old one.
fn write(path: &Path, content: &[u8]) -> Result<()> {
    let unfinished = path.with_extension("unfinished");
    fs::write(&unfinished, content)
        .and_then(|()| fs::rename(&unfinished, path))
        .map_err(|error| format!("cannot write {}: {error}", path.display()).into())
}
