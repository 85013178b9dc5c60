//! Objectives, such as `gap<=0.5s, lost<=0, after.p99<=200ms`: read, and held against a report.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use crate::measurement::analysis::{Phase, Report, Tally};
use crate::measurement::time;
use crate::report::{Problem, Source};
use crate::text::quoted;
use crate::text::suggest;

/// What objectives can be about.
const FIGURES: [(&str, Figure); 8] = [
    ("gap", Figure::Gap),
    ("lost", Figure::Lost),
    ("duplicated", Figure::Duplicated),
    ("late", Figure::Late),
    ("p50", Figure::Percentile(50)),
    ("p95", Figure::Percentile(95)),
    ("p99", Figure::Percentile(99)),
    ("max", Figure::Percentile(100)),
];
const HELP: &str = "write objectives like `gap<=0.5s, lost<=0, late<=1%, after.p99<=200ms`";

#[derive(Debug, Clone, PartialEq)]
pub struct Objective {
    /// As it was written, without spaces.
    pub text: String,
    phase: Option<Phase>,
    figure: Figure,
    limit: Limit,
    /// `<`, not `<=`.
    less: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Figure {
    Gap,
    Lost,
    Duplicated,
    Late,
    Percentile(u32),
}

impl Figure {
    fn is_time(self) -> bool {
        matches!(self, Self::Gap | Self::Percentile(_))
    }
}

/// What a figure may be at most.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Limit {
    Time(Duration),
    Count(usize),
    /// Of those that were sent, in per cent.
    Share(f64),
}

/// What became of an objective.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// As it was written.
    pub objective: String,
    /// The figure that was measured, in words; nothing if there is none.
    pub measured: Option<String>,
    /// Whether it was met. What was not measured is not met.
    pub met: bool,
    /// By how much it was missed, in words.
    pub by: Option<String>,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.measured, &self.by) {
            (None, _) => write!(f, "{}: it was not measured", self.objective),
            (Some(measured), None) => write!(f, "{}: it is {measured}", self.objective),
            (Some(measured), Some(by)) => write!(f, "{}: it is {measured}, {by} too much", self.objective),
        }
    }
}

impl Verdict {
    /// With whether it was met in front.
    pub fn judged(&self) -> String {
        format!("{} {self}", if self.met { "met" } else { "missed" })
    }
}

/// Reads objectives, separated by commas.
///
/// # Errors
/// When one makes no sense: the problem points into the text.
pub fn parse(text: &str) -> Result<Vec<Objective>, Problem> {
    let source = Source::new("objectives", text);
    let mut at = 0;
    let parts = text.split(',').map(|part| {
        let start = at + part.len() - part.trim_start().len();
        at += part.len() + 1;
        one(&source, start..start + part.trim().len())
    });
    parts.collect()
}

fn one(source: &Arc<Source>, place: Range<usize>) -> Result<Objective, Problem> {
    let text = &source.text[place.clone()];
    let wrong = |place: Range<usize>, message: String| {
        Problem::error("slo", source, message).at(Some(place)).advise(HELP)
    };
    if text.is_empty() {
        // A place has to have something in it to be pointed at.
        let mut letters = source.text.char_indices().rev();
        let here = letters.find(|(at, _)| *at <= place.start).map_or(0..0, |(at, c)| at..at + c.len_utf8());
        return Err(wrong(here, "an objective is empty".to_owned()));
    }
    let Some(at) = text.find(['<', '>', '=', '!']) else {
        return Err(wrong(place, format!("{} has no `<=`", quoted(text))));
    };
    let rest = &text[at..];
    let (sign, less) = match (rest.starts_with("<="), rest.starts_with('<')) {
        (true, _) => ("<=", false),
        (_, true) => ("<", true),
        _ => {
            let sign = rest.chars().take_while(|c| "<>=!".contains(*c)).count();
            let sign = place.start + at..place.start + at + sign;
            return Err(wrong(sign, "an objective sets the maximum of a figure: `<=` or `<`".to_owned()));
        }
    };
    let name = text[..at].trim_end();
    let value_at = at + sign.len();
    let value = text[value_at..].trim();
    let value_start = place.start + text.len() - text[value_at..].trim_start().len();
    let (phase, figure) = figure(name).map_err(|slip| {
        let SyntaxError { place: inner, message, help } = slip;
        wrong(place.start + inner.start..place.start + inner.end, message).advise(help)
    })?;
    let limit = limit(figure, value).map_err(|message| {
        let end = value_start + value.len();
        wrong(value_start.min(end.saturating_sub(1))..end, format!("{}: {message}", quoted(value)))
    })?;
    let text = text.chars().filter(|c| !c.is_whitespace()).collect();
    Ok(Objective { text, phase, figure, limit, less })
}

/// What is wrong with a name.
struct SyntaxError {
    /// The part of the name.
    place: Range<usize>,
    message: String,
    help: String,
}

fn figure(name: &str) -> Result<(Option<Phase>, Figure), SyntaxError> {
    let (before, after) = name.split_once('.').map_or((None, name), |(phase, figure)| (Some(phase), figure));
    let phase = before.map(phase).transpose()?;
    let place = name.len() - after.len()..name.len().max(1);
    match FIGURES.iter().find(|(known, _)| *known == after.trim()) {
        Some((_, Figure::Gap)) if phase.is_some() => {
            let message = "the gap is that of the whole drill".to_owned();
            Err(SyntaxError { place, message, help: "write `gap`".to_owned() })
        }
        Some((_, figure)) => Ok((phase, *figure)),
        None => {
            let message = format!("{} is not a figure of a drill", quoted(after.trim()));
            Err(SyntaxError {
                place,
                message,
                help: suggest::help(after.trim(), FIGURES.map(|(name, _)| name)),
            })
        }
    }
}

fn phase(name: &str) -> Result<Phase, SyntaxError> {
    let known = Phase::ALL.into_iter().find(|phase| phase.name() == name.trim());
    known.ok_or_else(|| SyntaxError {
        place: 0..name.len().max(1),
        message: format!("{} is not a phase of a drill", quoted(name.trim())),
        help: suggest::help(name.trim(), Phase::ALL.map(Phase::name)),
    })
}

fn limit(figure: Figure, value: &str) -> Result<Limit, String> {
    if figure.is_time() {
        if !time::has_unit(value) {
            return Err("a time with its unit is expected, such as 200ms or 0.5s".to_owned());
        }
        return time::parse(value).map(Limit::Time);
    }
    let expected =
        || "a number of messages is expected, such as 0, or a share of them, such as 1%".to_owned();
    let is_plain =
        value.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.' || byte == b'%' || byte == b' ');
    if !is_plain {
        return Err(expected());
    }
    match value.strip_suffix('%') {
        None => value.parse().map(Limit::Count).map_err(|_| expected()),
        Some(share) => {
            let share = share.trim_end().parse().ok().filter(|share| (0.0..=100.0).contains(share));
            share.map(Limit::Share).ok_or_else(expected)
        }
    }
}

impl Objective {
    /// Whether it is about a fault: without one it cannot be met.
    pub fn needs_fault(&self) -> bool {
        self.phase.is_some() || self.figure == Figure::Gap
    }

    /// Holds it against a report.
    pub fn evaluate(&self, report: &Report) -> Verdict {
        let tally = match self.phase {
            None => Some(&report.all),
            Some(wanted) => report.phases.iter().find(|(phase, _)| *phase == wanted).map(|(_, tally)| tally),
        };
        let measured = tally.and_then(|tally| self.measure(report, tally));
        let Some(measured) = measured else {
            // Nobody can have waited too long in a phase in which nothing was sent.
            let empty = tally.is_some_and(|tally| tally.sent == 0) && self.figure != Figure::Gap;
            return Verdict {
                objective: self.text.clone(),
                measured: None,
                met: empty && self.phase.is_some(),
                by: None,
            };
        };
        let (value, limit, shown): (f64, f64, fn(f64) -> String) = match (measured, self.limit) {
            (Measured::Time(time), Limit::Time(limit)) => {
                (time.as_secs_f64(), limit.as_secs_f64(), |s| time::shown(Duration::from_secs_f64(s)))
            }
            (Measured::Count(count, _), Limit::Count(limit)) => {
                (count as f64, limit as f64, |n| format!("{n}"))
            }
            (Measured::Count(count, of), Limit::Share(limit)) => {
                (100.0 * count as f64 / (of.max(1)) as f64, limit, |share| format!("{share:.2} %"))
            }
            // The parser lets no other pair through.
            _ => (f64::INFINITY, 0.0, |n| format!("{n}")),
        };
        let met = if self.less { value < limit } else { value <= limit };
        let open = self.figure == Figure::Gap && report.gap.is_some_and(|gap| !gap.ended);
        let words = format!("{}{}", if open { "at least " } else { "" }, shown(value));
        let by = (!met && value > limit).then(|| shown(value - limit));
        Verdict { objective: self.text.clone(), measured: Some(words), met: met && !open, by }
    }

    fn measure(&self, report: &Report, tally: &Tally) -> Option<Measured> {
        Some(match self.figure {
            Figure::Gap => Measured::Time(report.gap?.length),
            Figure::Percentile(percent) => Measured::Time(tally.percentile(f64::from(percent))?),
            Figure::Lost => Measured::Count(tally.lost, tally.sent),
            Figure::Duplicated => Measured::Count(tally.duplicated, tally.sent),
            Figure::Late => Measured::Count(tally.late, tally.sent),
        })
    }
}

enum Measured {
    Time(Duration),
    /// So many of so many.
    Count(usize, usize),
}

#[cfg(test)]
#[path = "slo/tests.rs"]
mod tests;
