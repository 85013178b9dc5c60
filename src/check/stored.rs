//! Which topics of a workflow streams store: the ones that at-least-once tasks read or write.

use super::component::Component;
use super::delivery::Streams;
use super::flow;
use crate::catalog::Flow;
use crate::nats::subject;

/// Finds out which topics of a workflow's components are stored.
pub fn assign_streams(components: &mut [Component]) {
    let reads = |one: &Component| -> Vec<_> {
        let topics = flow::topics(&one.template, &one.parameters, Flow::Reads);
        topics.into_iter().map(|(_, topic)| topic).collect()
    };
    let kept = || components.iter().filter(|one| one.at_least_once.is_some());
    let stored: Vec<_> = kept().flat_map(|one| reads(one).into_iter().chain(one.written_topics())).collect();
    if stored.is_empty() {
        return;
    }
    let is_stored = |topic: &String| stored.iter().any(|pattern| subject::matches(pattern, topic));
    let writes = |one: &Component| -> Vec<_> { one.written_topics().filter(is_stored).collect() };
    let lists: Vec<_> = components.iter().map(writes).collect();
    let acknowledged = lists.iter().flatten();
    let no_replies: Vec<_> = components
        .iter()
        .map(|one| {
            let (reads, mut all) = (reads(one), acknowledged.clone());
            let is_read = |topic: &String| reads.iter().any(|pattern| subject::matches(pattern, topic));
            one.at_least_once.is_none() && all.any(is_read)
        })
        .collect();
    for ((one, writes), no_reply) in components.iter_mut().zip(&lists).zip(no_replies) {
        one.streams = Streams { writes: writes.clone(), no_reply };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::rules::testing::{check_in, project, task, workflow};

    #[test]
    fn a_topic_is_stored_for_all_tasks_if_an_at_least_once_task_reads_or_writes_it() {
        let one = |name: &str, from: &str, to: &str, more: &[&str]| {
            let own = [
                format!("name: {name}"),
                format!("component_name: {name}"),
                format!("source_topic: {from}"),
                format!("dest_topic: {to}"),
            ];
            let own = own.iter().map(String::as_str);
            task(&own.chain(more.iter().copied()).collect::<Vec<_>>())
        };
        let folder = project();
        let tasks = [
            one("before", "w", "x.a", &[]),
            one("kept", "x.*", "y", &["delivery: at-least-once"]),
            one("after", "y", "z", &[]),
            one("beside", "x.b", "v", &[]),
        ];
        let (report, components) = check_in(folder.path(), &workflow(&tasks));
        assert_eq!(report.errors(), 0);
        let shown = |component: &Component| {
            let settings = component.settings();
            let value = |key: &str| settings.get(key).cloned().unwrap_or_default();
            format!("{}: {} {}", component.name, value("stored_topics"), value("no_reply"))
        };
        let shown: Vec<_> = components.iter().map(shown).collect();
        assert_eq!(shown, ["before: x.a ", "kept: y,dead.kept ", "after:  true", "beside:  "]);
    }
}
