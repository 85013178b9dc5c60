use super::{Context, Finding, Rule};
use crate::check::words::quoted;
use crate::check::{Flow, Spot};

/// A topic that is read and one that is written, with names so near that they were meant to be one.
pub struct TopicSlip;

/// More topics are not compared with each other: that many names are a machine's, which makes no slips.
const COMPARED: usize = 300;

/// Two topics that were probably meant to be one.
pub struct Slip<'f> {
    /// The one that is read.
    pub read: &'f str,
    /// The one that is written.
    pub written: &'f str,
}

impl Rule for TopicSlip {
    fn id(&self) -> &'static str {
        "topic-slip"
    }

    fn check(&self, context: &Context<'_>) -> Vec<Finding> {
        slips(&context.flow).iter().map(|slip| finding(context, slip)).collect()
    }
}

/// The probable slips of a flow.
pub fn slips(flow: &Flow) -> Vec<Slip<'_>> {
    let (unwritten, unread) = (flow.unwritten(), flow.unread());
    let all = |by: fn(&crate::check::Topic) -> bool| {
        flow.topics.iter().filter(move |(_, topic)| by(topic)).map(|(name, _)| name.as_str())
    };
    let read: Vec<_> = all(|topic| !topic.readers.is_empty()).take(COMPARED).collect();
    let written: Vec<_> = all(|topic| !topic.writers.is_empty()).take(COMPARED).collect();
    let mut slips = Vec::new();
    for from in unwritten.iter().copied().take(COMPARED) {
        // Of those that are near, one that nobody reads is the likelier.
        let near = written.iter().copied().filter(|to| is_near(from, to));
        if let Some(to) = near.min_by_key(|to| !unread.contains(to)) {
            slips.push(Slip { read: from, written: to });
        }
    }
    for to in unread.iter().copied().take(COMPARED) {
        let is_told = slips.iter().any(|slip| slip.written == to);
        let near = read.iter().copied().filter(|from| is_near(from, to));
        if let Some(from) = near.filter(|_| !is_told).min_by_key(|from| !unwritten.contains(from)) {
            slips.push(Slip { read: from, written: to });
        }
    }
    slips
}

/// Whether two different topics look like one with a slip. The first may have wildcards.
fn is_near(pattern: &str, topic: &str) -> bool {
    // What wildcards stand for is alike by itself, so it does not count.
    let words = pattern.split('.').filter(|token| !matches!(*token, "*" | ">")).map(str::len).sum::<usize>();
    let pattern = fill(pattern, topic);
    let (a, b) = (pattern.to_lowercase(), topic.to_lowercase());
    if pattern == topic {
        return false;
    }
    if without(&a, |c| matches!(c, '.' | '_' | '-')) == without(&b, |c| matches!(c, '.' | '_' | '-')) {
        return true;
    }
    // `room_1` and `room_2` are two rooms.
    if without(&a, |c| c.is_ascii_digit()) == without(&b, |c| c.is_ascii_digit()) {
        return false;
    }
    let (longer, shorter) = (a.len().max(b.len()), a.len().min(b.len()));
    let allowed = match shorter.min(words) {
        0..=3 => return false,
        4..=7 => 1,
        _ => 2,
    };
    longer - shorter <= allowed && strsim::damerau_levenshtein(&a, &b) <= allowed
}

/// The pattern with the topic's parts in place of its wildcards.
fn fill(pattern: &str, topic: &str) -> String {
    let mut parts = topic.split('.');
    let mut filled = Vec::new();
    for token in pattern.split('.') {
        match token {
            ">" => filled.extend(parts.by_ref()),
            "*" => filled.push(parts.next().unwrap_or_default()),
            token => {
                parts.next();
                filled.push(token);
            }
        }
    }
    filled.join(".")
}

fn without(text: &str, left_out: impl Fn(char) -> bool) -> String {
    text.chars().filter(|c| !left_out(*c)).collect()
}

fn finding(context: &Context<'_>, slip: &Slip<'_>) -> Finding {
    let flow = &context.flow;
    let place = |name: &str, of_reader: bool| {
        let topic = flow.topics.get(name)?;
        let index = *if of_reader { &topic.readers } else { &topic.writers }.first()?;
        let (stop, entry) = (flow.stops.get(index)?, context.entries.get(index)?);
        let topics = if of_reader { &stop.reads } else { &stop.writes };
        let (parameter, _) = topics.iter().find(|(_, topic)| topic == name)?;
        Some((entry.task.parameters.get(parameter)?.place.clone(), entry))
    };
    let (read, written) = (quoted(slip.read), quoted(slip.written));
    let spot = place(slip.read, true).map_or(Spot::File, |(place, _)| Spot::Place(place));
    let writer = place(slip.written, false).map_or(String::new(), |(place, entry)| {
        let span = context.workflow.span(&place);
        let line = span.map(|span| context.workflow.source.position(span.start).0);
        let line = line.map_or(String::new(), |line| format!(" in line {line}"));
        format!("{} writes {written}{line}", entry.label())
    });
    let nobody = if flow.unwritten().contains(slip.read) {
        format!("nothing writes {read}, but {written} is written")
    } else {
        format!("nothing reads {written}, but {read} is read")
    };
    Finding::warning(spot, nobody)
        .label(writer)
        .advise(format!("if they are one topic, write the same name in both places: did you mean {written}?"))
}

#[cfg(test)]
mod tests {
    use super::*;
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
                "15:19 topic-slip: nothing writes `ttest_dest`, but `test_dest` is written (if they are one topic, \
              write the same name in both places: did you mean `test_dest`?)"
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
        assert!(all.iter().any(|line| line.contains("topic-slip: nothing writes `kelvn`")), "{all:?}");
    }

    #[test]
    fn only_names_that_look_alike_are_near() {
        for (read, written) in [
            ("test_dest", "ttest_dest"),
            ("Temps", "temps"),
            ("home_temps", "home.temps"),
            ("sensor.*", "sensors.kitchen"),
            ("abc", "ABC"),
        ] {
            assert!(is_near(read, written), "{read} {written}");
        }
        for (read, written) in [
            ("living_room_celsius_data", "living_room_kelvin_data"),
            ("room_1", "room_2"),
            ("room_1_data", "room_12_data"),
            ("in", "on"),
            ("sensor.*", "alarm.kitchen"),
            ("x.>", "y.a.b"),
        ] {
            assert!(!is_near(read, written), "{read} {written}");
        }
    }
}
