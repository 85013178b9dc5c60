//! Docker's credential file, and the programs that it names.

use std::io::ErrorKind;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use docker_credential::{CredentialRetrievalError as Trouble, DockerCredential, get_credential_from_reader};
use serde_json::Value;
use tokio::sync::oneshot;

use super::auth::Auth;
use super::{Caller, PushError, hub};
use crate::files;
use crate::process;
use crate::progress::Event;
use crate::project::settings::hide_secrets;

/// How long a program that knows passwords may take before it is ended. Some ask for that of a keyring.
pub const HELPER_LIMIT: Duration = Duration::from_secs(60);
/// How long it may take before the user is told what is waited for, and before it is ended.
const PATIENCE: (Duration, Duration) = (Duration::from_secs(2), HELPER_LIMIT);

/// What Docker's file says about a host.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Entry {
    Nothing,
    Login(Auth),
    /// A program knows it.
    Helper(Helper),
}

/// A program that keeps credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Helper {
    pub program: String,
    /// What it is asked for.
    server: String,
}

/// Docker's file, if this user has a place for one.
pub(super) fn file() -> Option<PathBuf> {
    let named = std::env::var_os("DOCKER_CONFIG").filter(|value| !value.is_empty()).map(PathBuf::from);
    let folder = named.or_else(|| Some(etcetera::home_dir().ok()?.join(".docker")))?;
    Some(folder.join("config.json"))
}

/// Reads the file. No program is run.
///
/// # Errors
/// When it cannot be used: it is not as Docker writes it.
pub(super) fn look(host: &str) -> Result<Option<(PathBuf, Entry)>, PushError> {
    let Some(path) = file() else { return Ok(None) };
    let wrong = |reason: String| PushError::DockerCredentials {
        host: host.to_owned(),
        path: path.display().to_string(),
        reason,
    };
    let text = match files::read(files::anywhere(), &path, files::TEXT) {
        Ok(text) => text,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(error) => return Err(wrong(error.to_string())),
    };
    let entry = entry(&text, host).map_err(|reason| wrong(reason.to_owned()))?;
    Ok(Some((path, entry)))
}

fn entry(text: &[u8], host: &str) -> Result<Entry, &'static str> {
    const SHAPE: &str = "it is not JSON as Docker writes it";
    let mut config: Value = serde_json::from_slice(text).map_err(|_| SHAPE)?;
    let names: Vec<&str> = if host == hub::HOST { hub::NAMES.to_vec() } else { vec![host] };
    // Docker asks for its own registry by this name.
    let server = if host == hub::HOST { hub::IN_DOCKERS_FILE } else { host };
    let helper = |name: &str| {
        let program = format!("docker-credential-{name}");
        Entry::Helper(Helper { program, server: server.to_owned() })
    };
    let named = |value: &Value| value.as_str().filter(|name| !name.is_empty()).map(str::to_owned);
    if let Some(name) = names.iter().find_map(|name| named(&config["credHelpers"][name])) {
        return Ok(helper(&name));
    }
    let store = named(&config["credsStore"]);
    if let Some(config) = config.as_object_mut() {
        // The library would run them, and wait for ever.
        config.retain(|key, _| key != "credsStore" && key != "credHelpers");
    }
    let rest = config.to_string();
    let asked = if host == hub::HOST { hub::LEGACY } else { host };
    // None of what is found may be shown, not even in part.
    match get_credential_from_reader(rest.as_bytes(), asked) {
        Ok(DockerCredential::UsernamePassword(user, password)) => {
            Ok(Entry::Login(Auth::Basic { user, password }))
        }
        Err(Trouble::NoCredentialConfigured | Trouble::ConfigNotFound) => {
            Ok(store.map_or(Entry::Nothing, |name| helper(&name)))
        }
        Ok(DockerCredential::IdentityToken(_)) => {
            Err("it holds an identity token, which PELATO does not support")
        }
        Err(Trouble::CredentialDecodingError) => Err("an entry is not base64 of user:password"),
        Err(Trouble::CredentialMismatchError) => Err("an entry has contradictory values"),
        Err(_) => Err(SHAPE),
    }
}

impl Helper {
    /// Asks the program; none if it has none.
    ///
    /// # Errors
    /// Why it cannot be asked, in words that hold nothing that it said: that may be a password.
    pub async fn ask(&self, caller: Caller<'_>) -> Result<Option<Auth>, String> {
        self.ask_within(caller, PATIENCE).await
    }

    async fn ask_within(
        &self,
        caller: Caller<'_>,
        (tell, limit): (Duration, Duration),
    ) -> Result<Option<Auth>, String> {
        let Self { program, server } = self;
        // Ended with the operation, after the limit, or when nobody waits for it any more.
        let cancel = caller.cancel.child();
        let _guard = cancel.guard();
        let (done, ended) = oneshot::channel();
        let (mut command, input) = (Command::new(program), server.clone().into_bytes());
        command.arg("get");
        hide_secrets(&mut command);
        std::thread::spawn(move || {
            // If nobody waits any more, nobody wants to know.
            let _ = done.send(process::exchange(&mut command, &input, &cancel));
        });
        tokio::pin!(ended);
        let mut answer = tokio::time::timeout(tell, ended.as_mut()).await;
        if answer.is_err() {
            let seconds = limit.as_secs();
            caller.progress.report(Event::WaitingForHelper { program: program.clone(), seconds });
            answer = tokio::time::timeout(limit.saturating_sub(tell), ended.as_mut()).await;
        }
        let Ok(answer) = answer else {
            return Err(format!("`{program}` did not answer within {} s and was stopped", limit.as_secs()));
        };
        match answer {
            Ok(Ok(Some(output))) if output.status.success() => self.read(&output.stdout).map(Some),
            // What all helpers say that have none.
            Ok(Ok(Some(output)))
                if String::from_utf8_lossy(&output.stdout).contains("credentials not found") =>
            {
                Ok(None)
            }
            Ok(Ok(Some(_))) => Err(format!("`{program}` failed")),
            Ok(Ok(None)) | Err(_) => Err(format!("`{program}` was stopped")),
            Ok(Err(error)) if error.kind() == ErrorKind::NotFound => {
                Err(format!("the program `{program}` was not found on PATH"))
            }
            Ok(Err(error)) => Err(format!("`{program}` cannot be started: {error}")),
        }
    }

    fn read(&self, output: &[u8]) -> Result<Auth, String> {
        let answer: Value = serde_json::from_slice(output).unwrap_or_default();
        match (answer["Username"].as_str(), answer["Secret"].as_str()) {
            (Some("<token>"), Some(_)) => {
                Err(format!("`{}` returned an identity token, which PELATO does not support", self.program))
            }
            (Some(user), Some(password)) => {
                Ok(Auth::Basic { user: user.to_owned(), password: password.to_owned() })
            }
            _ => Err(format!("`{}` returned an unexpected response", self.program)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cancel::Cancel;
    use crate::progress::Silent;

    /// `me:hunter2` in base64.
    const ENTRY: &str = "bWU6aHVudGVyMg==";

    fn login() -> Entry {
        Entry::Login(Auth::Basic { user: "me".to_owned(), password: "hunter2".to_owned() })
    }

    #[test]
    fn docker_hub_is_found_by_each_of_its_names() {
        for name in [
            "https://index.docker.io/v1/",
            "https://registry-1.docker.io/v2/",
            "index.docker.io",
            "registry-1.docker.io",
            "docker.io",
        ] {
            let text = format!(r#"{{"auths": {{"{name}": {{"auth": "{ENTRY}"}}}}}}"#);
            assert_eq!(entry(text.as_bytes(), "docker.io").unwrap(), login(), "{name}");
            assert_eq!(entry(text.as_bytes(), "evil.example.org").unwrap(), Entry::Nothing, "{name}");
        }
        let text = r#"{"credHelpers": {"https://index.docker.io/v1/": "drawer"}}"#;
        let Entry::Helper(helper) = entry(text.as_bytes(), "docker.io").unwrap() else { panic!() };
        assert_eq!((&*helper.program, &*helper.server), ("docker-credential-drawer", hub::IN_DOCKERS_FILE));
    }

    #[test]
    fn entries_come_before_the_store_and_after_the_helper_of_the_host() {
        let with = |more: &str| {
            let text = format!(r#"{{"auths": {{"r.org": {{"auth": "{ENTRY}"}}}}, {more}}}"#);
            entry(text.as_bytes(), "r.org").unwrap()
        };
        assert_eq!(with(r#""credsStore": "drawer""#), login());
        assert!(matches!(with(r#""credHelpers": {"r.org": "drawer"}"#), Entry::Helper(_)));
        assert!(matches!(entry(br#"{"credsStore": "drawer"}"#, "r.org").unwrap(), Entry::Helper(_)));
        assert_eq!(entry(br#"{"credsStore": ""}"#, "r.org").unwrap(), Entry::Nothing);
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_helper_that_hangs_is_ended_with_its_group() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let (program, group) = (folder.path().join("hangs"), folder.path().join("group"));
        let script = format!("#!/bin/sh\necho $$ > {}\nsleep 1000 &\nwait\n", group.display());
        std::fs::write(&program, script).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        let helper = Helper { program: program.display().to_string(), server: "r.org".to_owned() };
        let cancel = Cancel::default();
        let caller = Caller { cancel: &cancel, progress: &Silent };
        let limit = Duration::from_millis(300);
        let error = helper.ask_within(caller, (limit, limit)).await.unwrap_err();
        assert!(error.ends_with("did not answer within 0 s and was stopped"), "{error}");
        assert!(cancel.wait_until_idle(Duration::from_secs(60)).await, "its group is ended");
    }
}
