//! Whether JetStream stores the messages of the workflow's tasks, once they are deployed.

use async_nats::{Client, ConnectOptions};

use super::finding::Finding;
use super::machine::Machine;
use crate::nats;
use crate::project::settings::JETSTREAM_DOMAIN;
use crate::remedy::Operation;
use crate::stream::{Domains, Fault, StreamError};
use crate::text::list;

pub async fn look(machine: &Machine) -> Vec<Finding> {
    let (false, Some(server)) = (machine.streams.is_empty(), machine.nats()) else { return Vec::new() };
    let connecting = tokio::time::timeout(machine.patience, nats::connect(&server, ConnectOptions::new()));
    // What is wrong with the connection is said where the server is looked at.
    let Ok(Ok(client)) = connecting.await else { return Vec::new() };
    let needed = machine.wants_platform();
    match faults(machine, client).await {
        Ok(faults) if faults.is_empty() => {
            vec![Finding::ok(format!("JetStream stores the messages of {}", components(machine)))]
        }
        Ok(faults) if is_deployed(machine).await => {
            let finding = |fault: Fault| {
                let found = format!("`{}`: {}", fault.component, fault.what);
                Finding::lacking(needed, found, fault.what.remedy())
            };
            faults.into_iter().map(finding).collect()
        }
        Ok(_) => {
            let found = format!("JetStream does not store the messages of {} yet", components(machine));
            let remedy = format!(
                "{} and {} with a NATS server create what is missing",
                Operation::Deploy,
                Operation::Run
            );
            vec![Finding::lacking(false, found, remedy)]
        }
        Err(error) => vec![Finding::of(needed, &error)],
    }
}

async fn faults(machine: &Machine, client: Client) -> Result<Vec<Fault>, StreamError> {
    let others = machine.settings.target_domains().into_values().collect();
    let domains = Domains::new(&client, machine.settings.text(JETSTREAM_DOMAIN), &others);
    Ok(domains.look(&machine.streams, machine.call_timeout).await?.faults)
}

async fn is_deployed(machine: &Machine) -> bool {
    let Some(application) = &machine.application else { return false };
    let Some(Ok(platform)) = machine.connected().await else { return false };
    let revisions = platform.history(application).await.unwrap_or_default();
    revisions.iter().any(|revision| revision.deployed)
}

fn components(machine: &Machine) -> String {
    list(machine.streams.components())
}
