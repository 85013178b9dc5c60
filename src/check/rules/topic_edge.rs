use std::collections::BTreeSet;

use super::{Context, Finding, Rule};
use crate::check::{Node, Spot};
use crate::text::{list, quoted};

/// Topics that nobody writes or reads, but for the one where a workflow begins and the one where it ends.
pub struct TopicEdge;

/// More notes than this in one direction become one.
const NOTES: usize = 5;

impl Rule for TopicEdge {
    fn id(&self) -> &'static str {
        "topic-edge"
    }

    fn check(&self, context: &Context<'_>) -> Vec<Finding> {
        let flow = &context.flow;
        let told: BTreeSet<&str> =
            context.typos.iter().flat_map(|typo| [typo.read.as_str(), typo.written.as_str()]).collect();
        let (unwritten, unread) = (flow.unwritten(), flow.unread());
        // What HTTP brings need not come from a topic.
        let reads = |node: &Node| if node.http.is_some() { Vec::new() } else { node.reads.clone() };
        let mut entrances = places(context, reads, &unwritten, &told);
        let mut exits = places(context, |node| node.writes.clone(), &unread, &told);
        // Somewhere the data has to come in, and somewhere go out.
        if !entrances.is_empty() {
            entrances.remove(0);
        }
        exits.pop();
        let mut found =
            notes(entrances, "no task in this workflow writes", "comes from outside the workflow");
        found.extend(notes(exits, "no task in this workflow reads", "is read outside the workflow"));
        found
    }
}

/// A topic, and where it is first named.
type Named = (String, Spot);

/// The topics that are in a set and not told of yet, in the order of the file.
fn places(
    context: &Context<'_>,
    topics: impl Fn(&Node) -> Vec<(String, String)>,
    wanted: &BTreeSet<&str>,
    told: &BTreeSet<&str>,
) -> Vec<Named> {
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for (entry, node) in context.entries.iter().zip(&context.flow.nodes) {
        for (parameter, topic) in topics(node) {
            let is_new = wanted.contains(topic.as_str()) && !told.contains(topic.as_str());
            if is_new && seen.insert(topic.clone()) {
                let place = entry.field_of(&parameter, &topic).map(|field| field.place.clone());
                let spot = place.map_or(Spot::FirstLine(entry.task.place.clone()), Spot::Place);
                found.push((topic, spot));
            }
        }
    }
    found
}

fn notes(named: Vec<Named>, what: &str, then: &str) -> Vec<Finding> {
    if named.len() <= NOTES {
        let note = |(topic, spot)| {
            let message = format!("{what} {}", quoted(topic));
            Finding::note(spot, message).advise(format!("this is correct if it {then}"))
        };
        return named.iter().map(|(topic, spot)| note((topic, spot.clone()))).collect();
    }
    let count = named.len();
    let names = list(named.iter().take(NOTES).map(|(topic, _)| topic));
    let Some((_, spot)) = named.into_iter().next() else { return Vec::new() };
    let message = format!("{what} {count} of its topics, such as {names}");
    vec![Finding::note(spot, message).advise(format!("this is correct if each {then}"))]
}

#[cfg(test)]
mod tests {
    use crate::check::rules::testing::{found, task};

    fn flow(edges: &[(&str, &str)]) -> Vec<String> {
        let tasks = edges.iter().enumerate().map(|(index, (from, to))| {
            let name = format!("component_name: c{index}");
            task(&[&name, &format!("source_topic: {from}"), &format!("dest_topic: {to}")])
        });
        found(&tasks.collect::<Vec<_>>())
    }

    #[test]
    fn where_a_chain_begins_and_ends_is_not_worth_a_word() {
        assert_eq!(flow(&[("celsius", "kelvin"), ("kelvin", "filtered")]), [] as [&str; 0]);
        assert_eq!(flow(&[("sensors.*", "kelvin"), ("kelvin", "filtered")]), [] as [&str; 0]);
        assert_eq!(flow(&[("in", "sensor.a"), ("sensor.*", "out")]), [] as [&str; 0]);
    }

    #[test]
    fn other_loose_ends_are_noted() {
        assert_eq!(
            flow(&[("celsius", "kelvin"), ("humidity", "filtered")]),
            [
                "8:17 topic-edge: no task in this workflow reads `kelvin` (this is correct if it is read outside the workflow)",
                "15:19 topic-edge: no task in this workflow writes `humidity` (this is correct if it comes from outside the workflow)",
            ]
        );
    }

    #[test]
    fn many_loose_ends_are_one_note() {
        let names: Vec<_> = ('a'..='j').map(|c| (format!("{c}{c}{c}"), format!("out_{c}"))).collect();
        let edges: Vec<_> = names.iter().map(|(from, to)| (from.as_str(), to.as_str())).collect();
        let found = flow(&edges);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(
            found[1].contains("no task in this workflow writes 9 of its topics, such as `bbb`"),
            "{found:?}"
        );
    }

    #[test]
    fn what_http_brings_needs_no_topic() {
        let http =
            task(&["type: http_producer_nats", "component_name: h", "source_topic: nobody", "dest_topic: x"]);
        assert_eq!(
            found(&[task(&["dest_topic: x"]), http, task(&["component_name: z", "source_topic: x"])]).len(),
            0
        );
    }
}
