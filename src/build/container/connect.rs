//! Where an engine is: DOCKER_HOST, the Docker context, the usual sockets of Docker and Podman.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bollard::{API_DEFAULT_VERSION, Docker};
use serde::Deserialize;

use super::error::{ContainerError, words};
use crate::build::record::digest;
use crate::files;

/// How long an engine may take to say that it is there: on a busy machine Podman has taken more than 10 s.
const HELLO: Duration = Duration::from_secs(30);
/// How long it may take to answer later: where it makes many containers on a busy machine, tens of seconds.
const PATIENCE: Duration = Duration::from_secs(120);
/// Where Linux keeps the sockets of services.
const SYSTEM: [&str; 2] = ["/var/run/docker.sock", "/run/podman/podman.sock"];

/// An engine that answers.
#[derive(Clone)]
pub struct Found {
    pub(super) docker: Docker,
    pub address: String,
}

#[derive(Deserialize)]
struct Configuration {
    #[serde(rename = "currentContext", default)]
    context: String,
}

#[derive(Deserialize)]
struct Meta {
    #[serde(rename = "Endpoints")]
    endpoints: std::collections::BTreeMap<String, Endpoint>,
}

#[derive(Deserialize)]
struct Endpoint {
    #[serde(rename = "Host", default)]
    host: String,
}

/// Where an engine may be, the most probable first. `environment` looks up the process's environment.
pub fn addresses(environment: &dyn Fn(&str) -> Option<OsString>) -> Vec<String> {
    let text = |name: &str| {
        environment(name).and_then(|value| value.into_string().ok()).filter(|text| !text.is_empty())
    };
    // Who names an engine means that one.
    if let Some(host) = text("DOCKER_HOST") {
        return vec![host];
    }
    let home = text("HOME").map(PathBuf::from);
    let docker = text("DOCKER_CONFIG").map(PathBuf::from).or_else(|| Some(home.as_ref()?.join(".docker")));
    if let Some(host) = docker.and_then(|folder| of_context(&folder, text("DOCKER_CONTEXT"))) {
        return vec![host];
    }
    let unix = |path: &Path| format!("unix://{}", path.display());
    let mut found = vec![unix(Path::new(SYSTEM[0]))];
    if let Some(runtime) = text("XDG_RUNTIME_DIR").map(PathBuf::from) {
        found.extend(["docker.sock", "podman/podman.sock"].map(|name| unix(&runtime.join(name))));
    }
    found.extend(home.map(|home| unix(&home.join(".docker/run/docker.sock"))));
    found.push(unix(Path::new(SYSTEM[1])));
    found
}

/// The address of the context that is in use; none for the default one.
fn of_context(folder: &Path, named: Option<String>) -> Option<String> {
    let read = |path: &Path| files::text(files::anywhere(), path, files::TEXT).ok();
    let configured =
        || Some(serde_json::from_str::<Configuration>(&read(&folder.join("config.json"))?).ok()?.context);
    let name = named.or_else(configured).filter(|name| !name.is_empty() && name != "default")?;
    let meta = folder.join("contexts/meta").join(digest(name.as_bytes())).join("meta.json");
    let meta: Meta = serde_json::from_str(&read(&meta)?).ok()?;
    Some(meta.endpoints.get("docker")?.host.clone()).filter(|host| !host.is_empty())
}

/// Connects to the first that answers.
///
/// # Errors
/// When none does, or we may not use the one that is there.
pub async fn connect(addresses: &[String]) -> Result<Found, ContainerError> {
    let mut tried = Vec::new();
    let mut locked = None;
    for address in addresses {
        if let Some(path) = address.strip_prefix("unix://") {
            if !Path::new(path).exists() {
                tried.push(format!("{address}: does not exist"));
                continue;
            }
            if let Some(group) = locked_for(Path::new(path)) {
                tried.push(format!("{address}: permission denied"));
                locked =
                    locked.or(Some(ContainerError::PermissionDenied { address: address.clone(), group }));
                continue;
            }
        }
        match answered(address).await {
            Ok(docker) => return Ok(Found { docker, address: address.clone() }),
            Err(error) => tried.push(format!("{address}: {}", words(&error))),
        }
    }
    Err(locked.unwrap_or(ContainerError::NoEngine { tried }))
}

async fn answered(address: &str) -> Result<Docker, bollard::errors::Error> {
    let docker = match address.strip_prefix("unix://") {
        Some(path) => Docker::connect_with_unix(path, HELLO.as_secs(), API_DEFAULT_VERSION)?,
        None => Docker::connect_with_host(address)?,
    };
    Ok(docker.with_timeout(HELLO).negotiate_version().await?.with_timeout(PATIENCE))
}

/// The group of a socket that we may not connect to.
#[cfg(unix)]
fn locked_for(path: &Path) -> Option<String> {
    use std::os::unix::fs::MetadataExt;
    use std::os::unix::net::UnixStream;
    let refused = UnixStream::connect(path).err()?;
    if refused.kind() != std::io::ErrorKind::PermissionDenied {
        return None;
    }
    let gid = path.metadata().ok()?.gid().to_string();
    let groups = files::of_system("/etc/group").unwrap_or_default();
    let name = groups.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)? == gid).then(|| name.to_owned())
    });
    Some(name.unwrap_or(gid))
}

#[cfg(not(unix))]
fn locked_for(_: &Path) -> Option<String> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(variables: &[(&str, &str)]) -> Vec<String> {
        let environment = |name: &str| {
            variables.iter().find(|(key, _)| *key == name).map(|(_, value)| OsString::from(*value))
        };
        addresses(&environment)
    }

    #[test]
    fn the_usual_sockets_come_in_order() {
        assert_eq!(
            found(&[("XDG_RUNTIME_DIR", "/run/user/1"), ("HOME", "/home/me")]),
            [
                "unix:///var/run/docker.sock",
                "unix:///run/user/1/docker.sock",
                "unix:///run/user/1/podman/podman.sock",
                "unix:///home/me/.docker/run/docker.sock",
                "unix:///run/podman/podman.sock",
            ]
        );
    }

    #[test]
    fn an_engine_that_is_named_is_the_only_one() {
        assert_eq!(
            found(&[("DOCKER_HOST", "tcp://10.0.0.5:2375"), ("HOME", "/home/me")]),
            ["tcp://10.0.0.5:2375"]
        );
    }

    #[test]
    fn the_context_in_use_is_followed() {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().display().to_string();
        let docker = folder.path().join(".docker");
        let meta = docker.join("contexts/meta").join(digest(b"lab"));
        std::fs::create_dir_all(&meta).unwrap();
        let text = r#"{"Name":"lab","Endpoints":{"docker":{"Host":"unix:///lab.sock"}}}"#;
        std::fs::write(meta.join("meta.json"), text).unwrap();
        assert_eq!(found(&[("HOME", &home), ("DOCKER_CONTEXT", "lab")]), ["unix:///lab.sock"]);
        std::fs::write(docker.join("config.json"), r#"{"currentContext":"lab"}"#).unwrap();
        assert_eq!(found(&[("HOME", &home)]), ["unix:///lab.sock"]);
        assert!(found(&[("HOME", &home), ("DOCKER_CONTEXT", "default")]).len() > 1);
    }
}
