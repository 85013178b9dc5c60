//! Whether packs are what was added.

use std::path::Path;

use super::{Home, PackError, content};
use crate::catalog::{Origin, Pack};
use crate::project::lock_file::Pin;
use crate::remedy::Operation;

/// Compares packs with their pins. One's own packs have none, and are taken as they are.
///
/// # Errors
/// When one was changed since it was added, or another one stands in for it.
pub fn verify<'a>(
    packs: impl IntoIterator<Item = &'a Pack>,
    project: &Path,
    user: Option<&Path>,
) -> Result<(), PackError> {
    let project = Home::project(project);
    let in_project = project.lock_file()?;
    for pack in packs {
        let name = &pack.manifest.name;
        let home = match (&pack.origin, user) {
            (Origin::Project, _) => project.clone(),
            _ if in_project.pack(name).is_some() => {
                let again = Operation::PackAdd.on(in_project.pack(name).map(Pin::asked).unwrap_or_default());
                return Err(PackError::Missing { name: name.clone(), again });
            }
            (Origin::User, Some(user)) => Home::user(user),
            _ => continue,
        };
        let lock_file = home.lock_file()?;
        let Some(pin) = lock_file.pack(name) else { continue };
        if let Some(changes) = content::changes(&content::read(&pack.folder)?, pin) {
            let again = home.remedy(Operation::PackAdd.on(pin.asked()));
            return Err(PackError::DigestMismatch { name: name.clone(), changes, again });
        }
    }
    Ok(())
}
