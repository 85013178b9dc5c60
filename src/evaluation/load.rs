//! Metrics files, each as a series with a name, and drills.

use std::path::{Path, PathBuf};

use super::read::{Content, ReadError, read};
use super::series::Series;
use crate::measurement::analysis::Report;
use crate::measurement::{self, Readings};
use crate::remedy::Argument;
use crate::text::{is_safe, quoted};

/// Why files cannot be compared.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum LoadError {
    #[error(transparent)]
    #[diagnostic(transparent)]
    Read(#[from] ReadError),
    /// The number of names differs from the number of files.
    #[error("the numbers of names ({names}) and files ({files}) differ")]
    #[diagnostic(
        code(pelato::report::name_count),
        help("give {} once for each file, in the same order, or not at all", Argument::NameOfSeries)
    )]
    NameCount { names: usize, files: usize },
    #[error("a name is empty")]
    #[diagnostic(
        code(pelato::report::empty_name),
        help("give each file a name of its own with {}", Argument::NameOfSeries)
    )]
    EmptyName,
    #[error("two files have the name {name}")]
    #[diagnostic(
        code(pelato::report::duplicate_name),
        help("give each file a name of its own with {}", Argument::NameOfSeries)
    )]
    DuplicateName { name: String },
}

/// What files tell.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Loaded {
    /// The runs of metrics files, summarised.
    pub series: Vec<Series>,
    pub drills: Vec<Rehearsal>,
}

/// A drill that was recorded.
#[derive(Debug, Clone, PartialEq)]
pub struct Rehearsal {
    pub name: String,
    pub readings: Readings,
    pub report: Report,
}

/// Loads files; each gets its name from `names`, or, if that is empty, from its file name.
///
/// # Errors
/// When a file cannot be read, or the names are not valid.
pub fn load(files: &[PathBuf], names: &[String]) -> Result<Loaded, LoadError> {
    let names: Vec<String> = match names {
        [] => own_names(files),
        names if names.len() != files.len() => {
            return Err(LoadError::NameCount { names: names.len(), files: files.len() });
        }
        names => names.iter().map(|name| name.trim().to_owned()).collect(),
    };
    let names: Vec<_> = names.iter().map(|name| harmless(name)).collect();
    for (index, name) in names.iter().enumerate() {
        if name.is_empty() {
            return Err(LoadError::EmptyName);
        }
        if names[..index].contains(name) {
            return Err(LoadError::DuplicateName { name: quoted(name) });
        }
    }
    let mut loaded = Loaded::default();
    for (file, name) in files.iter().zip(names) {
        match read(file)? {
            Content::Runs(runs) => loaded.series.push(Series::of(name, &runs)),
            Content::Drill(readings) => {
                let report = measurement::analyse(&readings);
                loaded.drills.push(Rehearsal { name, readings, report });
            }
        }
    }
    Ok(loaded)
}

/// Names from the file names, or from the paths, if file names are ambiguous.
fn own_names(files: &[PathBuf]) -> Vec<String> {
    let names: Vec<_> = files.iter().map(|file| own_name(file)).collect();
    let is_alone = |name: &String| names.iter().filter(|other| *other == name).count() == 1;
    let with_files = names.iter().zip(files);
    with_files
        .map(|(name, file)| if is_alone(name) { name.clone() } else { file.display().to_string() })
        .collect()
}

/// `runs/lab.yaml` is `lab`, and so is `lab/metrics.yaml`: for projects, the folder is more telling.
fn own_name(file: &Path) -> String {
    let stem = file.file_stem().unwrap_or(file.as_os_str()).to_string_lossy().into_owned();
    if stem != "metrics" {
        return stem;
    }
    let whole = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
    let folder = whole.parent().and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
    folder.unwrap_or(stem)
}

/// A name on one line, without control characters.
fn harmless(name: &str) -> String {
    name.chars().map(|c| if is_safe(c) { c } else { '\u{fffd}' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(files: &[&str]) -> Vec<String> {
        own_names(&files.iter().map(PathBuf::from).collect::<Vec<_>>())
    }

    #[test]
    fn files_are_called_after_themselves_or_their_folder() {
        assert_eq!(named(&["a/lab.yaml", "/b/home/metrics.yaml"]), ["lab", "home"]);
        assert_eq!(named(&["a/x.yaml", "b/x.yaml", "y.yaml"]), ["a/x.yaml", "b/x.yaml", "y"]);
        assert_eq!(named(&["/metrics.yaml"]), ["metrics"]);
    }

    #[test]
    fn names_have_to_tell_files_apart() {
        let files = ["/none/a.yaml", "/none/b.yaml"].map(PathBuf::from);
        let refused = |names: &[&str]| {
            let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
            load(&files, &names).unwrap_err().to_string()
        };
        assert_eq!(refused(&["x"]), "the numbers of names (1) and files (2) differ");
        assert_eq!(refused(&["x", " x "]), "two files have the name `x`");
        assert_eq!(refused(&["x", " "]), "a name is empty");
        assert_eq!(refused(&["x", "y"]), "there is no /none/a.yaml");
        assert_eq!(harmless("a\nb\u{1b}"), "a\u{fffd}b\u{fffd}");
    }
}
