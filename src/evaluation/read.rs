//! Reads metrics files, PELATO's own and those of the thesis prototype, which have the same format, and records of
//! drills.

use std::io::Read;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use serde_yaml::Value;

use super::series::Run;
use crate::files;
use crate::measurement::{Readings, record};
use crate::project::document::{Document, without_bom};
use crate::project::place::Place;
use crate::project::read::too_deep;
use crate::remedy::{Argument, Operation, Remedy};
use crate::report::{Problem, Source};
use crate::text;

pub use crate::metrics::MAX_BYTES;
/// The maximum number of tasks in a run.
const MOST_TASKS: u64 = 1_000_000;
/// The maximum time of a run: thirty years, in seconds.
const LONGEST: f64 = 1e9;

const HELP: &str = "a metrics file looks like this: `runs: [{n_task: 2, code_gen: {gen_time: '0.019'}, build: \
    {components_build_time: '26.9'}, deploy: {components_deploy_time: '0.5'}, time_total: '27.4'}]`";

/// Why a metrics file cannot be used.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum ReadError {
    #[error("there is no {path}")]
    #[diagnostic(code(pelato::evaluation::missing), help(
        "PELATO writes metrics.yaml if ENABLE_METRICS is True: {}; or name another file",
        Remedy::from(Operation::Build).and(Argument::Setting, Some("ENABLE_METRICS=True"))
    ))]
    Missing { path: String },
    #[error("cannot read {path}")]
    #[diagnostic(
        code(pelato::evaluation::unreadable),
        help("check that it is a UTF-8 text file and that you have read permission")
    )]
    Unreadable { path: String, source: std::io::Error },
    /// It is larger than any metrics file.
    #[error("{path} has {bytes} bytes; such a file may have {most}")]
    #[diagnostic(
        code(pelato::evaluation::too_large),
        help("is this really a metrics file, or the record of a drill?")
    )]
    TooLarge {
        path: String,
        /// Its size, or how much of it was read.
        bytes: u64,
        most: u64,
    },
    #[error(transparent)]
    #[diagnostic(transparent)]
    Invalid(#[from] Problem),
}

#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// Runs, of a metrics file.
    Runs(Vec<Run>),
    /// A drill, of its record.
    Drill(Readings),
}

/// What is in a metrics file, or in the record of a drill.
///
/// # Errors
/// When it cannot be read, is neither of them, or has an invalid field.
pub fn read(path: &Path) -> Result<Content, ReadError> {
    let source = Source::new(path.display().to_string(), text(path)?);
    if record::is_record(source.text.as_bytes()) {
        return Ok(Content::Drill(record::read(&source)?));
    }
    Ok(Content::Runs(parse(&source)?))
}

fn text(path: &Path) -> Result<String, ReadError> {
    let shown = path.display().to_string();
    let unreadable = |source: std::io::Error| match source.kind() {
        std::io::ErrorKind::NotFound => ReadError::Missing { path: shown.clone() },
        _ => ReadError::Unreadable { path: shown.clone(), source },
    };
    // The user names it.
    let mut file = files::open(files::anywhere(), path).map_err(unreadable)?;
    let mut bytes = Vec::new();
    Read::by_ref(&mut file).take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    let most = if record::is_record(&bytes) { record::MAX_BYTES } else { MAX_BYTES };
    file.take((most + 1).saturating_sub(bytes.len() as u64)).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > most {
        return Err(ReadError::TooLarge { path: shown, bytes: bytes.len() as u64, most });
    }
    String::from_utf8(bytes)
        .map_err(|_| unreadable(std::io::Error::other("stream did not contain valid UTF-8")))
}

/// The runs of a metrics file's text. Unknown fields are ignored.
fn parse(source: &Arc<Source>) -> Result<Vec<Run>, Problem> {
    let wrong = |message: &str| Problem::error("metrics", source, message).advise(HELP);
    if let Some(at) = too_deep(&source.text) {
        return Err(wrong("this is not a metrics file: values are nested too deeply").at(Some(at..at + 1)));
    }
    let body = without_bom(&source.text);
    let top: Value = serde_yaml::from_str(body).map_err(|error| {
        let words = error.to_string();
        let message = words.split(" at line ").next().unwrap_or(&words);
        let at = error
            .location()
            .map(|place| (place.index() + source.text.len() - body.len()).min(source.text.len()));
        wrong(&format!("this is not valid YAML: {message}")).at(at.map(|at| at..at))
    })?;
    let file = File { source };
    let runs = match top.get("runs") {
        Some(Value::Sequence(runs)) if !runs.is_empty() => runs,
        Some(Value::Null | Value::Sequence(_)) => return Err(wrong("it contains no runs")),
        Some(_) => return Err(wrong("`runs` is not a list").at(file.span(&Place::top().key("runs")))),
        None => return Err(wrong("there is no list `runs`")),
    };
    runs.iter().enumerate().map(|(index, run)| file.run(run, index)).collect()
}

/// A metrics file that is being read.
struct File<'a> {
    source: &'a Arc<Source>,
}

impl File<'_> {
    fn run(&self, run: &Value, index: usize) -> Result<Run, Problem> {
        let place = Place::top().key("runs").index(index);
        let name = format!("runs[{index}]");
        if !run.is_mapping() {
            return Err(self.wrong(&place, &name, run, "it must consist of `field: value` lines"));
        }
        let field = |section: Option<&str>, key: &str| -> Result<Option<f64>, Problem> {
            let (holder, place, name) = match section {
                None => (Some(run), place.clone(), name.clone()),
                Some(section) => (run.get(section), place.key(section), format!("{name}.{section}")),
            };
            match holder {
                None | Some(Value::Null) => Ok(None),
                Some(Value::Mapping(fields)) => match fields.get(key) {
                    None | Some(Value::Null) => Ok(None),
                    Some(value) => self.seconds(value, &place.key(key), &format!("{name}.{key}")).map(Some),
                },
                Some(other) => {
                    Err(self.wrong(&place, &name, other, "it must consist of `field: value` lines"))
                }
            }
        };
        let times = [
            field(Some("code_gen"), "gen_time")?,
            field(Some("build"), "components_build_time")?,
            field(Some("deploy"), "components_deploy_time")?,
            field(None, "time_total")?,
        ];
        Ok(Run { tasks: self.tasks(run, &place, &name)?, times })
    }

    fn tasks(&self, run: &Value, run_place: &Place, run_name: &str) -> Result<u64, Problem> {
        let (place, name) = (run_place.key("n_task"), format!("{run_name}.n_task"));
        let Some(value) = run.get("n_task") else {
            let problem = Problem::error("metrics", self.source, format!("`{name}` is missing"));
            return Err(problem.at(self.span(run_place)).advise(HELP));
        };
        let number = match value {
            Value::Number(number) => number.as_u64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        let expected = || format!("it must be a whole number from 0 to {MOST_TASKS}");
        number
            .filter(|number| *number <= MOST_TASKS)
            .ok_or_else(|| self.wrong(&place, &name, value, &expected()))
    }

    fn seconds(&self, value: &Value, place: &Place, name: &str) -> Result<f64, Problem> {
        let number = match value {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        number
            // Neither infinity nor NaN is in the range.
            .filter(|seconds| (0.0..=LONGEST).contains(seconds))
            .ok_or_else(|| self.wrong(place, name, value, "it must be a number of seconds, 0 or more"))
    }

    fn wrong(&self, place: &Place, name: &str, found: &Value, expected: &str) -> Problem {
        let found = match found {
            Value::String(text) => text::quoted(text),
            Value::Number(number) => text::quoted(&number.to_string()),
            Value::Bool(truth) => format!("`{truth}`"),
            Value::Null => "empty".to_owned(),
            Value::Sequence(_) => "a list".to_owned(),
            Value::Mapping(_) => "a list of fields".to_owned(),
            Value::Tagged(_) => "a value with a tag".to_owned(),
        };
        let problem = Problem::error("metrics", self.source, format!("`{name}` is {found}: {expected}"));
        problem.at(self.span(place)).advise("fix the value, or remove the run from the file")
    }

    /// The position of a value. The file is parsed again for that, because positions are needed only for errors.
    fn span(&self, place: &Place) -> Option<Range<usize>> {
        place.span(&Document::new(&self.source.text).ok()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn runs(text: &str) -> Vec<Run> {
        parse(&Source::new("metrics.yaml", text)).unwrap()
    }

    /// Line, and words.
    fn refused(text: &str) -> (usize, String) {
        let problem = parse(&Source::new("metrics.yaml", text)).unwrap_err();
        (problem.position().map_or(0, |(line, _)| line), problem.message)
    }

    #[test]
    fn the_originals_form_in_texts_and_numbers() {
        let text = "runs:\n- n_task: 5\n  code_gen: {gen_time: '0.089', extra: [x]}\n  build:\n    \
                    components_build_time: 51.2\n  deploy:\n    components_deploy_time: ' 1.1 '\n  \
                    time_total: 54\n  run_id: 7\n- {n_task: '10', build: , time_total: }\nother: {}\n";
        assert_eq!(
            runs(text),
            [
                Run { tasks: 5, times: [Some(0.089), Some(51.2), Some(1.1), Some(54.0)] },
                Run { tasks: 10, times: [None; 4] }
            ]
        );
    }

    #[test]
    fn what_pelato_writes_can_be_read() {
        let folder = tempfile::tempdir().unwrap();
        let time = std::time::Duration::from_millis;
        let run = crate::metrics::Run {
            tasks: 3,
            build: Some(time(1500)),
            total: time(1501),
            ..Default::default()
        };
        let path = crate::metrics::append(folder.path(), &run).unwrap();
        let run = Run { tasks: 3, times: [None, Some(1.5), None, Some(1.501)] };
        assert_eq!(read(&path).unwrap(), Content::Runs(vec![run]));
    }

    #[test]
    fn hostile_values_are_named_with_their_place() {
        let with = |value: &str| {
            format!("runs:\n- n_task: 1\n- n_task: 1\n  build:\n    components_build_time: {value}\n")
        };
        for value in [
            "-1", "'-0.1'", ".nan", "NaN", ".inf", "inf", "1e400", "1e10", "fast", "true", "[1]", "!x 1",
            "''",
        ] {
            let (line, words) = refused(&with(value));
            assert_eq!(line, 5, "{value}: {words}");
            assert!(words.starts_with("`runs[1].build.components_build_time` is "), "{value}: {words}");
        }
        for tasks in ["-1", "1.5", "many", "[1]", "", "1000001"] {
            let (line, words) = refused(&format!("runs:\n- n_task: {tasks}\n"));
            assert_eq!(line, 2, "{tasks}: {words}");
            assert!(words.starts_with("`runs[0].n_task` is "), "{tasks}: {words}");
        }
    }

    #[test]
    fn records_of_drills_may_be_larger() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let size = MAX_BYTES as usize + 1;
        fs::write(&path, "#".repeat(size)).unwrap();
        let refused = read(&path).unwrap_err().to_string();
        assert!(refused.ends_with("/file has 16777217 bytes; such a file may have 16777216"), "{refused}");
        let drill = Readings { rate: 50.0, ..Readings::default() };
        fs::remove_file(&path).unwrap();
        record::write(&path, &drill).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, text + &" ".repeat(size)).unwrap();
        assert_eq!(read(&path).unwrap(), Content::Drill(drill));
    }

    #[test]
    fn other_files_are_no_metrics() {
        for text in [
            "",
            "a: 1\n",
            "- 1\n",
            "runs:\n",
            "runs: []\n",
            "runs: 7\n",
            "runs: [7]\n",
            "runs: [\n",
            "x: *x\n",
            "runs: [{n_task: 99999999999999999999999}]\n",
        ] {
            refused(text);
        }
        assert_eq!(
            refused("runs:\n- build: 3\n"),
            (2, "`runs[0].build` is `3`: it must consist of `field: value` lines".to_owned())
        );
        assert_eq!(refused("runs:\n- {time_total: 1}\n"), (2, "`runs[0].n_task` is missing".to_owned()));
        let long = "- {n_task: 1}\n".repeat(40_000);
        let (line, words) = refused(&format!("runs:\n{long}- n_task: x\n  list:\n    - 1\n{long}"));
        assert_eq!((line, &words[..20]), (40_002, "`runs[40000].n_task`"));
        assert_eq!(refused(&"[".repeat(100_000)).0, 1);
    }
}
