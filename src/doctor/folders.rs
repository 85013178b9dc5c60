//! Whether PELATO may write where it has to.

use std::path::Path;

use super::finding::{Finding, Fix, State};
use super::machine::Machine;

pub async fn look(machine: &Machine) -> Vec<Finding> {
    let mut found = vec![cache(machine), allowed(machine)];
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
    let path = &machine.build.cache;
    let found = own(machine, "PELATO's cache", path, "PELATO_CACHE", "the first build creates it");
    match path.symlink_metadata() {
        Err(_) if found.state != State::Problem => found.mended_by(Fix::Folder(path.clone())),
        _ => found,
    }
}

/// The folder of what the user allows, and of the key by which builds are known as the user's own.
fn allowed(machine: &Machine) -> Finding {
    match machine.store.entries() {
        Ok(_) => {
            let path = machine.store.folder();
            own(machine, "what you allow", path, "PELATO_STATE", "the first build creates its folder")
        }
        Err(error) => Finding::of(machine.has_project(), &error),
    }
}

/// A folder of PELATO's own, which a variable names and which is made when something is put there.
fn own(machine: &Machine, what: &str, path: &Path, variable: &str, made: &str) -> Finding {
    let (needed, shown) = (machine.has_project(), path.display());
    let remedy = |check: &str| {
        format!("check that {check}you have write permission there; `{variable}` sets another folder")
    };
    if path.symlink_metadata().is_ok() {
        return folder(needed, what, path, &remedy("it is a folder and that "));
    }
    match path.ancestors().skip(1).find(|above| above.exists()).map(writable) {
        Some(Ok(())) => Finding::lacking(false, format!("{what} does not exist yet: {shown}"), made),
        Some(Err(why)) => {
            Finding::lacking(needed, format!("{what} {shown} cannot be created: {why}"), remedy(""))
        }
        None => Finding::lacking(
            needed,
            format!("no folder is known for {shown}"),
            format!("`{variable}` sets another folder"),
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
