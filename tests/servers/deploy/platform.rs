//! What works on every platform, with wadm and real hosts.

use crate::support::lattice::Lattice;
use crate::support::platform::{Stage, all};

#[test]
fn wadm_passes_what_every_platform_has_to() {
    let Some(lattice) = Lattice::start() else { return };
    let stage = Stage::new(lattice.settings(), None);
    stage.push();
    // The lattice waits for its parts by itself: not within a runtime.
    tokio::runtime::Runtime::new().unwrap().block_on(all(&stage));
    assert!(lattice.is_empty(), "{}", lattice.left());
}
