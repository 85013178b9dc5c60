//! Where settings are read from: again for each operation, so that a process that lives long sees what changes.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use super::settings::{Flag, LookUp, Settings, SettingsError};

/// Everything that settings come from, but for the project's own file.
#[derive(Clone)]
pub struct Sources {
    environment: Arc<LookUp>,
    flags: Vec<Flag>,
}

impl fmt::Debug for Sources {
    /// Values may be secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sources({} flags)", self.flags.len())
    }
}

/// A variable of this process. What is not UTF-8 in it stays visible as wrong, so that the value is not taken for absent.
fn variable(name: &str) -> Option<String> {
    std::env::var_os(name).map(|value| value.to_string_lossy().into_owned())
}

impl Sources {
    /// Flags, and what looks up the environment.
    pub fn new(
        environment: impl Fn(&str) -> Option<String> + Send + Sync + 'static,
        flags: Vec<Flag>,
    ) -> Self {
        Self { environment: Arc::new(environment), flags }
    }

    /// The environment of this process, without flags.
    pub fn of_process() -> Self {
        Self::new(variable, Vec::new())
    }

    /// With these flags.
    #[must_use]
    pub fn with_flags(self, flags: Vec<Flag>) -> Self {
        Self { flags, ..self }
    }

    /// The effective settings of the project in `root` at this moment.
    ///
    /// # Errors
    /// As for [`Settings::load`].
    pub fn load(&self, root: &Path) -> Result<Settings, SettingsError> {
        let settings = Settings::load(Some(root), |name| (self.environment)(name), &self.flags)?;
        Ok(settings.with_environment(Arc::clone(&self.environment)))
    }
}
