//! A folder's files, to be compared.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Paths, each with its content: a file's bytes, a link's target, nothing for an empty folder.
pub type Tree = BTreeMap<String, Vec<u8>>;

/// All files of a folder but `.git/` and the lock of `gen/`.
pub fn of(folder: &Path) -> Tree {
    let mut tree = Tree::new();
    gather(folder, folder, &mut tree);
    tree
}

fn gather(root: &Path, folder: &Path, tree: &mut Tree) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
        if path.ends_with(".git") || name == "gen/.lock" {
            continue;
        }
        let kind = path.symlink_metadata().unwrap().file_type();
        if kind.is_symlink() {
            tree.insert(name + "@", fs::read_link(&path).unwrap().into_os_string().into_encoded_bytes());
        } else if kind.is_dir() {
            tree.insert(name + "/", Vec::new());
            gather(root, &path, tree);
        } else if kind.is_file() {
            tree.insert(name, fs::read(&path).unwrap());
        } else {
            tree.insert(name + "?", Vec::new());
        }
    }
}

/// Fails with the names of the files that differ.
pub fn assert_same(before: &Tree, after: &Tree) {
    let names: std::collections::BTreeSet<_> = before.keys().chain(after.keys()).collect();
    let differ: Vec<_> = names.into_iter().filter(|name| before.get(*name) != after.get(*name)).collect();
    assert!(differ.is_empty(), "these files are not as they were: {differ:?}");
}

/// The names of the files alone, a line each.
pub fn names(tree: &Tree) -> String {
    tree.keys().filter(|name| !name.ends_with('/')).map(|name| format!("{name}\n")).collect()
}
