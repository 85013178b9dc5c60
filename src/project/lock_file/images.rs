//! The toolchain images in `pelato.lock`: which one a language pack's name stood for when it was fetched.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml_edit::{TableLike, TomlError};

use super::{Digest, LockFile, LockFileError, edited, put, section, source, wrong};
use crate::files;

const IMAGES: &str = "images";

/// The image of a language pack.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LockedImage {
    /// Its name, as the pack says it.
    pub image: String,
    /// What the registry had under that name.
    pub digest: Digest,
}

impl LockFile {
    /// The images of packs, by the packs' names.
    pub fn images(&self) -> &BTreeMap<String, LockedImage> {
        &self.images
    }

    /// Takes the image of a pack in, and writes the file if that changes it.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn update_image(&self, pack: &str, image: &LockedImage) -> Result<(), LockFileError> {
        let text = updated(&self.text, pack, image).map_err(|error| wrong(&source(&self.text), &error))?;
        if text != self.text {
            files::replace(self.root(), &self.path, text.as_bytes())?;
        }
        Ok(())
    }
}

fn updated(text: &str, pack: &str, image: &LockedImage) -> Result<String, TomlError> {
    edited(text, |document| {
        let Some(images) = section(document, IMAGES) else { return };
        let entry = images.entry(pack).or_insert(toml_edit::Item::Table(toml_edit::Table::new()));
        if let Some(entry) = entry.as_table_like_mut() {
            fill(entry, image);
        }
    })
}

fn fill(entry: &mut dyn TableLike, image: &LockedImage) {
    put(entry, "image", &image.image);
    put(entry, "digest", image.digest.as_str());
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    fn image(name: &str, digit: char) -> LockedImage {
        let digest = Digest::new(&format!("sha256:{}", digit.to_string().repeat(64))).unwrap();
        LockedImage { image: name.to_owned(), digest }
    }

    #[test]
    fn what_is_written_is_read_again_and_comments_stay() {
        let text = updated("", "go", &image("golang:1.27", '1')).unwrap();
        let one = "1".repeat(64);
        assert!(
            text.ends_with(&format!(
                "schema = 1\n\n[images.go]\nimage = \"golang:1.27\"\ndigest = \"sha256:{one}\"\n"
            )),
            "{text}"
        );
        assert_eq!(parse(&text).unwrap().images["go"], image("golang:1.27", '1'));
        let text = text.replace("[images.go]", "# ours\n[images.go] # tested") + "\n[team]\nowner = \"me\"\n";
        let new = updated(&text, "go", &image("golang:1.28", '2')).unwrap();
        assert!(new.contains("# ours\n[images.go] # tested\nimage = \"golang:1.28\"\n"), "{new}");
        assert!(new.contains("[team]\nowner = \"me\"\n"), "{new}");
        assert_eq!(updated(&new, "go", &image("golang:1.28", '2')).unwrap(), new);
    }

    #[test]
    fn the_file_is_made_and_read() {
        let folder = tempfile::tempdir().unwrap();
        let empty = LockFile::read(folder.path()).unwrap();
        empty.update_image("go", &image("golang:1.27", '1')).unwrap();
        let file = LockFile::read(folder.path()).unwrap();
        assert_eq!(file.images().get("go"), Some(&image("golang:1.27", '1')));
        assert_eq!(file.images().get("rust"), None);
    }
}
