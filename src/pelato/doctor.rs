//! The facade's part that looks at the machine.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::Error;
use super::operation::Operation;
use super::{BuildFlags, Pelato};
use crate::build;
use crate::catalog::Pack;
use crate::doctor::{self, Examined, Finding, Machine, Work};
use crate::pack;
use crate::progress::OperationKind;
use crate::project::settings::BUILDER;
use crate::project::{ReadError, workflow};
use crate::remedy::Argument;
use crate::text::count;

impl Pelato {
    /// What is to be looked at: this machine, for the project if there is one. `patience` is how long servers and
    /// programs may take to answer.
    ///
    /// # Errors
    /// When the workflow is there and cannot be read.
    pub async fn machine(&self, flags: &BuildFlags, patience: Duration) -> Result<Machine, Error> {
        let flags = flags.clone();
        self.begin(OperationKind::Machine)?.alone(move |operation| operation.machine(&flags, patience)).await
    }

    /// Looks at the machine.
    ///
    /// # Errors
    /// When it is cancelled: what programs answered that were ended says nothing.
    pub async fn examine(&self, machine: &Machine) -> Result<Vec<Examined>, Error> {
        let cancel = &self.options.cancel;
        let examined = cancel.run(doctor::examine(machine)).await;
        examined.filter(|_| !cancel.is_cancelled()).ok_or(Error::Cancelled)
    }

    /// Does the remedies that need no root, or says what it would do. Whether there was any.
    ///
    /// # Errors
    /// When a setting is wrong, or it is cancelled.
    pub async fn fix(
        &self,
        machine: Arc<Machine>,
        examined: Arc<Vec<Examined>>,
        dry_run: bool,
    ) -> Result<bool, Error> {
        self.begin(OperationKind::Fix)?
            .alone(move |operation| operation.fix(&machine, &examined, dry_run))
            .await
    }
}

impl Operation {
    fn machine(&self, flags: &BuildFlags, patience: Duration) -> Result<Machine, Error> {
        let checked = match self.check() {
            Ok(checked) => Some(checked),
            Err(Error::Read(ReadError::Missing { .. })) => None,
            Err(error) => return Err(error),
        };
        let application = checked.as_ref().and_then(|checked| self.application_of(&checked.workflow).ok());
        let work = match checked.map(|checked| (checked.report.errors(), checked.components)) {
            None => Work::None,
            Some((0, components)) => Work::Sound(components),
            Some((errors, components)) => {
                Work::Wrong(format!("{} has {}", workflow::FILE, count(errors, "error")), components)
            }
        };
        let packs: Vec<_> = match &work {
            Work::None => self.catalog.packs.iter().cloned().map(Arc::new).collect(),
            Work::Wrong(_, components) | Work::Sound(components) => {
                let packs = components.iter().map(|part| (&part.pack.manifest.name, &part.pack));
                packs.collect::<BTreeMap<_, _>>().into_values().cloned().collect()
            }
        };
        let builder_from = match flags.builder {
            Some(_) => Argument::Builder.to_string(),
            None => {
                self.settings.origin(BUILDER).map_or_else(String::new, |from| format!("BUILDER ({from})"))
            }
        };
        // Compilers are asked for their version by commands of their packs: only by those that were added.
        let verify = |pack: &Pack| pack::verify([pack], &self.root, self.user.as_deref());
        let (packs, rejected): (Vec<_>, Vec<_>) =
            packs.into_iter().map(|pack| verify(&pack).map(|()| pack)).partition(Result::is_ok);
        let packs: Vec<_> = packs.into_iter().flatten().collect();
        let rejected = rejected.into_iter().filter_map(Result::err);
        let rejected = rejected.map(|error| Finding::of(!matches!(work, Work::None), &error)).collect();
        self.ask_about(packs.iter().map(Arc::as_ref))?;
        packs.iter().for_each(|pack: &Arc<Pack>| build::note_own(pack, self.progress.as_ref()));
        let options = self.build_options(flags);
        let (store, platform) = (self.store.clone(), self.platform());
        let mut machine = Machine::new(&self.root, &self.settings, work, packs, options, store, platform);
        machine.builder_from = builder_from;
        machine.rejected = rejected;
        // What is wrong with the workflow is said elsewhere.
        machine.streams = self.streams_deployed(machine.components()).unwrap_or_default();
        machine.application = application;
        machine.patience = patience;
        machine.call_timeout = self.call_timeout();
        machine.progress = Arc::clone(&self.progress);
        Ok(machine)
    }

    fn fix(&self, machine: &Machine, examined: &[Examined], dry_run: bool) -> Result<bool, Error> {
        let fixed = doctor::fix(machine, examined, dry_run, self.progress.as_ref());
        self.remember_images(fixed.images.iter().map(|(pack, image)| (pack.as_str(), image)));
        if self.cancel.is_cancelled() { Err(Error::Cancelled) } else { Ok(fixed.any) }
    }
}
