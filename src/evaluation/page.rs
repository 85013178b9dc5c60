//! A page of charts with tables beside them. It is self-contained: no scripts, no other files.

use super::chart::{latencies, lines, stacks};
use super::load::Rehearsal;
use super::series::{Phase, Point, Series, Stack, tasks};
use super::statistics::{Summary, seconds};
use super::{original, style};
use crate::measurement::{text, time};
use crate::text::xml;

/// Marks a page as written by PELATO.
pub const MARK: &str = "<meta name=\"generator\" content=\"pelato report\"/>";

/// A page about these series and drills.
pub fn page(title: &str, series: &[Series], drills: &[Rehearsal]) -> String {
    let title = xml(title);
    let mut page = format!(
        "<!DOCTYPE html>\n<html xmlns=\"http://www.w3.org/1999/xhtml\" lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n\
         {MARK}\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\"/>\n\
         <meta name=\"viewport\" content=\"width=device-width\"/>\n<meta name=\"color-scheme\" content=\"light dark\"/>\n\
         <title>{title}</title>\n<style>{}{}</style>\n</head>\n<body>\n<h1>{title}</h1>\n",
        style::page(),
        style::charts()
    );
    if !series.is_empty() {
        page += &times_of(series);
    }
    drills.iter().for_each(|drill| page += &rehearsal(drill));
    page + "</body>\n</html>\n"
}

fn times_of(series: &[Series]) -> String {
    let mut page = String::new();
    page += "<p class=\"note\">Means with their 95 % confidence intervals (Student's t), in seconds. n is the number of \
             runs; one run has no interval.</p>\n";
    for phase in Phase::ALL {
        if let Some(chart) = lines(heading(phase), series, phase) {
            page += &section(heading(phase), &chart.inline(), &times(series, phase));
        }
    }
    if let Some(chart) = stacks(WHOLE, series) {
        page += &section(WHOLE, &chart.inline(), &wholes(series));
    }
    if series.iter().any(|series| series.published) {
        page += &format!("<p class=\"note\">{}</p>\n", xml(original::NOTE));
    }
    page
}

fn rehearsal(drill: &Rehearsal) -> String {
    let Rehearsal { name, readings, report } = drill;
    let heading = format!("Drill: {name}");
    let header: String =
        text::HEADER.iter().map(|cell| format!("<th>{}</th>", cell.to_lowercase())).collect();
    let mut table = format!("<table>\n<tr>{header}</tr>\n");
    for row in text::rows(report) {
        let cells: String = row.iter().map(|cell| format!("<td>{}</td>", xml(cell))).collect();
        table += &format!("<tr>{cells}</tr>\n");
    }
    table += "</table>\n";
    for line in text::lines(readings, report).iter().chain(&text::warnings(readings, report)) {
        table += &format!("<p>{}</p>\n", xml(line));
    }
    let chart = latencies(&heading, readings).map(|chart| chart.inline()).unwrap_or_default();
    let about = format!(
        "{} → {}, {} messages a second. Latencies count from when a message was due; a message that took longer than {} \
         is late. Percentiles are of those that came out, n of them.",
        readings.from,
        readings.to,
        readings.rate,
        time::shown(readings.late)
    );
    section(&xml(&heading), &chart, &table) + &format!("<p class=\"note\">{}</p>\n", xml(&about))
}

const WHOLE: &str = "Whole runs by phase";

/// What a phase's chart is called.
pub fn heading(phase: Phase) -> &'static str {
    match phase {
        Phase::Generate => "Time to generate the sources",
        Phase::Build => "Time to build the components",
        Phase::Deploy => "Time to deploy the components",
        Phase::Total => "Time of whole runs",
    }
}

fn section(heading: &str, chart: &str, table: &str) -> String {
    format!("<h2>{heading}</h2>\n<section>\n{chart}<div class=\"table\">\n{table}</div>\n</section>\n")
}

/// A row for each number of tasks and series.
fn rows(header: &[&str], series: &[Series], cells: impl Fn(&Point) -> Option<String>) -> String {
    let header: String = header.iter().map(|cell| format!("<th>{cell}</th>")).collect();
    let mut table = format!("<table>\n<tr><th>tasks</th><th class=\"name\">series</th>{header}</tr>\n");
    for tasks in tasks(series) {
        for series in series {
            if let Some(cells) = series.at(tasks).and_then(&cells) {
                let name = xml(&series.name);
                table += &format!("<tr><td>{tasks}</td><td class=\"name\">{name}</td>{cells}</tr>\n");
            }
        }
    }
    table + "</table>\n"
}

fn times(series: &[Series], phase: Phase) -> String {
    rows(&["mean", "± 95 %", "n"], series, |point| {
        let time = point.time(phase)?;
        let (mean, interval) = parts(&time);
        let count = time.count.map_or("–".to_owned(), |count| count.to_string());
        Some(format!("<td>{mean}</td><td>{interval}</td><td>{count}</td>"))
    })
}

fn wholes(series: &[Series]) -> String {
    let header: Vec<_> = Stack::NAMES.into_iter().chain(["all"]).collect();
    rows(&header, series, |point| {
        let cell =
            |time: f64| format!("<td>{}</td>", if time > 0.0 { seconds(time) } else { "–".to_owned() });
        let all = point.stack.sum();
        (all > 0.0).then(|| point.stack.0.into_iter().chain([all]).map(cell).collect())
    })
}

/// Mean and interval, with the same number of digits.
fn parts(time: &Summary) -> (String, String) {
    let shown = time.to_string();
    match shown.split_once(" ± ") {
        Some((mean, interval)) => (mean.to_owned(), interval.to_owned()),
        None => (shown, "–".to_owned()),
    }
}
