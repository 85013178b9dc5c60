//! Process groups. The unit tests of `src/process.rs` include this file.

use std::fs;

/// Whether processes of a group are there that have not ended.
pub fn runs(group: &str) -> bool {
    let processes = fs::read_dir("/proc").unwrap().flatten();
    let stats = processes.filter_map(|entry| fs::read_to_string(entry.path().join("stat")).ok());
    stats.into_iter().any(|stat| {
        let mut fields = stat.rsplit_once(')').unwrap().1.split_whitespace();
        let state = fields.next().unwrap();
        !["Z", "X"].contains(&state) && fields.nth(1) == Some(group)
    })
}
