//! A figure: what was measured, how often, and what came out.

use std::time::{Duration, Instant};

/// One row of the table.
pub struct Figure {
    name: String,
    middle: String,
    range: String,
    runs: usize,
    goal: String,
    original: String,
}

/// Times something a few times.
pub fn measure(name: &str, runs: usize, mut work: impl FnMut()) -> Figure {
    let time = |_| {
        let start = Instant::now();
        work();
        start.elapsed()
    };
    Figure::times(name, (0..runs).map(time).collect())
}

impl Figure {
    /// Of run times.
    pub fn times(name: &str, mut times: Vec<Duration>) -> Self {
        times.sort();
        Self::new(name, times.iter().map(|time| shown(*time)).collect())
    }

    /// Of calls per second.
    pub fn rate(name: &str, rates: &[f64]) -> Self {
        let mut rates = rates.to_vec();
        rates.sort_by(f64::total_cmp);
        Self::new(name, rates.iter().map(|rate| format!("{rate:.0}/s")).collect())
    }

    /// Of something that is counted.
    pub fn counts(name: &str, mut counts: Vec<usize>) -> Self {
        counts.sort_unstable();
        Self::new(name, counts.iter().map(usize::to_string).collect())
    }

    fn new(name: &str, sorted: Vec<String>) -> Self {
        Self {
            name: name.to_owned(),
            middle: sorted[sorted.len() / 2].clone(),
            range: format!("{} – {}", sorted[0], sorted[sorted.len() - 1]),
            runs: sorted.len(),
            goal: String::new(),
            original: String::new(),
        }
    }

    /// What it should be.
    pub fn goal(self, goal: &str) -> Self {
        Self { goal: goal.to_owned(), ..self }
    }

    /// What it is with the original.
    pub fn original(self, original: &str) -> Self {
        Self { original: original.to_owned(), ..self }
    }
}

fn shown(time: Duration) -> String {
    match time.as_secs_f64() {
        s if s < 1.0 => format!("{:.1} ms", s * 1e3),
        s => format!("{s:.2} s"),
    }
}

/// All figures, as Markdown.
pub fn table(figures: &[Figure]) -> String {
    let mut text =
        String::from("| figure | median | from – to | runs | goal | original |\n|---|---|---|---|---|---|\n");
    for f in figures {
        text += &format!(
            "| {} | {} | {} | {} | {} | {} |\n",
            f.name, f.middle, f.range, f.runs, f.goal, f.original
        );
    }
    text
}
