//! The facade's part that rehearses a fault.

use tokio::sync::mpsc::UnboundedReceiver;

use super::Error;
use super::Pelato;
use super::operation::Operation;
use crate::check::Flow;
use crate::drill::{self, Marks, Plan, Route, Setup};
use crate::measurement::Readings;
use crate::progress::OperationKind;
use crate::project::settings::GivenNats;

pub struct DrillOptions {
    /// The topic that probes are sent to; else the one by which messages enter the workflow.
    pub from: Option<String>,
    /// The topic that they come out of; else the one by which they leave it.
    pub to: Option<String>,
    /// What a probe is, with a place for its mark.
    pub input: String,
    /// The NATS server of the topics; else that of the settings.
    pub nats: Option<String>,
    /// What will be done.
    pub plan: Plan,
    /// Gets something when a person tells that the host is away now.
    pub told: Option<UnboundedReceiver<()>>,
}

impl Pelato {
    /// Where the probes of a drill would go in and come out.
    ///
    /// # Errors
    /// When the workflow has errors, or it is not clear.
    pub fn drill_route(&self, from: Option<&str>, to: Option<&str>) -> Result<Route, Error> {
        self.look()?.drill_route(from, to)
    }

    /// Sends probes through the running workflow while a host is taken away. It is over sooner when `stop` is done
    /// or it is cancelled; whether it was is told with the readings.
    ///
    /// # Errors
    /// When the workflow has errors, or the drill cannot be held.
    pub async fn drill(
        &self,
        options: DrillOptions,
        stop: impl Future<Output = ()>,
    ) -> Result<(Readings, bool), Error> {
        let operation = self.begin(OperationKind::Drill)?;
        operation.ended(operation.drill(options, stop).await)
    }
}

impl Operation {
    fn drill_route(&self, from: Option<&str>, to: Option<&str>) -> Result<Route, Error> {
        Ok(drill::route(&Flow::of(&self.components()?), from, to)?)
    }

    async fn drill(
        &self,
        options: DrillOptions,
        stop: impl Future<Output = ()>,
    ) -> Result<(Readings, bool), Error> {
        let stop = self.until_stopped(stop);
        let route = self.drill_route(options.from.as_deref(), options.to.as_deref())?;
        let setup = Setup {
            plan: options.plan,
            route,
            marks: Marks::new(&options.input)?,
            server: self.settings.nats_with(GivenNats { url: options.nats, credentials: None })?,
            platform: self.platform(),
            application: self.application().ok(),
            told: options.told,
            cancel: self.cancel.clone(),
        };
        drill::hold(setup, stop, self.progress.as_ref()).await?.ok_or(Error::Cancelled)
    }
}
