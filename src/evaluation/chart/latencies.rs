//! Latencies over the time of a drill: the median and the maximum of short intervals, the lost messages, and the
//! fault.

use std::fmt::Write;
use std::time::Duration;

use super::legend::legend;
use super::marker::class;
use super::{Picture, WIDTH, width};
use crate::evaluation::scale::{Decades, Scale};
use crate::measurement::Readings;
use crate::measurement::readings::Probe;
use crate::measurement::time::shown;
use crate::text::xml;

const RIGHT: f64 = WIDTH - 32.0;
const PLOT: f64 = 240.0;
/// Above the latencies: the lost ones.
const ROOM: f64 = 18.0;
/// The shortest interval, and the maximum number of intervals.
const STRETCH: Duration = Duration::from_millis(100);
const MOST: u32 = 300;
/// The colours: of the median, the slowest, the lost, the fault.
const COLOURS: [usize; 4] = [0, 1, 6, 7];

/// An interval of a drill, by when messages were due.
#[derive(Debug, Default)]
struct Stretch {
    /// In seconds, the shortest first.
    latencies: Vec<f64>,
    lost: usize,
}

/// Where all of it is drawn.
struct Plot {
    left: f64,
    top: f64,
    time: Scale,
    latency: Decades,
    stretch: Duration,
}

impl Plot {
    fn x(&self, seconds: f64) -> f64 {
        self.left + (RIGHT - self.left) * self.time.at(seconds).clamp(0.0, 1.0)
    }

    fn y(&self, latency: f64) -> f64 {
        self.bottom() - (PLOT - ROOM) * self.latency.at(latency)
    }

    fn bottom(&self) -> f64 {
        self.top + PLOT
    }

    fn middle(&self, stretch: usize) -> f64 {
        self.x((stretch as f64 + 0.5) * self.stretch.as_secs_f64())
    }
}

/// A chart of a drill; nothing if no message was sent in it.
pub fn latencies(title: &str, readings: &Readings) -> Option<Picture> {
    let end = readings.probes.iter().rfind(|probe| probe.sent)?.due;
    let stretch = STRETCH.max(end / MOST);
    let stretches = stretches(&readings.probes, stretch);
    let all = || stretches.iter().flat_map(|stretch| &stretch.latencies).copied();
    let (shortest, longest) = (all().fold(f64::INFINITY, f64::min), all().fold(0.0, f64::max));
    let latency = if longest > 0.0 { Decades::of(shortest, longest) } else { Decades::of(0.001, 1.0) };
    let words = shown(stretch);
    let names =
        [format!("median of each {words}"), "slowest".to_owned(), "lost".to_owned(), "fault".to_owned()];
    let shown = if readings.fault.is_some() { 4 } else { 3 };
    let names: Vec<_> = names.iter().take(shown).map(String::as_str).collect();
    let (mut body, below) = legend(&names, |index, x, y| match index {
        2 => cross(x, y, ""),
        3 => format!("<path class=\"{} fault\" d=\"M{:.1} {y:.1}h24\"/>", class(COLOURS[3]), x - 12.0),
        _ => format!("<path class=\"{} line\" d=\"M{:.1} {y:.1}h24\"/>", class(COLOURS[index]), x - 12.0),
    });
    let widest = latency.marks().iter().map(|(_, label)| width(label)).fold(0.0, f64::max);
    let time = Scale::seconds((end + stretch).as_secs_f64());
    let plot = Plot { left: 18.0 + widest, top: below + 12.0, time, latency, stretch };
    // Writing to a string cannot fail.
    let _ = axes(&mut body, &plot);
    let _ = fault(&mut body, &plot, readings);
    let _ = lines(&mut body, &plot, &stretches);
    Some(Picture::new(title, plot.bottom() + 48.0, body))
}

fn stretches(probes: &[Probe], stretch: Duration) -> Vec<Stretch> {
    let mut stretches: Vec<Stretch> = Vec::new();
    for probe in probes.iter().filter(|probe| probe.sent) {
        let index = (probe.due.as_secs_f64() / stretch.as_secs_f64()) as usize;
        let index = index.min(MOST as usize);
        if stretches.len() <= index {
            stretches.resize_with(index + 1, Stretch::default);
        }
        match probe.latency() {
            Some(latency) => stretches[index].latencies.push(latency.as_secs_f64()),
            None => stretches[index].lost += 1,
        }
    }
    stretches.iter_mut().for_each(|stretch| stretch.latencies.sort_unstable_by(f64::total_cmp));
    stretches
}

fn axes(out: &mut String, plot: &Plot) -> std::fmt::Result {
    let (left, bottom) = (plot.left, plot.bottom());
    for (at, label) in plot.latency.marks() {
        let y = bottom - (PLOT - ROOM) * at;
        writeln!(out, "<path class=\"grid\" d=\"M{left:.1} {y:.1}H{RIGHT}\"/>")?;
        let (x, y) = (left - 8.0, y + 4.0);
        writeln!(out, "<text class=\"small end\" x=\"{x:.1}\" y=\"{y:.1}\">{label}</text>")?;
    }
    for (at, label) in plot.time.marks() {
        let x = left + (RIGHT - left) * at;
        writeln!(out, "<path class=\"axis\" d=\"M{x:.1} {bottom:.1}v5\"/>")?;
        let y = bottom + 19.0;
        writeln!(out, "<text class=\"small middle\" x=\"{x:.1}\" y=\"{y:.1}\">{label}</text>")?;
    }
    writeln!(out, "<path class=\"axis\" d=\"M{left:.1} {:.1}V{bottom:.1}H{RIGHT}\"/>", plot.top)?;
    let (x, y) = ((left + RIGHT) / 2.0, bottom + 39.0);
    let label = format!("{} since the first message was due", plot.time.label);
    writeln!(out, "<text class=\"small middle\" x=\"{x:.1}\" y=\"{y:.1}\">{label}</text>")
}

fn fault(out: &mut String, plot: &Plot, readings: &Readings) -> std::fmt::Result {
    let Some(fault) = &readings.fault else { return Ok(()) };
    let (x, bottom) = (plot.x(fault.at.as_secs_f64()), plot.bottom());
    let title = format!("the fault, at {}", shown(fault.at));
    let class = class(COLOURS[3]);
    writeln!(
        out,
        "<path class=\"{class} fault\" d=\"M{x:.1} {:.1}V{bottom:.1}\"><title>{}</title></path>",
        plot.top,
        xml(&title)
    )
}

fn lines(out: &mut String, plot: &Plot, stretches: &[Stretch]) -> std::fmt::Result {
    for (colour, of) in [(COLOURS[1], 1.0), (COLOURS[0], 0.5)] {
        let mut path = String::new();
        let mut apart = true;
        for (index, stretch) in stretches.iter().enumerate() {
            let rank = (stretch.latencies.len() as f64 * of).ceil() as usize;
            let Some(latency) = stretch.latencies.get(rank.max(1) - 1) else {
                apart = true;
                continue;
            };
            let (x, y) = (plot.middle(index), plot.y(*latency));
            // A single point between two gaps is a line of zero length with round ends.
            let to = if apart { format!("M{x:.1} {y:.1}h0") } else { format!("L{x:.1} {y:.1}") };
            path += &to;
            apart = false;
        }
        writeln!(out, "<path class=\"{} line\" stroke-linecap=\"round\" d=\"{path}\"/>", class(colour))?;
    }
    for (index, stretch) in stretches.iter().enumerate().filter(|(_, stretch)| stretch.lost > 0) {
        writeln!(out, "{}", cross(plot.middle(index), plot.top + 7.0, &format!("{} lost", stretch.lost)))?;
    }
    Ok(())
}

fn cross(x: f64, y: f64, title: &str) -> String {
    let (from_x, from_y) = (x - 3.5, y - 3.5);
    let shape = format!("M{from_x:.1} {from_y:.1}l7 7m-7 0l7 -7");
    let class = class(COLOURS[2]);
    match title {
        "" => format!("<path class=\"{class}\" fill=\"none\" d=\"{shape}\"/>"),
        title => format!("<path class=\"{class} lost\" d=\"{shape}\"><title>{title}</title></path>"),
    }
}
