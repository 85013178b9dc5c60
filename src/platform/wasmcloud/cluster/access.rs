//! Which cluster the settings mean, and who PELATO is there.

use std::path::{Path, PathBuf};

use kube::Config;
use kube::config::{KubeConfigOptions, Kubeconfig, KubeconfigError};

use crate::build::record::digest;
use crate::files;
use crate::platform::DeployError;
use crate::platform::wasmcloud::WasmCloudError;
use crate::project::Settings;
use crate::project::settings::wasmcloud::{KUBE_CONTEXT, KUBECONFIG};
use crate::project::settings::{REGISTRY_PASSWORD, REGISTRY_USER};

/// Where kubeconfigs are if nobody says so.
const USUAL: &str = ".kube/config";

/// A cluster, before it is connected to.
pub struct Access {
    pub config: Config,
    /// Its address, and what else decides whether it may be used: see [`Access::of`].
    terms: String,
}

impl Access {
    /// The cluster of the settings. Whoever wrote the project's `.env` does not choose it: kubeconfigs have programs in
    /// them which are run, and name files whose content is sent.
    ///
    /// # Errors
    /// When there is none, it cannot be used, or only the project names it and the user does not allow that.
    pub async fn of(settings: &Settings) -> Result<Self, DeployError> {
        let files = files(settings)?;
        if files.is_empty() {
            let config = Config::incluster().map_err(|_| {
                let looked = usual().map_or_else(|| format!("~/{USUAL}"), |path| path.display().to_string());
                WasmCloudError::NoKubeconfig { looked }
            })?;
            let terms = address(&config);
            return Ok(Self { config, terms });
        }
        let shown = shown(&files);
        let (kubeconfig, content) = read(&files, &shown)?;
        let context = settings.text(KUBE_CONTEXT).map(str::to_owned);
        known(&kubeconfig, context.as_deref(), &shown)?;
        let options = KubeConfigOptions { context, ..KubeConfigOptions::default() };
        let program = program(&kubeconfig, &options);
        let config = Config::from_custom_kubeconfig(kubeconfig, &options).await;
        let config = config.map_err(|error| unusable(&shown, &error))?;
        let runs = program.map(|program| format!(", for which it runs `{program}`")).unwrap_or_default();
        let terms = format!("{}{runs}, by the kubeconfig {}", address(&config), &digest(&content)[..12]);
        settings.allow(&terms, &settings.parts(&[KUBECONFIG, KUBE_CONTEXT]))?;
        Ok(Self { config, terms })
    }

    pub fn address(&self) -> String {
        address(&self.config)
    }

    /// Sees that the registry's credentials may be stored in the cluster, where hosts are to use them.
    ///
    /// # Errors
    /// When only the project names the cluster, and the user does not allow it.
    pub fn may_store_credentials(&self, settings: &Settings) -> Result<(), DeployError> {
        let keys = [REGISTRY_USER, REGISTRY_PASSWORD, KUBECONFIG, KUBE_CONTEXT];
        Ok(settings.allow(&self.terms, &settings.parts(&keys))?)
    }

    /// The same of secrets of functions.
    ///
    /// # Errors
    /// As for [`Access::may_store_credentials`].
    pub fn may_store_secrets<'a>(
        &self,
        settings: &Settings,
        names: impl IntoIterator<Item = &'a str>,
    ) -> Result<(), DeployError> {
        Ok(settings.may_store(&self.terms, names, &[KUBECONFIG, KUBE_CONTEXT])?)
    }
}

/// The address without user, password and path.
fn address(config: &Config) -> String {
    let url = &config.cluster_url;
    let (scheme, host) = (url.scheme_str().unwrap_or("https"), url.host().unwrap_or_default());
    let port = url.port_u16().map(|port| format!(":{port}")).unwrap_or_default();
    format!("{scheme}://{host}{port}")
}

/// The kubeconfigs that the settings name, else the usual one if it is there.
fn files(settings: &Settings) -> Result<Vec<PathBuf>, DeployError> {
    let Some(named) = settings.text(KUBECONFIG) else {
        return Ok(usual().filter(|path| path.exists()).into_iter().collect());
    };
    // As in PATH: all of them together are one.
    let all: Vec<_> = std::env::split_paths(named).filter(|path| !path.as_os_str().is_empty()).collect();
    let there: Vec<_> = all.iter().filter(|path| path.exists()).cloned().collect();
    match there.is_empty() {
        true => {
            let message = "there is no such file".to_owned();
            Err(WasmCloudError::Kubeconfig { file: shown(&all), message }.into())
        }
        false => Ok(there),
    }
}

fn usual() -> Option<PathBuf> {
    Some(std::env::home_dir()?.join(USUAL))
}

fn shown(files: &[PathBuf]) -> String {
    files.iter().map(|file| file.display().to_string()).collect::<Vec<_>>().join(", ")
}

/// What the files say together, and their content.
fn read(paths: &[PathBuf], shown: &str) -> Result<(Kubeconfig, Vec<u8>), DeployError> {
    let unreadable = |message: String| WasmCloudError::Kubeconfig { file: shown.to_owned(), message };
    let (mut all, mut content) = (Kubeconfig::default(), Vec::new());
    for path in paths {
        // A regular file, and not a large one: the library reads whatever it is given.
        let real = path.canonicalize().map_err(|error| unreadable(error.to_string()))?;
        let folder = real.parent().unwrap_or(Path::new("/"));
        let bytes = files::read(folder, &real, files::TEXT).map_err(|error| unreadable(error.to_string()))?;
        content.extend(bytes);
        let one = Kubeconfig::read_from(&real).map_err(|error| unusable(shown, &error))?;
        all = all.merge(one).map_err(|error| unusable(shown, &error))?;
    }
    Ok((all, content))
}

/// Sees that there is the context.
fn known(kubeconfig: &Kubeconfig, context: Option<&str>, shown: &str) -> Result<(), DeployError> {
    let names: Vec<_> = kubeconfig.contexts.iter().map(|one| one.name.as_str()).collect();
    let Some(context) = context.or(kubeconfig.current_context.as_deref()) else {
        let message = "it has no current context".to_owned();
        return Err(WasmCloudError::Kubeconfig { file: shown.to_owned(), message }.into());
    };
    if names.contains(&context) {
        return Ok(());
    }
    let known = match names.as_slice() {
        [] => "it has no context at all: set KUBECONFIG to another file".to_owned(),
        names => format!("set KUBE_CONTEXT to one of these: {}", names.join(", ")),
    };
    Err(WasmCloudError::NoContext { file: shown.to_owned(), context: context.to_owned(), known }.into())
}

/// The program that is run to find out who comes.
fn program(kubeconfig: &Kubeconfig, options: &KubeConfigOptions) -> Option<String> {
    let wanted = options.context.as_deref().or(kubeconfig.current_context.as_deref());
    let context = kubeconfig.contexts.iter().find(|one| Some(one.name.as_str()) == wanted)?;
    let user = context.context.as_ref()?.user.as_deref()?;
    let user = kubeconfig.auth_infos.iter().find(|one| one.name == user)?.auth_info.as_ref()?;
    if let Some(exec) = &user.exec {
        let command = exec.command.iter().chain(exec.args.iter().flatten());
        return Some(command.map(String::as_str).collect::<Vec<_>>().join(" "));
    }
    let provider = user.auth_provider.as_ref()?;
    provider.config.get("cmd-path").cloned()
}

/// That a kubeconfig cannot be used. What the library says of its content is not repeated: it may be a secret.
fn unusable(shown: &str, error: &KubeconfigError) -> DeployError {
    let message = match error {
        KubeconfigError::Parse(_) => "it is not the YAML of a kubeconfig".to_owned(),
        KubeconfigError::ParseCertificates(_)
        | KubeconfigError::LoadClientKey(_)
        | KubeconfigError::LoadClientCertificate(_)
        | KubeconfigError::LoadCertificateAuthority(_) => {
            "a certificate or a key of its user or its cluster cannot be read".to_owned()
        }
        KubeconfigError::ParseClusterUrl(_) | KubeconfigError::ParseProxyUrl(_) => {
            "the address of its cluster, or of the proxy for it, is not valid".to_owned()
        }
        KubeconfigError::ReadConfig(error, _) => error.to_string(),
        other => other.to_string(),
    };
    WasmCloudError::Kubeconfig { file: shown.to_owned(), message }.into()
}
