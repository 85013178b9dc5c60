//! What can go wrong when files are read and written.

use std::io;
use std::path::Path;

use super::place::{Refusal, parent};

/// Why files could not be written. What was there before is as it was.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum FileError {
    /// Something of that name is there already.
    #[error("{path} already exists")]
    #[diagnostic(
        code(pelato::file::exists),
        help("choose another name, or move it away; PELATO never overwrites what you wrote")
    )]
    Exists { path: String },
    /// A folder where a file is meant.
    #[error("{path} is a folder, not a file")]
    #[diagnostic(code(pelato::file::is_folder), help("move the folder away, or choose another name"))]
    IsFolder { path: String },
    /// A file where a folder is meant.
    #[error("{path} is a file, not a folder")]
    #[diagnostic(code(pelato::file::is_file), help("move the file away, or choose another name"))]
    IsFile { path: String },
    /// A device, socket or the like where a file is meant.
    #[error("{path} is neither a file nor a folder")]
    #[diagnostic(code(pelato::file::not_a_file), help("move it away, or choose another name"))]
    NotAFile { path: String },
    /// The folder to write into is not there.
    #[error("there is no folder {folder} to write {path} into")]
    #[diagnostic(code(pelato::file::no_folder), help("create it first: mkdir -p {folder:?}"))]
    NoFolder { folder: String, path: String },
    /// The file to change is not there.
    #[error("there is no file {path}")]
    #[diagnostic(
        code(pelato::file::missing),
        help("check its name and its folder, and if it is a link, that its target exists")
    )]
    Missing { path: String },
    /// The system does not allow it.
    #[error("permission denied: cannot {doing} {path}")]
    #[diagnostic(
        code(pelato::file::permission_denied),
        help("check the permissions of the file and its folder: ls -ld")
    )]
    PermissionDenied { doing: &'static str, path: String, source: io::Error },
    #[error("the disk is full: {path} was not written")]
    #[diagnostic(
        code(pelato::file::disk_full),
        help("free some disk space (see df -h and your quota) and try again")
    )]
    DiskFull { path: String, source: io::Error },
    /// Somebody else changed the file between the plan and the act.
    #[error("{path} was changed by another process in the meantime")]
    #[diagnostic(code(pelato::file::changed), help("check the file and try again"))]
    Changed { path: String },
    /// A link that leads out of the folder, on the way or at the end.
    #[error("{path} leads out of {root} through a symbolic link, to {target}")]
    #[diagnostic(
        code(pelato::file::outside_root),
        help("replace the link with what it leads to: PELATO reads and writes only inside the project")
    )]
    OutsideRoot { path: String, root: String, target: String },
    #[error("{path} is larger than {} MiB", most >> 20)]
    #[diagnostic(code(pelato::file::too_large), help("is this the right file? move it away"))]
    TooLarge { path: String, most: u64 },
    /// A link where a file or folder is meant.
    #[error("{path} is a symbolic link")]
    #[diagnostic(
        code(pelato::file::symbolic_link),
        help("replace the link with a real folder: PELATO writes only inside the project")
    )]
    SymbolicLink { path: String },
    /// A path that is absolute or leaves its folder.
    #[error("`{path}` is not a relative path inside a folder")]
    #[diagnostic(
        code(pelato::file::outside_folder),
        help("use a relative path with forward slashes and without `..`, such as `tasks/a/main.go`")
    )]
    OutsideFolder { path: String },
    #[error("cannot {doing} {path}")]
    #[diagnostic(code(pelato::file::other), help("check the path and the disk that it is on"))]
    Other { doing: &'static str, path: String, source: io::Error },
}

impl FileError {
    /// An error of the system, while something was being done to a path.
    pub(crate) fn io(doing: &'static str, path: &Path, source: io::Error) -> Self {
        use io::ErrorKind as Kind;
        let shown = path.display().to_string();
        match Refusal::of(&source).cloned() {
            Some(Refusal::NotAFile) => return Self::NotAFile { path: shown },
            Some(Refusal::TooLarge { most }) => return Self::TooLarge { path: shown, most },
            Some(Refusal::Outside { root, target }) => {
                return Self::OutsideRoot { path: shown, root, target };
            }
            Some(Refusal::Link) => return Self::SymbolicLink { path: shown },
            Some(Refusal::TooMany { .. }) | None => {}
        }
        match source.kind() {
            Kind::AlreadyExists | Kind::DirectoryNotEmpty => Self::Exists { path: shown },
            Kind::IsADirectory => Self::IsFolder { path: shown },
            Kind::NotADirectory => Self::IsFile { path: blocking(path) },
            Kind::PermissionDenied | Kind::ReadOnlyFilesystem => {
                Self::PermissionDenied { doing, path: shown, source }
            }
            Kind::StorageFull | Kind::QuotaExceeded | Kind::FileTooLarge => {
                Self::DiskFull { path: shown, source }
            }
            Kind::NotFound => match missing_folder(path) {
                Some(folder) => Self::NoFolder { folder, path: shown },
                None => Self::Missing { path: shown },
            },
            _ => Self::Other { doing, path: shown, source },
        }
    }
}

/// The nearest thing above a path that is no folder.
fn blocking(path: &Path) -> String {
    let found = path.ancestors().skip(1).find(|above| above.exists() && !above.is_dir());
    found.unwrap_or(path).display().to_string()
}

fn missing_folder(path: &Path) -> Option<String> {
    let folder = parent(path);
    (!folder.exists()).then(|| folder.display().to_string())
}
