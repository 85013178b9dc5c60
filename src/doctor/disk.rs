//! How much room there is.

use std::path::Path;

use super::finding::Finding;
use super::machine::Machine;

/// A compiler and what it keeps between builds take some 600 MB, a component 5 MB.
const LITTLE: u64 = 1 << 30;
const TOO_LITTLE: u64 = 100 << 20;

pub async fn look(machine: &Machine) -> Vec<Finding> {
    let places = [("the project", machine.root.as_path()), ("PELATO's cache", machine.build.cache.as_path())];
    let mut found: Vec<(String, u64, Vec<&str>)> = Vec::new();
    for (what, path) in places {
        let Some((disk, free)) = path.ancestors().find_map(room) else { continue };
        match found.iter_mut().find(|(known, ..)| *known == disk) {
            Some((.., whats)) => whats.push(what),
            None => found.push((disk, free, vec![what])),
        }
    }
    let tell = |(_, free, whats): (String, u64, Vec<&str>)| {
        let words = format!("{} free for {}", size(free), whats.join(" and "));
        match free {
            _ if free < TOO_LITTLE => Finding::lacking(machine.has_project(), words, remedy(&whats)),
            _ if free < LITTLE => Finding::lacking(false, words, remedy(&whats)),
            _ => Finding::ok(words),
        }
    };
    found.into_iter().map(tell).collect()
}

fn remedy(whats: &[&str]) -> String {
    let other = if whats.len() == 1 && whats[0] == "the project" {
        ""
    } else {
        "; `PELATO_CACHE` may set a folder on another disk"
    };
    format!("free some disk space: see df -h and your quota{other}")
}

fn size(bytes: u64) -> String {
    match bytes >> 20 {
        mebibytes if mebibytes < 1 << 10 => format!("{mebibytes} MiB"),
        mebibytes => format!("{} GiB", mebibytes >> 10),
    }
}

/// A disk's mark, and how many bytes we may write there. None if the folder is not there.
#[cfg(unix)]
fn room(path: &Path) -> Option<(String, u64)> {
    use std::os::unix::fs::MetadataExt;
    let disk = path.metadata().ok()?.dev().to_string();
    let room = rustix::fs::statvfs(path).ok()?;
    Some((disk, room.f_bavail.saturating_mul(room.f_frsize)))
}

#[cfg(not(unix))]
fn room(_: &Path) -> Option<(String, u64)> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_told_in_words_of_their_own_size() {
        assert_eq!(size(99 << 20), "99 MiB");
        assert_eq!(size((5 << 30) + 1), "5 GiB");
    }
}
