//! Labels that say whose a container is, and the removal of those whose owner is gone.

use std::collections::HashMap;
use std::time::Duration;

use bollard::Docker;
use bollard::errors::Error;
use bollard::models::ContainerSummary;
use bollard::query_parameters::{ListContainersOptionsBuilder, RemoveContainerOptionsBuilder};

use super::error::ContainerError;
use crate::files;

/// The label of all our containers. Its value names the machine and its start: processes are numbered anew with it.
const MACHINE: &str = "dev.pelato.machine";
/// The label with our process's number.
const PROCESS: &str = "dev.pelato.process";
/// The label with the time at which our process started, as the system counts it.
const STARTED: &str = "dev.pelato.started";
/// How often the list of containers is asked for if it cannot be read, and the pause behind each time.
const TRIES: u32 = 10;
const PAUSE: Duration = Duration::from_millis(200);

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnerLabel {
    machine: String,
    process: u32,
    started: String,
}

impl OwnerLabel {
    pub fn of_this_process() -> Self {
        let process = std::process::id();
        Self { machine: machine(), process, started: started(process).unwrap_or_default() }
    }

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
    let read = |path: &str| files::of_system(path).unwrap_or_default().trim().to_owned();
    format!("{}-{}", read("/etc/hostname"), read("/proc/sys/kernel/random/boot_id"))
}

/// When a process was started, in ticks since the machine was; none if it is not there.
fn started(process: u32) -> Option<String> {
    let stat = files::of_system(&format!("/proc/{process}/stat")).ok()?;
    // Its name, in brackets, may have anything in it; the time is the 20th field behind it.
    stat.rsplit_once(')')?.1.split_whitespace().nth(19).map(str::to_owned)
}

/// Removes the containers of processes that are gone.
///
/// # Errors
/// When the engine does not answer.
pub async fn sweep(docker: &Docker, mark: &OwnerLabel) -> Result<(), ContainerError> {
    let containers = ours(docker).await;
    let containers = containers.map_err(|error| ContainerError::engine("listing containers", &error))?;
    for container in containers {
        let Some(id) = container.id else { continue };
        if mark.is_orphan(&container.labels.unwrap_or_default()) {
            remove(docker, &id).await;
        }
    }
    Ok(())
}

/// Our containers, whatever they do. Podman gives one that has just ended a state that Docker's protocol does not have,
/// until it has tidied up, and the client cannot read the whole list then. If that does not pass, there are none: what
/// killed ones of us have left shall not keep anybody from building.
async fn ours(docker: &Docker) -> Result<Vec<ContainerSummary>, Error> {
    let ours = HashMap::from([("label".to_owned(), vec![MACHINE.to_owned()])]);
    let options = ListContainersOptionsBuilder::default().all(true).filters(&ours).build();
    for _ in 0..TRIES {
        match docker.list_containers(Some(options.clone())).await {
            Err(Error::JsonDataError { .. }) => tokio::time::sleep(PAUSE).await,
            containers => return containers,
        }
    }
    Ok(Vec::new())
}

/// Removes a container, whatever it does. If that fails, the next sweep tries again.
pub async fn remove(docker: &Docker, id: &str) {
    let options = RemoveContainerOptionsBuilder::default().force(true).v(true).build();
    let _ = docker.remove_container(id, Some(options)).await;
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader, Write};
    use std::net::TcpListener;

    use super::*;

    /// A fake engine, since Podman cannot be made to have such a state at will: it answers with these lists, the last
    /// one again and again. Gives what was found, and how often it was asked.
    fn listed_by_a_fake_engine(lists: &[&str]) -> (usize, usize) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let docker = Docker::connect_with_http(&address, 10, bollard::API_DEFAULT_VERSION).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        std::thread::scope(|scope| {
            let asked = scope.spawn(|| serve(&listener, lists));
            let found = runtime.block_on(ours(&docker));
            drop(docker);
            runtime.shutdown_background();
            // Ends the server.
            drop(std::net::TcpStream::connect(listener.local_addr().unwrap()));
            let asked = asked.join().unwrap();
            (found.unwrap().len(), asked)
        })
    }

    /// Answers requests until a connection comes without any. Gives how many there were.
    fn serve(listener: &TcpListener, lists: &[&str]) -> usize {
        let mut asked = 0;
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok);
            if lines.by_ref().take_while(|line| !line.is_empty()).count() == 0 {
                break;
            }
            let list = lists[asked.min(lists.len() - 1)];
            asked += 1;
            let head = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: application/json\r\n";
            write!(stream, "{head}Content-Length: {}\r\n\r\n{list}", list.len()).unwrap();
        }
        asked
    }

    const EXITED: &str = r#"[{"Id": "one", "State": "exited"}]"#;
    const STOPPED: &str = r#"[{"Id": "one", "State": "stopped"}]"#;

    #[test]
    fn a_list_of_a_fake_engine_is_asked_for_until_it_can_be_read() {
        assert_eq!(listed_by_a_fake_engine(&[EXITED]), (1, 1));
        assert_eq!(listed_by_a_fake_engine(&[STOPPED, STOPPED, EXITED]), (1, 3));
    }

    #[test]
    fn a_list_of_a_fake_engine_that_is_never_readable_keeps_nobody_from_building() {
        assert_eq!(listed_by_a_fake_engine(&[STOPPED]), (0, TRIES as usize));
    }

    #[test]
    fn only_containers_of_gone_processes_of_this_machine_are_orphans() {
        let mark = OwnerLabel::of_this_process();
        assert!(!mark.is_orphan(&mark.labels()), "we are there");
        let other = OwnerLabel { started: "1".into(), ..mark.clone() };
        assert!(mark.is_orphan(&other.labels()), "another process had our number");
        let gone = OwnerLabel { process: u32::MAX - 1, ..mark.clone() };
        assert!(mark.is_orphan(&gone.labels()));
        let far = OwnerLabel { machine: "far-away".into(), ..gone };
        assert!(!mark.is_orphan(&far.labels()));
    }
}
