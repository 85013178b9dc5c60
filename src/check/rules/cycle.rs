use super::{Context, Finding, Rule};
use crate::check::{Entry, Flow, Spot};
use crate::text::quoted;

/// Messages that may go round for ever.
pub struct Cycle;

/// Longer circles are not written out to their end.
const SHOWN: usize = 8;

impl Rule for Cycle {
    fn id(&self) -> &'static str {
        "cycle"
    }

    fn check(&self, context: &Context<'_>) -> Vec<Finding> {
        let circles = circles(&next(&context.flow));
        circles.iter().filter_map(|circle| finding(context, circle)).collect()
    }
}

/// For each component, those who receive what it writes. A component that feeds itself by a wildcard is an error of
/// its own, so that step is left out.
fn next(flow: &Flow) -> Vec<Vec<usize>> {
    let mut next = vec![Vec::new(); flow.nodes.len()];
    for topic in flow.topics.values() {
        for writer in &topic.writers {
            let receivers = flow.receivers(topic);
            next[*writer]
                .extend(receivers.filter(|reader| reader != writer || topic.readers.contains(writer)));
        }
    }
    for receivers in &mut next {
        receivers.sort_unstable();
        receivers.dedup();
    }
    next
}

/// One circle for every group of components that reach each other.
fn circles(next: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let group = groups(next);
    let mut told = vec![false; next.len()];
    let mut found = Vec::new();
    for start in 0..next.len() {
        if !told[group[start]]
            && let Some(circle) = shortest(next, &group, start)
        {
            told[group[start]] = true;
            found.push(circle);
        }
    }
    found
}

/// The shortest way from a component back to it.
fn shortest(next: &[Vec<usize>], group: &[usize], start: usize) -> Option<Vec<usize>> {
    let mut from = vec![None; next.len()];
    let mut queue = std::collections::VecDeque::from([start]);
    while let Some(at) = queue.pop_front() {
        for &to in &next[at] {
            if to == start {
                let mut way = vec![at];
                while let Some(before) = from[*way.last()?] {
                    way.push(before);
                }
                way.reverse();
                return Some(way);
            }
            if group[to] == group[start] && from[to].is_none() {
                from[to] = Some(at);
                queue.push_back(to);
            }
        }
    }
    None
}

/// Numbers the groups of components that reach each other (Tarjan's way, with a stack of its own).
fn groups(next: &[Vec<usize>]) -> Vec<usize> {
    const NONE: usize = usize::MAX;
    let count = next.len();
    let (mut order, mut low, mut group) = (vec![NONE; count], vec![NONE; count], vec![NONE; count]);
    let (mut counter, mut open) = (0, Vec::new());
    for root in 0..count {
        if order[root] != NONE {
            continue;
        }
        let mut calls = vec![(root, 0)];
        while let Some((at, step)) = calls.pop() {
            if step == 0 {
                order[at] = counter;
                low[at] = counter;
                counter += 1;
                open.push(at);
            } else {
                low[at] = low[at].min(low[next[at][step - 1]]);
            }
            let rest = next[at].iter().enumerate().skip(step);
            let mut descend = None;
            for (index, &to) in rest {
                if order[to] == NONE {
                    descend = Some((index, to));
                    break;
                }
                if group[to] == NONE {
                    low[at] = low[at].min(order[to]);
                }
            }
            if let Some((index, to)) = descend {
                calls.push((at, index + 1));
                calls.push((to, 0));
            } else if low[at] == order[at] {
                while let Some(member) = open.pop() {
                    group[member] = at;
                    if member == at {
                        break;
                    }
                }
            }
        }
    }
    group
}

fn finding(context: &Context<'_>, circle: &[usize]) -> Option<Finding> {
    let (flow, first) = (&context.flow, context.entries.get(*circle.first()?)?);
    let topic = |from: usize, to: usize| {
        let written = flow.nodes[from].writes.iter().map(|(_, topic)| topic);
        let takes =
            |topic: &&String| flow.topics.get(*topic).is_some_and(|t| flow.receivers(t).any(|r| r == to));
        written.clone().find(takes).map(|topic| quoted(topic)).unwrap_or_default()
    };
    let label = |index: usize| context.entries.get(index).map(Entry::label).unwrap_or_default();
    let followers = circle.iter().skip(1).chain(circle.first());
    let steps = circle.iter().zip(followers).take(SHOWN);
    let way: Vec<_> = steps.map(|(from, to)| format!(" → {} → {}", topic(*from, *to), label(*to))).collect();
    let more = if circle.len() > SHOWN { " → …" } else { "" };
    let message = if circle.len() == 1 {
        "a component receives its own messages"
    } else {
        "messages circulate in a cycle"
    };
    let written =
        flow.nodes.get(first.index)?.writes.iter().find_map(|(name, _)| first.task.parameters.get(name));
    let spot = match written {
        Some(field) => Spot::Place(field.place.clone()),
        None => Spot::FirstLine(first.task.place.clone()),
    };
    let help = "make sure that a function in the cycle returns nothing at some point; otherwise the messages circulate forever";
    Some(
        Finding::warning(spot, format!("{message}: {}{}{more}", label(first.index), way.concat()))
            .advise(help),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::rules::testing::{found, task};
    use proptest::prelude::*;

    fn flow(edges: &[(&str, &str)]) -> Vec<String> {
        let tasks = edges.iter().enumerate().map(|(index, (from, to))| {
            let name = format!("component_name: c{index}");
            task(&[&name, &format!("source_topic: {from}"), &format!("dest_topic: {to}")])
        });
        let found = found(&tasks.collect::<Vec<_>>());
        found.into_iter().filter(|line| line.contains(" cycle: ")).collect()
    }

    #[test]
    fn circles_are_written_out() {
        assert_eq!(flow(&[("a", "b"), ("b", "c"), ("c", "d")]), [] as [&str; 0]);
        assert_eq!(
            flow(&[("a", "b"), ("b", "a")]),
            [
                "8:17 cycle: messages circulate in a cycle: `c0` → `b` → `c1` → `a` → `c0` (make sure that a function in the cycle returns nothing at some point; otherwise the messages circulate forever)"
            ]
        );
        assert!(flow(&[("a", "a")])[0].contains("a component receives its own messages: `c0` → `a` → `c0`"));
    }

    #[test]
    fn circles_through_wildcards_are_found_and_each_once() {
        assert_eq!(flow(&[("x.*", "y.a"), ("y.>", "x.b")]).len(), 1);
        assert_eq!(flow(&[("a", "b"), ("b", "a"), ("c", "d"), ("d", "c")]).len(), 2);
        assert_eq!(flow(&[("x.*", "x.a")]).len(), 0, "feeds itself: an error");
    }

    proptest! {
        #[test]
        fn groups_are_those_that_reach_each_other(
            next in prop::collection::vec(prop::collection::vec(0..7usize, 0..4), 7)
        ) {
            let mut reach = vec![vec![false; 7]; 7];
            for (from, to) in next.iter().enumerate().flat_map(|(f, all)| all.iter().map(move |t| (f, *t))) {
                reach[from][to] = true;
            }
            for k in 0..7 { for i in 0..7 { for j in 0..7 {
                if reach[i][k] && reach[k][j] { reach[i][j] = true; }
            } } }
            let group = groups(&next);
            for i in 0..7 { for j in 0..7 {
                if i != j { prop_assert_eq!(group[i] == group[j], reach[i][j] && reach[j][i]); }
            } }
            let looping: std::collections::BTreeSet<_> = (0..7).filter(|i| reach[*i][*i]).map(|i| group[i]).collect();
            prop_assert_eq!(circles(&next).len(), looping.len());
        }
    }
}
