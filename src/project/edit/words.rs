//! Another list of words in place of one: a word alone, a list between brackets, or lines that begin with a dash.

use std::ops::Range;

use super::replace::{NotReplaceable, in_place_of};
use super::{Splice, flow, line_end, line_start, newline_of, scalar};
use crate::project::document::Document;
use crate::project::place::Place;

/// Where each word of a list goes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Steps {
    /// For each word that is there: what becomes of it.
    each: Vec<Step>,
    /// What comes after these.
    added: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Keep,
    Replace(String),
    Remove,
}

impl Steps {
    /// Words that are still wanted stay where they are, with their comments.
    fn between(before: &[String], wanted: &[String]) -> Self {
        let mut added = wanted.iter().filter(|word| !before.contains(word)).cloned();
        let step = |word: &String| match wanted.contains(word) {
            true => Step::Keep,
            false => added.next().map_or(Step::Remove, Step::Replace),
        };
        let each = before.iter().map(step).collect();
        Self { each, added: added.collect() }
    }

    fn after(&self, before: &[String]) -> Vec<String> {
        let each = self.each.iter().zip(before).filter_map(|(step, word)| match step {
            Step::Keep => Some(word.clone()),
            Step::Replace(new) => Some(new.clone()),
            Step::Remove => None,
        });
        each.chain(self.added.iter().cloned()).collect()
    }

    fn keeps_count(&self) -> bool {
        self.added.is_empty() && !self.each.contains(&Step::Remove)
    }
}

/// The words in the order that they get.
pub(crate) fn reordered(before: &[String], wanted: &[String]) -> Vec<String> {
    Steps::between(before, wanted).after(before)
}

/// Replaces the words at a place, which are `before`, so that they are those that are wanted.
pub(crate) fn words(
    text: &str,
    document: &Document,
    place: &Place,
    before: &[String],
    wanted: &[String],
) -> Result<Vec<Splice>, NotReplaceable> {
    let found = place.find(document).filter(|found| !found.is_elsewhere).ok_or(NotReplaceable::Elsewhere)?;
    let key = found.key.ok_or(NotReplaceable::Elsewhere)?;
    let value = found.value;
    if value.start < key.end {
        return Err(NotReplaceable::Alias);
    }
    let written = text.get(value.clone()).ok_or(NotReplaceable::Elsewhere)?.trim_end();
    let list = value.start..value.start + written.len();
    if found.is_tagged || written.is_empty() {
        return Err(NotReplaceable::Form);
    }
    let steps = Steps::between(before, wanted);
    let items = || steps.each.iter().enumerate().map(|(index, _)| item(document, place, index, &list));
    match written.as_bytes() {
        [b'[', .., b']'] if steps.keeps_count() => {
            let items = items().collect::<Result<Vec<_>, _>>()?;
            replaced(text, &steps, &items)
        }
        // What stands between the words would be lost.
        [b'[', .., b']'] if written.contains('#') => Err(NotReplaceable::Form),
        [b'[', .., b']'] => Ok(vec![Splice::over(list, flow::list(&steps.after(before)))]),
        [b'-', blank, ..] if blank.is_ascii_whitespace() => {
            lines(text, &steps, &items().collect::<Result<Vec<_>, _>>()?)
        }
        // A text of several lines begins behind its `|` or `>`.
        _ if text[key.end..list.start].contains(['|', '>']) => Err(NotReplaceable::Form),
        _ => match steps.after(before).as_slice() {
            [one] => Ok(vec![in_place_of(text, list, one)?]),
            several => {
                // What cannot become another word cannot become a list.
                in_place_of(text, list.clone(), "a")?;
                Ok(vec![Splice::over(list, flow::list(several))])
            }
        },
    }
}

/// Where an item is written; it may be an alias for something elsewhere.
fn item(
    document: &Document,
    place: &Place,
    index: usize,
    list: &Range<usize>,
) -> Result<Range<usize>, NotReplaceable> {
    let found = place.index(index).find(document).ok_or(NotReplaceable::Elsewhere)?;
    let is_inside = list.start <= found.value.start && found.value.end <= list.end;
    match (is_inside, found.is_tagged) {
        (false, _) => Err(NotReplaceable::Alias),
        (true, true) => Err(NotReplaceable::Form),
        (true, false) => Ok(found.value),
    }
}

fn replaced(text: &str, steps: &Steps, items: &[Range<usize>]) -> Result<Vec<Splice>, NotReplaceable> {
    let pairs = steps.each.iter().zip(items);
    let splices = pairs.filter_map(|(step, item)| match step {
        Step::Replace(new) => Some(in_place_of(text, item.clone(), new)),
        Step::Keep | Step::Remove => None,
    });
    splices.collect()
}

/// In a list of lines: each word has one.
fn lines(text: &str, steps: &Steps, items: &[Range<usize>]) -> Result<Vec<Splice>, NotReplaceable> {
    let (mut splices, mut removed) = (replaced(text, steps, items)?, Vec::<Range<usize>>::new());
    for (step, item) in steps.each.iter().zip(items) {
        let start = line_start(text, item.start);
        if text[start..item.start].trim() != "-" {
            return Err(NotReplaceable::Form);
        }
        if *step == Step::Remove {
            let end = line_end(text, item.end);
            let next = text[end..].find('\n').map_or(text.len(), |at| end + at + 1);
            match removed.last_mut() {
                Some(last) if last.end == start => last.end = next,
                _ => removed.push(start..next),
            }
        }
    }
    // The last line may have no end: then that of the line before goes.
    if let Some(last) = removed.last_mut().filter(|last| last.end == text.len() && !text.ends_with('\n')) {
        last.start = line_end(text, line_start(text, last.start.saturating_sub(1)));
    }
    splices.extend(removed.into_iter().map(|lines| Splice::over(lines, String::new())));
    let last = items.last().ok_or(NotReplaceable::Form)?;
    if !steps.added.is_empty() {
        let before = &text[line_start(text, last.start)..last.start];
        let new = steps.added.iter().map(|word| format!("{}{before}{}", newline_of(text), scalar(word)));
        splices.push(Splice::insert(line_end(text, last.end), new.collect::<String>()));
    }
    Ok(splices)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::project::edit::{apply, document, value};

    fn edited(text: &str, wanted: &[&str]) -> Result<String, NotReplaceable> {
        let texts = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let known = value(text).unwrap();
        let before: Vec<String> = match &known["k"] {
            serde_yaml::Value::Sequence(items) => {
                items.iter().map(|item| item.as_str().unwrap().to_owned()).collect()
            }
            one => vec![one.as_str().unwrap_or("edge").to_owned()],
        };
        let place = Place::top().key("k");
        let splices = words(text, &document(text).unwrap(), &place, &before, &texts(wanted))?;
        Ok(apply(text, &splices).unwrap())
    }

    #[track_caller]
    fn becomes(before: &str, wanted: &[&str], after: &str) {
        assert_eq!(edited(before, wanted).as_deref(), Ok(after), "from {before:?}");
    }

    #[test]
    fn a_list_between_brackets_keeps_what_is_around_it() {
        becomes("k: [edge] # c\nz: 1\n", &["cloud"], "k: [cloud] # c\nz: 1\n");
        becomes("k:   [ 'edge' ]\n", &["cloud"], "k:   [ 'cloud' ]\n");
        becomes("k: [edge, cloud]\n", &["cloud", "fog"], "k: [fog, cloud]\n");
        becomes("k: [edge, cloud]\n", &["cloud"], "k: [cloud]\n");
        becomes("k: [\n  edge,\n  cloud,\n] # c\n", &["fog"], "k: [fog] # c\n");
        becomes("k: &t [edge]\r\nz: 1\r\n", &["cloud", "fog"], "k: &t [cloud, fog]\r\nz: 1\r\n");
        becomes("{k: [edge], z: 1}\n", &["a", "b"], "{k: [a, b], z: 1}\n");
        assert_eq!(edited("k: [\n  edge, # c\n  cloud,\n]\n", &["fog"]), Err(NotReplaceable::Form));
        becomes("k: [\n  edge, # c\n  cloud,\n]\n", &["edge", "fog"], "k: [\n  edge, # c\n  fog,\n]\n");
    }

    #[test]
    fn a_word_alone_may_become_a_list() {
        becomes("k: edge   # c\n", &["cloud"], "k: cloud   # c\n");
        becomes("k: \"edge\"\n", &["cloud"], "k: \"cloud\"\n");
        becomes("k: edge\nz: 1\n", &["edge", "cloud"], "k: [edge, cloud]\nz: 1\n");
        becomes("k: edge", &["yes"], "k: \"yes\"");
        assert_eq!(edited("k: >-\n  edge\n", &["cloud"]), Err(NotReplaceable::Form));
        assert_eq!(edited("k: >-\n  edge\n", &["cloud", "fog"]), Err(NotReplaceable::Form));
    }

    #[test]
    fn lines_are_added_and_removed_and_keep_their_comments() {
        becomes("k:\n  - edge # here\nz: 1\n", &["cloud"], "k:\n  - cloud # here\nz: 1\n");
        becomes(
            "k:\n  - edge # here\n  - cloud # there\nz: 1\n",
            &["cloud"],
            "k:\n  - cloud # there\nz: 1\n",
        );
        becomes("k:\n- edge\n-   fog # f\n", &["edge"], "k:\n- edge\n");
        becomes("k:\n- edge\n- fog", &["edge"], "k:\n- edge");
        becomes(
            "k: # c\n  - edge # e\n\n# end\n",
            &["edge", "fog"],
            "k: # c\n  - edge # e\n  - fog\n\n# end\n",
        );
        becomes("k:\r\n  - edge\r\n", &["a", "b"], "k:\r\n  - a\r\n  - b\r\n");
        becomes("k:\n  - edge", &["edge", "b"], "k:\n  - edge\n  - b");
        assert_eq!(edited("k:\n  -\n    edge\n", &["a", "b"]), Err(NotReplaceable::Form));
    }

    #[test]
    fn what_is_shared_is_not_touched() {
        assert_eq!(edited("x: &t [edge]\nk: *t\n", &["cloud"]), Err(NotReplaceable::Alias));
        assert_eq!(edited("x: &t edge\nk: [*t]\n", &["cloud"]), Err(NotReplaceable::Alias));
        assert_eq!(edited("x: &t edge\nk:\n  - *t\n", &["cloud"]), Err(NotReplaceable::Alias));
        assert_eq!(edited("x: &t {k: edge}\n<<: *t\n", &["cloud"]), Err(NotReplaceable::Elsewhere));
        assert_eq!(edited("k: !t [edge]\n", &["cloud"]), Err(NotReplaceable::Form));
    }

    proptest! {
        #[test]
        fn an_edit_means_what_was_meant_and_nothing_else(
            before in proptest::sample::subsequence(vec!["edge", "cloud", "fog", "a1"], 1..4),
            wanted in proptest::sample::subsequence(vec!["edge", "cloud", "on", "pi-1"], 1..4),
            form in 0..5_usize,
            end in "(|\n|\n# end\n|\nz: 1\n|\r\nz: 1\r\n)",
        ) {
            let dashes = |gap: &str| before.iter().map(|word| format!("\n{gap}- {word} # about {word}")).collect::<String>();
            let written = match form {
                0 => format!(" [{}]", before.join(", ")),
                1 => format!(" [ {} ]", before.join(" , ")),
                2 => dashes("  "),
                3 => dashes(""),
                _ if before.len() == 1 => format!(" {}", before[0]),
                _ => format!(" ['{}']", before.join("', '")),
            };
            let text = format!("a: 0\nk:{written}{end}");
            let after = edited(&text, &wanted).unwrap();
            let texts = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
            let mut meant = value(&text).unwrap();
            let order = reordered(&texts(&before), &texts(&wanted));
            let is_word = form > 3 && before.len() == 1 && order.len() == 1;
            meant["k"] = if is_word { order[0].clone().into() } else { order.into() };
            prop_assert_eq!(value(&after).unwrap(), meant, "{:?} became {:?}", text, after);
            for word in before.iter().filter(|word| wanted.contains(word) && (form == 2 || form == 3)) {
                prop_assert!(after.contains(&format!("- {word} # about {word}")), "{}", after);
            }
        }
    }
}
