//! The legend of a chart, in rows below its title.

use super::{TITLE, WIDTH, cut, width};
use crate::text::xml;

const ROW: f64 = 20.0;
const LEFT: f64 = 8.0;
/// The distance from a marker to its name.
const MARK: f64 = 30.0;
/// The distance from a name to the next marker.
const GAP: f64 = 22.0;

/// Draws the names, each beside what `mark` draws around a point; returns where the legend ends.
pub fn legend(names: &[&str], mark: impl Fn(usize, f64, f64) -> String) -> (String, f64) {
    let (mut x, mut y) = (LEFT, TITLE + 22.0);
    let mut drawn = String::new();
    for (index, name) in names.iter().enumerate() {
        let name = cut(name);
        let needs = MARK + width(&name);
        if x > LEFT && x + needs > WIDTH {
            (x, y) = (LEFT, y + ROW);
        }
        drawn += &mark(index, x + 12.0, y - 4.5);
        drawn += &format!("<text x=\"{:.1}\" y=\"{y:.1}\">{}</text>\n", x + MARK, xml(&name));
        x += needs + GAP;
    }
    (drawn, y + ROW / 2.0)
}
