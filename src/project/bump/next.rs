//! What comes after a version.

use semver::{BuildMetadata, Prerelease, Version};

/// Which version comes next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// 1.2.3 → 2.0.0, 1.3.0 or 1.2.4; 1.2.4-rc.1 → 1.2.4
    Level(Level),
    /// With `rc`: 1.2.3 → 1.2.4-rc.1 → 1.2.4-rc.2. With a level as well, the pre-release is one of that level:
    /// 1.2.3 → 1.3.0-rc.1 → 1.3.0-rc.2 for `minor`.
    Pre(String, Option<Level>),
    Set(Version),
}

/// A part of a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    Major,
    Minor,
    Patch,
}

/// Why something makes no version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, miette::Diagnostic)]
pub enum NextVersionError {
    /// The name of a pre-release that cannot be one.
    #[error("`{id}` is not a valid pre-release identifier")]
    #[diagnostic(
        code(pelato::bump::pre_release),
        help("use letters, digits and `-`, not a number alone, such as rc, beta or alpha")
    )]
    PreRelease { id: String },
    #[error("the version {version} has build metadata (`+…`), which an image tag cannot contain")]
    #[diagnostic(code(pelato::bump::build_metadata), help("remove the `+` and what follows it"))]
    BuildMetadata { version: Version },
}

impl Kind {
    /// Whether it can make a version at all.
    pub(super) fn check(&self) -> Result<(), NextVersionError> {
        match self {
            Self::Pre(id, _) if !is_id(id) => Err(NextVersionError::PreRelease { id: id.clone() }),
            Self::Set(version) if !version.build.is_empty() => {
                Err(NextVersionError::BuildMetadata { version: version.clone() })
            }
            _ => Ok(()),
        }
    }

    /// The version after `old`; none where a number in it has no successor. Build metadata is dropped.
    pub(super) fn after(&self, old: &Version) -> Option<Version> {
        match self {
            Self::Level(level) => level.after(old),
            Self::Pre(id, level) => {
                let is_pre = !old.pre.is_empty();
                let target = match level {
                    // The next pre-release of the same version.
                    None if is_pre => release(old),
                    level => level.unwrap_or(Level::Patch).after(old)?,
                };
                let pre = match is_pre && target == release(old) {
                    true => next_pre(old.pre.as_str(), id)?,
                    false => Prerelease::new(&format!("{id}.1")).ok()?,
                };
                Some(Version { pre, ..target })
            }
            Self::Set(version) => Some(Version { build: BuildMetadata::EMPTY, ..version.clone() }),
        }
    }
}

impl Level {
    /// The version after `old` that differs in this part.
    fn after(self, old: &Version) -> Option<Version> {
        let is_pre = !old.pre.is_empty();
        match self {
            // A pre-release of 2.0.0 becomes 2.0.0, not 3.0.0: that is what it was the pre-release of.
            Self::Major if is_pre && old.minor == 0 && old.patch == 0 => Some(release(old)),
            Self::Major => Some(Version::new(old.major.checked_add(1)?, 0, 0)),
            Self::Minor if is_pre && old.patch == 0 => Some(release(old)),
            Self::Minor => Some(Version::new(old.major, old.minor.checked_add(1)?, 0)),
            Self::Patch if is_pre => Some(release(old)),
            Self::Patch => Some(Version { patch: old.patch.checked_add(1)?, ..release(old) }),
        }
    }
}

fn release(version: &Version) -> Version {
    Version::new(version.major, version.minor, version.patch)
}

fn is_id(id: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    !id.is_empty() && id.bytes().all(fits) && !id.bytes().all(|byte| byte.is_ascii_digit())
}

/// `rc.1` → `rc.2`; of another name: its first.
fn next_pre(old: &str, id: &str) -> Option<Prerelease> {
    let parts: Vec<_> = old.split('.').collect();
    let is_number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let next = match parts.split_first() {
        Some((first, rest)) if *first == id => match rest.iter().rposition(|part| is_number(part)) {
            Some(last) => {
                let number = rest[last].parse::<u64>().ok()?.checked_add(1)?;
                let before = rest[..last].iter().map(|part| format!(".{part}"));
                format!("{id}{}.{number}", before.collect::<String>())
            }
            None => format!("{old}.1"),
        },
        _ => format!("{id}.1"),
    };
    Prerelease::new(&next).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn after(old: &str, kind: &Kind) -> Option<String> {
        kind.after(&Version::parse(old).unwrap()).map(|version| version.to_string())
    }

    #[test]
    fn versions_go_up_as_with_other_tools() {
        let (rc, beta) = (Kind::Pre("rc".into(), None), Kind::Pre("beta".into(), None));
        let (major, minor, patch) = [Level::Major, Level::Minor, Level::Patch].map(Kind::Level).into();
        let of = |level| Kind::Pre("rc".into(), Some(level));
        let [major_rc, minor_rc, patch_rc] = [Level::Major, Level::Minor, Level::Patch].map(of);
        for (old, kind, new) in [
            ("1.2.3", &major, "2.0.0"),
            ("1.2.3", &minor, "1.3.0"),
            ("1.2.3", &patch, "1.2.4"),
            ("1.2.3-rc.1", &patch, "1.2.3"),
            ("1.2.0-rc.1", &minor, "1.2.0"),
            ("1.2.3-rc.1", &minor, "1.3.0"),
            ("2.0.0-rc.1", &major, "2.0.0"),
            ("2.1.0-rc.1", &major, "3.0.0"),
            ("1.2.3", &rc, "1.2.4-rc.1"),
            ("1.2.4-rc.1", &rc, "1.2.4-rc.2"),
            ("1.2.4-rc.9", &rc, "1.2.4-rc.10"),
            ("1.2.4-rc", &rc, "1.2.4-rc.1"),
            ("1.2.4-rc.1.x", &rc, "1.2.4-rc.2"),
            ("1.2.4-rc.x.1", &rc, "1.2.4-rc.x.2"),
            ("1.2.4-beta.3", &rc, "1.2.4-rc.1"),
            ("1.2.4-rc.3", &beta, "1.2.4-beta.1"),
            ("1.2.3", &patch_rc, "1.2.4-rc.1"),
            ("1.2.3", &minor_rc, "1.3.0-rc.1"),
            ("1.3.0-rc.1", &minor_rc, "1.3.0-rc.2"),
            ("1.3.0-beta.4", &minor_rc, "1.3.0-rc.1"),
            ("1.2.4-rc.3", &minor_rc, "1.3.0-rc.1"),
            ("1.2.4-rc.3", &patch_rc, "1.2.4-rc.4"),
            ("1.2.3", &major_rc, "2.0.0-rc.1"),
            ("2.0.0-rc.9", &major_rc, "2.0.0-rc.10"),
            ("2.1.0-rc.1", &major_rc, "3.0.0-rc.1"),
            ("1.2.3+5", &patch, "1.2.4"),
        ] {
            assert_eq!(after(old, kind).as_deref(), Some(new), "{old} {kind:?}");
        }
    }

    #[test]
    fn the_highest_numbers_have_no_successor() {
        let max = u64::MAX;
        assert_eq!(after(&format!("{max}.0.0"), &Kind::Level(Level::Major)), None);
        assert_eq!(after(&format!("0.{max}.0"), &Kind::Level(Level::Minor)), None);
        assert_eq!(after(&format!("0.0.{max}"), &Kind::Level(Level::Patch)), None);
        assert_eq!(after(&format!("0.0.{max}"), &Kind::Pre("rc".into(), None)), None);
        assert_eq!(after(&format!("0.0.1-rc.{max}"), &Kind::Pre("rc".into(), None)), None);
        assert_eq!(after("0.0.1-rc.99999999999999999999999", &Kind::Pre("rc".into(), None)), None);
        assert_eq!(after(&format!("0.0.{max}-rc.1"), &Kind::Level(Level::Patch)), Some(format!("0.0.{max}")));
    }

    #[test]
    fn what_makes_no_version_is_refused() {
        for id in ["", "1", "a.b", "ä", "a b", "a+b"] {
            assert!(
                matches!(Kind::Pre(id.into(), None).check(), Err(NextVersionError::PreRelease { .. })),
                "{id:?}"
            );
        }
        assert!(Kind::Pre("rc-1".into(), None).check().is_ok());
        let version = Version::parse("1.0.0+x").unwrap();
        assert!(matches!(Kind::Set(version).check(), Err(NextVersionError::BuildMetadata { .. })));
    }

    proptest! {
        #[test]
        fn the_next_version_is_always_higher(
            numbers in any::<(u64, u64, u64)>(),
            pre in "((rc|beta|x1|7)(\\.(0|[1-9][0-9]{0,3}|y)){0,3})?",
            which in 0..5usize,
        ) {
            let (major, minor, patch) = numbers;
            let mut old = Version::new(major, minor, patch);
            old.pre = Prerelease::new(&pre).unwrap();
            let kind = [Kind::Level(Level::Major), Kind::Level(Level::Minor), Kind::Level(Level::Patch), Kind::Pre("y".into(), None), Kind::Pre("y".into(), Some(Level::Minor))][which].clone();
            if let Some(new) = kind.after(&old) {
                prop_assert!(new > old, "{} {:?} {}", old, kind, new);
                prop_assert!(new.build.is_empty());
            }
        }
    }
}
