//! The engines that `.ci/run` has started, and a registry.

use std::process::Command;

use crate::support::shared::Turn;
use crate::support::tools;

/// An engine.
#[derive(Debug, Clone)]
pub struct Engine {
    pub name: &'static str,
    pub address: String,
}

/// Those that are there. In CI both have to be.
pub fn engines() -> Vec<Engine> {
    let named = [("docker", "PELATO_TEST_DOCKER"), ("podman", "PELATO_TEST_PODMAN")];
    let engines = named.into_iter().filter_map(|(name, variable)| match std::env::var(variable) {
        Ok(address) => Some(Engine { name, address }),
        Err(_) => {
            assert!(!tools::in_ci(), "{variable} is not set: .ci/run starts the engines");
            eprintln!("skipped: {variable} is not set");
            None
        }
    });
    engines.collect()
}

/// Docker alone, for what is about limits (Podman leaves those to the system's control groups, which are of another
/// version on some machines that the tests run on) and about registries without https.
pub fn docker() -> Vec<Engine> {
    engines().into_iter().filter(|engine| engine.name == "docker").collect()
}

/// From before a test kills PELATO until what that leaves is removed: other tests do not look for it meanwhile.
pub fn leaving() -> Turn {
    Turn::alone("containers-left")
}

impl Engine {
    /// Runs the Docker client against the engine: Podman understands it.
    pub fn docker(&self, arguments: &[&str]) -> String {
        let output = Command::new("docker").args(["-H", &self.address]).args(arguments).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Our containers, by their names; those of other tests that run at the same time do not count.
    pub fn ours(&self) -> Vec<String> {
        let _nobody = leaving();
        let format = r#"{{.ID}} {{.Label "dev.pelato.process"}}"#;
        let all = self.docker(&["ps", "-a", "--filter", "label=dev.pelato.machine", "--format", format]);
        let alive = |line: &&str| {
            let process = line.split_whitespace().nth(1).unwrap_or("0");
            std::path::Path::new("/proc").join(process).exists()
        };
        all.lines().filter(|line| !alive(line)).map(str::to_owned).collect()
    }

    /// The containers of a process, whether they run or not.
    pub fn containers_of(&self, process: u32) -> Vec<String> {
        let filter = format!("label=dev.pelato.process={process}");
        self.docker(&["ps", "-aq", "--filter", &filter]).lines().map(str::to_owned).collect()
    }

    /// Whether a container of a process is there.
    pub fn has_container_of(&self, process: u32) -> bool {
        !self.containers_of(process).is_empty()
    }

    /// Whether a container of a process runs.
    pub fn runs_container_of(&self, process: u32) -> bool {
        let filter = format!("label=dev.pelato.process={process}");
        !self.docker(&["ps", "-q", "--filter", &filter]).trim().is_empty()
    }

    /// Sends an image to a registry and forgets that name of it. Gives the digest that the registry has then.
    pub fn push(&self, image: &str, name: &str) -> String {
        self.docker(&["tag", image, name]);
        self.docker(&["push", "-q", name]);
        let known = self.docker(&["image", "inspect", name, "--format", "{{json .RepoDigests}}"]);
        let known: Vec<String> = serde_json::from_str(&known).unwrap();
        self.forget(name);
        let repository = name.rsplit_once(':').unwrap().0;
        let mut pairs = known.iter().filter_map(|known| known.split_once('@'));
        pairs.rfind(|(name, _)| *name == repository).unwrap().1.to_owned()
    }

    /// Another image with the same files under a name.
    pub fn changed(&self, image: &str, name: &str) {
        let made = self.docker(&["create", image, "/bin/sh"]);
        self.docker(&["commit", "-c", "LABEL changed=yes", made.trim(), name]);
        self.docker(&["rm", made.trim()]);
    }

    /// Forgets a name of an image.
    pub fn forget(&self, name: &str) {
        self.docker(&["rmi", name]);
    }
}
