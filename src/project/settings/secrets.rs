//! Secrets of functions. `workflow.yaml` names them, and it may be somebody else's: so nothing of the user's environment
//! is given to a function but what its user has called so.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::disclosure::{Part, Rank};
use super::error::{Origin, SettingsError};
use super::keys::Role;
use super::{Key, Settings, is_mangled};

/// Looks up a variable of the environment.
pub type LookUp = dyn Fn(&str) -> Option<String> + Send + Sync;

/// How the variables of the environment begin whose values functions may be given.
pub const SECRET_PREFIX: &str = "PELATO_SECRET_";

/// Where the secrets of functions are looked for.
#[derive(Clone, Default)]
pub(super) struct Given {
    pub file: BTreeMap<String, String>,
    pub environment: Option<Arc<LookUp>>,
}

impl fmt::Debug for Given {
    /// Values may be secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Given({} in .env)", self.file.len())
    }
}

impl Settings {
    /// With this as the environment of functions' secrets.
    #[must_use]
    pub fn with_environment(self, environment: Arc<LookUp>) -> Self {
        Self { given: Given { environment: Some(environment), ..self.given }, ..self }
    }

    /// Sees that the value of a function's secret, if there is one, is text: functions would find another than the user's.
    ///
    /// # Errors
    /// When it is not.
    pub fn check_secret(&self, name: &str) -> Result<(), SettingsError> {
        match self.secret_from(name) {
            Some((value, Origin::Environment)) if is_mangled(&value) => {
                Err(SettingsError::NotText { name: format!("{SECRET_PREFIX}{name}") })
            }
            _ => Ok(()),
        }
    }

    /// The value of a function's secret: from the environment, under a name that only such values have, else from `.env`.
    pub fn secret(&self, name: &str) -> Option<String> {
        self.secret_from(name).map(|(value, _)| value)
    }

    fn secret_from(&self, name: &str) -> Option<(String, Origin)> {
        // An empty value counts as not set, as for settings.
        let filled = |value: Option<String>| value.filter(|value| !value.is_empty());
        let environment = self.given.environment.as_ref();
        let exported = environment.and_then(|look_up| look_up(&format!("{SECRET_PREFIX}{name}")));
        let exported = filled(exported).map(|value| (value, Origin::Environment));
        exported.or_else(|| Some((filled(self.given.file.get(name).cloned())?, Origin::EnvFile)))
    }

    /// Sees that these secrets may be stored at a place that the keys name.
    ///
    /// # Errors
    /// When that would disclose one of the user to whom the project names, and the user does not allow it.
    pub fn may_store<'a>(
        &self,
        place: &str,
        names: impl IntoIterator<Item = &'a str>,
        keys: &[Key],
    ) -> Result<(), SettingsError> {
        let names: Vec<_> = names.into_iter().collect();
        names.iter().try_for_each(|name| self.check_secret(name))?;
        let found = names.into_iter().filter_map(|name| Some((name, self.secret_from(name)?.1)));
        let parts = found.map(|(name, origin)| Part {
            role: Role::Secret,
            name: if origin == Origin::Environment {
                format!("{SECRET_PREFIX}{name}")
            } else {
                name.to_owned()
            },
            from: origin.to_string(),
            rank: Rank::from(&origin),
        });
        let parts: Vec<_> = parts.chain(self.parts(keys)).collect();
        self.allow(place, &parts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_called_a_secret_is_taken_from_the_environment() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(".env"), "B=file\nC=file\nD=\n").unwrap();
        let environment = |name: &str| match name {
            "PELATO_SECRET_A" | "PELATO_SECRET_B" => Some("environment".to_owned()),
            "PELATO_SECRET_C" => Some(String::new()),
            "AWS_SECRET_ACCESS_KEY" => Some("not for functions".to_owned()),
            _ => None,
        };
        let settings = Settings::load(Some(folder.path()), environment, &[]).unwrap();
        assert_eq!(settings.secret("A"), None, "where no environment was given");
        let settings = settings.with_environment(Arc::new(environment));
        let found: Vec<_> =
            ["A", "B", "C", "D", "E", "AWS_SECRET_ACCESS_KEY"].map(|name| settings.secret(name)).into();
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(found, [some("environment"), some("environment"), some("file"), None, None, None]);
        assert!(!format!("{settings:?}").contains("file\""));
        let settings = settings.with_environment(Arc::new(|_| Some("key\u{fffd}".to_owned())));
        let error = settings.check_secret("A").unwrap_err().to_string();
        assert_eq!(error, "the variable PELATO_SECRET_A of the environment is not UTF-8 text");
    }
}
