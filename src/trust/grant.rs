//! What can be allowed.

use std::fmt;

use sha2::{Digest, Sha256};

use super::Identity;

/// One thing that is allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Grant {
    /// To run the commands of a language pack with this content, wherever it is.
    Pack {
        name: String,
        /// The digest of its files: `sha256:…`.
        content: String,
    },
    /// To compile a task with this content, whose build runs code of its own.
    Task {
        component: String,
        /// The project's folder.
        project: String,
        /// The digest of everything that its build may run: `sha256:…`.
        content: String,
    },
    /// To run whatever is in a folder, now and later: a project or a language pack of the user's own.
    Folder(Identity),
    /// To send the value of a secret setting to an address.
    Secret { setting: String, address: String },
}

/// A grant, and when it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub grant: Grant,
    /// As RFC 3339.
    pub since: String,
}

impl Grant {
    /// The kind, as lists and files name it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Pack { .. } => "pack",
            Self::Task { .. } => "task",
            Self::Folder(_) => "folder",
            Self::Secret { .. } => "secret",
        }
    }

    /// What decides whether something is allowed by it.
    fn decides(&self) -> [&str; 3] {
        let kind = self.kind();
        match self {
            Self::Pack { content, .. } | Self::Task { content, .. } => [kind, content, ""],
            Self::Folder(Identity { path, mark }) => [kind, path, mark],
            Self::Secret { setting, address } => [kind, setting, address],
        }
    }

    /// Whether one allows what the other does.
    pub fn is_same(&self, other: &Self) -> bool {
        self.decides() == other.decides()
    }

    /// Whether one stands in for the other: an earlier state of the same task or folder.
    pub(super) fn replaces(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Task { component, project, .. }, Self::Task { component: c, project: p, .. }) => {
                (component, project) == (c, p)
            }
            (Self::Folder(new), Self::Folder(old)) => new.path == old.path,
            _ => self.is_same(other),
        }
    }

    /// A short name for it, on a command line.
    pub fn id(&self) -> String {
        let mut hasher = Sha256::new();
        for part in self.decides() {
            hasher.update(format!("{} {part}", part.len()));
        }
        hasher.finalize()[..5].iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl fmt::Display for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pack { name, content } => write!(f, "the language pack `{name}`, {}", short(content)),
            Self::Task { component, project, content } => {
                write!(f, "the code of `{component}` in {project}, {}", short(content))
            }
            Self::Folder(identity) => write!(f, "everything in {}", identity.path),
            Self::Secret { setting, address } => write!(f, "{setting} to {address}"),
        }
    }
}

/// The beginning of a digest, which is enough to tell one from another.
fn short(content: &str) -> String {
    let shown = content.char_indices().nth("sha256:".len() + 12);
    shown.map_or_else(|| content.to_owned(), |(end, _)| format!("{}…", &content[..end]))
}
