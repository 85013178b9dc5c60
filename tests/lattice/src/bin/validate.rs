//! Judges a manifest with wadm's own rules: `validate FILE`. Prints what it finds; exits 1 when something is an error.

use anyhow::Context;
use wadm_types::validation::{ValidationFailureLevel, validate_manifest_file};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let file = std::env::args().nth(1).context("usage: validate FILE")?;
    let (_, found) = validate_manifest_file(&file).await?;
    for failure in &found {
        println!("{:?}: {}", failure.level, failure.msg);
    }
    anyhow::ensure!(
        !found.iter().any(|failure| failure.level == ValidationFailureLevel::Error),
        "{file} is no valid manifest"
    );
    Ok(())
}
