//! The facade's part that observes what functions write, and which of their calls fail.

use std::collections::BTreeMap;

use super::operation::Operation;
use super::socket::{Answer, Request};
use super::traffic::{NatsConnection, broken, observed};
use super::{Error, Pelato, Place, Reached};
use crate::check::logs;
use crate::progress::OperationKind;
use crate::protocol::{Record, RecordKind};
use crate::text::suggest;

impl Pelato {
    /// Observes the logs of components; of all of the workflow, if none is named. `begun` is called when all that is written
    /// from then on is heard, with the names of those that publish no log. It ends when `logged` returns false, or with the
    /// `pelato run` that it observes.
    ///
    /// # Errors
    /// When there is no such component, or its log may not be observed.
    pub async fn logs(
        &self,
        components: &[String],
        place: &Place,
        begun: impl FnOnce(&Reached, &[String]),
        mut logged: impl FnMut(&Record) -> bool,
    ) -> Result<(), Error> {
        let operation = self.begin(OperationKind::Logs)?;
        operation
            .ended(operation.unless_cancelled(operation.logs(components, place, begun, &mut logged)).await)
    }
}

impl Operation {
    async fn logs(
        &self,
        components: &[String],
        place: &Place,
        begun: impl FnOnce(&Reached, &[String]),
        logged: &mut impl FnMut(&Record) -> bool,
    ) -> Result<(), Error> {
        let workflow = self.workflow()?;
        let tasks = workflow.tasks.iter();
        let known: BTreeMap<&str, bool> = tasks
            .filter_map(|task| {
                let name = task.component_name.as_ref()?;
                Some((name.text.as_str(), logs::is_published(&workflow, task)))
            })
            .collect();
        let unknown = components.iter().find(|name| !known.contains_key(name.as_str()));
        if let Some(name) = unknown {
            let help = suggest::help(name, known.keys().copied());
            return Err(Error::UnknownComponent { name: name.clone(), help });
        }
        let mut logged = |record: &Record| {
            let is_shown = !matches!(record.kind, RecordKind::Began | RecordKind::Ended);
            !is_shown || logged(record)
        };
        let request = Request::Logs { components: components.to_vec() };
        if let Some(mut running) = self.connection(place, &request).await? {
            observed(running.next().await.map_err(broken)?)?;
            begun(&Reached::Run, &[]);
            while let Some(Answer::Logged(record)) = running.next().await.map_err(broken)? {
                if !logged(&record) {
                    break;
                }
            }
            return Ok(());
        }
        let connection = NatsConnection::connect(self.server(place)?).await?;
        let topics = match components {
            [] => vec![logs::topic(&workflow, None)],
            named => named.iter().map(|name| logs::topic(&workflow, Some(name))).collect(),
        };
        let mut all = connection.observe(topics).await?;
        let is_wanted = |name: &str| components.is_empty() || components.iter().any(|one| one == name);
        let silent = known.iter().filter(|(name, published)| !**published && is_wanted(name));
        let silent: Vec<_> = silent.map(|(name, _)| (*name).to_owned()).collect();
        begun(&connection.reached(), &silent);
        while let Some(message) = connection.next(&mut all).await? {
            // Somebody else's message is no record.
            let Ok(record) = serde_json::from_slice(&message.payload) else { continue };
            if !logged(&record) {
                break;
            }
        }
        Ok(())
    }
}
