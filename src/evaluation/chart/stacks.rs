//! Whole runs: stacked phases, a bar for each series and number of tasks.

use std::fmt::Write;

use super::legend::legend;
use super::{Picture, WIDTH, counted, cut, width};
use crate::evaluation::scale::Scale;
use crate::evaluation::series::{Series, Stack, tasks};
use crate::evaluation::statistics::seconds;
use crate::text::xml;

const ROW: f64 = 22.0;
const BAR: f64 = 14.0;
/// Above a number of tasks.
const GAP: f64 = 10.0;

/// A chart of whole runs; none if no time is known.
pub fn stacks(title: &str, series: &[Series]) -> Option<Picture> {
    let bars = || series.iter().flat_map(|series| &series.points).map(|point| point.stack);
    let longest = bars().map(|stack| stack.sum()).reduce(f64::max).filter(|longest| *longest > 0.0)?;
    let shown: Vec<_> =
        (0..Stack::NAMES.len()).filter(|part| bars().any(|stack| stack.0[*part] > 0.0)).collect();
    let names: Vec<_> = shown.iter().map(|part| Stack::NAMES[*part]).collect();
    let (mut body, end) = legend(&names, |index, x, y| {
        let (x, y, part) = (x - 6.0, y - 6.0, shown[index]);
        format!("<rect class=\"p{part}\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"12\" height=\"12\"/>")
    });
    let widest = |texts: &mut dyn Iterator<Item = String>| texts.map(|text| width(&text)).fold(0.0, f64::max);
    let left = 24.0 + widest(&mut series.iter().map(|series| cut(&series.name)));
    let right = WIDTH - 24.0 - widest(&mut bars().map(|stack| total(&stack)));
    let mut rows = Rows {
        y: end,
        left,
        right: right.max(left + 60.0),
        scale: Scale::seconds(longest),
        bars: String::new(),
    };
    let top = rows.y;
    for tasks in tasks(series) {
        let _ = rows.group(series, tasks);
    }
    let bottom = rows.y + 6.0;
    // The grid lies behind the bars. Writing to a text cannot fail.
    let _ = rows.axis(&mut body, top, bottom);
    body += &rows.bars;
    Some(Picture::new(title, bottom + 48.0, body))
}

fn total(stack: &Stack) -> String {
    format!("{} s", seconds(stack.sum()))
}

/// Bars, row by row.
struct Rows {
    y: f64,
    left: f64,
    right: f64,
    scale: Scale,
    bars: String,
}

impl Rows {
    /// The bars of a number of tasks.
    fn group(&mut self, series: &[Series], tasks: u64) -> std::fmt::Result {
        let points = || series.iter().filter_map(|series| Some((series, series.at(tasks)?)));
        if points().all(|(_, point)| point.stack.sum() == 0.0) {
            return Ok(());
        }
        self.y += GAP + ROW;
        let counted = counted(tasks);
        writeln!(self.bars, "<text class=\"bold\" x=\"8\" y=\"{:.1}\">{counted}</text>", self.y - 6.0)?;
        for (series, point) in points().filter(|(_, point)| point.stack.sum() > 0.0) {
            self.bar(&series.name, &point.stack)?;
        }
        Ok(())
    }

    fn bar(&mut self, name: &str, stack: &Stack) -> std::fmt::Result {
        let (top, base) = (self.y + (ROW - BAR) / 2.0, self.y + ROW / 2.0 + 4.5);
        self.y += ROW;
        let end = self.left - 8.0;
        writeln!(self.bars, "<text class=\"end\" x=\"{end:.1}\" y=\"{base:.1}\">{}</text>", xml(&cut(name)))?;
        let mut from = self.left;
        for (part, time) in stack.0.iter().enumerate().filter(|(_, time)| **time > 0.0) {
            let length = (self.right - self.left) * self.scale.at(*time);
            writeln!(
                self.bars,
                "<rect class=\"p{part}\" stroke-width=\"0\" x=\"{from:.2}\" y=\"{top:.1}\" width=\"{length:.2}\" \
                 height=\"{BAR}\"><title>{}: {} s</title></rect>",
                Stack::NAMES[part],
                seconds(*time)
            )?;
            from += length;
        }
        writeln!(
            self.bars,
            "<text class=\"small value\" x=\"{:.1}\" y=\"{base:.1}\">{}</text>",
            from + 7.0,
            total(stack)
        )
    }

    fn axis(&self, out: &mut String, top: f64, bottom: f64) -> std::fmt::Result {
        for (at, label) in self.scale.marks() {
            let x = self.left + (self.right - self.left) * at;
            writeln!(out, "<path class=\"grid\" d=\"M{x:.1} {top:.1}V{bottom:.1}\"/>")?;
            let y = bottom + 17.0;
            writeln!(out, "<text class=\"small middle\" x=\"{x:.1}\" y=\"{y:.1}\">{label}</text>")?;
        }
        let (x, y) = ((self.left + self.right) / 2.0, bottom + 37.0);
        writeln!(out, "<text class=\"small middle\" x=\"{x:.1}\" y=\"{y:.1}\">{}</text>", self.scale.label)
    }
}
