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
        // Build scripts look at the variables by which cargo describes the package of this test: with others than when the
        // tests were built, half of the dependencies would be compiled again.
        for (name, _) in std::env::vars_os() {
            let is_described = name.to_str().is_some_and(|name| {
                name.starts_with("CARGO_") && !["CARGO_HOME", "CARGO_TARGET_DIR"].contains(&name)
            });
            if is_described {
                cargo.env_remove(name);
            }
        }
        let built = cargo.output().unwrap();
        assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
        let folder = Path::new(env!("CARGO_BIN_EXE_pelato")).parent().unwrap();
        folder.join("examples/embed")
    })
}

/// The program in the surroundings of a project.
pub fn command(place: &Place) -> Command {
    place.program(binary())
}
