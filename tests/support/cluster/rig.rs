//! What a cluster is made of, and where it is found. See docs/contributing/cluster.md.

use std::path::PathBuf;
use std::sync::OnceLock;

use crate::support::{root, tools};

/// The programs that clusters are made of.
#[derive(Debug)]
pub struct Rig {
    /// etcd, API server and controllers in one.
    pub control_plane: PathBuf,
    /// `wash host` is a wasmCloud host.
    pub wash: PathBuf,
    pub nats: PathBuf,
    /// wasmCloud's operator, in place of the stand-in.
    pub operator: Option<PathBuf>,
}

impl Rig {
    /// The rig, if it is there. In CI it has to be.
    pub fn find() -> Option<&'static Self> {
        static RIG: OnceLock<Result<Rig, String>> = OnceLock::new();
        tools::found(RIG.get_or_init(Self::look), "docs/contributing/cluster.md")
    }

    fn look() -> Result<Self, String> {
        let given = |name: &str| std::env::var_os(name).map(PathBuf::from);
        let folder =
            given("PELATO_TEST_CONTROL_PLANE").unwrap_or_else(|| root().join("target/control-plane"));
        let is_there = |program: PathBuf| match program.is_file() {
            true => Ok(program),
            false => Err(format!("there is no {}", program.display())),
        };
        Ok(Self {
            control_plane: is_there(folder.join("control-plane"))?,
            wash: is_there(root().join("target/tools/wash/wash_cli/wash"))?,
            nats: tools::new_nats_server().ok_or("there is no target/tools/nats/bin/nats-server")?,
            operator: given("PELATO_TEST_OPERATOR").map(is_there).transpose()?,
        })
    }
}
