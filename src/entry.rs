//! The HTTP entry: PELATO's own component that hands each HTTP request on to the task that has its path, for platforms
//! where the path does not decide who gets a request. See `docs/decisions/http-entry.md`.

use std::sync::LazyLock;

use semver::{Prerelease, Version};
use sha2::{Digest, Sha256};

/// The component's bytes, the same for every workflow: what differs is its configuration.
pub const COMPONENT: &[u8] = include_bytes!("../templates/entry/entry.wasm");

/// What it is called beside the components of an application. No component has such a name.
pub const NAME: &str = "http entry";

/// The name of its image. No component may have it.
pub const IMAGE: &str = "pelato_entry";

/// So many digits of the digest are part of the version.
const DIGITS: usize = 8;

static SHA256: LazyLock<String> =
    LazyLock::new(|| Sha256::digest(COMPONENT).iter().map(|byte| format!("{byte:02x}")).collect());

/// The SHA-256 of the component's bytes, in hexadecimal digits.
pub fn sha256() -> &'static str {
    &SHA256
}

/// The version of its image: another content has another version, so that it never has to replace one.
pub fn version() -> Version {
    let digest = format!("sha-{}", &sha256()[..DIGITS]);
    Version { pre: Prerelease::new(&digest).unwrap_or(Prerelease::EMPTY), ..Version::new(1, 0, 0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_names_the_content() {
        let version = version().to_string();
        assert_eq!(version, format!("1.0.0-sha-{}", &sha256()[..8]));
        assert_eq!(Version::parse(&version).unwrap().to_string(), version);
    }
}
