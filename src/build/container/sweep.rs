//! Labels that say whose a container is, and the removal of those whose owner is gone.

use std::collections::HashMap;

use bollard::Docker;
use bollard::query_parameters::{ListContainersOptionsBuilder, RemoveContainerOptionsBuilder};

use super::error::ContainerError;

/// The label of all our containers. Its value names the machine and its start: processes are numbered anew with it.
const MACHINE: &str = "dev.pelato.machine";
/// The label with our process's number.
const PROCESS: &str = "dev.pelato.process";
/// The label with the time at which our process started, as the system counts it.
const STARTED: &str = "dev.pelato.started";

/// Whose a container is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    machine: String,
    process: u32,
    started: String,
}

impl Mark {
    /// That of this process.
    pub fn of_this_process() -> Self {
        let process = std::process::id();
        Self { machine: machine(), process, started: started(process).unwrap_or_default() }
    }

    /// As labels.
    pub fn labels(&self) -> HashMap<String, String> {
        let pairs = [
            (MACHINE, self.machine.clone()),
            (PROCESS, self.process.to_string()),
            (STARTED, self.started.clone()),
        ];
        pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }

    /// Whether the process that these labels name is gone. One of another machine is none of our business.
    fn is_orphan(&self, labels: &HashMap<String, String>) -> bool {
        let label = |name: &str| labels.get(name).map(String::as_str).unwrap_or_default();
        if label(MACHINE) != self.machine {
            return false;
        }
        match label(PROCESS).parse() {
            Ok(process) => started(process).as_deref() != Some(label(STARTED)),
            Err(_) => true,
        }
    }
}

/// The machine and when it was started.
fn machine() -> String {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default().trim().to_owned();
    format!("{}-{}", read("/etc/hostname"), read("/proc/sys/kernel/random/boot_id"))
}

/// When a process was started, in ticks since the machine was; none if it is not there.
fn started(process: u32) -> Option<String> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // Its name, in brackets, may have anything in it; the time is the 20th field behind it.
    stat.rsplit_once(')')?.1.split_whitespace().nth(19).map(str::to_owned)
}

/// Removes the containers of processes that are gone.
///
/// # Errors
/// When the engine does not answer.
pub async fn sweep(docker: &Docker, mark: &Mark) -> Result<(), ContainerError> {
    // Podman has states of its own, such as `stopped` until it has tidied up, that the client cannot read.
    let states = ["created", "running", "paused", "exited"].map(str::to_owned).to_vec();
    let ours = HashMap::from([("label".to_owned(), vec![MACHINE.to_owned()]), ("status".to_owned(), states)]);
    let options = ListContainersOptionsBuilder::default().all(true).filters(&ours).build();
    let containers = docker.list_containers(Some(options)).await;
    let containers = containers.map_err(|error| ContainerError::engine("listing containers", &error))?;
    for container in containers {
        let Some(id) = container.id else { continue };
        if mark.is_orphan(&container.labels.unwrap_or_default()) {
            remove(docker, &id).await;
        }
    }
    Ok(())
}

/// Removes a container, whatever it does. If that fails, the next sweep tries again.
pub async fn remove(docker: &Docker, id: &str) {
    let options = RemoveContainerOptionsBuilder::default().force(true).v(true).build();
    let _ = docker.remove_container(id, Some(options)).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_containers_of_gone_processes_of_this_machine_are_orphans() {
        let mark = Mark::of_this_process();
        assert!(!mark.is_orphan(&mark.labels()), "we are there");
        let other = Mark { started: "1".into(), ..mark.clone() };
        assert!(mark.is_orphan(&other.labels()), "another process had our number");
        let gone = Mark { process: u32::MAX - 1, ..mark.clone() };
        assert!(mark.is_orphan(&gone.labels()));
        let far = Mark { machine: "far-away".into(), ..gone };
        assert!(!mark.is_orphan(&far.labels()));
    }
}
