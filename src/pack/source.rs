//! Where a pack is to be had: a folder, or a git repository and perhaps a revision of it.
//!
//! What is not plainly one of these is rejected: git would take some texts for options or for programs to run.

use std::path::{Path, PathBuf};

use super::PackError;
use crate::text;

/// Where a pack is to be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    Folder {
        path: PathBuf,
        named: String,
    },
    Git {
        url: String,
        /// A tag, a branch or a commit; else what the repository itself takes for its newest state.
        revision: Option<String>,
    },
}

/// How an address begins that git is handed. Others are not encrypted, or run programs.
const SCHEMES: [&str; 3] = ["https", "ssh", "file"];

impl Source {
    /// Reads `PATH` or `GIT-URL[@REV]`, seen from a folder.
    ///
    /// # Errors
    /// When it is neither, or something that git had better not see.
    pub fn parse(text: &str, here: &Path) -> Result<Self, PackError> {
        let path = here.join(text);
        if !text.is_empty() && !text.starts_with('-') && path.is_dir() {
            return Ok(Self::Folder { path, named: text.to_owned() });
        }
        let (url, revision) = address(text).map_err(|why| {
            let help = match text.rsplit_once('@') {
                Some((folder, revision)) if !folder.is_empty() && here.join(folder).is_dir() => format!(
                    "a folder has no revisions; if it is a git repository: file://{}@{revision}",
                    here.join(folder).display()
                ),
                _ => FORMS.to_owned(),
            };
            PackError::Source { text: text.to_owned(), why, help }
        })?;
        Ok(Self::Git { url, revision })
    }

    /// As it was named, without the revision.
    pub fn named(&self) -> &str {
        match self {
            Self::Folder { named, .. } => named,
            Self::Git { url, .. } => url,
        }
    }

    pub fn revision(&self) -> Option<&str> {
        match self {
            Self::Folder { .. } => None,
            Self::Git { revision, .. } => revision.as_deref(),
        }
    }
}

const FORMS: &str = "name a folder, or a git repository such as https://example.org/zig-pack.git@v1 or \
     git@example.org:team/zig-pack.git@v1";

type Address = (String, Option<String>);

/// The address of a repository and the revision behind it.
fn address(text: &str) -> Result<Address, &'static str> {
    if text.is_empty() {
        return Err("is empty");
    }
    if text.starts_with('-') {
        return Err("looks like an option");
    }
    if text.chars().any(|c| c.is_whitespace() || !text::is_safe(c)) {
        return Err("contains a space or a control character; in an address, write a space as `%20`");
    }
    match text.split_once("://") {
        Some((scheme, rest)) => with_scheme(scheme, rest),
        None => short(text),
    }
}

/// `scheme://[user@]host/path[@revision]`
fn with_scheme(scheme: &str, rest: &str) -> Result<Address, &'static str> {
    if !SCHEMES.contains(&scheme) {
        return Err("has an unsupported scheme: use https, ssh or file");
    }
    let (host, path) = rest.split_once('/').ok_or("has no path after the host")?;
    let user = host.rsplit_once('@').map(|(user, _)| user);
    match (scheme, user, host.is_empty()) {
        ("file", _, false) => return Err("has a host in a file address: write file:///path"),
        ("https" | "ssh", _, true) => return Err("has no host"),
        ("https", Some(_), _) => return Err(SECRET),
        ("ssh", Some(user), _) if user.contains(':') => return Err(SECRET),
        _ => {}
    }
    if host.split('@').any(|part| part.starts_with('-')) {
        return Err("has a user or a host that looks like an option");
    }
    let (path, revision) = split(path)?;
    if path.trim_matches('/').is_empty() {
        return Err("names no repository");
    }
    Ok((format!("{scheme}://{host}/{path}"), revision))
}

const SECRET: &str =
    "contains a name or password, which would be written into pelato.lock: use git's credential helper";

/// `user@host:path[@revision]`
fn short(text: &str) -> Result<Address, &'static str> {
    const NEITHER: &str = "is neither an existing folder nor the address of a git repository";
    let (host, path) = text.split_once(':').ok_or(NEITHER)?;
    let (user, machine) = host.split_once('@').ok_or(NEITHER)?;
    let plain = |word: &str| {
        let fits = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        !word.is_empty() && !word.starts_with('-') && word.chars().all(fits)
    };
    if !plain(user) || !plain(machine) || path.starts_with([':', '-']) {
        return Err(NEITHER);
    }
    let (path, revision) = split(path)?;
    if path.trim_matches('/').is_empty() {
        return Err("names no repository");
    }
    Ok((format!("{host}:{path}"), revision))
}

/// A path and the revision behind its last `@`. Some hosts have names that begin with one: `/@team/pack`.
fn split(path: &str) -> Result<(&str, Option<String>), &'static str> {
    match path.rsplit_once('@') {
        Some((path, revision)) if !path.is_empty() && !path.ends_with('/') => {
            if !is_revision(revision) {
                return Err("has a revision that is not a valid tag, branch or commit");
            }
            Ok((path, Some(revision.to_owned())))
        }
        _ => Ok((path, None)),
    }
}

/// Whether git takes a text for the name of one tag, branch or commit, and for nothing else: no option, no range, no
/// pair of names.
pub(super) fn is_revision(text: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || "._-/+".contains(c);
    text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.chars().all(fits)
        && !text.contains("..")
        && !text.contains("//")
        && !text.ends_with(['/', '.'])
        && !text.ends_with(".lock")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn git(text: &str) -> Option<(String, Option<String>)> {
        address(text).ok()
    }

    #[test]
    fn addresses_and_their_revisions() {
        for (text, url, revision) in [
            ("https://example.org/zig.git", "https://example.org/zig.git", None),
            ("https://example.org/zig.git@v1.2", "https://example.org/zig.git", Some("v1.2")),
            ("https://example.org:8443/a/b@feature/x", "https://example.org:8443/a/b", Some("feature/x")),
            ("https://example.org/@team/pack", "https://example.org/@team/pack", None),
            ("https://example.org/@team/pack@v1", "https://example.org/@team/pack", Some("v1")),
            ("ssh://git@example.org/zig@main", "ssh://git@example.org/zig", Some("main")),
            ("file:///srv/zig@0123abc", "file:///srv/zig", Some("0123abc")),
            ("git@example.org:team/zig.git", "git@example.org:team/zig.git", None),
            ("git@example.org:team/zig.git@v1", "git@example.org:team/zig.git", Some("v1")),
        ] {
            assert_eq!(git(text), Some((url.to_owned(), revision.map(str::to_owned))), "{text}");
        }
    }

    #[test]
    fn what_git_had_better_not_see_is_refused() {
        for text in [
            "",
            "-u",
            "--upload-pack=touch /tmp/x",
            "ext::sh -c touch% /tmp/x",
            "ext::sh://x/y",
            "fd::17/foo",
            "http://example.org/zig",
            "git://example.org/zig",
            "HTTPS://example.org/zig",
            "https://example.org",
            "https://",
            "https:///zig",
            "https://example.org/",
            "https://user:secret@example.org/zig",
            "https://token@example.org/zig",
            "ssh://git:secret@example.org/zig",
            "ssh://-oProxyCommand=touch/zig",
            "ssh://git@-oProxyCommand=touch/zig",
            "-oProxyCommand=touch@example.org:zig",
            "git@example.org",
            "git@example.org:",
            "git@example.org:-x",
            "git@example.org::zig",
            "example.org:zig",
            "file://host/zig",
            "https://example.org/a b",
            "https://example.org/a\nb",
            "https://example.org/zig@",
            "https://example.org/zig@-x",
            "https://example.org/zig@a:b",
            "https://example.org/zig@+main",
            "https://example.org/zig@main^{tree}",
            "https://example.org/zig@a..b",
            "https://example.org/zig@main~1",
            "https://example.org/zig@main.lock",
        ] {
            assert_eq!(git(text), None, "{text}");
        }
    }

    #[test]
    fn a_folder_comes_first_and_has_no_revisions() {
        let here = tempfile::tempdir().unwrap();
        std::fs::create_dir(here.path().join("zig")).unwrap();
        let source = Source::parse("zig", here.path()).unwrap();
        assert_eq!(source, Source::Folder { path: here.path().join("zig"), named: "zig".to_owned() });
        let PackError::Source { help, .. } = Source::parse("zig@v1", here.path()).unwrap_err() else {
            panic!("another error")
        };
        assert!(help.starts_with("a folder has no revisions"), "{help}");
        assert!(Source::parse("", here.path()).is_err(), "the empty text is not this folder");
    }

    proptest! {
        #[test]
        fn no_text_gives_git_an_option_or_a_program(text in "\\PC*|[-a-z@:/.+~^]{0,40}|(https|ssh|ext|file)(://|::)[-a-z@:/.%]{0,30}") {
            if let Ok((url, revision)) = address(&text) {
                prop_assert!(!url.starts_with('-'), "{}", url);
                // What git takes for the name of a program that fetches: `ext::`.
                let program = url.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || "+.-".contains(c));
                prop_assert!(!program.starts_with("::"), "{}", url);
                prop_assert!(url.chars().all(|c| !c.is_whitespace() && !c.is_control()));
                let scheme = url.split_once("://").map(|(scheme, _)| scheme);
                prop_assert!(scheme.is_none_or(|scheme| SCHEMES.contains(&scheme)), "{}", url);
                prop_assert!(revision.is_none_or(|revision| is_revision(&revision)));
            }
        }

        #[test]
        fn an_address_and_a_revision_come_apart_again(
            host in "[a-z][a-z0-9.-]{0,10}",
            path in "[a-z0-9]{1,8}(/[a-z0-9][a-z0-9._-]{0,8}){0,3}",
            revision in "[a-z0-9]{1,8}(/[a-z0-9]{1,8}){0,2}",
        ) {
            let url = format!("https://{host}/{path}");
            prop_assert_eq!(git(&url), Some((url.clone(), None)));
            prop_assert_eq!(git(&format!("{url}@{revision}")), Some((url, Some(revision))));
        }
    }
}
