//! The versions of an application that a platform keeps: which to deploy, which to go back to, which to forget.
//!
//! A version is called `<number>-<digest>`: numbers count up, the digest is of what the manifest says. Platforms keep
//! them where there is little room (wadm all of an application in one message of NATS, which may have 1 MB): old ones
//! have to go.

use super::{DeployError, Revision};
use crate::build::record::digest;
use crate::remedy::Argument;

/// So many versions are kept.
const KEPT: usize = 10;

/// What to do to have a manifest deployed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Store it under this version.
    Put(String),
    /// This version, which is stored, says the same.
    Reuse(String),
}

impl Step {
    pub fn version(&self) -> &str {
        match self {
            Self::Put(version) | Self::Reuse(version) => version,
        }
    }

    /// Whether it is stored already.
    pub fn is_stored(&self) -> bool {
        matches!(self, Self::Reuse(_))
    }
}

/// Which version a manifest gets: that of the newest or of the deployed one, if either says the same, else the next.
/// `said` is what the manifest says.
pub fn next(versions: &[Revision], same: impl Fn(&str) -> bool, said: &[u8]) -> Step {
    let deployed = versions.iter().find(|version| version.deployed);
    let candidates = deployed.into_iter().chain(versions.last());
    if let Some(version) = candidates.map(|version| version.version.as_str()).find(|version| same(version)) {
        return Step::Reuse(version.to_owned());
    }
    let highest = versions.iter().filter_map(|version| number(&version.version)).max().unwrap_or(0);
    Step::Put(format!("{}-{}", highest + 1, &digest(said)[..8]))
}

/// The version to go back to: `wanted`, else the one before that which is deployed.
///
/// # Errors
/// When there is none.
pub fn back<'a>(
    name: &str,
    versions: &'a [Revision],
    wanted: Option<&str>,
) -> Result<&'a Revision, DeployError> {
    let at = versions.iter().position(|version| version.deployed);
    let Some(wanted) = wanted else {
        let before = at.map_or(versions.len(), |at| at).checked_sub(1);
        let known = match versions.len() {
            0 | 1 => "only a version that was deployed before can be rolled back to".to_owned(),
            _ => format!("name one with {}: {}", Argument::To, names(versions)),
        };
        let version = at.map_or("this", |at| versions[at].version.as_str()).to_owned();
        return before.and_then(|before| versions.get(before)).ok_or_else(|| DeployError::NothingBefore {
            name: name.to_owned(),
            version,
            known,
        });
    };
    let fits = |version: &&Revision| {
        version.version == wanted
            || number(&version.version).is_some_and(|number| number.to_string() == wanted)
    };
    versions.iter().find(fits).ok_or_else(|| DeployError::NoSuchVersion {
        name: name.to_owned(),
        version: wanted.to_owned(),
        help: format!("there are {}", names(versions)),
    })
}

/// The versions that are too old to keep.
pub fn outdated(versions: &[Revision]) -> impl Iterator<Item = &Revision> {
    let surplus = versions.len().saturating_sub(KEPT);
    versions[..surplus].iter().filter(|version| !version.deployed)
}

fn number(version: &str) -> Option<u32> {
    version.split('-').next()?.parse().ok()
}

fn names(versions: &[Revision]) -> String {
    versions.iter().map(|version| version.version.as_str()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAID: &[u8] = b"what it says";

    /// `>` marks the one that is deployed.
    fn versions(names: &[&str]) -> Vec<Revision> {
        let version = |name: &&str| Revision {
            version: name.trim_start_matches('>').into(),
            deployed: name.starts_with('>'),
        };
        names.iter().map(version).collect()
    }

    fn next_of(names: &[&str], same: &[&str]) -> Step {
        next(&versions(names), |version| same.contains(&version), SAID)
    }

    #[test]
    fn numbers_count_up_and_what_is_there_is_used_again() {
        let put = |number: u32| Step::Put(format!("{number}-{}", &digest(SAID)[..8]));
        assert_eq!(next_of(&[], &[]), put(1));
        assert_eq!(next_of(&["1-a", ">2-b"], &[]), put(3));
        assert_eq!(next_of(&["1-a", ">2-b"], &["2-b"]), Step::Reuse("2-b".into()));
        // After going back to 1, the newest again.
        assert_eq!(next_of(&[">1-a", "2-b"], &["2-b"]), Step::Reuse("2-b".into()));
        // What was deployed long ago comes after what was deployed last, so that going back leads there.
        assert_eq!(next_of(&["1-a", ">2-b"], &["1-a"]), put(3));
        assert_eq!(next_of(&["foreign", ">v7"], &[]), put(1));
    }

    #[test]
    fn back_is_the_one_before_or_the_one_that_is_named() {
        let back_from = |names: &[&str], wanted: Option<&str>| {
            let versions = versions(names);
            back("app", &versions, wanted)
                .map(|version| version.version.clone())
                .map_err(|error| error.to_string())
        };
        assert_eq!(back_from(&["1-a", ">2-b", "3-c"], None).unwrap(), "1-a");
        assert_eq!(back_from(&["1-a", "2-b"], None).unwrap(), "2-b", "nothing is deployed: the newest");
        assert_eq!(
            back_from(&[">1-a", "2-b"], None).unwrap_err(),
            "there is no manifest of `app` before 1-a"
        );
        assert_eq!(back_from(&["1-a", ">2-b", "3-c"], Some("3")).unwrap(), "3-c");
        assert_eq!(back_from(&["1-a", ">2-b"], Some("1-a")).unwrap(), "1-a");
        assert_eq!(back_from(&["1-a", ">2-b"], Some("9")).unwrap_err(), "there is no version `9` of `app`");
    }

    #[test]
    fn the_versions_that_there_are_are_named() {
        let versions = versions(&["1-a", ">2-b"]);
        let error = back("app", &versions, Some("9")).unwrap_err();
        assert_eq!(miette::Diagnostic::help(&error).unwrap().to_string(), "there are 1-a, 2-b");
    }

    #[test]
    fn old_versions_are_forgotten_but_not_the_one_that_is_deployed() {
        let names: Vec<_> = (1..=13)
            .map(|number| if number == 2 { ">2-x".to_owned() } else { format!("{number}-x") })
            .collect();
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        let versions = versions(&names);
        let old: Vec<_> = outdated(&versions).map(|version| version.version.as_str()).collect();
        assert_eq!(old, ["1-x", "3-x"]);
        assert_eq!(outdated(&versions[..10]).count(), 0);
    }
}
