//! What every platform warns of in the same words, before anything is changed.

use crate::nats::subject;

use super::Wanted;

/// That a target has no host.
pub fn no_host(label: &str, target: &str) -> String {
    format!("no host has the label {label}={target}: components for it start when such a host joins")
}

/// That another application runs a component of this one, if it does, from `image`, and for one of the same topics: both
/// would process each message. Such an application is that of a project that was renamed.
pub fn twice(wanted: &Wanted, application: &str, image: &str, topics: &[String]) -> Option<String> {
    if artifact(image) != artifact(&wanted.image) {
        return None;
    }
    let both = |topic: &&String| wanted.topics.iter().any(|own| subject::overlaps(own, topic));
    let topic = topics.iter().find(both)?;
    Some(format!(
        "the application `{application}` runs `{}`, too, and reads `{topic}`: each message there is processed twice \
         until that application is removed",
        wanted.name
    ))
}

/// An image's name without its registry, its version and its digest.
fn artifact(image: &str) -> &str {
    let name = image.rsplit('/').next().unwrap_or(image);
    name.split([':', '@']).next().unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_artifact_has_neither_registry_nor_version() {
        for image in ["localhost:5000/a/celsius:1.0.0", "celsius:1.0.0", "r/celsius@sha256:ab", "celsius"] {
            assert_eq!(artifact(image), "celsius", "{image}");
        }
    }
}
