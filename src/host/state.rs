//! What an instance has: its view of the outside.

use std::sync::Arc;

use wasmtime::component::{Resource, ResourceTable};
use wasmtime_wasi::{WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};
use wasmtime_wasi_http::{
    Error as HttpError, RequestOptions, WasiBody, WasiHttpCtx, WasiHttpCtxView, WasiHttpHooks, WasiHttpView,
};

use super::bus::Broker;
use super::database::Database;
use super::keyvalue::{Bucket, Opened};
use super::memory::MemoryGuard;
use super::observe::{Call, Observer, Stream};
use super::options::Environment;
use super::output::{Output, Pipe};
use super::record::Record;
use super::slots::Slot;

pub(super) struct State {
    wasi: WasiCtx,
    http: WasiHttpCtx,
    hooks: NoRequests,
    table: ResourceTable,
    pub memory: MemoryGuard,
    pub call: Arc<Call>,
    pub observer: Arc<dyn Observer>,
    pub output: Arc<Output>,
    pub record: Arc<Record>,
    pub link: Option<Link>,
    /// The last error that the call has logged.
    pub error: Option<String>,
}

/// What connects an instance to the others; a function by itself has none.
pub(super) struct Link {
    pub broker: Broker,
    pub slot: Slot,
    pub resources: Resources,
    /// Where the sender of the message waits for an answer.
    pub reply_to: Option<String>,
}

/// What a component may use beside messages.
#[derive(Clone, Default)]
pub(super) struct Resources {
    pub bucket: Option<Arc<Bucket>>,
    pub database: Option<Arc<Database>>,
    /// Where its dead letters go.
    pub dead_letter_topic: Option<Arc<str>>,
    /// Where a stream acknowledges what it publishes.
    pub stored_topics: Arc<[String]>,
    pub environment: Environment,
}

impl State {
    pub fn new(
        call: Arc<Call>,
        memory_limit: u64,
        observer: Arc<dyn Observer>,
        environment: &Environment,
        link: Option<Link>,
    ) -> Self {
        let output = Output::new(Arc::clone(&call), Arc::clone(&observer));
        let record = Arc::new(Record::default());
        let pipe = |stream| Pipe { output: Arc::clone(&output), stream };
        // No files, no network, nothing of this process: what is not given here does not exist for the function.
        let mut wasi = WasiCtxBuilder::new();
        for (name, value) in environment.pairs() {
            wasi.env(name, value);
        }
        let wasi = wasi.stdout(pipe(Stream::Stdout)).stderr(pipe(Stream::Stderr)).build();
        Self {
            wasi,
            http: WasiHttpCtx::new(),
            hooks: NoRequests,
            table: ResourceTable::new(),
            memory: MemoryGuard::new(memory_limit, Arc::clone(&record)),
            call,
            observer,
            output,
            record,
            link,
            error: None,
        }
    }
}

impl State {
    /// Hands a bucket to the instance.
    pub fn keep(&mut self, bucket: Opened) -> wasmtime::Result<Resource<Opened>> {
        Ok(self.table.push(bucket)?)
    }

    pub fn opened(&self, bucket: &Resource<Opened>) -> wasmtime::Result<Opened> {
        Ok(Arc::clone(self.table.get(bucket)?))
    }

    /// Takes a bucket back.
    pub fn forget(&mut self, bucket: Resource<Opened>) -> wasmtime::Result<()> {
        self.table.delete(bucket)?;
        Ok(())
    }
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

impl WasiHttpView for State {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView { hooks: &mut self.hooks, table: &mut self.table, ctx: &mut self.http }
    }
}

/// Functions answer HTTP; they do not ask.
struct NoRequests;

type Answer = (hyper::Response<WasiBody>, Box<dyn Future<Output = Result<(), HttpError>> + Send>);

impl WasiHttpHooks for NoRequests {
    fn send_request(
        &mut self,
        _: hyper::Request<WasiBody>,
        _: Option<RequestOptions>,
        _: Box<dyn Future<Output = Result<(), HttpError>> + Send>,
    ) -> Box<dyn Future<Output = Result<Answer, HttpError>> + Send> {
        Box::new(std::future::ready(Err(HttpError::HttpRequestDenied)))
    }
}
