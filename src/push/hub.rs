//! Docker Hub, which has several names.

/// Its name in images.
pub(super) const HOST: &str = "docker.io";
/// The name of its index in former times.
pub(super) const LEGACY: &str = "index.docker.io";
/// Where it is.
pub(super) const API: &str = "registry-1.docker.io";
/// Its name in Docker's credential file.
pub(super) const IN_DOCKERS_FILE: &str = "https://index.docker.io/v1/";
/// All of them.
pub(super) const NAMES: [&str; 4] = [IN_DOCKERS_FILE, LEGACY, HOST, API];

/// The one name of a registry that may have several.
pub(super) fn one_name(host: &str) -> &str {
    if NAMES.contains(&host) { HOST } else { host }
}
