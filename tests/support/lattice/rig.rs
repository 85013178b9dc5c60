//! What a lattice is made of, and where it is found. See docs/contributing/lattice.md.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::support::shared::Turn;
use crate::support::{root, tools};

/// The programs that lattices are made of.
#[derive(Debug)]
pub struct Rig {
    programs: PathBuf,
    /// A NATS server that wadm can work with.
    pub nats: PathBuf,
}

impl Rig {
    /// The rig, if it is built. In CI it has to be.
    pub fn find() -> Option<&'static Self> {
        static RIG: OnceLock<Result<Rig, String>> = OnceLock::new();
        tools::found(RIG.get_or_init(Self::look), "docs/contributing/lattice.md")
    }

    fn look() -> Result<Self, String> {
        let programs = std::env::var_os("PELATO_TEST_LATTICE").map(PathBuf::from);
        let programs = programs.unwrap_or_else(|| root().join("target/lattice/debug"));
        let nats = tools::new_nats_server().ok_or("there is no target/tools/nats/bin/nats-server")?;
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
        let needed = needed.iter().map(|name| programs.join(name));
        match needed.into_iter().find(|program| !program.is_file()) {
            Some(missing) => Err(format!("there is no {}", missing.display())),
            None => Ok(Self { programs, nats }),
        }
    }

    /// One of the rig's own programs.
    pub fn program(&self, name: &str) -> PathBuf {
        self.programs.join(name)
    }

    /// A provider's archive, as hosts take it. It is wrapped once.
    pub fn archive(&self, provider: &str) -> PathBuf {
        let _one_at_a_time = Turn::alone("lattice-archives");
        let folder = root().join("target/lattice-archives");
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
