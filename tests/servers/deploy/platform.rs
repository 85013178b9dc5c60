//! What works on every platform, with wadm and real hosts.

use crate::support::lattice::Lattice;
use crate::support::platform::{Stage, all};

#[tokio::test(flavor = "multi_thread")]
async fn wadm_passes_what_every_platform_has_to() {
    let Some(lattice) = Lattice::start() else { return };
    let stage = Stage::new(lattice.settings(), None);
    stage.push();
    all(&stage).await;
    assert!(lattice.is_empty(), "{}", lattice.left());
}
