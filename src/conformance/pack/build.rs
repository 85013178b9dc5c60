//! How functions of a pack are built.

use std::path::Path;
use std::sync::Arc;

use super::fixture::{BuildMode, NotBuilt};
use super::{CheckFailure, CheckResult, Fixture, failed};
use crate::catalog::Folder;
use crate::project::Builder;
use crate::remedy::Argument;

pub(super) fn signature(fixture: &mut Fixture) -> CheckResult {
    let project = fixture.task("wrong")?;
    let entry = fixture.pack()?.manifest.task.entry.clone();
    if !mentions(&project.join("tasks/wrong"), &entry) {
        let why = format!("there is no function `{entry}` in the task `wrong`");
        return Err(failed(
            why,
            "write one whose signature cannot be used, such as one that returns a number",
        ));
    }
    match fixture.make(&project, &BuildMode::default()) {
        Err(NotBuilt::Rejected(words)) if !words.trim().is_empty() => Ok(summary(&words)),
        Err(NotBuilt::Rejected(_)) => Err(failed("the compiler rejects it without a message", HELP)),
        Err(NotBuilt::Broken(why)) => {
            Err(failed(format!("it compiles, and only a later step rejects it:\n{why}"), HELP))
        }
        Err(other) => Err(other.of("the task `wrong`")),
        Ok(_) => Err(failed("it compiles", HELP)),
    }
}

/// Whether a file of a task has a word in it.
fn mentions(folder: &Path, word: &str) -> bool {
    let folder = Folder::Disk(folder.to_owned());
    let names = folder.files("").unwrap_or_default();
    names
        .iter()
        .any(|name| folder.read(name).is_ok_and(|bytes| String::from_utf8_lossy(&bytes).contains(word)))
}

const HELP: &str =
    "an unusable signature must be a compile error: let the wrapper declare or require the correct one";

/// The line of a compiler's words that says most.
fn summary(words: &str) -> String {
    let lines = || words.lines().map(str::trim).filter(|line| !line.is_empty());
    lines()
        .find(|line| line.contains("help:"))
        .or_else(|| lines().find(|line| line.contains("error")))
        .or_else(|| lines().next())
        .unwrap_or_default()
        .to_owned()
}

pub(super) fn same_bytes(fixture: &mut Fixture) -> CheckResult {
    if !fixture.pack()?.manifest.build.reproducible {
        return Err(CheckFailure::Skipped(
            "the pack declares that its compiler's output differs each time".to_owned(),
        ));
    }
    let first = fixture.starter()?;
    // The one that is built without a network will do, if there is one.
    let second = match fixture.starter_offline() {
        Ok((second, _)) => second,
        Err(_) => Arc::new(fixture.starter_in(&BuildMode::default())?),
    };
    if first == second {
        return Ok("two folders, the same bytes".to_owned());
    }
    let at =
        first.iter().zip(second.iter()).position(|(a, b)| a != b).unwrap_or(first.len().min(second.len()));
    let why = format!("two builds differ, from byte {at} on ({} and {} bytes)", first.len(), second.len());
    Err(failed(
        why,
        "configure the compiler by `build.command` or `build.env` so that its output contains no paths and times",
    ))
}

pub(super) fn offline(fixture: &mut Fixture) -> CheckResult {
    fixture.starter()?;
    let (_, word) = fixture.starter_offline().map_err(|refusal| match refusal {
        CheckFailure::Failed { why, .. } => failed(
            why,
            "everything that the starter needs must be available without a network: see `build.offline`",
        ),
        skipped => skipped,
    })?;
    Ok(word)
}

pub(super) fn container(fixture: &mut Fixture) -> CheckResult {
    let pack = fixture.pack()?;
    let Some(image) = pack.manifest.toolchain.image.clone() else {
        return Err(CheckFailure::Skipped("the pack names no `toolchain.image`".to_owned()));
    };
    if fixture.options.build.builder == Builder::Local {
        return Err(CheckFailure::Skipped(Argument::Builder.with("local").to_string()));
    }
    let built = fixture.starter_in(&BuildMode { container: true, ..BuildMode::default() });
    match built {
        Ok(_) => Ok(image),
        // Whoever asks for containers wants to know that there are none.
        Err(CheckFailure::Skipped(why)) if fixture.options.build.builder == Builder::Container => {
            Err(failed(why, "see `operation:explain containers`"))
        }
        Err(other) => Err(other),
    }
}
