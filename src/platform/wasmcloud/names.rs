//! What things are called in Kubernetes: at most 63 lower-case letters, digits and `-`, and never the same for two.

use super::manifest::model::Texts;
use crate::build::record::digest;
use crate::platform::DeployError;

/// The longest name, and the longest value of a label, in bytes.
const MAX: usize = 63;
/// So many characters of a digest tell one name from another.
const DIGEST: usize = 6;

/// Who manages an object: the value of [`MANAGED_BY`], and the name under which fields are applied.
pub const MANAGER: &str = "pelato";
pub const MANAGED_BY: &str = "app.kubernetes.io/managed-by";
pub const PART_OF: &str = "app.kubernetes.io/part-of";
pub const COMPONENT: &str = "app.kubernetes.io/component";

/// An application's name: the project's if Kubernetes takes it, else what it takes of it and a digest of the whole.
///
/// # Errors
/// When nothing is left of it.
pub fn application(project: &str) -> Result<String, DeployError> {
    match plain(project) {
        name if name.is_empty() => Err(DeployError::Nameless { project: project.to_owned() }),
        name if name == project && name.len() <= MAX => Ok(name),
        name => Ok(marked(&name, project)),
    }
}

/// The name of an object of an application. A long application's name gives way to its digest.
pub fn object(application: &str, parts: &[&str]) -> String {
    let rest: Vec<_> = parts.iter().map(|part| plain(part)).collect();
    let rest = rest.join("-");
    let candidates = [format!("{application}-{rest}"), format!("{}-{rest}", short_digest(application))];
    let whole = candidates[0].clone();
    let fitting = candidates.into_iter().find(|name| name.len() <= MAX);
    fitting.unwrap_or_else(|| marked(&rest, &whole))
}

/// The labels of every object of an application.
pub fn labels(application: &str) -> Texts {
    let text = |text: &str| text.to_owned();
    Texts::from([(text(MANAGED_BY), text(MANAGER)), (text(PART_OF), text(application))])
}

/// The labels of an application's objects, as Kubernetes selects by them.
pub fn selector(application: &str) -> String {
    format!("{MANAGED_BY}={MANAGER},{PART_OF}={application}")
}

/// A text as the value of a label or as a name.
pub fn label(text: &str) -> String {
    match plain(text) {
        name if name.len() <= MAX => name,
        name => marked(&name, text),
    }
}

/// What is left of a text.
fn plain(text: &str) -> String {
    let words = text.split(|letter: char| !letter.is_ascii_alphanumeric());
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join("-").to_ascii_lowercase()
}

/// A name with a digest of what it stands for, so that no other text has the same one.
fn marked(name: &str, whole: &str) -> String {
    let cut: String = name.chars().take(MAX - DIGEST - 1).collect();
    format!("{}-{}", cut.trim_end_matches('-'), short_digest(whole))
}

fn short_digest(text: &str) -> String {
    digest(text.as_bytes())[..DIGEST].to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_plain_name_stays_and_another_gets_a_digest() {
        assert_eq!(application("rooms-2").unwrap(), "rooms-2");
        assert_eq!(application("Temperature Data").unwrap(), "temperature-data-f3d7e7");
        assert_ne!(application("a b").unwrap(), application("a_b").unwrap());
        let long = "sensor ".repeat(30);
        let name = application(&long).unwrap();
        assert!(name.len() <= MAX && name.starts_with("sensor-sensor-"), "{name}");
        assert_ne!(name, application(&format!("{long}x")).unwrap());
        assert!(matches!(application("…"), Err(DeployError::Nameless { .. })));
    }

    #[test]
    fn objects_keep_the_names_of_their_components() {
        assert_eq!(object("rooms", &["temp_filter", "edge"]), "rooms-temp-filter-edge");
        let long = "r".repeat(60);
        assert!(object(&long, &["temp_filter"]).ends_with("-temp-filter"));
        let parts = ["a".repeat(60), "b".repeat(60)];
        let name = object("rooms", &[&parts[0], &parts[1]]);
        assert!(name.len() == MAX && name.starts_with("aaa"), "{name}");
        assert_ne!(name, object("room2", &[&parts[0], &parts[1]]));
    }

    fn is_name(text: &str) -> bool {
        let plain = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
        !text.is_empty() && text.len() <= MAX && text.chars().all(plain) && text.trim_matches('-') == text
    }

    proptest! {
        #[test]
        fn whatever_a_project_is_called_kubernetes_takes_it(project in ".{0,200}", part in "[a-z][a-z0-9_-]{0,80}") {
            if let Ok(name) = application(&project) {
                prop_assert!(is_name(&name), "{name}");
                prop_assert!(is_name(&object(&name, &[&part, "edge"])));
            }
        }

        #[test]
        fn two_projects_never_have_one_name(one in "[aB _-]{1,4}", other in "[aB _-]{1,4}") {
            prop_assume!(one != other);
            if let (Ok(first), Ok(second)) = (application(&one), application(&other)) {
                prop_assert_ne!(first, second);
            }
        }
    }
}
