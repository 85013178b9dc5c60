//! Which folder of a repository is the pack.

use std::path::{Path, PathBuf};

use super::PackError;
use crate::catalog::{PACKS_FOLDER, pack::MANIFEST};
use crate::files;
use crate::remedy::Argument;
use crate::text::suggest;

/// The pack in a folder: at the top, or one below `language-packs/`, chosen by its name if there are several.
///
/// # Errors
/// When there is none, or several and none was chosen. `place` names the folder or repository to a person.
pub fn find(root: &Path, wanted: Option<&str>, place: &str) -> Result<PathBuf, PackError> {
    let below = below(root, &root.join(PACKS_FOLDER));
    let names = || below.iter().map(|folder| name(folder)).collect::<Vec<_>>();
    let place = || place.to_owned();
    match wanted {
        Some(wanted) => below.iter().find(|folder| name(folder) == wanted).cloned().ok_or_else(|| {
            let help = match names().as_slice() {
                [] => format!("there is no language-packs/ with packs in it; leave {} out", Argument::Pack),
                names => suggest::help(wanted, names.iter().map(String::as_str)),
            };
            PackError::NotFound { name: wanted.to_owned(), place: place(), help }
        }),
        None if root.join(MANIFEST).is_file() => Ok(root.to_owned()),
        None => match below.as_slice() {
            [] => Err(PackError::NoPack { place: place() }),
            [only] => Ok(only.clone()),
            _ => Err(PackError::Multiple { place: place(), names: names() }),
        },
    }
}

fn below(root: &Path, folder: &Path) -> Vec<PathBuf> {
    let entries = files::list(root, folder).unwrap_or_default().into_iter().map(|entry| entry.path());
    entries.filter(|path| files::open(root, &path.join(MANIFEST)).is_ok()).collect()
}

fn name(folder: &Path) -> String {
    folder.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn with(packs: &[&str]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for pack in packs {
            fs::create_dir_all(root.path().join(pack)).unwrap();
            fs::write(root.path().join(pack).join(MANIFEST), "").unwrap();
        }
        root
    }

    #[test]
    fn at_the_top_or_one_of_several() {
        let found = |packs: &[&str], wanted| {
            let root = with(packs);
            find(root.path(), wanted, "here")
                .map(|path| path.strip_prefix(root.path()).unwrap().display().to_string())
                .map_err(|error| error.to_string())
        };
        assert_eq!(found(&["."], None).unwrap(), "");
        assert_eq!(found(&[".", "language-packs/a"], None).unwrap(), "");
        assert_eq!(found(&[".", "language-packs/a"], Some("a")).unwrap(), "language-packs/a");
        assert_eq!(found(&["language-packs/a"], None).unwrap(), "language-packs/a");
        let several = found(&["language-packs/b", "language-packs/a"], None).unwrap_err();
        assert_eq!(several, "there are several language packs in here: a, b");
        assert_eq!(found(&[], None).unwrap_err(), "there is no language pack in here");
        assert_eq!(found(&["."], Some("a")).unwrap_err(), "there is no language pack `a` in here");
    }
}
