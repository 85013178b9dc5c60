//! The published figures of the thesis prototype (docs/README.md).

use super::series::{Phase, Point, Series, Stack};
use super::statistics::Summary;

/// The numbers of tasks it was measured with.
const TASKS: [u64; 4] = [1, 5, 10, 20];
/// Generating does not depend on how the sources are built, so it is listed once.
const GENERATE: [f64; 4] = [0.019, 0.089, 0.169, 0.307];
const ONE_AT_A_TIME: [f64; 4] = [26.9, 129.6, 264.5, 543.5];
const PARALLEL_NATS: [f64; 4] = [23.8, 51.2, 79.6, 174.0];
const PARALLEL_HTTP: [f64; 4] = [32.6, 56.0, 83.3, 189.0];
/// Published as ranges: 0.3–0.8, 1.1–1.4, 2.1–2.7 and 3.6–4.9 s. The middle of each.
const DEPLOY: [f64; 4] = [0.55, 1.25, 2.4, 4.25];
const WHOLE: [f64; 4] = [26.1, 54.4, 83.9, 181.3];

/// The note below charts and tables that contain them.
pub const NOTE: &str = "The figures of the thesis prototype are the published ones: means of 5 or 10 runs on 16 threads, without intervals; for the time to deploy, the middle of the published range. The first run took 90 to 175 s more.";

/// The figures that the thesis prototype published, as series.
pub fn original() -> Vec<Series> {
    vec![
        series("thesis prototype, one at a time", &[(Phase::Build, ONE_AT_A_TIME)]),
        series(
            "thesis prototype, parallel, NATS",
            &[
                (Phase::Generate, GENERATE),
                (Phase::Build, PARALLEL_NATS),
                (Phase::Deploy, DEPLOY),
                (Phase::Total, WHOLE),
            ],
        ),
        series("thesis prototype, parallel, HTTP", &[(Phase::Build, PARALLEL_HTTP)]),
    ]
}

fn series(name: &str, figures: &[(Phase, [f64; 4])]) -> Series {
    let points = TASKS.iter().enumerate().map(|(index, tasks)| {
        let figure = |phase: Phase| Some(figures.iter().find(|(known, _)| *known == phase)?.1[index]);
        let means = Phase::ALL.map(figure);
        Point {
            tasks: *tasks,
            runs: None,
            times: means.map(|mean| mean.map(Summary::published)),
            stack: Stack::of(means),
        }
    });
    Series { name: name.to_owned(), published: true, points: points.collect() }
}
