//! The program of `examples/embed`.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use super::{Place, root};

/// Compiles it, as a reader would, if that is not done yet.
fn binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["build", "--quiet", "--offline", "--locked", "--example", "embed"]).current_dir(root());
        let built = cargo.output().unwrap();
        assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
        let folder = Path::new(env!("CARGO_BIN_EXE_pelato")).parent().unwrap();
        folder.join("examples/embed")
    })
}

/// The program in the surroundings of a project.
pub fn command(place: &Place) -> Command {
    let pelato = place.command(&[]);
    let mut command = Command::new(binary());
    command.current_dir(place.project()).env_clear();
    command.envs(pelato.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command
}
