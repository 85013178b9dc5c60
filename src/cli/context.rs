//! What every command starts from: the project's folder, the settings, the user interface.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use etcetera::BaseStrategy;

use super::Global;
use super::raw::Raw;
use super::signals::Signals;
use crate::catalog::Catalog;
use crate::pelato::Error;
use crate::pelato::{Library, Options, Pelato};
use crate::project::settings::{ALL, Flag, Kind, Value};
use crate::project::{Settings, Sources, workflow};
use crate::text::{self, suggest};
use crate::trust::{AllowAll, Store};
use crate::ui::Ui;

/// The environment variable that names PELATO's cache folder.
pub const CACHE: &str = "PELATO_CACHE";
/// The environment variable that names the user's folder of packs and templates.
pub const HOME: &str = "PELATO_HOME";
/// The environment variable by which everything is allowed, for machines that are thrown away.
pub const TRUST: &str = "PELATO_TRUST";
/// The environment variable that names the folder of what this user allows.
pub const STATE: &str = "PELATO_STATE";

/// How long compilers and containers may take to end when the command is cancelled.
const CLEANUP: Duration = Duration::from_secs(10);

/// The project, where a command takes nothing else.
#[derive(Debug, Args)]
pub struct Place {
    /// The project's folder; the same as --project
    #[arg(value_name = "PROJECT_DIR")]
    project_dir: Option<PathBuf>,
}

/// The surroundings of a command.
pub struct Context {
    /// Prints and asks.
    pub ui: Arc<Ui>,
    /// Where the process was started.
    pub here: PathBuf,
    /// Ctrl-C and requests to end.
    pub signals: Signals,
    global: Global,
}

impl Context {
    /// The surroundings of this process.
    pub fn new(global: Global, ui: Ui) -> Self {
        Self {
            ui: Arc::new(ui),
            here: std::env::current_dir().unwrap_or_default(),
            signals: Signals::new(),
            global,
        }
    }

    /// The project's folder: the one that was named, else the nearest with a workflow, else this one.
    pub fn root(&self) -> PathBuf {
        root(&self.here, self.global.project.as_deref())
    }

    /// The folder that a command names as its project.
    fn root_of(&self, place: &Path) -> Result<PathBuf, Error> {
        if self.global.project.is_some() {
            return Err(Error::Usage {
                message: format!("the project is named twice: `{}` and `--project`", place.display()),
                help: "leave one of them out".to_owned(),
            });
        }
        Ok(root(&self.here, Some(place)))
    }

    /// Whether a word in the place of a component is a project: a path, or a folder with a workflow where there is no
    /// project whose component it could be.
    fn is_project(&self, word: &str) -> bool {
        let is_path = word.contains(std::path::is_separator) || matches!(word, "." | ".." | workflow::FILE);
        is_path || {
            let has_workflow = |folder: &Path| folder.join(workflow::FILE).symlink_metadata().is_ok();
            !has_workflow(&self.root()) && has_workflow(&self.here.join(word))
        }
    }

    /// The folder in which a new project is made.
    pub fn parent(&self) -> PathBuf {
        self.global.project.as_ref().map_or_else(|| self.here.clone(), |folder| self.here.join(folder))
    }

    /// The effective settings for a project's folder.
    ///
    /// # Errors
    /// When a setting is wrong.
    pub fn settings(&self, root: &Path) -> Result<Settings, Error> {
        let settings = self.sources()?.load(root)?;
        settings.warnings.iter().for_each(|warning| self.ui.found(warning));
        Ok(settings)
    }

    fn sources(&self) -> Result<Sources, Error> {
        Ok(Sources::of_process().with_flags(self.flags()?))
    }

    /// Opens the project.
    ///
    /// # Errors
    /// When a setting is wrong.
    pub fn open(&self) -> Result<Pelato, Error> {
        self.open_root(self.root())
    }

    /// Opens the project that a command names, or else the one of this place.
    ///
    /// # Errors
    /// When a setting is wrong, or the project is named twice.
    pub fn open_at(&self, place: &Place) -> Result<Pelato, Error> {
        match &place.project_dir {
            Some(folder) => self.open_root(self.root_of(folder)?),
            None => self.open(),
        }
    }

    /// Opens the project for the components that are named; one of the words may be the project instead.
    ///
    /// # Errors
    /// When a setting is wrong, or the project is named twice.
    pub fn open_for(&self, words: Vec<String>) -> Result<(Pelato, Vec<String>), Error> {
        let (projects, components): (Vec<_>, Vec<_>) =
            words.into_iter().partition(|word| self.is_project(word));
        match projects.as_slice() {
            [] => Ok((self.open()?, components)),
            [project] => Ok((self.open_root(self.root_of(Path::new(project))?)?, components)),
            [first, second, ..] => Err(Error::Usage {
                message: format!("`{first}` and `{second}` are both projects"),
                help: "name one project, and the components by their `component_name`".to_owned(),
            }),
        }
    }

    fn open_root(&self, root: PathBuf) -> Result<Pelato, Error> {
        // What is wrong or suspicious in them is said once, before anything else.
        self.settings(&root)?;
        let state = state_folder(&self.here);
        let is_named = std::env::var_os(STATE).is_some_and(|value| !value.is_empty());
        if is_named && root.join(workflow::FILE).is_file() && is_within(&state, &root) {
            return Err(Error::Usage {
                message: format!("{STATE} names a folder of the project: {}", state.display()),
                help: "name one outside of the project, which has no say in what you allow".to_owned(),
            });
        }
        Ok(Pelato::open(Options {
            settings: self.sources()?,
            root,
            user: user_folder(),
            cache: cache_folder(&self.here),
            state,
            consent: if self.is_trusted()? { Arc::new(AllowAll) } else { Arc::clone(&self.ui) as Arc<_> },
            events: Arc::clone(&self.ui) as Arc<_>,
            cancel: self.signals.cancel.clone(),
            platform: None,
        }))
    }

    /// Whether everything is allowed for this call: by a flag, or in the environment, but not in `.env`.
    ///
    /// # Errors
    /// When the variable says neither yes nor no.
    pub fn is_trusted(&self) -> Result<bool, Error> {
        let said = std::env::var(TRUST).unwrap_or_default();
        match Kind::Truth.read(&said) {
            _ if self.global.trust || said.is_empty() => Ok(self.global.trust),
            Ok(value) => Ok(value == Value::Truth(true)),
            Err(_) => Err(Error::Usage {
                message: format!("{TRUST} is not a boolean: {}", text::quoted(&said)),
                help: format!("set it to `1`, or unset it: export {TRUST}=1"),
            }),
        }
    }

    /// What this user allows.
    pub fn trust(&self) -> Store {
        Store::new(state_folder(&self.here))
    }

    /// The packs and templates of this place, whether there is a project or not.
    pub fn library(&self) -> Library {
        Library::new(self.root(), user_folder())
    }

    /// The catalog of this place.
    pub fn catalog(&self) -> Catalog {
        self.library().catalog()
    }

    /// Whether all results could be written.
    ///
    /// # Errors
    /// When one could not: what was asked for is not there then.
    pub fn written(&self) -> Result<(), Error> {
        match self.ui.unwritten() {
            None => Ok(()),
            Some(words) => Err(not_written(words)),
        }
    }

    /// Waits for something that is done over the network.
    ///
    /// # Errors
    /// Its own; or when threads cannot be started.
    pub fn finish<T>(&self, work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
        let runtime = runtime()?;
        let done = runtime.block_on(work);
        if self.signals.cancel.is_cancelled() {
            // What only computes is not waited for; [`Context::clean_up`] waits for what has to end.
            runtime.shutdown_background();
        }
        done
    }

    /// Waits for compilers and containers to end, if the command was cancelled.
    pub fn clean_up(&self) {
        let cancel = &self.signals.cancel;
        if cancel.is_cancelled()
            && let Ok(runtime) = runtime()
        {
            runtime.block_on(cancel.wait_until_idle(CLEANUP));
        }
    }

    fn flags(&self) -> Result<Vec<Flag>, Error> {
        self.global.settings.iter().map(|text| flag(text)).collect()
    }
}

/// The error that a result could not be written.
pub fn not_written(words: &std::io::Error) -> Error {
    Error::System {
        what: "cannot write the result to stdout".to_owned(),
        help: "check that the disk is not full".to_owned(),
        source: std::io::Error::other(words.to_string()),
    }
}

fn flag(text: &str) -> Result<Flag, Error> {
    let usage = |message: String, help: String| Error::Usage { message, help };
    let Some((name, value)) = text.split_once('=') else {
        let message = format!("`--setting {text}` is not of the form NAME=VALUE");
        return Err(usage(message, "`pelato config` lists the names".to_owned()));
    };
    let Some(key) = ALL.iter().find(|key| key.name == name) else {
        let help = suggest::help(name, ALL.iter().map(|key| key.name));
        return Err(usage(format!("there is no setting `{name}`"), help));
    };
    if key.kind == Kind::Secret {
        let help = format!("other users can see a command line: put {name} into .env or the environment");
        return Err(usage(format!("`--setting` does not accept {name}"), help));
    }
    Ok(Flag { key: *key, name: "--setting", value: value.to_owned() })
}

/// The packs and templates that a command line will use, before it is parsed.
pub fn library_for(raw: &Raw<'_>) -> Library {
    let here = std::env::current_dir().unwrap_or_default();
    Library::new(root(&here, raw.project().as_deref()), user_folder())
}

/// What this user allows, before a command line is parsed.
pub fn store() -> Store {
    Store::new(state_folder(&std::env::current_dir().unwrap_or_default()))
}

fn root(here: &Path, named: Option<&Path>) -> PathBuf {
    match named {
        Some(file) if file.ends_with(workflow::FILE) && !here.join(file).is_dir() => {
            here.join(file.parent().unwrap_or(Path::new("")))
        }
        Some(folder) => here.join(folder),
        None => {
            let has_workflow = |folder: &&Path| folder.join(workflow::FILE).symlink_metadata().is_ok();
            here.ancestors().find(has_workflow).unwrap_or(here).to_owned()
        }
    }
}

/// The user's own folder of packs and templates.
pub fn user_folder() -> Option<PathBuf> {
    let named = std::env::var_os(HOME).filter(|value| !value.is_empty()).map(PathBuf::from);
    named.or_else(|| Some(etcetera::choose_base_strategy().ok()?.data_dir().join("pelato")))
}

/// Whether a folder, which may not be there yet, is in another one.
fn is_within(folder: &Path, other: &Path) -> bool {
    let real = |path: &Path| {
        let there = path.ancestors().find_map(|above| Some((above, above.canonicalize().ok()?)));
        there.and_then(|(above, real)| Some(real.join(path.strip_prefix(above).ok()?)))
    };
    real(folder).zip(real(other)).is_some_and(|(folder, other)| folder.starts_with(other))
}

fn cache_folder(here: &Path) -> PathBuf {
    let usual = || Some(etcetera::choose_base_strategy().ok()?.cache_dir().join("pelato"));
    own_folder(here, CACHE, usual).unwrap_or_else(|| std::env::temp_dir().join("pelato-cache"))
}

fn state_folder(here: &Path) -> PathBuf {
    let usual = || {
        let strategy = etcetera::choose_base_strategy().ok()?;
        Some(strategy.state_dir().unwrap_or_else(|| strategy.data_dir()).join("pelato"))
    };
    own_folder(here, STATE, usual).unwrap_or_else(|| std::env::temp_dir().join("pelato-state"))
}

/// The folder that a variable names, else the usual one. Absolute: compilers run in other folders.
fn own_folder(here: &Path, variable: &str, usual: impl Fn() -> Option<PathBuf>) -> Option<PathBuf> {
    let named = std::env::var_os(variable).filter(|value| !value.is_empty());
    named.map(|folder| here.join(folder)).or_else(usual)
}

/// The runtime for commands that wait for the network or for functions.
pub fn runtime() -> Result<tokio::runtime::Runtime, Error> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(|source| Error::System {
        what: "cannot start threads".to_owned(),
        help: "see `ulimit -u`".to_owned(),
        source,
    })
}
