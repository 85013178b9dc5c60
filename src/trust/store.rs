//! Where it is remembered what this user allows.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use chrono::{DateTime, SecondsFormat, Utc};

use super::{Entry, Grant, Identity, Key, TrustError, file};
use crate::files;

/// Held by whoever changes the file.
const LOCK: &str = ".lock";

/// The folder of what this user allows. Nothing is kept in memory: what another process has just allowed counts.
#[derive(Debug, Clone)]
pub struct Store {
    folder: PathBuf,
}

impl Store {
    /// The store in a folder, which is made when something is put into it.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// Where it is kept.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Everything that is allowed, in the order in which it was.
    ///
    /// # Errors
    /// When the file cannot be read, or anything in it is wrong.
    pub fn entries(&self) -> Result<Vec<Entry>, TrustError> {
        file::read(&self.folder.join(file::FILE))
    }

    /// Whether all of these are allowed.
    ///
    /// # Errors
    /// As [`Store::entries`].
    pub fn allows(&self, grants: &[Grant]) -> Result<bool, TrustError> {
        let entries = self.entries()?;
        Ok(grants.iter().all(|grant| entries.iter().any(|entry| entry.grant.is_same(grant))))
    }

    /// Allows something from now on.
    ///
    /// # Errors
    /// As [`Store::entries`], and when it cannot be written.
    pub fn allow(&self, grants: &[Grant]) -> Result<(), TrustError> {
        let since = DateTime::<Utc>::from(SystemTime::now()).to_rfc3339_opts(SecondsFormat::Secs, true);
        self.change(|entries| {
            let known = |entries: &[Entry], grant: &Grant| entries.iter().any(|entry| entry.grant == *grant);
            for grant in grants.iter().filter(|grant| !known(entries, grant)).collect::<Vec<_>>() {
                entries.retain(|entry| !grant.replaces(&entry.grant));
                entries.push(Entry { grant: grant.clone(), since: since.clone() });
            }
            Ok(())
        })
    }

    /// Allows whatever is in a folder from now on: it is the user's own. What that is.
    ///
    /// # Errors
    /// When there is no such folder; and as [`Store::allow`].
    pub fn own(&self, folder: &Path) -> Result<Grant, TrustError> {
        let grant = Grant::Folder(Identity::of(folder).map_err(TrustError::io("read", folder))?);
        self.allow(std::slice::from_ref(&grant))?;
        Ok(grant)
    }

    /// Allows these no longer, by their ids; all, if none is named. What is not allowed any more.
    ///
    /// # Errors
    /// When an id is unknown: then all stay; and as [`Store::allow`].
    pub fn revoke(&self, ids: &[String]) -> Result<Vec<Entry>, TrustError> {
        self.change(|entries| {
            let is_named = |entry: &Entry| ids.is_empty() || ids.contains(&entry.grant.id());
            let unknown = |id: &&String| entries.iter().all(|entry| entry.grant.id() != **id);
            if let Some(id) = ids.iter().find(unknown) {
                return Err(TrustError::Unknown { id: id.clone() });
            }
            Ok(entries.extract_if(.., |entry| is_named(entry)).collect())
        })
    }

    /// The key of this user, which is made when it is first asked for.
    ///
    /// # Errors
    /// When it cannot be read or made.
    pub fn key(&self) -> Result<Key, TrustError> {
        file::prepare(&self.folder)?;
        Key::in_folder(&self.folder)
    }

    /// One change at a time, each on what the one before has left.
    fn change<T>(
        &self,
        change: impl FnOnce(&mut Vec<Entry>) -> Result<T, TrustError>,
    ) -> Result<T, TrustError> {
        file::prepare(&self.folder)?;
        let lock = self.folder.join(LOCK);
        let held = files::open_lock(files::anywhere(), &lock).map_err(TrustError::io("write", &lock))?;
        held.lock().map_err(TrustError::io("lock", &lock))?;
        let before = self.entries()?;
        let mut entries = before.clone();
        let done = change(&mut entries)?;
        if entries != before {
            file::write(&self.folder.join(file::FILE), &entries)?;
        }
        Ok(done)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pack(digit: &str) -> Grant {
        Grant::Pack { name: "zig".to_owned(), content: format!("sha256:{}", digit.repeat(64)) }
    }

    fn store() -> (tempfile::TempDir, Store) {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(folder.path().join("state"));
        (folder, store)
    }

    #[test]
    fn what_is_allowed_stays_so_until_it_is_revoked() {
        let (_folder, store) = store();
        assert!(store.entries().unwrap().is_empty() && !store.folder.exists(), "reading makes nothing");
        store.allow(&[pack("1"), pack("1"), pack("2")]).unwrap();
        assert!(store.allows(&[pack("1")]).unwrap() && !store.allows(&[pack("3")]).unwrap());
        assert_eq!(store.entries().unwrap().len(), 2);
        let wrong = store.revoke(&[pack("1").id(), "nothing".to_owned()]).unwrap_err();
        assert!(matches!(wrong, TrustError::Unknown { id } if id == "nothing"));
        assert_eq!(store.revoke(&[pack("1").id()]).unwrap().len(), 1);
        assert!(!store.allows(&[pack("1")]).unwrap() && store.allows(&[pack("2")]).unwrap());
        assert_eq!(store.revoke(&[]).unwrap().len(), 1);
    }

    #[test]
    fn a_task_and_a_folder_have_one_state_each() {
        let (_folder, store) = store();
        let task = |content: &str| {
            let owned = str::to_owned;
            Grant::Task { component: owned("c"), project: owned("/p"), content: owned(content) }
        };
        let folder = |mark: &str| Grant::Folder(Identity { path: "/p".to_owned(), mark: mark.to_owned() });
        store.allow(&[task("a"), folder("1")]).unwrap();
        store.allow(&[task("b"), folder("2")]).unwrap();
        let now: Vec<_> = store.entries().unwrap().into_iter().map(|entry| entry.grant).collect();
        assert_eq!(now, [task("b"), folder("2")]);
    }

    #[test]
    fn nothing_is_lost_when_many_allow_at_the_same_time() {
        let (_folder, store) = store();
        std::thread::scope(|scope| {
            for digit in ["0", "1", "2", "3", "4", "5", "6", "7"] {
                let store = &store;
                scope.spawn(move || store.allow(&[pack(digit)]).unwrap());
            }
        });
        assert_eq!(store.entries().unwrap().len(), 8);
    }

    #[test]
    fn a_broken_file_is_an_error_and_stays_as_it_is() {
        let (_folder, store) = store();
        store.allow(&[pack("1")]).unwrap();
        let path = store.folder.join(file::FILE);
        std::fs::write(&path, "schema = 1\nallowed = true\n").unwrap();
        assert!(matches!(store.allows(&[pack("1")]), Err(TrustError::Broken(_))));
        assert!(matches!(store.allow(&[pack("2")]), Err(TrustError::Broken(_))));
        assert!(matches!(store.revoke(&[]), Err(TrustError::Broken(_))));
        assert_eq!(std::fs::read_to_string(path).unwrap(), "schema = 1\nallowed = true\n");
    }
}
