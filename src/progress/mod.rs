//! What stages tell while they work, as data. They never print: [`crate::ui`] makes words of it, and other programs make
//! of it what they like.

mod data;
mod event;
mod reason;

use std::sync::Arc;

use serde::Serialize;

pub use data::{
    Change, ChosenBy, Ended, FaultSign, Fix, Level, Location, OldVersion, OperationKind, Phase, Verdict,
};
pub use event::Event;
pub use reason::{Reason, WhatChanged};

impl Event {
    /// Whether it concerns the machine or the project as a whole, not one component.
    pub fn is_general(&self) -> bool {
        matches!(
            self,
            Self::WaitingForProject
                | Self::OwnPack { .. }
                | Self::BuilderChosen { .. }
                | Self::ContainerUnavailable { .. }
                | Self::CompilerFound { .. }
                | Self::CompilerInstalling { .. }
                | Self::ImageFetching { .. }
                | Self::ImageProgress { .. }
                | Self::ImageFetched { .. }
                | Self::ImageNotNeeded { .. }
                | Self::ImageNotLocked { .. }
                | Self::ImageNotRemembered { .. }
        )
    }
}

/// The version of the events' serialised form. It rises when a field changes its meaning or goes away.
pub const SCHEMA: u32 = 1;

/// An event, and the operation that it is part of: this is what is serialised.
#[derive(Debug, Clone, Serialize)]
pub struct Message {
    /// [`SCHEMA`].
    pub schema: u32,
    /// The operation's number, from 1 in the order in which a project's operations begin; 0 if it is part of none.
    pub operation: u64,
    /// What happened.
    #[serde(flatten)]
    pub event: Event,
}

/// Takes the events of all operations, from any thread.
pub trait Listener: Send + Sync {
    /// Takes one.
    fn hear(&self, message: Message);
}

/// Takes the events of a stage, from any thread.
pub trait Progress: Send + Sync {
    /// Takes one event.
    fn report(&self, event: Event);
}

/// Takes no notice.
#[derive(Debug, Clone, Copy)]
pub struct Silent;

impl Progress for Silent {
    fn report(&self, _: Event) {}
}

impl Listener for Silent {
    fn hear(&self, _: Message) {}
}

/// Tells a listener the events of one operation.
#[derive(Clone)]
pub struct Reporter {
    operation: u64,
    listener: Arc<dyn Listener>,
}

impl Reporter {
    /// For the operation with this number.
    pub fn new(operation: u64, listener: Arc<dyn Listener>) -> Self {
        Self { operation, listener }
    }
}

impl Progress for Reporter {
    fn report(&self, event: Event) {
        self.listener.hear(Message { schema: SCHEMA, operation: self.operation, event });
    }
}
