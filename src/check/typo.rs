//! Topics whose names are so near that they were probably meant to be one.

use super::flow::{Flow, Topic};

/// More topics are not compared with each other: that many names are a machine's, which makes no typos.
const COMPARED: usize = 150;

/// Two topics that were probably meant to be one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Typo {
    pub read: String,
    pub written: String,
}

pub fn typos(flow: &Flow) -> Vec<Typo> {
    let (unwritten, unread) = (flow.unwritten(), flow.unread());
    let all = |by: fn(&Topic) -> bool| {
        let topics = flow.topics.iter().filter(move |(_, topic)| by(topic));
        topics.map(|(name, _)| Name::new(name)).take(COMPARED).collect::<Vec<_>>()
    };
    let read = all(|topic| !topic.readers.is_empty());
    let written = all(|topic| !topic.writers.is_empty());
    let typo =
        |from: &Name<'_>, to: &Name<'_>| Typo { read: from.text.to_owned(), written: to.text.to_owned() };
    let mut typos = Vec::new();
    for from in read.iter().filter(|name| unwritten.contains(name.text)) {
        // Of those that are near, one that nobody reads is the likelier.
        let near = written.iter().filter(|to| is_near(from, to));
        typos.extend(near.min_by_key(|to| !unread.contains(to.text)).map(|to| typo(from, to)));
    }
    for to in written.iter().filter(|name| unread.contains(name.text)) {
        if !typos.iter().any(|typo| typo.written == to.text) {
            let near = read.iter().filter(|from| is_near(from, to));
            typos.extend(near.min_by_key(|from| !unwritten.contains(from.text)).map(|from| typo(from, to)));
        }
    }
    typos
}

/// A topic's name, made ready to be compared with many others.
struct Name<'t> {
    text: &'t str,
    lower: String,
    is_pattern: bool,
    /// A bit for each character that is in it.
    characters: u64,
}

impl<'t> Name<'t> {
    fn new(text: &'t str) -> Self {
        let lower = text.to_lowercase();
        let characters = lower.chars().fold(0, |bits, c| bits | 1 << (u32::from(c) % 64));
        Self { text, lower, is_pattern: crate::nats::subject::has_wildcards(text), characters }
    }
}

/// Whether two different topics look like one with a typo. The first may have wildcards.
fn is_near(pattern: &Name<'_>, topic: &Name<'_>) -> bool {
    if pattern.is_pattern {
        // What wildcards stand for is alike by itself, so it does not count.
        let words = pattern.text.split('.').filter(|token| !matches!(*token, "*" | ">")).map(str::len).sum();
        let filled = fill(&pattern.lower, &topic.lower);
        return is_alike(&filled, &topic.lower, words) && filled != topic.lower;
    }
    // A character more, less or other changes two bits at most.
    let apart = (pattern.characters ^ topic.characters).count_ones();
    apart <= 6 && pattern.text != topic.text && is_alike(&pattern.lower, &topic.lower, usize::MAX)
}

/// Whether two names without capitals are one but for a typo; `words` is how much of the first was written out.
fn is_alike(a: &str, b: &str, words: usize) -> bool {
    let (longer, shorter) = (a.len().max(b.len()), a.len().min(b.len()));
    if longer - shorter > longer / 2 {
        return false;
    }
    if without(a, |c| matches!(c, '.' | '_' | '-')) == without(b, |c| matches!(c, '.' | '_' | '-')) {
        return true;
    }
    let allowed = match shorter.min(words) {
        0..=3 => return false,
        4..=7 => 1,
        _ => 2,
    };
    // `room_1` and `room_2` are two rooms.
    longer - shorter <= allowed
        && without(a, |c| c.is_ascii_digit()) != without(b, |c| c.is_ascii_digit())
        && strsim::damerau_levenshtein(a, b) <= allowed
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

#[cfg(test)]
mod tests {
    use super::*;

    fn is_near(read: &str, written: &str) -> bool {
        super::is_near(&Name::new(read), &Name::new(written))
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
