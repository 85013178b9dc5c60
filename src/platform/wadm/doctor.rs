//! What `pelato doctor` is told of the NATS server and of wadm.

use super::WadmError;
use super::lattice::Lattice;
use super::lattice::server::{Server, too_old};
use crate::platform::{DeployError, Finding};
use crate::text::count;

const NATS: &str = "nats";
const WADM: &str = "wadm";
/// What is looked at. The first is the one that everything is reached by.
pub const SUBJECTS: [&str; 2] = [NATS, WADM];

pub async fn look(lattice: &Lattice, subject: &str) -> Vec<Finding> {
    match subject {
        NATS => nats(&lattice.server(), &lattice.server),
        _ => vec![wadm(lattice).await],
    }
}

/// Whether the server is one that wadm can work with.
fn nats(server: &Server, address: &str) -> Vec<Finding> {
    let lacking = |found: String, remedy: &str| Finding::Lacking { found, remedy: remedy.to_owned() };
    let old = too_old(&server.version);
    let old = old.map(|warning| {
        lacking(warning, "`operation:explain infrastructure-wadm` shows the configuration that it needs")
    });
    let bare = (!server.jetstream).then(|| {
        let what = "JetStream is not enabled on the NATS server; wadm stores its state in it".to_owned();
        lacking(what, "start it with `jetstream {}` in its configuration, or `-js`")
    });
    let mut found: Vec<_> = old.into_iter().chain(bare).collect();
    if found.is_empty() {
        found.push(Finding::Fine(format!("nats-server {} at {address}", server.version)));
    }
    found
}

async fn wadm(lattice: &Lattice) -> Finding {
    match lattice.applications().await {
        Ok(applications) => {
            let count = count(applications.len(), "application");
            Finding::Fine(format!("it answers for the lattice `{}`, which has {count}", lattice.name))
        }
        Err(DeployError::Own(fault)) => match fault.cause() {
            // What the server is too old for is said where the server is looked at.
            Some(WadmError::NoWadm { lattice, server, .. }) => {
                let (lattice, server, old) = (lattice.clone(), server.clone(), String::new());
                Finding::Failed(WadmError::NoWadm { lattice, server, old }.into())
            }
            _ => Finding::Failed(fault.into()),
        },
        Err(error) => Finding::Failed(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_fine_or_lacks_something() {
        let look = |version: &str, jetstream| {
            let server = Server { version: version.to_owned(), jetstream };
            let told = |finding| match finding {
                Finding::Fine(words) | Finding::Lacking { found: words, .. } => words,
                Finding::Failed(error) => panic!("{error}"),
            };
            nats(&server, "nats://host:4222").into_iter().map(told).collect::<Vec<_>>()
        };
        assert_eq!(look("2.10.0", true), ["nats-server 2.10.0 at nats://host:4222"]);
        assert_eq!(
            look("2.9.1", false),
            [
                "the NATS server is version 2.9.1, and wadm needs 2.10 or newer",
                "JetStream is not enabled on the NATS server; wadm stores its state in it"
            ]
        );
    }
}
