//! Fetching an image.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use bollard::query_parameters::CreateImageOptionsBuilder;
use futures_util::StreamExt;

use super::engine::Engine;
use super::error::{ContainerError, words};
use crate::progress::{Event, Progress};

/// How long nothing may come from the registry.
const SILENCE: Duration = Duration::from_secs(120);

/// Fetches an image, and says how far it is.
pub fn pull(engine: &Engine, image: &str, progress: &dyn Progress) -> Result<(), ContainerError> {
    let start = Instant::now();
    progress.report(Event::ImageFetching { image: image.to_owned() });
    let (name, tag) = split(image);
    let options = CreateImageOptionsBuilder::default().from_image(name).tag(tag).build();
    let failed = |message: String| ContainerError::pull(image, message);
    let fetched = async {
        let mut steps = engine.docker().create_image(Some(options), None, None);
        let mut layers = BTreeMap::new();
        loop {
            let step = tokio::time::timeout(SILENCE, steps.next()).await;
            let slow = ContainerError::Timeout { phase: "fetching the image", limit: SILENCE };
            let Some(step) = step.map_err(|_| slow)? else { return Ok(()) };
            let step = step.map_err(|error| failed(words(&error)))?;
            if let Some(detail) = step.error_detail {
                return Err(failed(detail.message.unwrap_or_default()));
            }
            let counts = step.progress_detail.and_then(|detail| Some((detail.current?, detail.total?)));
            if let (Some(layer), Some(counts)) = (step.id, counts) {
                layers.insert(layer, counts);
                let (bytes, total_bytes) = sum(&layers);
                progress.report(Event::ImageProgress { image: image.to_owned(), bytes, total_bytes });
            }
        }
    };
    let result = engine.wait(engine.cancel().run(fetched)).unwrap_or(Err(ContainerError::Cancelled));
    progress.report(Event::ImageFetched {
        image: image.to_owned(),
        ok: result.is_ok(),
        duration: start.elapsed(),
    });
    result
}

/// Bytes that are there, and bytes in all.
fn sum(layers: &BTreeMap<String, (i64, i64)>) -> (u64, u64) {
    let positive = |number: &i64| u64::try_from(*number).unwrap_or(0);
    let (there, all): (Vec<_>, Vec<_>) =
        layers.values().map(|(now, all)| (positive(now), positive(all))).unzip();
    (there.iter().sum(), all.iter().sum())
}

/// Name and tag or digest; without one the engine would fetch every tag there is.
pub(super) fn split(image: &str) -> (&str, &str) {
    if let Some((name, digest)) = image.split_once('@') {
        return (name, digest);
    }
    match image.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => (name, tag),
        _ => (image, "latest"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_tags_are_told_apart() {
        assert_eq!(split("docker.io/library/golang:1.27"), ("docker.io/library/golang", "1.27"));
        assert_eq!(split("localhost:5000/golang"), ("localhost:5000/golang", "latest"));
        assert_eq!(split("localhost:5000/golang:1"), ("localhost:5000/golang", "1"));
        assert_eq!(split("golang@sha256:abc"), ("golang", "sha256:abc"));
    }
}
