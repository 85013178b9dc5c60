//! `report`.

use std::path::Path;

use serde::Serialize;

use super::SCHEMA;
use super::drill::DrillReport;
use crate::evaluation::statistics::Summary;
use crate::evaluation::{Phase, Point, Rehearsal, Series};

/// `report`
#[derive(Debug, Serialize)]
pub struct Evaluation {
    schema: u32,
    page: String,
    series: Vec<OneSeries>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    drills: Vec<OneDrill>,
}

#[derive(Debug, Serialize)]
struct OneDrill {
    name: String,
    #[serde(flatten)]
    drill: DrillReport,
}

#[derive(Debug, Serialize)]
struct OneSeries {
    name: String,
    /// Figures of others, as they published them.
    published: bool,
    points: Vec<OnePoint>,
}

#[derive(Debug, Serialize)]
struct OnePoint {
    tasks: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    runs: Option<usize>,
    phases: Vec<OnePhase>,
}

#[derive(Debug, Serialize)]
struct OnePhase {
    phase: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    runs: Option<usize>,
    mean_seconds: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    interval_seconds: Option<f64>,
    #[serde(skip)]
    shown: String,
}

impl Evaluation {
    /// Of series and drills, and the page that was written about them.
    pub fn new(page: &Path, series: &[Series], drills: &[Rehearsal]) -> Self {
        let one = |series: &Series| OneSeries {
            name: series.name.clone(),
            published: series.published,
            points: series.points.iter().map(OnePoint::new).collect(),
        };
        let drill = |drill: &Rehearsal| OneDrill {
            name: drill.name.clone(),
            drill: DrillReport::new(&drill.readings, &drill.report),
        };
        Self {
            schema: SCHEMA,
            page: page.display().to_string(),
            series: series.iter().map(one).collect(),
            drills: drills.iter().map(drill).collect(),
        }
    }

    /// For a table: series, tasks, runs, and the seconds of each phase.
    pub fn rows(&self) -> Vec<[String; 7]> {
        let points =
            self.series.iter().flat_map(|series| series.points.iter().map(move |point| (series, point)));
        let row = |(series, point): (&OneSeries, &OnePoint)| {
            let [generate, build, deploy, total] = Phase::ALL.map(|phase| point.cell(phase));
            let runs = point.runs.map_or("-".to_owned(), |runs| runs.to_string());
            [series.name.clone(), point.tasks.to_string(), runs, generate, build, deploy, total]
        };
        points.map(row).collect()
    }
}

impl OnePoint {
    fn new(point: &Point) -> Self {
        let one = |phase: Phase| Some(OnePhase::new(phase, &point.time(phase)?, point.runs));
        Self {
            tasks: point.tasks,
            runs: point.runs,
            phases: Phase::ALL.into_iter().filter_map(one).collect(),
        }
    }

    fn cell(&self, phase: Phase) -> String {
        let found = self.phases.iter().find(|one| one.phase == phase.name());
        found.map_or("-".to_owned(), |one| one.shown.clone())
    }
}

impl OnePhase {
    fn new(phase: Phase, time: &Summary, of: Option<usize>) -> Self {
        // Runs need not all have the same phases.
        let some_only = time.count.filter(|_| time.count != of);
        let shown = match some_only {
            Some(count) => format!("{time} (n = {count})"),
            None => time.to_string(),
        };
        let rounded = |seconds: f64| (seconds * 1e6).round() / 1e6;
        Self {
            phase: phase.name(),
            runs: time.count,
            mean_seconds: rounded(time.mean),
            interval_seconds: time.interval.map(rounded),
            shown,
        }
    }
}
