//! How functions of a pack are built.

use std::path::Path;
use std::process::{Command, Stdio};

use super::bench::{Manner, NotBuilt, first_line};
use super::{Bench, Judged, Refusal, failed};
use crate::build::Builder;
use crate::catalog::Folder;

pub(super) fn signature(bench: &mut Bench) -> Judged {
    let project = bench.task("wrong")?;
    let entry = bench.pack()?.manifest.task.entry.clone();
    if !mentions(&project.join("tasks/wrong"), &entry) {
        let why = format!("there is no function `{entry}` in the task `wrong`");
        return Err(failed(why, "write one whose signature cannot be used, such as one that gives a number"));
    }
    match bench.make(&project, &Manner::default()) {
        Err(NotBuilt::Rejected(words)) if !words.trim().is_empty() => Ok(told(&words)),
        Err(NotBuilt::Rejected(_)) => Err(failed("the compiler refuses it without a word", HELP)),
        Err(NotBuilt::Broken(why)) => {
            Err(failed(format!("it compiles, and is found wrong only afterwards:\n{why}"), HELP))
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

const HELP: &str = "a signature that cannot be used has to be a compile error: let the shell declare or demand the right one";

/// The line of a compiler's words that says most.
fn told(words: &str) -> String {
    let lines = || words.lines().map(str::trim).filter(|line| !line.is_empty());
    lines()
        .find(|line| line.contains("help:"))
        .or_else(|| lines().find(|line| line.contains("error")))
        .or_else(|| lines().next())
        .unwrap_or_default()
        .to_owned()
}

pub(super) fn same_bytes(bench: &mut Bench) -> Judged {
    if !bench.pack()?.manifest.build.reproducible {
        return Err(Refusal::Skipped(
            "the pack says that its compiler gives other bytes each time".to_owned(),
        ));
    }
    let first = bench.starter()?;
    let second = bench.starter_in(&Manner::default())?;
    if *first == second {
        return Ok("two folders, the same bytes".to_owned());
    }
    let at = first.iter().zip(&second).position(|(a, b)| a != b).unwrap_or(first.len().min(second.len()));
    let why = format!("two builds differ, from byte {at} on ({} and {} bytes)", first.len(), second.len());
    Err(failed(
        why,
        "tell the compiler to leave paths and times out of what it writes, by `build.command` or `build.env`",
    ))
}

pub(super) fn offline(bench: &mut Bench) -> Judged {
    bench.starter()?;
    let (within, word) = match alone() {
        Ok(within) => (within, "in a network namespace of its own".to_owned()),
        Err(why) => (Vec::new(), format!("with `build.offline` alone, because {why}")),
    };
    bench.starter_in(&Manner { offline: true, within, ..Manner::default() }).map_err(
        |refusal| match refusal {
            Refusal::Failed { why, .. } => {
                failed(why, "what the starter needs has to be there without a network; see `build.offline`")
            }
            skipped => skipped,
        },
    )?;
    Ok(word)
}

/// What starts a program without a network, if this machine lets us.
fn alone() -> Result<Vec<String>, String> {
    const UNSHARE: [&str; 3] = ["unshare", "-rn", "--"];
    let mut probe = Command::new(UNSHARE[0]);
    let probe = probe.args(&UNSHARE[1..]).arg("true").stdin(Stdio::null()).output();
    match probe {
        Ok(output) if output.status.success() => Ok(UNSHARE.map(str::to_owned).into()),
        Ok(output) => {
            let words = String::from_utf8_lossy(&output.stderr);
            Err(format!("`unshare -rn` fails here: {}", first_line(&words)))
        }
        Err(_) => Err("there is no program `unshare` here".to_owned()),
    }
}

pub(super) fn container(bench: &mut Bench) -> Judged {
    let pack = bench.pack()?;
    let Some(image) = pack.manifest.toolchain.image.clone() else {
        return Err(Refusal::Skipped("the pack names no `toolchain.image`".to_owned()));
    };
    if bench.options.build.builder == Builder::Local {
        return Err(Refusal::Skipped("`--builder local`".to_owned()));
    }
    let built = bench.starter_in(&Manner { container: true, ..Manner::default() });
    match built {
        Ok(_) => Ok(image),
        // Whoever asks for containers wants to know that there are none.
        Err(Refusal::Skipped(why)) if bench.options.build.builder == Builder::Container => {
            Err(failed(why, "see docs/containers.md"))
        }
        Err(other) => Err(other),
    }
}
