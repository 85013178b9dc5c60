//! Projects that are built once for all tests that want them built: what a test changes in its copy is built there.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::shared::{digest_of, once};
use super::workshop::pelato;
use super::{Place, copy, functions, root};

/// What decides about what a compiler is given and what becomes of its output.
const BUILDING: [&str; 5] = ["src/build", "src/catalog", "src/generate", "language-packs", "templates/tasks"];

/// `examples/languages`, built: the compilers of six languages need a minute or two. Who copies it has nothing to compile.
pub fn languages() -> PathBuf {
    let digest = digest_of(&[&["examples/languages"], &BUILDING[..]].concat());
    once("languages", &digest, |folder| {
        copy(&root().join("examples/languages"), folder);
        // With this process's own variables, by which installers trust the machine's certificates and find its proxies:
        // compilers may have to be fetched.
        let built = pelato(&["build", "--builder", "local"], folder).output().unwrap();
        assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    })
}

/// The project `double` and `play`, built.
pub fn double_and_play() -> PathBuf {
    let digest = digest_of(&["src", "language-packs/go", "templates/tasks", "tests/support/functions.rs"]);
    once("double-and-play", &digest, |folder| {
        let place = Place::with(functions::PROJECT);
        place.run(&["build"]).code(0);
        copy_as_it_is(&place.path("gen"), folder);
    })
}

/// As `cp -a` does it, with times: what has not changed since it was built is not built again.
pub fn copy_as_it_is(from: &Path, to: &Path) {
    assert!(Command::new("cp").arg("-a").arg(from).arg(to).status().unwrap().success());
}
