//! Wraps a provider's program into the archive that hosts take: `archive PROGRAM ARCHIVE`.

use std::env::args;

use anyhow::Context;
use nkeys::KeyPair;
use provider_archive::ProviderArchive;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let (program, archive) = args().nth(1).zip(args().nth(2)).context("usage: archive PROGRAM ARCHIVE")?;
    let target = format!("{}-{}", std::env::consts::ARCH, std::env::consts::OS);
    // wadm does not understand what hosts report about a provider without a version: it would never stop it.
    let mut wrapped = ProviderArchive::new(&program, "pelato-tests", Some(1), Some("1.0.0".to_owned()));
    wrapped.add_library(&target, &std::fs::read(&program)?).map_err(anyhow::Error::from_boxed)?;
    let (issuer, subject) = (KeyPair::new_account(), KeyPair::new_service());
    wrapped.write(&archive, &issuer, &subject, false).await.map_err(anyhow::Error::from_boxed)?;
    Ok(())
}
