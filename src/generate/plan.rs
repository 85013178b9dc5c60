//! Which files make up one component's source: the user's code, unchanged, and the pack's shell around it.

use liquid::model::Value;

use crate::catalog::Pack;
use crate::check::Component;
use crate::files::{self, FileError, Files, RelPath};
use crate::remedy::Operation;
use crate::text;

/// Why a component's source cannot be generated.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum PlanError {
    /// A file of the user's cannot be read any more.
    #[error("cannot read {path}")]
    #[diagnostic(
        code(pelato::generate::plan::unreadable),
        help("check that it still exists and that you have read permission")
    )]
    Unreadable { path: String, source: std::io::Error },
    /// A file of the user's stands where the shell's has to.
    #[error("{shown}/{file} has the same name as a file that the language pack `{pack}` adds")]
    #[diagnostic(code(pelato::generate::plan::name_conflict), help("give your file another name"))]
    NameConflict { shown: String, file: String, pack: String },
    /// A file of the user's has a name that cannot be generated.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Name(#[from] FileError),
    /// A file of the pack cannot be used.
    #[error("the language pack `{pack}`: {file}: {reason}")]
    #[diagnostic(code(pelato::generate::plan::pack), help("{} shows where it is; fix the file there", Operation::PackShow.on(pack)))]
    Pack { pack: String, file: String, reason: String },
}

/// The files of one component.
///
/// # Errors
/// When the user's code or the pack's shell cannot be read, or both have a file of the same name.
pub fn files(component: &Component) -> Result<Files, PlanError> {
    let user = user_files(component)?;
    let shell = shell_files(component, &user)?;
    let pack = &component.pack;
    let placed = user.into_iter().map(|(name, content)| {
        let (name, content) = match component.code.is_file {
            true => pack.single(name.as_str(), content),
            false => (name.to_string(), content),
        };
        Ok((RelPath::new(pack.place(&name))?, content))
    });
    let mut files = placed.collect::<Result<Files, FileError>>()?;
    for (name, content) in shell {
        let gives_way = component.pack.manifest.shell.keep.iter().any(|kept| kept == name.as_str());
        if gives_way && files.contains_key(&name) {
            continue;
        }
        if files.insert(name.clone(), content).is_some() {
            return Err(PlanError::NameConflict {
                shown: component.code.shown.clone(),
                file: name.to_string(),
                pack: component.pack.manifest.name.clone(),
            });
        }
    }
    Ok(files)
}

fn user_files(component: &Component) -> Result<Files, PlanError> {
    let code = &component.code;
    let read = |name: &String| {
        let content = files::read(&code.tasks, &code.folder.join(name), files::SOURCE)
            .map_err(|source| PlanError::Unreadable { path: format!("{}/{name}", code.shown), source })?;
        Ok((RelPath::new(name)?, content))
    };
    code.files.iter().map(read).collect()
}

fn shell_files(component: &Component, user: &Files) -> Result<Files, PlanError> {
    let pack = &component.pack;
    let Some(dir) = &pack.manifest.shell.dir else {
        return Ok(Files::new());
    };
    let wrong = |file: &str, reason: String| PlanError::Pack {
        pack: pack.manifest.name.clone(),
        file: format!("{dir}/{file}"),
        reason,
    };
    let names = pack.folder.files(dir).map_err(|error| wrong("", error.to_string()))?;
    let values = values(component, user);
    let mut files = Files::new();
    for name in names {
        let content = pack.folder.read(&format!("{dir}/{name}")).map_err(|e| wrong(&name, e.to_string()))?;
        let (target, content) = match name.strip_suffix(".liquid") {
            Some(target) => {
                let text = text::render(&content, &values).map_err(|reason| wrong(&name, reason))?;
                (target.to_owned(), text)
            }
            None => (name, content.into_owned()),
        };
        if !is_left_out(pack, &target, user) {
            files.insert(RelPath::new(target)?, content);
        }
    }
    Ok(files)
}

/// What the shell's templates may use: the component's values, and what is to be known of the user's files.
fn values(component: &Component, user: &Files) -> liquid::Object {
    let pack = &component.pack;
    let mut values = component.values();
    let sources: Vec<_> = user.iter().filter(|(name, _)| pack.is_source(name.as_str())).collect();
    let entry = pack.entry_file(sources.iter().map(|(name, content)| (name.as_str(), content.as_slice())));
    let mut set = |name: &str, value: Value| values.insert(name.to_owned().into(), value);
    set("entry_file", Value::scalar(entry.unwrap_or_default().to_owned()));
    let names = sources.iter().map(|(name, _)| Value::scalar(name.to_string()));
    set("sources", Value::Array(names.collect()));
    for extract in &pack.manifest.shell.values {
        let file = user.iter().find(|(name, _)| name.as_str() == extract.file);
        let text = file.map(|(_, content)| String::from_utf8_lossy(content));
        let found = text.as_ref().and_then(|text| extract.pattern.regex().captures(text)?.get(1));
        let value = found.map_or(extract.default.as_str(), |found| found.as_str());
        set(&extract.name, Value::scalar(value.to_owned()));
    }
    values
}

fn is_left_out(pack: &Pack, file: &str, user: &Files) -> bool {
    let sources = || user.iter().filter(|(name, _)| pack.is_source(name.as_str()));
    let matches = |pattern: &regex::Regex| {
        sources().any(|(_, content)| pattern.is_match(&String::from_utf8_lossy(content)))
    };
    let rules = pack.manifest.shell.skip.iter().filter(|skip| skip.file == file);
    rules.into_iter().any(|skip| matches(skip.when.regex()))
}
