//! Whether there is a project, and its settings.

use super::finding::{Finding, Fix};
use super::machine::{Machine, Work};
use crate::project::settings::ENV_FILE;
use crate::project::workflow;
use crate::remedy::Operation;
use crate::text::count;

pub async fn look(machine: &Machine) -> Vec<Finding> {
    let file = workflow::FILE;
    let mut found = vec![match &machine.work {
        Work::None => Finding::lacking(
            false,
            format!("there is no {file} here: only the machine is checked"),
            format!("go to the folder of a project, or make one with {}", Operation::New.on("NAME")),
        ),
        Work::Wrong(what, _) => {
            Finding::lacking(true, what, format!("{} shows what is wrong", Operation::Check))
        }
        Work::Sound(components) => Finding::ok(format!("{file}: {}", count(components.len(), "task"))),
    }];
    let (settings, template) =
        (machine.root.join(ENV_FILE), machine.root.join(format!("{ENV_FILE}.template")));
    if template.is_file() && !settings.exists() {
        let what = format!("there is no {ENV_FILE}: the defaults apply");
        let remedy = format!("copy {ENV_FILE}.template to {ENV_FILE} and fill in what you need");
        found.push(Finding::lacking(false, what, remedy).mended_by(Fix::EnvFile));
    }
    found
}
