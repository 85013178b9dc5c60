//! The container images that are used, and their versions.

use oci_spec::distribution::Reference;

use super::InfraError;
use crate::remedy::Argument;
use crate::text::quoted;

/// An image that generated files name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Image {
    /// Its name in templates and in `--image`.
    pub name: &'static str,
    pub default: &'static str,
}

/// Every image: the only place that contains versions.
pub const IMAGES: [Image; 4] = [
    Image { name: "nats", default: "nats:2.11-alpine" },
    Image { name: "wadm", default: "ghcr.io/wasmcloud/wadm:v0.21.1" },
    Image { name: "wasmcloud", default: "ghcr.io/wasmcloud/wasmcloud:1.9.2" },
    Image { name: "registry", default: "registry:2" },
];

/// The images to be used, in the order of [`IMAGES`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Images(Vec<(&'static str, String)>);

impl Images {
    /// The default ones, except for those that are given as `NAME=IMAGE`.
    ///
    /// # Errors
    /// When a name is unknown, or an image reference is not valid.
    pub fn new(given: &[String]) -> Result<Self, InfraError> {
        let mut images: Vec<_> = IMAGES.iter().map(|image| (image.name, image.default.to_owned())).collect();
        for text in given {
            let wrong = || InfraError::Value {
                value: quoted(text),
                what: "an image",
                argument: Argument::Image,
                help: format!(
                    "write {} with one of the names {}, such as {}",
                    Argument::Image.with("NAME=IMAGE"),
                    IMAGES.map(|image| image.name).join(", "),
                    Argument::Image.with(format!("{}={}", IMAGES[0].name, IMAGES[0].default)),
                ),
            };
            let (name, image) = text.split_once('=').ok_or_else(wrong)?;
            // All characters of a valid image reference can be quoted anywhere.
            Reference::try_from(image).map_err(|_| wrong())?;
            let slot = images.iter_mut().find(|(known, _)| *known == name).ok_or_else(wrong)?;
            slot.1 = image.to_owned();
        }
        Ok(Self(images))
    }

    /// The images with their names.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.0.iter().map(|(name, image)| (*name, image.as_str()))
    }
}
