//! What a lattice is made of, and where it is found. See docs/contributing/lattice.md.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Condvar, Mutex, OnceLock};

/// So many lattices at the same time: each keeps a core busy while it starts.
const AT_ONCE: usize = 2;

/// The programs that lattices are made of.
#[derive(Debug)]
pub struct Rig {
    programs: PathBuf,
    /// A NATS server that wadm can work with.
    pub nats: PathBuf,
    /// The registry.
    pub registry: PathBuf,
}

impl Rig {
    /// The rig, if it is built. In CI it has to be.
    pub fn find() -> Option<&'static Self> {
        static RIG: OnceLock<Result<Rig, String>> = OnceLock::new();
        match RIG.get_or_init(Self::look) {
            Ok(rig) => Some(rig),
            Err(missing) if std::env::var_os("CI").is_none() => {
                eprintln!("skipped: {missing}; see docs/contributing/lattice.md");
                None
            }
            Err(missing) => panic!("{missing}; see docs/contributing/lattice.md"),
        }
    }

    fn look() -> Result<Self, String> {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let given =
            |name, usual: &str| std::env::var_os(name).map_or_else(|| here.join(usual), PathBuf::from);
        let programs = given("PELATO_TEST_LATTICE", "target/lattice/debug");
        let nats = given("PELATO_TEST_NATS", "target/tools/nats/bin/nats-server");
        let registry = PathBuf::from("/usr/bin/docker-registry");
        let needed = [
            "wadm",
            "host",
            "archive",
            "messaging-nats",
            "http-server",
            "stand-in-keyvalue-nats",
            "stand-in-sqldb-postgres",
            "validate",
        ];
        let needed = needed.iter().map(|name| programs.join(name)).chain([nats.clone(), registry.clone()]);
        match needed.into_iter().find(|program| !program.is_file()) {
            Some(missing) => Err(format!("there is no {}", missing.display())),
            None => Ok(Self { programs, nats, registry }),
        }
    }

    /// One of the rig's own programs.
    pub fn program(&self, name: &str) -> PathBuf {
        self.programs.join(name)
    }

    /// A provider's archive, as hosts take it. It is wrapped once.
    pub fn archive(&self, provider: &str) -> PathBuf {
        static WRAPPING: Mutex<()> = Mutex::new(());
        let _one_at_a_time = WRAPPING.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/lattice-archives");
        std::fs::create_dir_all(&folder).unwrap();
        let folder = folder.canonicalize().unwrap();
        let (program, archive) = (self.program(provider), folder.join(format!("{provider}.par.gz")));
        let written = |path: &Path| path.metadata().and_then(|data| data.modified()).ok();
        if written(&archive) < written(&program) {
            let half = folder.join(format!("{provider}.{}", std::process::id()));
            let done = Command::new(self.program("archive")).args([&program, &half]).status().unwrap();
            assert!(done.success(), "{} cannot be wrapped", program.display());
            std::fs::rename(half, &archive).unwrap();
        }
        archive
    }

    /// What wadm's own rules say about a manifest, and whether they let it pass.
    pub fn validate(&self, manifest: &Path) -> (String, bool) {
        let output = Command::new(self.program("validate")).arg(manifest).output().unwrap();
        let words = [output.stdout, output.stderr].concat();
        (String::from_utf8_lossy(&words).into_owned(), output.status.success())
    }
}

/// Leave to run a lattice; given back when dropped.
pub struct Turn;

static RUNNING: Mutex<usize> = Mutex::new(0);
static ENDED: Condvar = Condvar::new();

impl Turn {
    pub fn wait() -> Self {
        let running = RUNNING.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let free = ENDED.wait_while(running, |running| *running >= AT_ONCE);
        *free.unwrap_or_else(|poisoned| poisoned.into_inner()) += 1;
        Self
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        *RUNNING.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) -= 1;
        ENDED.notify_one();
    }
}
