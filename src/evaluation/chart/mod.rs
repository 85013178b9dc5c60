//! Charts, as SVG.

mod legend;
mod lines;
mod marker;
mod stacks;

pub use lines::lines;
pub use stacks::stacks;

use super::style;
use crate::words::xml;

/// How wide a chart is.
const WIDTH: f64 = 660.0;
/// The baseline of the title.
const TITLE: f64 = 22.0;
/// The longest name that is shown, in columns of a terminal.
const LONGEST: usize = 44;

/// A picture whose colours are told by a style.
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

    /// For a file of its own.
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

/// About how wide a text is; a little too wide rather than too narrow.
fn width(text: &str) -> f64 {
    7.2 * console::measure_text_width(text) as f64
}
