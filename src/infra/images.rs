//! The container images that are used, and their versions.

use oci_spec::distribution::Reference;

use super::{InfraError, Platform};
use crate::remedy::Argument;
use crate::text::quoted;

/// An image that generated files name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Image {
    /// Its name in templates and in `--image`.
    name: &'static str,
    default: &'static str,
}

/// The server of both platforms.
const NATS: Image = Image { name: "nats", default: "nats:2.12-alpine" };
const REGISTRY: Image = Image { name: "registry", default: "registry:2" };

/// The images for wasmCloud 2, and for wasmCloud 1.9: the only place that contains versions.
const WASMCLOUD: [Image; 5] = [
    NATS,
    Image { name: "operator", default: "ghcr.io/wasmcloud/runtime-operator:2.7.0" },
    Image { name: "wash", default: "ghcr.io/wasmcloud/wash:2.10.3" },
    REGISTRY,
    Image { name: "k3s", default: "rancher/k3s:v1.33.1-k3s1" },
];
const WADM: [Image; 4] = [
    Image { default: "nats:2.11-alpine", ..NATS },
    Image { name: "wadm", default: "ghcr.io/wasmcloud/wadm:v0.21.1" },
    Image { name: "wasmcloud", default: "ghcr.io/wasmcloud/wasmcloud:1.9.2" },
    REGISTRY,
];

/// The images to be used, in the order of the list for the platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Images(Vec<(&'static str, String)>);

impl Images {
    /// The default ones, except for those that are given as `NAME=IMAGE`.
    ///
    /// # Errors
    /// When a name is unknown, or an image reference is not valid.
    pub fn new(platform: Platform, given: &[String]) -> Result<Self, InfraError> {
        let known: &[Image] = match platform {
            Platform::Wasmcloud => &WASMCLOUD,
            Platform::Wadm => &WADM,
        };
        let mut images: Vec<_> = known.iter().map(|image| (image.name, image.default.to_owned())).collect();
        for text in given {
            let wrong = || InfraError::Value {
                value: quoted(text),
                what: "an image",
                argument: Argument::Image,
                help: format!(
                    "write {} with one of the names {}, such as {}",
                    Argument::Image.with("NAME=IMAGE"),
                    known.iter().map(|image| image.name).collect::<Vec<_>>().join(", "),
                    Argument::Image.with(format!("{}={}", known[0].name, known[0].default)),
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

    /// The tag of an image: the version of what is in it. None if the image is named by its digest.
    pub(super) fn tag(&self, name: &str) -> Option<String> {
        let (_, image) = self.iter().find(|(known, _)| *known == name)?;
        Reference::try_from(image).ok()?.tag().map(str::to_owned)
    }
}
