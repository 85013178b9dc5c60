//! Where probes go in and come out: what the flags say, else the workflow's ends.

use std::collections::BTreeSet;

use super::DrillError;
use crate::check::{Flow, Node};
use crate::nats::subject;
use crate::remedy::Argument;
use crate::text::suggest;
use crate::text::{list, quoted};

/// Where probes go in and come out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The topic that they are sent to.
    pub from: String,
    /// The topic that they come out of.
    pub to: String,
}

/// Finds the route. `from` is else a topic that is read and that no task writes, `to` one that is written and that no
/// task reads: if there is one of each that are connected.
///
/// # Errors
/// When a name is wrong, or there are none or several to choose from.
pub fn route(flow: &Flow, from: Option<&str>, to: Option<&str>) -> Result<Route, DrillError> {
    let from = match (from, to) {
        (Some(from), _) => given_entry(flow, from)?,
        (None, to) => entry(flow, to)?,
    };
    let reached = reached(flow, &from);
    let to = match to {
        Some(to) if reached.contains(to) => to.to_owned(),
        Some(to) => {
            let message = format!("messages that are sent to {} never reach {}", quoted(&from), quoted(to));
            let help = suggest::help(to, reached.iter().copied());
            return Err(DrillError::Route { message, help });
        }
        None => exit(flow, &from, &reached)?,
    };
    Ok(Route { from, to })
}

fn given_entry(flow: &Flow, from: &str) -> Result<String, DrillError> {
    let wrong = |message: String, help: String| Err(DrillError::Route { message, help });
    if let Err(error) = subject::validate(from) {
        let message = format!("{} {error}", Argument::From.with(from));
        return wrong(message, "name a topic that a task reads".to_owned());
    }
    if subject::has_wildcards(from) {
        let message = format!("a message cannot be sent to {}: it has wildcards", quoted(from));
        return wrong(message, "name one topic that it matches".to_owned());
    }
    if readers(flow, from).next().is_none() {
        let topics = flow.topics.iter().filter(|(_, topic)| !topic.readers.is_empty());
        let help = suggest::help(from, topics.map(|(name, _)| name.as_str()));
        return wrong(format!("no task reads {}", quoted(from)), help);
    }
    Ok(from.to_owned())
}

/// The only topic by which messages enter the workflow, and get to `to`.
fn entry(flow: &Flow, to: Option<&str>) -> Result<String, DrillError> {
    let wrong = |message: String, help: String| Err(DrillError::Route { message, help });
    let leads = |name: &&str| {
        let reached = reached(flow, name);
        to.map_or(!reached.is_empty(), |to| reached.contains(to))
    };
    let entries: Vec<&str> = flow.unwritten().into_iter().filter(leads).collect();
    match entries.as_slice() {
        [] => {
            let what = to.map_or(
                "the workflow reads no topic from outside that leads to another topic".to_owned(),
                |to| format!("no topic from outside leads to {}", quoted(to)),
            );
            wrong(
                what,
                format!(
                    "name the topic that probes are sent to with {}, and the one on which they arrive with {}",
                    Argument::From,
                    Argument::To
                ),
            )
        }
        [only] if subject::has_wildcards(only) => wrong(
            format!("the workflow reads {}, which has wildcards", quoted(only)),
            format!("name a topic that it matches with {}", Argument::From),
        ),
        [only] => Ok((*only).to_owned()),
        several => wrong(
            format!("the workflow reads several topics from outside: {}", list(several)),
            format!("choose the one that probes are sent to with {}", Argument::From),
        ),
    }
}

/// The only topic by which messages leave the workflow.
fn exit(flow: &Flow, from: &str, reached: &BTreeSet<&str>) -> Result<String, DrillError> {
    let unread = flow.unread();
    let exits: Vec<&str> = reached.intersection(&unread).copied().collect();
    let wrong = |message: String| {
        let help = match reached.is_empty() {
            true => "a drill needs a task that writes a topic".to_owned(),
            false => {
                format!("choose the one on which probes arrive with {}: {}", Argument::To, list(reached))
            }
        };
        Err(DrillError::Route { message, help })
    };
    match exits.as_slice() {
        [only] => Ok((*only).to_owned()),
        [] => wrong(format!("messages that are sent to {} do not leave the workflow", quoted(from))),
        several => wrong(format!(
            "messages that are sent to {} leave the workflow on {}",
            quoted(from),
            list(several)
        )),
    }
}

/// The tasks that receive what is sent to a topic.
fn readers<'f>(flow: &'f Flow, topic: &'f str) -> impl Iterator<Item = usize> + 'f {
    let reads = move |node: &Node| {
        node.reads.iter().any(|(_, pattern)| subject::matches(pattern, topic) || pattern == topic)
    };
    flow.nodes.iter().enumerate().filter(move |(_, node)| reads(node)).map(|(index, _)| index)
}

/// The topics that something comes to which is sent to `from`.
fn reached<'f>(flow: &'f Flow, from: &'f str) -> BTreeSet<&'f str> {
    let mut reached = BTreeSet::new();
    let mut next = vec![from];
    while let Some(topic) = next.pop() {
        for node in readers(flow, topic) {
            for (_, written) in &flow.nodes[node].writes {
                if reached.insert(written.as_str()) {
                    next.push(written);
                }
            }
        }
    }
    reached
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A flow of tasks that read and write these.
    fn flow(tasks: &[(&str, &str)]) -> Flow {
        let topic = |name: &str| {
            if name.is_empty() { vec![] } else { vec![("topic".to_owned(), name.to_owned())] }
        };
        let nodes = tasks.iter().map(|(reads, writes)| Node {
            reads: topic(reads),
            writes: topic(writes),
            ..Node::default()
        });
        Flow::new(nodes)
    }

    fn found(tasks: &[(&str, &str)], from: Option<&str>, to: Option<&str>) -> (String, String) {
        let route = route(&flow(tasks), from, to).unwrap();
        (route.from, route.to)
    }

    fn refused(tasks: &[(&str, &str)], from: Option<&str>, to: Option<&str>) -> String {
        match route(&flow(tasks), from, to).unwrap_err() {
            DrillError::Route { message, help } => format!("{message}; {help}"),
            other => panic!("{other}"),
        }
    }

    fn pair(from: &str, to: &str) -> (String, String) {
        (from.to_owned(), to.to_owned())
    }

    const CHAIN: &[(&str, &str)] = &[("a", "b"), ("b", "c"), ("c", "d")];
    const TWO: &[(&str, &str)] = &[("a", "b"), ("x", "y"), ("y", "z")];

    #[test]
    fn the_ends_of_the_workflow() {
        assert_eq!(found(CHAIN, None, None), pair("a", "d"));
        assert_eq!(found(CHAIN, Some("b"), None), pair("b", "d"));
        assert_eq!(found(CHAIN, None, Some("c")), pair("a", "c"));
        assert_eq!(found(TWO, Some("x"), None), pair("x", "z"));
        assert_eq!(found(TWO, None, Some("b")), pair("a", "b"));
        assert_eq!(found(&[("a", "b"), ("log", "")], None, None), pair("a", "b"));
        assert_eq!(found(&[("rooms.*", "b")], Some("rooms.kitchen"), None), pair("rooms.kitchen", "b"));
        assert_eq!(found(&[("a", "rooms.hall"), ("rooms.*", "b")], None, None), pair("a", "b"));
    }

    #[test]
    fn what_is_not_clear_is_said() {
        assert_eq!(
            refused(TWO, None, None),
            "the workflow reads several topics from outside: `a` and `x`; choose the one that probes are sent to with `argument:from`"
        );
        assert_eq!(
            refused(&[("a", "b"), ("a", "c")], None, None),
            "messages that are sent to `a` leave the workflow on `b` and `c`; choose the one on which probes arrive with `argument:to`: `b` and `c`"
        );
        assert_eq!(
            refused(&[("rooms.*", "b")], None, None),
            "the workflow reads `rooms.*`, which has wildcards; name a topic that it matches with `argument:from`"
        );
        let cycle = &[("a", "b"), ("b", "a")];
        assert!(refused(cycle, None, None).starts_with(
            "the workflow reads no topic from outside that leads to another topic; name the topic"
        ));
        assert!(refused(cycle, Some("a"), None).ends_with("with `argument:to`: `a` and `b`"));
        assert_eq!(found(cycle, Some("a"), Some("b")), pair("a", "b"));
        assert!(refused(&[("a", "")], Some("a"), None).ends_with("a drill needs a task that writes a topic"));
        assert!(refused(CHAIN, None, Some("x")).starts_with("no topic from outside leads to `x`"));
    }

    #[test]
    fn names_that_are_wrong_are_refused() {
        assert_eq!(refused(CHAIN, Some("aa"), None), "no task reads `aa`; did you mean `a`?");
        assert_eq!(
            refused(CHAIN, Some("b"), Some("b")),
            "messages that are sent to `b` never reach `b`; did you mean `c`?"
        );
        assert!(refused(CHAIN, Some("a b"), None).starts_with("`argument:from=a%20b` contains whitespace"));
        assert!(refused(CHAIN, Some("a.>"), None).contains("it has wildcards"));
    }
}
