//! How long each phase took: appended to `metrics.yaml`, in the form of the original's own metrics.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_yaml::{Mapping, Value};

use crate::files;

/// The file in a project's folder.
pub const FILE: &str = "metrics.yaml";
/// The largest one that is read: about 100,000 runs.
pub const MAX_BYTES: u64 = 16 << 20;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Run {
    /// How many tasks the workflow has.
    pub tasks: usize,
    pub generate: Option<Duration>,
    pub build: Option<Duration>,
    /// Deploying them, until all of them run.
    pub deploy: Option<Duration>,
    pub total: Duration,
}

/// Why a run could not be recorded.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum MetricsError {
    #[error("cannot read {path}")]
    #[diagnostic(
        code(pelato::metrics::unreadable),
        help("check that it is a file and that you have read permission, or set ENABLE_METRICS=False")
    )]
    Unreadable { path: String, source: std::io::Error },
    /// The file holds something else.
    #[error("{path} has no list `runs` to append to: {reason}")]
    #[diagnostic(code(pelato::metrics::no_runs), help("move the file away; a new one is created"))]
    NoRuns { path: String, reason: String },
    #[error(transparent)]
    #[diagnostic(transparent)]
    Write(#[from] files::FileError),
}

/// Appends a run to the metrics of the project in `root`.
///
/// # Errors
/// When the file is there but is no metrics file, or cannot be written.
pub fn append(root: &Path, run: &Run) -> Result<PathBuf, MetricsError> {
    let (path, text) = with(root, run)?;
    files::replace(root, &path, text.as_bytes())?;
    Ok(path)
}

/// Sees that a run can be appended to what is there; nothing is written.
///
/// # Errors
/// As for [`append`].
pub fn check(root: &Path) -> Result<(), MetricsError> {
    with(root, &Run::default()).map(drop)
}

/// The file's path, and its text with one more run.
fn with(root: &Path, run: &Run) -> Result<(PathBuf, String), MetricsError> {
    let path = root.join(FILE);
    let shown = path.display().to_string();
    let text = match files::text_or_none(root, &path, MAX_BYTES) {
        Ok(text) => text,
        Err(source) => return Err(MetricsError::Unreadable { path: shown, source }),
    };
    let text = appended(&text, run).map_err(|reason| MetricsError::NoRuns { path: shown, reason })?;
    Ok((path, text))
}

fn appended(text: &str, run: &Run) -> Result<String, String> {
    let mut top: Value = serde_yaml::from_str(text).map_err(|error| error.to_string())?;
    if top.is_null() {
        top = Value::Mapping(Mapping::new());
    }
    let mapping = top.as_mapping_mut().ok_or("it is not a list of fields")?;
    let runs = mapping.entry("runs".into()).or_insert(Value::Null);
    if runs.is_null() {
        *runs = Value::Sequence(Vec::new());
    }
    runs.as_sequence_mut().ok_or("`runs` is not a list")?.push(entry(run));
    serde_yaml::to_string(&top).map_err(|error| error.to_string())
}

fn entry(run: &Run) -> Value {
    // Seconds with three decimals, as texts: that is how the original writes them and its plots read them.
    let seconds = |time: Duration| Value::String(format!("{:.3}", time.as_secs_f64()));
    let phase = |key: &str, time: Duration| Value::Mapping(Mapping::from_iter([(key.into(), seconds(time))]));
    let mut entry = Mapping::new();
    entry.insert("n_task".into(), run.tasks.into());
    if let Some(time) = run.generate {
        entry.insert("code_gen".into(), phase("gen_time", time));
    }
    if let Some(time) = run.build {
        entry.insert("build".into(), phase("components_build_time", time));
    }
    if let Some(time) = run.deploy {
        entry.insert("deploy".into(), phase("components_deploy_time", time));
    }
    entry.insert("time_total".into(), seconds(run.total));
    Value::Mapping(entry)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUN: Run = Run {
        tasks: 2,
        generate: Some(Duration::from_micros(19_400)),
        build: Some(Duration::from_millis(26_900)),
        deploy: None,
        total: Duration::from_millis(26_921),
    };

    #[test]
    fn runs_are_appended_in_the_originals_form() {
        let one = "runs:\n- n_task: 2\n  code_gen:\n    gen_time: '0.019'\n  build:\n    components_build_time: \
                   '26.900'\n  time_total: '26.921'\n";
        assert_eq!(appended("", &RUN).unwrap(), one);
        let two = appended(one, &RUN).unwrap();
        assert_eq!(two.matches("n_task").count(), 2);
        assert!(two.starts_with(one.trim_end()));
    }

    #[test]
    fn other_files_are_left_alone() {
        assert!(appended("- 1\n", &RUN).is_err());
        assert!(appended("runs: 3\n", &RUN).is_err());
        assert!(appended("a: [\n", &RUN).is_err());
    }
}
