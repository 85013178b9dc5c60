//! What compiles, and why.

use super::finding::Finding;
use super::machine::Machine;
use crate::build::Choice;

pub async fn look(machine: &Machine) -> Vec<Finding> {
    let mut found = Vec::new();
    for (pack, local) in machine.packs.iter().zip(machine.local().await) {
        let choice = machine.choice(pack, local).await;
        // That there is no compiler is said where compilers are.
        if choice == Choice::Nothing {
            continue;
        }
        let from = match &choice {
            Choice::Told(_) => format!(", as {} says", machine.builder_from),
            _ => String::new(),
        };
        found.push(Finding::ok(format!("{}: {choice}{from}", pack.manifest.name)));
    }
    found
}
