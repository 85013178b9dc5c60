//! A Docker engine of a test's own, which may be killed and whose disk may be full. It takes root, as the others do.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::engine::Engine;
use crate::support::process::wait_until;

pub struct Own {
    pub engine: Engine,
    process: Child,
    data: PathBuf,
    folder: tempfile::TempDir,
    options: Vec<String>,
}

impl Own {
    /// With its data in a folder of its own.
    pub fn start(options: &[&str]) -> Self {
        let folder = folder();
        let data = folder.path().join("data");
        Self::with(folder, data, options)
    }

    /// With its data in another folder.
    pub fn at(data: &Path, options: &[&str]) -> Self {
        Self::with(folder(), data.to_owned(), options)
    }

    fn with(folder: tempfile::TempDir, data: PathBuf, options: &[&str]) -> Self {
        let address = format!("unix://{}", folder.path().join("docker.sock").display());
        let options: Vec<_> = options.iter().map(|option| (*option).to_owned()).collect();
        let process = spawn(folder.path(), &data, &options);
        let own = Self { engine: Engine { name: "docker", address }, process, data, folder, options };
        own.wait();
        own
    }

    /// Takes an image from another engine.
    pub fn load(&self, from: &Engine, image: &str) {
        let mut save = Command::new("docker");
        let mut save =
            save.args(["-H", &from.address, "save", image]).stdout(Stdio::piped()).spawn().unwrap();
        let mut load = Command::new("docker");
        let load = load.args(["-H", &self.engine.address, "load", "-q"]).stdin(save.stdout.take().unwrap());
        assert!(load.stdout(Stdio::null()).status().unwrap().success());
        assert!(save.wait().unwrap().success());
    }

    /// Ends it at once, with its containerd.
    pub fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
        self.kill_containerd();
    }

    fn kill_containerd(&self) {
        let file = self.folder.path().join("exec/containerd/containerd.pid");
        if let Ok(process) = std::fs::read_to_string(&file) {
            end("-KILL", process.trim());
            // Where nobody waits for processes whose parent is gone, it would count as one that still runs.
            let _ = std::fs::remove_file(file);
        }
    }

    /// It does nothing any more, or goes on: `-STOP` or `-CONT`.
    pub fn signal(&self, signal: &str) {
        end(signal, &self.process.id().to_string());
    }

    /// Starts it again.
    pub fn restart(&mut self) {
        let _ = std::fs::remove_file(self.folder.path().join("pid"));
        self.process = spawn(self.folder.path(), &self.data, &self.options);
        self.wait();
    }

    fn wait(&self) {
        let answers = || {
            let mut command = Command::new("docker");
            let command = command.args(["-H", &self.engine.address, "version"]).stdout(Stdio::null());
            command.stderr(Stdio::null()).status().unwrap().success()
        };
        wait_until("the engine answers", answers);
    }
}

/// A folder that everybody may look into: the socket in it is what keeps people out.
fn folder() -> tempfile::TempDir {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::Builder::new().prefix("pelato-own-engine-").tempdir().unwrap();
    std::fs::set_permissions(folder.path(), PermissionsExt::from_mode(0o755)).unwrap();
    folder
}

fn spawn(folder: &Path, data: &Path, options: &[String]) -> Child {
    let log = std::fs::File::create(folder.join("log")).unwrap();
    let mut command = Command::new("dockerd");
    command.arg("--data-root").arg(data).arg("--exec-root").arg(folder.join("exec"));
    command.arg("--pidfile").arg(folder.join("pid"));
    command.arg("-H").arg(format!("unix://{}", folder.join("docker.sock").display()));
    command.args(["--iptables=false", "--ip6tables=false", "--bridge=none"]).args(options);
    command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log).spawn().unwrap()
}

fn end(signal: &str, process: &str) {
    let _ = Command::new("kill").args([signal, process]).stderr(Stdio::null()).status();
}

impl Drop for Own {
    fn drop(&mut self) {
        // Asked to end, it ends its containerd, too.
        end("-TERM", &self.process.id().to_string());
        let start = Instant::now();
        while matches!(self.process.try_wait(), Ok(None)) && start.elapsed() < Duration::from_secs(30) {
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
        self.kill_containerd();
        let mounts = std::fs::read_to_string("/proc/mounts").unwrap_or_default();
        let mounts: Vec<_> = mounts.lines().filter_map(|line| line.split(' ').nth(1)).collect();
        // The innermost first. Docker mounts the folder of its data onto itself.
        for mount in mounts.iter().rev() {
            if [self.data.as_path(), self.folder.path()].iter().any(|ours| Path::new(mount).starts_with(ours))
            {
                let _ = Command::new("umount").args(["--lazy", mount]).stderr(Stdio::null()).status();
            }
        }
    }
}
