//! Runs, summarised by number of tasks.

use std::collections::{BTreeMap, BTreeSet};

use super::statistics::Summary;

/// A phase of a run that is timed separately.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    Generate,
    Build,
    Deploy,
    Total,
}

impl Phase {
    /// All of them, in order.
    pub const ALL: [Self; 4] = [Self::Generate, Self::Build, Self::Deploy, Self::Total];

    /// Its name, as the command's.
    pub fn name(self) -> &'static str {
        match self {
            Self::Generate => "gen",
            Self::Build => "build",
            Self::Deploy => "deploy",
            Self::Total => "total",
        }
    }
}

/// One run of a metrics file; times in seconds.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Run {
    /// How many tasks the workflow had.
    pub tasks: u64,
    /// The times that are known: generating, building, deploying, total.
    pub times: [Option<f64>; 4],
}

/// The runs of one file, or anything else that is one line in a chart.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    pub name: String,
    /// Whether these are published figures.
    pub published: bool,
    /// In order of the number of tasks.
    pub points: Vec<Point>,
}

/// The runs with one number of tasks.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    pub tasks: u64,
    /// How many runs; nothing for published figures.
    pub runs: Option<usize>,
    /// A summary for each of [`Phase::ALL`].
    pub times: [Option<Summary>; 4],
    /// The phases that a whole run consists of.
    pub stack: Stack,
}

/// Mean times for a stacked bar: generating, building, deploying, and the rest of the total.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Stack(pub [f64; 4]);

impl Stack {
    /// What the fields are called.
    pub const NAMES: [&'static str; 4] = ["gen", "build", "deploy", "other"];

    /// Of the mean times of phases, and of the total.
    pub fn of(means: [Option<f64>; 4]) -> Self {
        let [generate, build, deploy, total] = means;
        let known = [generate, build, deploy].map(|mean| mean.unwrap_or(0.0));
        let other = (total.unwrap_or(0.0) - known.iter().sum::<f64>()).max(0.0);
        // Rounded figures do not add up exactly: a difference in the last digit is not shown.
        let other = if other < 0.005 * known.iter().sum::<f64>() { 0.0 } else { other };
        Self([known[0], known[1], known[2], other])
    }

    /// Their sum.
    pub fn sum(&self) -> f64 {
        self.0.iter().sum()
    }
}

impl Point {
    pub fn time(&self, phase: Phase) -> Option<Summary> {
        self.times[phase as usize]
    }
}

impl Series {
    /// Sums runs up.
    ///
    /// The mean of a phase covers all runs that have it. The total covers only runs that went through the same,
    /// largest set of phases: a `gen` is not the same work as a `brush`.
    pub fn of(name: impl Into<String>, runs: &[Run]) -> Self {
        let whole = most_phases(runs);
        let mut by_tasks: BTreeMap<u64, Vec<&Run>> = BTreeMap::new();
        runs.iter().for_each(|run| by_tasks.entry(run.tasks).or_default().push(run));
        let points = by_tasks.into_iter().map(|(tasks, runs)| point(tasks, &runs, whole)).collect();
        Self { name: name.into(), published: false, points }
    }

    /// Whether any point has a time for a phase.
    pub fn has(&self, phase: Phase) -> bool {
        self.points.iter().any(|point| point.time(phase).is_some())
    }

    /// What is known for a number of tasks.
    pub fn at(&self, tasks: u64) -> Option<&Point> {
        let index = self.points.binary_search_by_key(&tasks, |point| point.tasks).ok()?;
        self.points.get(index)
    }
}

/// The numbers of tasks that any of them has, in order.
pub fn tasks(series: &[Series]) -> Vec<u64> {
    let all: BTreeSet<_> = series.iter().flat_map(|series| &series.points).map(|point| point.tasks).collect();
    all.into_iter().collect()
}

fn point(tasks: u64, runs: &[&Run], whole: Phases) -> Point {
    let times = |phase: Phase, of: &dyn Fn(&Run) -> bool| -> Vec<f64> {
        runs.iter().filter(|run| of(run)).filter_map(|run| run.times[phase as usize]).collect()
    };
    let is_whole = |run: &Run| phases(run) == whole;
    let summary = |phase| match phase {
        Phase::Total => Summary::of(&times(phase, &is_whole)),
        _ => Summary::of(&times(phase, &|_| true)),
    };
    let mean = |phase| Summary::of(&times(phase, &is_whole)).map(|summary| summary.mean);
    Point {
        tasks,
        runs: Some(runs.len()),
        times: Phase::ALL.map(summary),
        stack: Stack::of(Phase::ALL.map(mean)),
    }
}

/// Which phases a run went through.
type Phases = [bool; 3];

fn phases(run: &Run) -> Phases {
    let [generate, build, deploy, _] = run.times.map(|time| time.is_some());
    [generate, build, deploy]
}

fn most_phases(runs: &[Run]) -> Phases {
    let number = |phases: &Phases| phases.iter().filter(|phase| **phase).count();
    // Of sets with the same number of phases, the later ones: they take longer.
    let weight = |phases: &Phases| (number(phases), phases[2], phases[1]);
    runs.iter().map(phases).max_by_key(weight).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(tasks: u64, times: [Option<f64>; 4]) -> Run {
        Run { tasks, times }
    }

    #[test]
    fn runs_are_grouped_by_tasks() {
        let one = |build| run(5, [Some(0.1), Some(build), None, Some(build + 0.1)]);
        let runs = [one(2.0), run(1, [Some(0.1), Some(1.0), None, Some(1.1)]), one(4.0)];
        let series = Series::of("x", &runs);
        assert_eq!(tasks(std::slice::from_ref(&series)), [1, 5]);
        let five = series.at(5).unwrap();
        assert_eq!((five.runs, five.time(Phase::Build).unwrap().mean), (Some(2), 3.0));
        assert_eq!(five.time(Phase::Deploy), None);
        assert!((five.stack.sum() - 3.1).abs() < 1e-9 && five.stack.0[3] == 0.0);
        assert!(series.has(Phase::Total) && !series.has(Phase::Deploy));
    }

    #[test]
    fn the_total_is_of_whole_runs_only() {
        let runs = [
            run(1, [Some(0.1), None, None, Some(0.1)]),
            run(1, [Some(0.3), Some(1.0), Some(2.0), Some(4.3)]),
            run(2, [None, None, Some(9.0), Some(9.0)]),
        ];
        let series = Series::of("x", &runs);
        let one = series.at(1).unwrap();
        assert_eq!(one.time(Phase::Generate).unwrap().count, Some(2));
        assert_eq!(one.time(Phase::Total).unwrap().count, Some(1));
        assert!((one.stack.0[3] - 1.0).abs() < 1e-9, "{:?}", one.stack);
        assert_eq!(series.at(2).unwrap().time(Phase::Total), None, "no whole run");
    }

    #[test]
    fn rounding_is_no_part_of_a_run() {
        assert_eq!(Stack::of([Some(1.0), Some(1.0), None, Some(2.001)]).0[3], 0.0);
        assert_eq!(Stack::of([Some(1.0), Some(1.0), None, Some(1.5)]).0[3], 0.0);
        assert_eq!(Stack::of([None, None, None, Some(7.0)]).0, [0.0, 0.0, 0.0, 7.0]);
    }
}
