//! Whether PELATO may write where it has to.

use std::path::Path;

use super::finding::{Finding, Fix};
use super::machine::Machine;

pub async fn look(machine: &Machine) -> Vec<Finding> {
    let mut found = vec![cache(machine)];
    if machine.has_project() {
        found.push(folder(
            true,
            "the project's folder",
            &machine.root,
            "check that you have write permission there: ls -ld",
        ));
    }
    found
}

fn cache(machine: &Machine) -> Finding {
    let (needed, path) = (machine.has_project(), &machine.build.cache);
    if path.symlink_metadata().is_ok() {
        let remedy = "check that it is a folder and that you have write permission there; `PELATO_CACHE` sets another folder";
        return folder(needed, "PELATO's cache", path, remedy);
    }
    let shown = path.display();
    match path.ancestors().skip(1).find(|above| above.exists()).map(writable) {
        Some(Ok(())) => {
            let what = format!("PELATO's cache does not exist yet: {shown}");
            Finding::lacking(false, what, "the first build creates it").mended_by(Fix::Folder(path.clone()))
        }
        Some(Err(why)) => {
            let what = format!("PELATO's cache {shown} cannot be created: {why}");
            Finding::lacking(
                needed,
                what,
                "check that you have write permission there; `PELATO_CACHE` sets another folder",
            )
        }
        None => Finding::lacking(
            needed,
            format!("no folder is known for {shown}"),
            "`PELATO_CACHE` sets another folder",
        ),
    }
}

fn folder(needed: bool, what: &str, path: &Path, remedy: &str) -> Finding {
    let shown = path.display();
    match writable(path) {
        Ok(()) => Finding::ok(format!("{what}: {shown}")),
        Err(why) => Finding::lacking(needed, format!("{what} cannot be written to: {shown}: {why}"), remedy),
    }
}

/// Whether files can be made in a folder; nothing is.
fn writable(path: &Path) -> Result<(), String> {
    if !path.is_dir() {
        return Err("it is not a folder".to_owned());
    }
    may_write(path)
}

#[cfg(unix)]
fn may_write(path: &Path) -> Result<(), String> {
    use rustix::fs::{Access, access};
    let said = access(path, Access::WRITE_OK | Access::EXEC_OK);
    said.map_err(|error| std::io::Error::from(error).to_string())
}

#[cfg(not(unix))]
fn may_write(path: &Path) -> Result<(), String> {
    match path.metadata() {
        Ok(data) if data.permissions().readonly() => Err("it is read-only".to_owned()),
        Ok(_) => Ok(()),
        Err(error) => Err(error.to_string()),
    }
}
