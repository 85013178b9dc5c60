//! A component that is ready to be called.

use std::sync::{Arc, PoisonError, RwLock};

use sha2::{Digest, Sha256};
use wasmtime::component::{Component, InstancePre, Linker};
use wasmtime_wasi_http::p2::bindings::ProxyPre;

use super::HostError;
use super::bindings::MessagingPre;
use super::keyvalue::Bucket;
use super::options::Hosted;
use super::state::{Resources, State};
use super::tier::Tier;

/// A component that is ready to be called: compiled, its imports found, its exports known.
pub(super) struct Code {
    digest: [u8; 32],
    /// What has compiled it, and runs it.
    pub tier: Arc<Tier>,
    /// What it may use.
    pub resources: Resources,
    pub messaging: Option<MessagingPre<State>>,
    pub http: Option<ProxyPre<State>>,
}

/// The code of a component, which can be replaced while it runs. Calls under way keep what they began with.
pub(super) struct Current(RwLock<Arc<Code>>);

impl Current {
    pub fn new(code: Arc<Code>) -> Self {
        Self(RwLock::new(code))
    }

    pub fn get(&self) -> Arc<Code> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub fn replace(&self, code: Arc<Code>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = code;
    }

    /// Replaces it if it is this code still.
    pub fn replace_this(&self, old: &Arc<Code>, new: Arc<Code>) -> bool {
        let mut code = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let is_this = Arc::ptr_eq(&code, old);
        if is_this {
            *code = new;
        }
        is_this
    }
}

impl Code {
    /// Prepares a component. Takes seconds of CPU time: do not call it on a thread that serves others.
    pub fn prepare(tier: &Arc<Tier>, hosted: &Hosted, resources: Resources) -> Result<Self, HostError> {
        let component = tier.compute.compile(&hosted.name, &hosted.wasm)?;
        let pre = link(&tier.linker, &hosted.name, &component)?;
        // These fail exactly when the export is missing.
        let digest = digest(&hosted.wasm);
        let (messaging, http) = (MessagingPre::new(pre.clone()).ok(), ProxyPre::new(pre).ok());
        let code = Self { digest, tier: Arc::clone(tier), resources, messaging, http };
        code.check(hosted)?;
        Ok(code)
    }

    /// Whether it was compiled from these bytes with the same imports.
    pub fn is_of(&self, hosted: &Hosted) -> bool {
        let Resources { bucket, database, dead_letter_topic, stored_topics, environment } = &self.resources;
        self.digest == digest(&hosted.wasm)
            && bucket.as_deref().map(Bucket::name) == hosted.bucket.as_deref()
            && database.is_some() == hosted.database
            && dead_letter_topic.as_deref() == hosted.dead_letter_topic.as_deref()
            && **stored_topics == *hosted.stored_topics
            && *environment == hosted.environment
    }

    /// Checks that it exports what it is to be used for.
    pub fn check(&self, hosted: &Hosted) -> Result<(), HostError> {
        let missing =
            |interface, purpose| HostError::Export { component: hosted.name.clone(), interface, purpose };
        if !hosted.subscriptions.is_empty() && self.messaging.is_none() {
            return Err(missing("wasmcloud:messaging/handler@0.2.0", "read messages"));
        }
        if hosted.http_path.is_some() && self.http.is_none() {
            return Err(missing("wasi:http/incoming-handler@0.2.0", "answer HTTP"));
        }
        Ok(())
    }
}

fn digest(wasm: &[u8]) -> [u8; 32] {
    Sha256::digest(wasm).into()
}

/// Finds a component's imports.
pub(super) fn link(
    linker: &Linker<State>,
    name: &str,
    component: &Component,
) -> Result<InstancePre<State>, HostError> {
    linker
        .instantiate_pre(component)
        .map_err(|cause| HostError::Import { component: name.to_owned(), message: format!("{cause:#}") })
}
