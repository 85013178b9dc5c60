//! The facade's part that looks at the machine.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Error;
use super::{BuildFlags, Pelato};
use crate::build;
use crate::catalog::Pack;
use crate::doctor::{self, Examined, Machine, Work};
use crate::pack;
use crate::project::settings::BUILDER;
use crate::project::{ReadError, workflow};
use crate::remedy::Argument;
use crate::text::count;

impl Pelato {
    /// What is to be looked at: this machine, for the project if there is one.
    ///
    /// # Errors
    /// When the workflow is there and cannot be read, or a pack is not what was added.
    pub fn machine(&self, flags: &BuildFlags) -> Result<Machine, Error> {
        let work = match self.check() {
            Ok(checked) => match checked.report.errors() {
                0 => Work::Sound(checked.components),
                errors => {
                    let what = format!("{} has {}", workflow::FILE, count(errors, "error"));
                    Work::Wrong(what, checked.components)
                }
            },
            Err(Error::Read(ReadError::Missing { .. })) => Work::None,
            Err(error) => return Err(error),
        };
        let packs: Vec<_> = match &work {
            Work::None => self.catalog().packs.iter().cloned().map(Arc::new).collect(),
            Work::Wrong(_, components) | Work::Sound(components) => {
                let packs = components.iter().map(|part| (&part.pack.manifest.name, &part.pack));
                packs.collect::<BTreeMap<_, _>>().into_values().cloned().collect()
            }
        };
        let builder_from = match flags.builder {
            Some(_) => Argument::Builder.to_string(),
            None => {
                self.settings().origin(BUILDER).map_or_else(String::new, |from| format!("BUILDER ({from})"))
            }
        };
        // Compilers are asked for their version by commands of their packs: only by those that were added.
        pack::verify(packs.iter().map(Arc::as_ref), self.root(), self.user.as_deref())?;
        packs.iter().for_each(|pack: &Arc<Pack>| build::note_own(pack, self.progress.as_ref()));
        let options = self.build_options(flags);
        let platform = self.platform();
        Ok(Machine::new(self.root(), self.settings(), work, packs, options, builder_from, platform))
    }

    pub async fn examine(&self, machine: &Machine) -> Vec<Examined> {
        doctor::examine(machine).await
    }

    /// Does the remedies that need no root, or says what it would do. Whether there was any.
    pub fn fix(&self, machine: &Machine, examined: &[Examined], dry_run: bool) -> bool {
        let fixed = doctor::fix(machine, examined, dry_run, self.progress.as_ref());
        self.remember_images(fixed.images.iter().map(|(pack, image)| (pack.as_str(), image)));
        fixed.any
    }
}
