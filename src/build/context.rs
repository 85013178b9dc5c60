//! What all jobs of a build share.

use std::path::Path;
use std::sync::Mutex;

use super::container::Kept;
use crate::cancel::Cancel;
use crate::progress::Progress;
use crate::trust::Key;

#[derive(Clone, Copy)]
pub struct BuildContext<'a> {
    pub cache: &'a Path,
    /// The folder of what compilers keep between the builds of one component.
    pub own_caches: &'a Path,
    /// With which records are sealed.
    pub key: &'a Key,
    /// The network is not to be used.
    pub offline: bool,
    /// What compilers of this machine are started by, such as a program that takes the network away; mostly nothing.
    pub within: &'a [String],
    /// Containers that are kept from one build to the next, if any are.
    pub kept: Option<&'a Kept>,
    /// Ends compilers and containers.
    pub cancel: &'a Cancel,
    pub progress: &'a dyn Progress,
    /// Held while third-party code is found for a component: another one may have the same code.
    pub resolving: &'a Mutex<()>,
}
