//! `scope: site`: what stays within a site, and which subjects its NATS server has to keep from crossing.

use std::collections::{BTreeMap, BTreeSet};

use super::component::{Component, NeedError};
use super::flow::{Flow, Node};
use crate::nats::subject;
use crate::protocol;
use crate::stream;

/// What stays within the site of a target.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Site {
    /// The topics; some may have wildcards.
    pub topics: BTreeSet<String>,
    /// Where streams deliver messages of these topics, and the HTTP entry requests.
    inner: BTreeSet<String>,
}

impl Site {
    /// The subjects that must not pass the connection between the site and other servers; among them those by which
    /// [`stream::crossing`] finds out whether a topic does.
    pub fn denied(&self) -> impl Iterator<Item = String> {
        let probed = self.topics.iter().map(|topic| stream::probed(topic));
        self.topics.iter().chain(&self.inner).cloned().chain(probed)
    }
}

/// What stays within sites, by the target that is there.
///
/// # Errors
/// As [`Component::needs`].
pub fn sites(components: &[Component]) -> Result<BTreeMap<String, Site>, NeedError> {
    let flow = Flow::of(components);
    let mut sites = BTreeMap::<_, Site>::new();
    for (component, node) in components.iter().zip(&flow.nodes).filter(|(one, _)| one.at_site) {
        let Some(target) = component.targets.first() else { continue };
        let site = sites.entry(target.clone()).or_default();
        site.topics.extend(flow.staying(node).map(str::to_owned));
        let consumers = component.consumers()?.into_iter();
        site.inner.extend(consumers.map(|consumer| consumer.handed_over.subject));
        site.inner.extend(component.http.as_ref().map(|_| protocol::http_requests("*", &component.name)));
    }
    Ok(sites)
}

impl Flow {
    /// The topics of a node that stay within its site: what it reads, and what it sends unless a node of another scope
    /// has to do with it.
    pub fn staying<'f>(&'f self, node: &'f Node) -> impl Iterator<Item = &'f str> {
        let others = || self.nodes.iter().filter(|other| !other.at_site);
        let is_inner = move |topic: &&str| {
            !others().flat_map(Node::topics).any(|(_, other)| subject::overlaps(topic, other))
        };
        let reads = node.reads.iter().map(|(_, topic)| topic.as_str());
        let sent = node.sent().map(|(_, topic)| topic).filter(is_inner);
        reads.chain(sent).filter(|_| node.at_site)
    }
}

impl Node {
    /// The parameters and topics to which it sends results and dead letters.
    pub fn sent(&self) -> impl Iterator<Item = (&str, &str)> {
        let written = self.writes.iter().map(|(parameter, topic)| (parameter.as_str(), topic.as_str()));
        written.chain(self.letters.iter().map(|topic| ("dead_letter_topic", topic.as_str())))
    }

    /// All that it has to do with.
    pub fn topics(&self) -> impl Iterator<Item = (&str, &str)> {
        let reads = self.reads.iter().map(|(parameter, topic)| (parameter.as_str(), topic.as_str()));
        reads.chain(self.sent())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::rules::testing::{check_in, project, task, workflow};

    fn components(tasks: &[&[&str]]) -> Vec<Component> {
        let named = |(index, lines): (usize, &&[&str])| {
            let own = [format!("name: t{index}"), format!("component_name: t{index}")];
            task(&own.iter().map(String::as_str).chain(lines.iter().copied()).collect::<Vec<_>>())
        };
        let tasks: Vec<_> = tasks.iter().enumerate().map(named).collect();
        let folder = project();
        let (report, components) = check_in(folder.path(), &workflow(&tasks));
        assert_eq!(report.errors(), 0, "{:?}", report.problems);
        components
    }

    #[test]
    fn what_is_read_stays_and_what_is_sent_stays_unless_others_use_it() {
        let site = "scope: site";
        let kept = "delivery: at-least-once";
        let made = components(&[
            &[site, kept, "source_topic: [raw.*, more]", "dest_topic: clean"],
            &[site, "source_topic: clean", "dest_topic: alarms"],
            &[site, "source_topic: hot", "dest_topic: valves"],
            &["targets: [cloud]", "source_topic: alarms", "dest_topic: mail"],
        ]);
        let sites = sites(&made).unwrap();
        assert_eq!(sites.keys().collect::<Vec<_>>(), ["edge"]);
        let topics: Vec<_> = sites["edge"].topics.iter().map(String::as_str).collect();
        assert_eq!(topics, ["clean", "dead.t0", "hot", "more", "raw.*", "valves"]);
        let denied: Vec<_> = sites["edge"].denied().collect();
        for subject in
            ["raw.*", "pelato.deliver.t0", "pelato.deliver.t0.2", "pelato.site.*.raw.*", "pelato.site.*.hot"]
        {
            assert!(denied.iter().any(|one| one == subject), "{subject} in {denied:?}");
        }
        assert!(!denied.iter().any(|one| one.contains("alarms")), "{denied:?}");
    }

    #[test]
    fn requests_of_an_http_task_stay_too_and_without_a_scope_nothing_does() {
        let http = ["type: http_producer_nats", "scope: site"];
        let made = components(&[&http]);
        assert!(sites(&made).unwrap()["edge"].denied().any(|one| one == "pelato.http.*.t0"));
        assert!(sites(&components(&[&["scope: everywhere"], &[]])).unwrap().is_empty());
    }
}
