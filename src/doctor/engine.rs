//! Container engines and the packs' toolchain images.

use std::sync::Arc;

use miette::Diagnostic;

use super::finding::{Finding, Fix};
use super::machine::Machine;
use crate::build::Choice;
use crate::build::container::{ContainerError, Look};
use crate::catalog::Pack;
use crate::project::Builder;
use crate::remedy::{Argument, Operation};

pub async fn look(machine: &Machine) -> Vec<Finding> {
    match machine.engine().await {
        Ok(look) => there(machine, look).await,
        Err(error) => vec![absent(machine, error)],
    }
}

fn absent(machine: &Machine, error: &ContainerError) -> Finding {
    let unused = machine.build.builder == Builder::Local;
    match error {
        // The usual places are of interest only if an engine is wanted.
        ContainerError::NoEngine { .. } if !machine.wants_container() => {
            Finding::note("no container engine answers; it is needed only for builds in containers")
        }
        _ if unused => Finding::note(format!("{error}; it is not needed to build on this machine")),
        _ => Finding {
            remedy: error.help().map(|help| help.to_string()),
            ..Finding::of(machine.wants_container(), error)
        },
    }
}

async fn there(machine: &Machine, look: &Look) -> Vec<Finding> {
    let mut found = vec![Finding::ok(format!("{} at {}", look.version, look.address))];
    for (pack, local) in machine.packs.iter().zip(machine.local().await) {
        let Some(image) = machine.build.image(pack) else {
            if machine.wants_container() {
                found.push(Finding::of(true, &ContainerError::NoImage { pack: pack.manifest.name.clone() }));
            }
            continue;
        };
        let choice = machine.choice(pack, local).await;
        found.push(match look.images.get(&image) {
            Some(Some(id)) => Finding::ok(format!("the engine has the image {image} ({})", short(id))),
            _ => missing(machine, pack, &image, &choice),
        });
    }
    found
}

fn missing(machine: &Machine, pack: &Arc<Pack>, image: &str, choice: &Choice) -> Finding {
    let what = format!("the engine does not have the image {image}");
    if !choice.is_container() {
        return Finding::note(format!("{what}; it is not needed to build on this machine"));
    }
    match machine.build.no_install {
        Some(restriction) => {
            let remedy = format!("fetch it: `docker pull {image}`, or leave {restriction} out");
            Finding::lacking(machine.has_project(), what, remedy)
        }
        None => {
            let fix = Operation::Doctor.with(Argument::Fix);
            let remedy = format!("{fix} fetches it, as the first build would");
            Finding::lacking(machine.has_project(), what, remedy).mended_by(Fix::Image(Arc::clone(pack)))
        }
    }
}

fn short(id: &str) -> &str {
    id.get(..19).unwrap_or(id)
}
