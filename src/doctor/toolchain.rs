//! The compilers of the language packs: on PATH, installed by PELATO, to be installed, or in an image.

use std::sync::Arc;

use super::finding::{Finding, Fix};
use super::machine::Machine;
use crate::build::{Choice, Local, Place, Toolchain, container, toolchain};
use crate::catalog::Pack;
use crate::remedy::{Argument, Operation};

pub async fn look(machine: &Machine) -> Vec<Finding> {
    let mut found = machine.rejected.clone();
    if machine.packs.is_empty() && found.is_empty() {
        return vec![Finding::note("the workflow uses no language pack yet")];
    }
    for (pack, local) in machine.packs.iter().zip(machine.local().await) {
        found.push(match local {
            Local { on_path: Ok(toolchain), .. } => there(toolchain, "on PATH"),
            Local { pinned: Some(toolchain), .. } => there(toolchain, "installed by PELATO"),
            Local { on_path: Err(others), .. } => {
                let choice = machine.choice(pack, local).await;
                match in_image(machine, pack).await.filter(|_| choice.is_container()) {
                    Some(words) => Finding::ok(words),
                    None => absent(machine, pack, others, &choice),
                }
            }
        });
    }
    found
}

fn wanted(pack: &Pack) -> String {
    let toolchain = &pack.manifest.toolchain;
    format!("the language pack `{}` requires {}", pack.manifest.name, toolchain.requires)
}

fn there(toolchain: &Toolchain, whence: &str) -> Finding {
    let program = match &toolchain.place {
        Place::Here { program, .. } => program.display().to_string(),
        Place::Container(image) => image.name.clone(),
    };
    let name = &toolchain.pack.manifest.toolchain.program;
    Finding::ok(format!("{name} {}, {whence}: {program}; {}", toolchain.version, wanted(&toolchain.pack)))
}

/// The compiler in the image that the engine has, if it was used before: to ask it, a container has to be started.
async fn in_image(machine: &Machine, pack: &Pack) -> Option<String> {
    let image = machine.build.image(pack)?;
    let id = machine.engine().await.ok()?.images.get(&image)?.as_ref()?;
    let used = pack.for_containers();
    let version = container::known_version(&used, id, &machine.build.cache)?;
    let program = &used.manifest.toolchain.program;
    Some(format!("{program} {version}, in the image {image}; {}", wanted(&used)))
}

fn absent(machine: &Machine, pack: &Arc<Pack>, others: &[String], choice: &Choice) -> Finding {
    let toolchain = &pack.manifest.toolchain;
    let others = others.iter().map(|other| format!("; {other}")).collect::<String>();
    let what = format!("no compatible {} on PATH: {}{others}", toolchain.program, wanted(pack));
    if choice.is_container() {
        return Finding::note(format!("{what}; it is not needed to build in containers"));
    }
    let needed = machine.has_project();
    let usual = || format!("install {} and make sure that it is on PATH", toolchain.program);
    let by_hand = toolchain.help.clone().unwrap_or_else(usual);
    let Some(variant) = toolchain::installable(pack) else {
        return Finding::lacking(needed, what, by_hand);
    };
    if let Some(program) = toolchain::missing_installer(&variant, &machine.build.path) {
        let what = format!("{what}; {program}, which would install it, is not on PATH either");
        return Finding::lacking(needed, what, format!("install {program}, or {by_hand}"));
    }
    if let Some(restriction) = machine.build.no_install {
        return Finding::lacking(needed, what, format!("{by_hand}; or leave {restriction} out"));
    }
    let fix = Operation::Doctor.with(Argument::Fix);
    let remedy = format!(
        "{fix} installs one for PELATO only, as the first build would: {}; or {by_hand}",
        toolchain::install_command(&variant, &machine.build.cache).unwrap_or_default()
    );
    Finding::lacking(needed, what, remedy).mended_by(Fix::Toolchain(Arc::clone(pack)))
}
