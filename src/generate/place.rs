//! Where the files of one component are below `gen/`.

use std::path::{Path, PathBuf};

/// The folder of the generated sources in `gen/<component>/`.
pub const SOURCE: &str = "source";
/// The function, before it is composed, in `gen/<component>/`: a name that no component's artifact can have.
pub const FUNCTION: &str = ".function.wasm";

/// Where one component is built.
#[derive(Debug, Clone)]
pub struct Place {
    /// `gen/<component>`, absolute.
    pub folder: PathBuf,
    /// `gen/<component>/source`.
    pub source: PathBuf,
    /// `gen/<component>/function.wasm`.
    pub function: PathBuf,
    /// `gen/<component>/<component>.wasm`.
    pub artifact: PathBuf,
}

impl Place {
    /// The place of a component below `gen`.
    pub fn of(generated: &Path, component: &str) -> Self {
        let folder = generated.join(component);
        Self {
            source: folder.join(SOURCE),
            function: folder.join(FUNCTION),
            artifact: folder.join(format!("{component}.wasm")),
            folder,
        }
    }
}
