//! A compiler that no stock image has, installed in one that has what its pack's `install` needs: once, into PELATO's
//! cache folder.

use bollard::models::ImageInspect;

use super::error::ContainerError;
use super::image::{Image, Installed, Order};
use super::run::{self, Locked, TOOLCHAIN, owner};
use crate::build::placeholders::FillInside;
use crate::build::record::digest;
use crate::build::toolchain::of_network;
use crate::catalog::Pack;
use crate::files;
use crate::progress::{Event, Progress};

/// The PATH of images that name none.
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// The compiler of a pack for an image, installing it if it is not there and it is allowed.
///
/// # Errors
/// When it may not be installed, or cannot.
pub fn provide(
    pack: &Pack,
    image: &Image,
    seen: &ImageInspect,
    order: &Order<'_>,
    progress: &dyn Progress,
) -> Result<Installed, ContainerError> {
    let toolchain = &pack.manifest.toolchain;
    let fill = FillInside::new([("dir", TOOLCHAIN.to_owned()), ("home", "/tmp".to_owned())]);
    let words = fill.words(toolchain.install.as_deref().unwrap_or_default());
    let shown = words.join(" ");
    let key = digest(format!("{}\0{shown}", image.id).as_bytes());
    let parent = order.cache.join("toolchains");
    let folder = parent.join(format!("{}-{}", toolchain.program, &key[..12]));
    let bin = toolchain.bin.as_deref().unwrap_or("bin");
    let mut env = vec![format!("PATH={TOOLCHAIN}/{bin}:{}", path(seen))];
    env.extend(fill.env(&toolchain.env));
    let installed = Installed { folder, env };
    if installed.folder.is_dir() {
        return Ok(installed);
    }
    let name = &image.name;
    let program = &toolchain.program;
    if let Some(restriction) = order.forbidden {
        return Err(ContainerError::NotInstalled {
            image: name.clone(),
            program: program.clone(),
            restriction,
        });
    }
    let failed = |said: String| ContainerError::Install {
        image: name.clone(),
        program: program.clone(),
        command: shown.clone(),
        said: said.trim_end().to_owned(),
    };
    progress.report(Event::CompilerInstalling {
        program: program.clone(),
        requires: toolchain.requires.to_string(),
        command: shown.clone(),
        image: Some(name.clone()),
    });
    // In a folder beside it first: an installation that was interrupted is none.
    files::create_folder(files::anywhere(), &parent).map_err(|error| failed(error.to_string()))?;
    let staging = files::Staging::new(files::anywhere(), &parent);
    let staging = staging.map_err(|error| failed(error.to_string()))?;
    let mut env = of_network(&toolchain.inherit);
    env.push("HOME=/tmp".to_owned());
    let container = Locked {
        command: words,
        env,
        folders: vec![(staging.path().to_owned(), TOOLCHAIN.to_owned(), true)],
        user: owner(staging.path()),
        network: true,
        ..Locked::default()
    };
    let ended = run::run(image, container)?;
    if ended.code != 0 {
        return Err(failed(ended.said));
    }
    match files::rename(files::anywhere(), staging.path(), &installed.folder) {
        // Another pelato was quicker: its installation is as good.
        Err(_) if installed.folder.is_dir() => Ok(installed),
        renamed => renamed.map(|()| installed).map_err(|error| failed(error.to_string())),
    }
}

/// The PATH that an image gives its containers.
fn path(seen: &ImageInspect) -> &str {
    let env = seen.config.as_ref().and_then(|config| config.env.as_deref()).unwrap_or_default();
    env.iter().find_map(|variable| variable.strip_prefix("PATH=")).unwrap_or(PATH)
}
