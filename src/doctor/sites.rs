//! Whether the messages of tasks with `scope: site` stay within their sites.

use async_nats::ConnectOptions;

use super::finding::Finding;
use super::machine::Machine;
use crate::check;
use crate::nats;
use crate::stream::{self, StreamError};
use crate::text::list;

pub async fn look(machine: &Machine) -> Vec<Finding> {
    let (Ok(sites), Some(server)) = (check::sites(machine.components()), machine.nats()) else {
        return Vec::new();
    };
    if sites.is_empty() {
        return Vec::new();
    }
    let connecting = tokio::time::timeout(machine.patience, nats::connect(&server, ConnectOptions::new()));
    // What is wrong with the connection is said where the server is looked at.
    let Ok(Ok(client)) = connecting.await else { return Vec::new() };
    let (domains, mut findings) = (machine.settings.target_domains(), Vec::new());
    for (target, site) in &sites {
        let Some(domain) = domains.get(target) else {
            let found = format!("TARGET_DOMAINS does not name the JetStream domain of `{target}`");
            let remedy = format!("set TARGET_DOMAINS={target}=DOMAIN");
            findings.push(Finding::lacking(machine.wants_platform(), found, remedy));
            continue;
        };
        findings.push(match stream::crossing(&client, domain, &site.topics).await {
            Ok(Some(topics)) if topics.is_empty() => {
                Finding::ok(format!("{} stay within the site of `{target}`", list(&site.topics)))
            }
            Ok(Some(topics)) => {
                let crosses = StreamError::Crosses { topics: list(&topics), target: target.clone() };
                Finding::of(machine.wants_platform(), &crosses)
            }
            Ok(None) => Finding::note(format!(
                "whether messages stay within the site of `{target}` is not known: NATS_HOST is the server there"
            )),
            Err(error) => Finding::of(false, &error),
        });
    }
    findings
}
