use super::*;

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

/// No temporary file may be left, whatever happened.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> =
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn a_new_file_is_written_and_never_overwritten() {
    let folder = folder();
    let path = folder.path().join("a");
    write_new(folder.path(), &path, b"1").unwrap();
    let error = write_new(folder.path(), &path, b"2").unwrap_err();
    assert!(matches!(error, FileError::Exists { .. }), "{error:?}");
    assert_eq!(fs::read(&path).unwrap(), b"1");
    assert_eq!(names(folder.path()), ["a"]);
}

#[test]
fn replacing_makes_a_file_or_replaces_one() {
    let folder = folder();
    let path = folder.path().join("a");
    replace(folder.path(), &path, b"1").unwrap();
    replace(folder.path(), &path, b"2").unwrap();
    assert_eq!(
        (fs::read(&path).unwrap().as_slice(), names(folder.path())),
        (b"2".as_slice(), vec!["a".into()])
    );
}

#[test]
fn what_is_in_the_way_is_named() {
    let folder = folder();
    let is_folder = replace(folder.path(), folder.path(), b"").unwrap_err();
    assert!(matches!(is_folder, FileError::IsFolder { .. }), "{is_folder:?}");
    let no_folder = write_new(folder.path(), &folder.path().join("x/a"), b"").unwrap_err();
    assert!(matches!(no_folder, FileError::NoFolder { .. }), "{no_folder:?}");
    fs::write(folder.path().join("f"), "").unwrap();
    let below_file = write_new(folder.path(), &folder.path().join("f/a"), b"").unwrap_err();
    assert!(matches!(below_file, FileError::IsFile { ref path } if path.ends_with("/f")), "{below_file:?}");
}

#[cfg(unix)]
mod unix {
    use super::*;
    use std::os::unix::fs::{PermissionsExt, symlink};

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn the_mode_stays() {
        let folder = folder();
        let path = folder.path().join("a");
        fs::write(&path, "1").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        replace(folder.path(), &path, b"2").unwrap();
        assert_eq!((fs::read(&path).unwrap().as_slice(), mode(&path)), (b"2".as_slice(), 0o640));
    }

    #[test]
    fn a_new_file_has_the_mode_of_any_new_file() {
        let folder = folder();
        let (ours, plain) = (folder.path().join("a"), folder.path().join("b"));
        write_new(folder.path(), &ours, b"").unwrap();
        fs::write(&plain, b"").unwrap();
        assert_eq!(mode(&ours), mode(&plain));
    }

    #[test]
    fn a_link_stays_a_link() {
        let folder = folder();
        let (target, link) = (folder.path().join("target"), folder.path().join("link"));
        fs::write(&target, "1").unwrap();
        symlink("target", &link).unwrap();
        replace(folder.path(), &link, b"2").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read(&target).unwrap(), b"2");
        fs::remove_file(&target).unwrap();
        assert!(matches!(replace(folder.path(), &link, b"3"), Err(FileError::Missing { .. })));
        assert!(
            matches!(write_new(folder.path(), &link, b"3"), Err(FileError::Exists { .. })),
            "a broken link is there too"
        );
        assert!(!target.exists());
    }

    #[test]
    fn nothing_is_written_through_a_link_that_leads_out() {
        let (root, other) = (folder(), folder());
        let link = |to: &Path, name: &str| symlink(to, root.path().join(name)).unwrap();
        fs::write(other.path().join("a"), "1").unwrap();
        link(&other.path().join("a"), "a");
        link(&other.path().join("new"), "new");
        link(other.path(), "folder");
        link(Path::new("folder"), "inner");
        let refused = |name: &str| {
            let path = root.path().join(name);
            let all = [
                replace(root.path(), &path, b"2"),
                write_new(root.path(), &path, b"2"),
                create_folder(root.path(), &path).map_err(|error| FileError::io("write", &path, error)),
            ];
            assert!(all.iter().all(Result::is_err), "{name}: {all:?}");
        };
        for name in ["a", "new", "folder/b", "inner/b", "folder/c/d"] {
            refused(name);
        }
        assert!(overwrite(root.path(), &root.path().join("folder/a"), b"2").is_err());
        assert!(rename(root.path(), &root.path().join("folder/a"), &root.path().join("b")).is_err());
        assert!(remove(root.path(), &root.path().join("folder/a")).is_err());
        assert!(open_lock(root.path(), &root.path().join("new")).is_err());
        assert!(open_lock(root.path(), &root.path().join("folder/lock")).is_err());
        assert_eq!(
            (names(other.path()), fs::read(other.path().join("a")).unwrap()),
            (vec!["a".into()], b"1".into())
        );
        overwrite(root.path(), &root.path().join("a"), b"2").unwrap();
        assert!(!root.path().join("a").is_symlink(), "what is PELATO's own replaces a link");
        remove(root.path(), &root.path().join("folder")).unwrap();
        assert!(other.path().join("a").exists());
        let error = replace(root.path(), &root.path().join("new"), b"2").unwrap_err();
        assert!(matches!(error, FileError::Missing { .. }), "{error:?}");
    }

    #[test]
    fn a_protected_file_is_not_replaced() {
        let folder = folder();
        let path = folder.path().join("a");
        fs::write(&path, "1").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).unwrap();
        assert!(matches!(replace(folder.path(), &path, b"2"), Err(FileError::PermissionDenied { .. })));
        assert_eq!(fs::read(&path).unwrap(), b"1");
        assert_eq!(names(folder.path()), ["a"]);
    }

    #[test]
    fn a_device_is_no_file() {
        let error = replace(crate::files::anywhere(), Path::new("/dev/full"), b"2").unwrap_err();
        assert!(matches!(error, FileError::NotAFile { .. }), "{error:?}");
    }
}
