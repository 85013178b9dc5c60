use super::{Context, Finding, Rule};
use crate::check::values::scope;
use crate::check::{Entry, Node, SCOPES, Spot};
use crate::nats::subject;
use crate::project::Field;
use crate::text::quoted;

/// A scope that does not exist, messages that are to stay within no site or within two, and tasks elsewhere that use them.
pub struct Scope;

impl Rule for Scope {
    fn id(&self) -> &'static str {
        "scope"
    }

    fn check(&self, context: &Context<'_>) -> Vec<Finding> {
        let nodes = &context.flow.nodes;
        let pairs: Vec<_> = context.entries.iter().zip(nodes).collect();
        let mut findings = Vec::new();
        for (index, &(entry, node)) in pairs.iter().enumerate() {
            let Some(field) = &entry.task.scope else { continue };
            findings.extend(entry.validate(Some(field), scope));
            if !node.at_site {
                continue;
            }
            findings.extend(several_targets(entry, field));
            findings.extend(cut_off(entry, node));
            for (other, at) in
                pairs.iter().enumerate().filter(|(other, _)| *other != index).map(|(_, pair)| pair)
            {
                findings.extend(elsewhere((entry, node), (other, at)));
                findings.extend(http_elsewhere(entry, field, other));
            }
        }
        findings
    }
}

fn several_targets(entry: &Entry<'_>, field: &Field) -> Option<Finding> {
    (entry.task.targets.len() > 1).then(|| {
        let message = "messages cannot stay within one site, because the task has several targets";
        entry.wrong(field, message).advise("name one target, and write another task for each other site")
    })
}

/// A topic that takes all subjects with it: those of the cluster, too.
fn cut_off(entry: &Entry<'_>, node: &Node) -> Option<Finding> {
    let (parameter, topic) = node.reads.iter().find(|(_, topic)| topic.starts_with(['*', '>']))?;
    let field = entry.field_of(parameter, topic)?;
    let message =
        format!("{} cannot stay within a site: it takes subjects of the cluster itself", quoted(topic));
    Some(entry.wrong(field, message).advise("begin it with a word, such as `room.>`"))
}

/// Another task that uses what the first one reads, and is not at its site.
fn elsewhere(one: (&Entry<'_>, &Node), other: (&Entry<'_>, &Node)) -> Option<Finding> {
    let ((entry, node), (other, at)) = (one, other);
    let is_beside = at.at_site && same_target(entry, other);
    let reads = || node.reads.iter().map(|(_, topic)| topic.as_str());
    let meet = |topic: &str| reads().find(|own| subject::overlaps(own, topic));
    let (parameter, topic, own) = at
        .topics()
        .filter(|_| !is_beside)
        .find_map(|(parameter, topic)| Some((parameter, topic, meet(topic)?)))?;
    let verb = if at.reads.iter().any(|(_, read)| read == topic) { "reads" } else { "writes" };
    let label = entry.label();
    let message = match own == topic {
        true => format!("{label} keeps {} within its site, and {} {verb} it", quoted(topic), other.label()),
        false => format!(
            "{label} keeps {} within its site, and {} {verb} {}",
            quoted(own),
            other.label(),
            quoted(topic)
        ),
    };
    let help = match at.at_site {
        true => "give both tasks the same target, or use another topic".to_owned(),
        false => format!("add `scope: {}` to {}, or use another topic", SCOPES[1], other.label()),
    };
    let field = other.field_of(parameter, topic).or(other.task.dead_letter_topic.as_ref());
    let spot =
        field.map_or(Spot::FirstLine(other.task.place.clone()), |field| Spot::Place(field.place.clone()));
    Some(Finding::error(spot, message).of(other.index).advise(help))
}

/// HTTP requests that arrive at another target are handed on to whoever runs the task.
fn http_elsewhere(entry: &Entry<'_>, field: &Field, other: &Entry<'_>) -> Option<Finding> {
    (entry.route().is_some() && other.route().is_some() && !same_target(entry, other)).then(|| {
        let message = format!(
            "requests for {} would arrive from outside its site: {} answers HTTP, too, at other targets",
            entry.label(),
            other.label()
        );
        entry.wrong(field, message).advise("give both the same target, or keep them in two projects")
    })
}

/// Whether a task runs at the only target of another, and nowhere else.
fn same_target(one: &Entry<'_>, other: &Entry<'_>) -> bool {
    let names = |entry: &Entry<'_>| {
        let mut names: Vec<_> = entry.task.targets.iter().map(|target| target.text.clone()).collect();
        names.sort();
        names
    };
    names(one) == names(other)
}

#[cfg(test)]
mod tests {
    use crate::check::rules::testing::{found, found_with, task};

    const SITE: &str = "scope: site";

    /// What the rule says of two tasks, of which the first reads `raw` at the edge and nothing else leaves.
    fn beside(lines: &[&str]) -> Vec<String> {
        let first = task(&[SITE, "source_topic: raw", "dest_topic: x"]);
        let other = [&["name: B", "component_name: b"], lines].concat();
        found(&[first, task(&other)]).into_iter().filter(|one| one.contains(" scope: ")).collect()
    }

    #[test]
    fn one_of_two_words_is_asked_for() {
        assert_eq!(
            found_with(&["scope: sites"]),
            ["11:12 scope: `sites` is not a valid scope (did you mean `site`?)"]
        );
        for right in [SITE, "scope: everywhere"] {
            assert_eq!(found_with(&[right]), [] as [&str; 0]);
        }
    }

    #[test]
    fn a_site_is_one_target() {
        assert_eq!(
            found_with(&["targets: [edge, cloud]", SITE]),
            [
                "11:12 scope: messages cannot stay within one site, because the task has several targets (name one target, \
                 and write another task for each other site)"
            ]
        );
    }

    #[test]
    fn what_a_site_keeps_is_used_there_alone() {
        assert_eq!(
            beside(&["source_topic: raw", "dest_topic: y"]),
            [
                "16:19 scope: `a` keeps `raw` within its site, and `b` reads it (add `scope: site` to `b`, or use another topic)"
            ]
        );
        assert!(beside(&["dest_topic: raw"])[0].contains("`b` writes it"));
        assert!(beside(&["source_topic: '*'"])[0].contains("keeps `raw` within its site, and `b` reads `*`"));
        let letters = ["delivery: at-least-once", "dead_letter_topic: raw"];
        assert!(beside(&letters)[0].starts_with("21:24 scope: `a` keeps `raw`"), "{:?}", beside(&letters));
        let far = beside(&["source_topic: raw", SITE, "targets: [barn]"]);
        assert!(far[0].contains("give both tasks the same target"), "{far:?}");
        assert_eq!(beside(&["source_topic: raw", SITE, "dest_topic: y"]), [] as [&str; 0]);
        // Results leave the site where another task reads them.
        assert_eq!(beside(&["source_topic: x", "targets: [cloud]"]), [] as [&str; 0]);
    }

    #[test]
    fn a_topic_that_takes_everything_would_cut_the_site_off() {
        for topic in ["'>'", "'*.raw'"] {
            let source = format!("source_topic: {topic}");
            let found = found_with(&[SITE, &source, "dest_topic: y.z.w"]);
            assert!(found.iter().any(|one| one.contains("cannot stay within a site")), "{found:?}");
        }
    }

    #[test]
    fn http_requests_arrive_within_the_site() {
        let http = "type: http_producer_nats";
        let one = |lines: &[&str]| task(&[&[http], lines].concat());
        let other = ["name: B", "component_name: b", "source_topic: p", "dest_topic: q"];
        let of = |lines: &[&str]| {
            let found = found(&[one(&[SITE]), one(&[&other, lines].concat())]).into_iter();
            found.filter(|one| one.contains(" scope: ")).collect::<Vec<_>>()
        };
        assert!(of(&["targets: [cloud]"])[0].contains("would arrive from outside its site"));
        assert_eq!(of(&[]), [] as [&str; 0]);
    }
}
