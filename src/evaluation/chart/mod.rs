//! Charts, as SVG.

mod latencies;
mod legend;
mod lines;
mod marker;
mod stacks;

pub use latencies::latencies;
pub use lines::lines;
pub use stacks::stacks;

use super::style;
use crate::text::xml;

const WIDTH: f64 = 660.0;
/// The baseline of the title.
const TITLE: f64 = 22.0;
/// The longest name that is shown, in columns of a terminal.
const LONGEST: usize = 44;

/// An image whose colours are told by a style.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    title: String,
    height: f64,
    body: String,
}

impl Picture {
    fn new(title: &str, height: f64, body: String) -> Self {
        Self { title: title.to_owned(), height, body }
    }

    /// For a page that has [`style::charts`].
    pub fn inline(&self) -> String {
        let title = xml(&self.title);
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"chart\" width=\"{WIDTH}\" height=\"{height}\" \
             viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-label=\"{title}\">\n\
             <text class=\"title\" x=\"8\" y=\"{TITLE}\">{title}</text>\n{}</svg>\n",
            self.body,
            height = self.height.ceil(),
        )
    }

    /// A standalone SVG file, with its style.
    pub fn alone(&self) -> String {
        let style = format!(
            "<style>{}</style>\n<rect class=\"back\" width=\"100%\" height=\"100%\"/>\n",
            style::charts()
        );
        self.inline().replacen(">\n", &format!(">\n{style}"), 1)
    }
}

/// A name that fits beside a chart.
fn cut(name: &str) -> String {
    if console::measure_text_width(name) <= LONGEST {
        return name.to_owned();
    }
    let mut cut = String::new();
    for character in name.chars() {
        if console::measure_text_width(&cut) >= LONGEST - 1 {
            break;
        }
        cut.push(character);
    }
    cut.push('…');
    cut
}

/// `1 task`, `2 tasks`.
fn counted(tasks: u64) -> String {
    format!("{tasks} task{}", if tasks == 1 { "" } else { "s" })
}

/// The approximate width of a text, overestimated rather than underestimated.
fn width(text: &str) -> f64 {
    7.2 * console::measure_text_width(text) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluation::{Phase, Run, Series};
    use crate::measurement::Readings;
    use crate::measurement::readings::{Fault, How, Probe};

    /// Series of these names, with two runs of one task and one of twenty.
    fn series(names: &[&str]) -> Vec<Series> {
        let run = |tasks, time| Run { tasks, times: [None, Some(time), None, Some(time)] };
        let runs = [run(1, 2.0), run(1, 3.0), run(20, 40.0)];
        names.iter().map(|name| Series::of(*name, &runs)).collect()
    }

    /// Class, x, y and words of each text.
    fn texts(svg: &str) -> Vec<(String, f64, f64, String)> {
        let document = roxmltree::Document::parse(svg).unwrap();
        let texts =
            document.descendants().filter(|node| node.has_tag_name(("http://www.w3.org/2000/svg", "text")));
        let number = |node: &roxmltree::Node, name: &str| node.attribute(name).unwrap().parse().unwrap();
        let all = texts.map(|node| {
            let class = node.attribute("class").unwrap_or_default().to_owned();
            (class, number(&node, "x"), number(&node, "y"), node.text().unwrap().to_owned())
        });
        all.collect()
    }

    /// Left and right end of a text.
    fn ends((class, x, _, words): &(String, f64, f64, String)) -> (f64, f64) {
        let width = width(words);
        match class.as_str() {
            class if class.contains("middle") => (x - width / 2.0, x + width / 2.0),
            class if class.contains("end") => (x - width, *x),
            _ => (*x, x + width),
        }
    }

    #[test]
    fn no_text_lies_on_another_or_outside() {
        let long = "n".repeat(200);
        let sets: [&[&str]; 4] = [
            &["a"],
            &[
                "laptop",
                "server",
                "thesis prototype, one at a time",
                "thesis prototype, parallel, NATS",
                "thesis prototype, parallel, HTTP",
            ],
            &[&long, "温度计温度计温度计温度计温度计温度计", &long[1..], "<b>&\"'"],
            &[
                "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15", "16", "17",
                "18",
            ],
        ];
        for names in sets {
            let series = series(names);
            for picture in [lines("Title", &series, Phase::Build).unwrap(), stacks("Title", &series).unwrap()]
            {
                assert_readable(&picture);
            }
        }
    }

    fn assert_readable(picture: &Picture) {
        let texts = texts(&picture.alone());
        for (index, one) in texts.iter().enumerate() {
            let (left, right) = ends(one);
            assert!(left >= 0.0 && right <= WIDTH + 1.0 && one.2 < picture.height, "{one:?}");
            for other in &texts[index + 1..] {
                let beside = right <= ends(other).0 || ends(other).1 <= left;
                assert!(beside || (one.2 - other.2).abs() >= 14.0, "{one:?} lies on {other:?}");
            }
        }
    }

    /// Probes, one each 10 ms; every third from the fault on was lost, for a while.
    fn readings(probes: usize, fault: bool) -> Readings {
        let ms = std::time::Duration::from_millis;
        let at = ms(5 * probes as u64);
        let probe = |number: usize| {
            let due = ms(10 * number as u64);
            let lost = fault && due >= at && due < at + ms(1000) && number.is_multiple_of(3);
            Probe { due, sent: true, came: (!lost).then(|| due + ms(1 + number as u64 % 7)), copies: 0 }
        };
        Readings {
            probes: (0..probes).map(probe).collect(),
            fault: fault.then_some(Fault { at, until: at, how: How::Reported }),
            ..Readings::default()
        }
    }

    #[test]
    fn a_drill_shows_its_fault_and_what_was_lost() {
        let shown = |readings: &Readings| {
            let picture = latencies("<Drill>", readings).unwrap();
            assert_readable(&picture);
            let svg = picture.inline();
            [" fault\"><", " fault\" d=\"M", " lost\"", "NaN", "inf"].map(|what| svg.matches(what).count())
        };
        // A cross for each 0.1 s of the second in which messages were lost; the fault is in the legend, too.
        assert_eq!(shown(&readings(1000, true)), [0, 2, 10, 0, 0]);
        assert_eq!(shown(&readings(1000, false)), [0, 0, 0, 0, 0]);
        assert_eq!(shown(&readings(1, false)), [0, 0, 0, 0, 0]);
        // Of a long drill the stretches are longer, and no more.
        let long = latencies("x", &readings(100_000, true)).unwrap().inline();
        assert!(long.contains("median of each 3.33 s") && long.len() < 20_000, "{}", long.len());
        let mut dead = readings(10, false);
        dead.probes.iter_mut().for_each(|probe| probe.came = None);
        assert_eq!(shown(&dead)[2], 1);
        dead.probes.iter_mut().for_each(|probe| probe.sent = false);
        assert_eq!(latencies("x", &dead), None);
    }

    #[test]
    fn a_line_has_a_mark_for_each_point_and_an_interval_where_it_is_known() {
        let picture = lines("Title", &series(&["a", "b"]), Phase::Build).unwrap().inline();
        assert_eq!(picture.matches("<title>").count(), 4);
        assert_eq!(picture.matches(" error\"").count(), 2);
        assert_eq!(lines("Title", &series(&["a"]), Phase::Deploy), None);
        assert_eq!(lines("Title", &[], Phase::Build), None);
        assert_eq!(stacks("Title", &[]), None);
    }
}
