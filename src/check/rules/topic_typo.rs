use super::{Context, Finding, Rule};
use crate::check::Spot;
use crate::check::typo::Typo;
use crate::text::quoted;

/// A topic that is read and one that is written, with names so near that they were meant to be one.
pub struct TopicTypo;

impl Rule for TopicTypo {
    fn id(&self) -> &'static str {
        "topic-typo"
    }

    fn check(&self, context: &Context<'_>) -> Vec<Finding> {
        context.typos.iter().map(|typo| finding(context, typo)).collect()
    }
}

fn finding(context: &Context<'_>, typo: &Typo) -> Finding {
    let flow = &context.flow;
    let place = |name: &str, of_reader: bool| {
        let topic = flow.topics.get(name)?;
        let index = *if of_reader { &topic.readers } else { &topic.writers }.first()?;
        let (node, entry) = (flow.nodes.get(index)?, context.entries.get(index)?);
        let topics = if of_reader { &node.reads } else { &node.writes };
        let (parameter, _) = topics.iter().find(|(_, topic)| topic == name)?;
        Some((entry.field_of(parameter, name)?.place.clone(), entry))
    };
    let (read, written) = (quoted(&typo.read), quoted(&typo.written));
    let spot = place(&typo.read, true).map_or(Spot::File, |(place, _)| Spot::Place(place));
    let writer = place(&typo.written, false).map_or(String::new(), |(place, entry)| {
        let span = context.workflow.span(&place);
        let line = span.map(|span| context.workflow.source.position(span.start).0);
        let line = line.map_or(String::new(), |line| format!(" in line {line}"));
        format!("{} writes {written}{line}", entry.label())
    });
    let nobody = if flow.unwritten().contains(typo.read.as_str()) {
        format!("nothing writes {read}, but {written} is written")
    } else {
        format!("nothing reads {written}, but {read} is read")
    };
    Finding::warning(spot, nobody).label(writer).advise(format!(
        "if they are the same topic, write the same name in both places: did you mean {written}?"
    ))
}

#[cfg(test)]
mod tests {
    use crate::check::rules::testing::{check_in, found, project, show, task, workflow};

    #[test]
    fn a_slip_is_told_with_both_places() {
        let tasks = [
            task(&["dest_topic: test_dest"]),
            task(&["component_name: b", "source_topic: ttest_dest", "dest_topic: end"]),
        ];
        let (report, components) = check_in(project().path(), &workflow(&tasks));
        let all: Vec<_> = report.problems.iter().map(show).collect();
        assert_eq!(
            all,
            [
                "15:19 topic-typo: nothing writes `ttest_dest`, but `test_dest` is written (if they are the same topic, write the same name in both places: did you mean `test_dest`?)"
            ]
        );
        assert_eq!(report.problems[0].label.as_deref(), Some("`a` writes `test_dest` in line 8"));
        assert_eq!((report.errors(), report.warnings(), components.len()), (0, 1, 2));
    }

    #[test]
    fn a_slip_beside_a_right_reader_is_told() {
        let reads = |name: &str, from: &str| {
            let lines = [
                format!("component_name: {name}"),
                format!("source_topic: {from}"),
                format!("dest_topic: {name}_end"),
            ];
            task(&lines.iter().map(String::as_str).collect::<Vec<_>>())
        };
        let all = found(&[task(&["dest_topic: kelvin"]), reads("b", "kelvin"), reads("c", "kelvn")]);
        assert!(all.iter().any(|line| line.contains("topic-typo: nothing writes `kelvn`")), "{all:?}");
    }
}
