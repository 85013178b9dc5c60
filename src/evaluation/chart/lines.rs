//! Time by number of tasks: a line for each series, with confidence intervals.

use std::fmt::Write;

use super::legend::legend;
use super::marker::{class, marker};
use super::{Picture, WIDTH, counted, width};
use crate::evaluation::scale::Scale;
use crate::evaluation::series::{Phase, Point, Series};
use crate::evaluation::statistics::Summary;

const RIGHT: f64 = WIDTH - 32.0;
const PLOT: f64 = 260.0;
/// Half the width of an error bar's ends.
const CAP: f64 = 4.0;

/// Where the lines are drawn.
struct Plot {
    left: f64,
    top: f64,
    tasks: Scale,
    time: Scale,
}

impl Plot {
    fn x(&self, tasks: u64) -> f64 {
        self.left + (RIGHT - self.left) * self.tasks.at(tasks as f64)
    }

    fn y(&self, seconds: f64) -> f64 {
        self.top + PLOT * (1.0 - self.time.at(seconds))
    }
}

/// A chart of one phase; none if no series has it.
pub fn lines(title: &str, series: &[Series], phase: Phase) -> Option<Picture> {
    let shown: Vec<_> = series.iter().enumerate().filter(|(_, series)| series.has(phase)).collect();
    let times = || shown.iter().flat_map(|(_, series)| times(series, phase));
    let longest = times().map(|(_, time)| time.high()).reduce(f64::max)?;
    let most = times().map(|(point, _)| point.tasks).max()?;
    let names: Vec<_> = shown.iter().map(|(_, series)| series.name.as_str()).collect();
    let (mut body, end) = legend(&names, |index, x, y| {
        let Some((number, series)) = shown.get(index) else { return String::new() };
        let line = format!("M{:.1} {y:.1}h24", x - 12.0);
        format!("<path class=\"{}\" d=\"{line}\"/>{}", line_class(*number, series), marker(*number, x, y, ""))
    });
    let time = Scale::seconds(longest);
    let widest = time.marks().iter().map(|(_, label)| width(label)).fold(0.0, f64::max);
    let plot = Plot { left: 18.0 + widest, top: end + 28.0, tasks: Scale::tasks(most), time };
    // Writing to a string cannot fail.
    let _ = axes(&mut body, &plot);
    for (number, series) in &shown {
        let _ = line(&mut body, &plot, *number, series, phase);
    }
    Some(Picture::new(title, plot.top + PLOT + 48.0, body))
}

fn times(series: &Series, phase: Phase) -> impl Iterator<Item = (&Point, Summary)> {
    series.points.iter().filter_map(move |point| Some((point, point.time(phase)?)))
}

fn line_class(number: usize, series: &Series) -> String {
    format!("{} line{}", class(number), if series.published { " published" } else { "" })
}

fn axes(out: &mut String, plot: &Plot) -> std::fmt::Result {
    let (left, bottom) = (plot.left, plot.top + PLOT);
    for (at, label) in plot.time.marks() {
        let y = bottom - PLOT * at;
        writeln!(out, "<path class=\"grid\" d=\"M{left:.1} {y:.1}H{RIGHT}\"/>")?;
        let (x, y) = (left - 8.0, y + 4.0);
        writeln!(out, "<text class=\"small end\" x=\"{x:.1}\" y=\"{y:.1}\">{label}</text>")?;
    }
    for (at, label) in plot.tasks.marks() {
        let x = left + (RIGHT - left) * at;
        writeln!(out, "<path class=\"axis\" d=\"M{x:.1} {bottom:.1}v5\"/>")?;
        let y = bottom + 19.0;
        writeln!(out, "<text class=\"small middle\" x=\"{x:.1}\" y=\"{y:.1}\">{label}</text>")?;
    }
    writeln!(out, "<path class=\"axis\" d=\"M{left:.1} {:.1}V{bottom:.1}H{RIGHT}\"/>", plot.top)?;
    writeln!(out, "<text class=\"small\" x=\"8\" y=\"{:.1}\">{}</text>", plot.top - 12.0, plot.time.label)?;
    let (x, y) = ((left + RIGHT) / 2.0, bottom + 39.0);
    writeln!(out, "<text class=\"small middle\" x=\"{x:.1}\" y=\"{y:.1}\">{}</text>", plot.tasks.label)
}

fn line(out: &mut String, plot: &Plot, number: usize, series: &Series, phase: Phase) -> std::fmt::Result {
    let mut path = String::new();
    for (index, (point, time)) in times(series, phase).enumerate() {
        let to = if index == 0 { 'M' } else { 'L' };
        write!(path, "{to}{:.1} {:.1}", plot.x(point.tasks), plot.y(time.mean))?;
    }
    writeln!(out, "<path class=\"{}\" d=\"{path}\"/>", line_class(number, series))?;
    for (point, time) in times(series, phase) {
        let (x, low, high) = (plot.x(point.tasks), plot.y(time.low()), plot.y(time.high()));
        if time.interval.is_some_and(|interval| interval > 0.0) {
            let (from, to) = (x - CAP, x + CAP);
            let bar =
                format!("M{x:.1} {low:.1}V{high:.1}M{from:.1} {low:.1}H{to:.1}M{from:.1} {high:.1}H{to:.1}");
            writeln!(out, "<path class=\"{} error\" d=\"{bar}\"/>", class(number))?;
        }
        let runs = time.count.map_or(String::new(), |count| format!(", n = {count}"));
        let tasks = counted(point.tasks);
        let title = format!("{}, {tasks}: {time} s{runs}", series.name);
        writeln!(out, "{}", marker(number, x, plot.y(time.mean), &title))?;
    }
    Ok(())
}
