//! An engine that is only looked at: nothing is made, fetched or removed.

use std::collections::BTreeMap;

use bollard::Docker;
use bollard::errors::Error as Refused;

use super::connect::{self, Found};
use super::error::ContainerError;

/// What was seen of an engine.
#[derive(Debug, Clone)]
pub struct Look {
    pub address: String,
    /// Its name and version, such as `Docker 29.3.1`.
    pub version: String,
    /// The digest of each image's content; none where the engine does not have it.
    pub images: BTreeMap<String, Option<String>>,
}

/// Looks at the first of these engines that answers, and for these images.
///
/// # Errors
/// When none answers.
pub async fn look(addresses: &[String], images: &[String]) -> Result<Look, ContainerError> {
    let Found { docker, address } = connect::connect(addresses).await?;
    // Engines start other programs to tell their version: that takes a second where much is going on.
    let (version, images) = tokio::join!(docker.version(), inspect(&docker, images));
    let version = version.map_err(|error| ContainerError::engine("reading the engine's version", &error))?;
    let parts = version.components.unwrap_or_default();
    let name = if parts.iter().any(|part| part.name.starts_with("Podman")) { "Podman" } else { "Docker" };
    let version = format!("{name} {}", version.version.unwrap_or_default());
    Ok(Look { address, version, images: images? })
}

async fn inspect(
    docker: &Docker,
    images: &[String],
) -> Result<BTreeMap<String, Option<String>>, ContainerError> {
    let mut there = BTreeMap::new();
    for image in images {
        let id = match docker.inspect_image(image).await {
            Ok(found) => Some(found.id.unwrap_or_default()),
            Err(Refused::DockerResponseServerError { status_code: 404, .. }) => None,
            Err(error) => return Err(ContainerError::engine("looking for the image", &error)),
        };
        there.insert(image.clone(), id);
    }
    Ok(there)
}
