//! What works on every platform, with one that is files in a folder; and that nothing else is needed for another.

use crate::support::fake;
use crate::support::files_platform::Files;
use crate::support::platform::{Stage, all};

/// A registry that has every image.
fn registry() -> String {
    fake::answering(
        "200 OK\r\nDocker-Content-Digest: sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
    )
}

#[tokio::test]
async fn a_platform_of_files_passes_what_wadm_passes() {
    let folder = tempfile::tempdir().unwrap();
    let registry = registry();
    let settings =
        vec![("REGISTRY_URL", format!("{registry}/team")), ("REGISTRY_INSECURE", registry.clone())];
    all(&Stage::new(settings, Some(Files::in_folder(folder.path(), &["edge", "cloud"])))).await;
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}
