//! Markers of series: each has its colour, and a shape for people who cannot distinguish the colours.

use crate::evaluation::style::COLOURS;

pub fn class(series: usize) -> String {
    format!("s{}", series % COLOURS)
}

pub fn marker(series: usize, x: f64, y: f64, title: &str) -> String {
    let shape = match (series + series / COLOURS) % 4 {
        0 => format!("M{:.1} {y:.1}a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0 -9 0z", x - 4.5),
        1 => format!("M{:.1} {:.1}h8v8h-8z", x - 4.0, y - 4.0),
        2 => format!("M{x:.1} {:.1}l5.2 9h-10.4z", y - 5.6),
        _ => format!("M{x:.1} {:.1}l5.6 5.6l-5.6 5.6l-5.6 -5.6z", y - 5.6),
    };
    let class = class(series);
    match title {
        "" => format!("<path class=\"{class}\" d=\"{shape}\"/>"),
        title => {
            format!("<path class=\"{class}\" d=\"{shape}\"><title>{}</title></path>", crate::text::xml(title))
        }
    }
}
