//! All settings: those that no platform has to itself, and those of each platform.

use super::keys::{self, Key};
use super::{wadm, wasmcloud};

/// Every setting, in the order in which `pelato config` shows them: those of the platforms come last.
pub const ALL: &[Key] = &join::<{ keys::ALL.len() + wasmcloud::ALL.len() + wadm::ALL.len() }>(&[
    keys::ALL,
    wasmcloud::ALL,
    wadm::ALL,
]);

const fn join<const COUNT: usize>(groups: &[&[Key]]) -> [Key; COUNT] {
    let mut all = [keys::ALL[0]; COUNT];
    let (mut at, mut group) = (0, 0);
    while group < groups.len() {
        let mut index = 0;
        while index < groups[group].len() {
            all[at] = groups[group][index];
            (at, index) = (at + 1, index + 1);
        }
        group += 1;
    }
    all
}
