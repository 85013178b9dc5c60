//! The page: charts, tables, and what they were measured on.

use std::fs;
use std::path::{Path, PathBuf};

use pelato::evaluation::{self, Phase, Series, chart};

use super::machine::machine;
use super::measure::Measured;
use super::plan::{Plan, TEMPLATES};

/// Where the page is.
pub fn path(plan: &Plan) -> PathBuf {
    plan.folder.join("evaluation.md")
}

/// Writes the page and its charts.
pub fn write(plan: &Plan, folder: &Path, measured: &[Measured], skipped: &[(&str, String)]) {
    let mut page = format!(
        "# Evaluation\n\nMade by `cargo bench -- evaluation`; do not edit it. How long PELATO takes, beside the figures \
         that the system it is measured against published: means with their 95 % confidence intervals (Student's t), \
         in seconds. PELATO's times are those of its own `metrics.yaml`, as the other system's are.\n\n{}\n\n\
         ## The machine\n\n{}\nThe original was measured on another machine, with 16 threads: means of 5 or 10 runs, \
         published without intervals. Its first build took 90 to 175 s more, which its figures leave out.\n",
        plan.in_words(),
        machine()
    );
    for (builder, words) in skipped {
        page += &format!("\nThe builder `{builder}` was not measured: `{}`\n", words.replace('`', "'"));
    }
    let published = evaluation::original();
    let mut generate = load(folder, measured, "gen");
    generate.extend(
        published
            .iter()
            .filter(|series| series.has(Phase::Generate))
            .cloned()
            .map(|series| Series { name: "original".to_owned(), ..series }),
    );
    page += "\n## gen\n\nAll sources, into an empty `gen/`.\n";
    page += &part(folder, "gen", "Time to generate the sources", &generate, Phase::Generate);
    for template in &TEMPLATES {
        let title = format!("Time to build, {}", template.name);
        page += &format!(
            "\n## build, {0}\n\n*Cold*: nothing was built before, not even Go's standard library. *Warm*: all tasks were \
             built before, and the code of every one has changed.\n",
            template.name
        );
        let own = load(folder, measured, template.name);
        let theirs = published.iter().filter(|series| template.original.contains(&series.name.as_str()));
        let all: Vec<_> = own.iter().chain(theirs).cloned().collect();
        page += &part(folder, &format!("{}-all", template.name), &title, &all, Phase::Build);
        page += "\nPELATO alone:\n";
        page += &picture(folder, template.name, &format!("{title}: PELATO alone"), &own, Phase::Build);
    }
    page += "\n## The runs\n\nEach run is in a file of its line's name in [evaluation/](evaluation/). \
             `pelato report docs/evaluation/*.yaml --original` sums them up.\n";
    fs::write(path(plan), page).unwrap();
}

fn load(folder: &Path, measured: &[Measured], of: &str) -> Vec<Series> {
    let measured: Vec<_> = measured.iter().filter(|one| one.of == of).collect();
    let files: Vec<_> = measured.iter().map(|one| one.file(folder)).collect();
    let names: Vec<_> = measured.iter().map(|one| one.name.clone()).collect();
    evaluation::load(&files, &names).unwrap().series
}

fn part(folder: &Path, file: &str, title: &str, series: &[Series], phase: Phase) -> String {
    format!("{}\n{}", picture(folder, file, title, series, phase), table(series, phase))
}

fn picture(folder: &Path, file: &str, title: &str, series: &[Series], phase: Phase) -> String {
    let Some(chart) = chart::lines(title, series, phase) else { return String::new() };
    fs::write(folder.join(format!("{file}.svg")), chart.alone()).unwrap();
    format!("\n![{title}](evaluation/{file}.svg)\n")
}

/// A column for each series, a row for each number of tasks.
fn table(series: &[Series], phase: Phase) -> String {
    let names: String = series.iter().map(|series| format!(" {} |", series.name)).collect();
    let mut table = format!("| tasks |{names}\n|---:|{}\n", "---:|".repeat(series.len()));
    for tasks in evaluation::tasks(series) {
        let cell = |series: &Series| {
            let time = series.at(tasks).and_then(|point| point.time(phase));
            time.map_or(" |".to_owned(), |time| format!(" {time} |"))
        };
        table += &format!("| {tasks} |{}\n", series.iter().map(cell).collect::<String>());
    }
    table
}
