//! A file that names the hosts of each target: for manifests that depend on them, where no cluster is asked.

use std::path::Path;

use super::{DeployError, HostList};
use crate::files;

/// Reads such a file.
///
/// # Errors
/// When it cannot be read, or says something else.
pub fn read(path: &Path) -> Result<HostList, DeployError> {
    let wrong = |message: String| DeployError::HostList { path: path.display().to_string(), message };
    let real = path.canonicalize().map_err(|error| wrong(error.to_string()))?;
    let folder = real.parent().unwrap_or(Path::new("/"));
    let text = files::text(folder, &real, files::TEXT).map_err(|error| wrong(error.to_string()))?;
    serde_yaml::from_str(&text).map_err(|error| wrong(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_has_a_line_for_each_target() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("hosts.yaml");
        std::fs::write(&path, "edge: [b, a, b]\ncloud: []\n").unwrap();
        let hosts = read(&path).unwrap();
        assert_eq!(hosts["edge"].iter().collect::<Vec<_>>(), ["a", "b"]);
        assert!(hosts["cloud"].is_empty());
        for wrong in ["edge: a\n", "- edge\n", "edge: [1, {}]\n"] {
            std::fs::write(&path, wrong).unwrap();
            let error = read(&path).unwrap_err().to_string();
            assert!(error.contains("hosts.yaml is not a list of hosts"), "{error}");
        }
        assert!(read(&folder.path().join("absent")).is_err());
    }
}
