//! One command of a compilation, in a container.

use super::image::Image;
use super::reuse::Kept;
use super::run::{OUTPUT, SOURCE, failure, order, run};
use crate::build::compilation::{Compilation, Failure};

/// Runs one command of a compilation in a container: one that is kept, if there are any, else one of its own. What it
/// said.
pub fn compile(
    image: &Image,
    compilation: &Compilation<'_>,
    kept: Option<&Kept>,
    words: &[String],
) -> Result<String, Failure> {
    if let Some(kept) = kept
        && let Some(said) = kept.compile(image, compilation, words)?
    {
        return Ok(said);
    }
    let mut container = order(image, compilation, words, SOURCE)?;
    let output = compilation.output.parent().unwrap_or(compilation.output);
    container.folders.extend([
        (compilation.source.to_owned(), SOURCE.to_owned(), compilation.resolves),
        (output.to_owned(), OUTPUT.to_owned(), true),
    ]);
    let shown = container.command.join(" ");
    let ended = run(image, container).map_err(|error| failure(&error))?;
    // The compiler's words name its own folder where the user's stands.
    let said = ended.said.replace(SOURCE, &compilation.source.to_string_lossy());
    match ended.code {
        0 => Ok(said),
        code if said.trim().is_empty() => {
            Err(Failure::Broken(format!("{shown} ended with exit code {code}")))
        }
        _ => Err(Failure::Rejected(said)),
    }
}
