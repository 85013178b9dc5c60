//! The journal: takes the place of the host's stdout and stderr for a function, publishes what it writes there and what
//! its trigger says of each call, and passes the lines on to the host.

mod closed;

use std::cell::RefCell;

use bindings::exports::pelato::task::journal;
use bindings::exports::wasi::cli::{stderr, stdin, stdout};
use bindings::exports::wasi::io::streams::{
    Guest, GuestInputStream, GuestOutputStream, InputStream, InputStreamBorrow, OutputStream, Pollable,
    StreamError,
};
use bindings::pelato::task::settings;
use bindings::wasi::cli::environment::get_environment;
use bindings::wasi::clocks::{monotonic_clock, wall_clock};
use bindings::wasi::{cli as host, io};
use bindings::wasmcloud::messaging::{consumer, types::BrokerMessage};
use flow::journal::{Journal, Stream, Surroundings};

// Generated: the lints are for what people write.
#[allow(unsafe_code, missing_docs, clippy::all)]
mod bindings {
    wit_bindgen::generate!({ world: "journal", path: "../wit", generate_all });
    export!(Exports with_types_in self);

    /// The component's exports.
    pub(crate) struct Exports;
}

/// How much a function may write at a time, in bytes.
const ROOM: u64 = 64 << 10;
/// How much a host takes at a time, in bytes.
const PIECE: usize = 4096;

thread_local! {
    // The exports of a component have nowhere else to keep it.
    static JOURNAL: RefCell<Journal<Host>> = const { RefCell::new(Journal::new(Host)) };
}

struct Host;

impl Surroundings for Host {
    fn setting(&self, key: &str) -> Option<String> {
        settings::get(key)
    }

    fn environment(&self) -> Vec<(String, String)> {
        get_environment()
    }

    fn time_ms(&self) -> u64 {
        let now = wall_clock::now();
        now.seconds * 1000 + u64::from(now.nanoseconds / 1_000_000)
    }

    fn elapsed_us(&self) -> u64 {
        monotonic_clock::now() / 1000
    }

    fn publish(&self, subject: &str, body: Vec<u8>) {
        let message = BrokerMessage { subject: subject.to_owned(), body, reply_to: None };
        let _ = consumer::publish(&message);
    }
}

impl journal::Guest for bindings::Exports {
    fn began(topic: String) {
        JOURNAL.with_borrow_mut(|journal| journal.began(&topic));
    }

    fn ended(failure: Option<String>) {
        JOURNAL.with_borrow_mut(|journal| journal.ended(failure.as_deref()));
    }
}

/// A stream that a function writes to, and that of the host.
pub(crate) struct Output {
    stream: Stream,
    host: io::streams::OutputStream,
}

impl Output {
    fn take(&self, contents: &[u8]) {
        JOURNAL.with_borrow_mut(|journal| journal.write(self.stream, contents));
        for piece in contents.chunks(PIECE) {
            // A host that does not take it has lost it; the function cannot help.
            let _ = self.host.blocking_write_and_flush(piece);
        }
    }
}

impl GuestOutputStream for Output {
    fn check_write(&self) -> Result<u64, StreamError> {
        Ok(ROOM)
    }

    fn write(&self, contents: Vec<u8>) -> Result<(), StreamError> {
        self.take(&contents);
        Ok(())
    }

    fn blocking_write_and_flush(&self, contents: Vec<u8>) -> Result<(), StreamError> {
        self.write(contents)
    }

    fn flush(&self) -> Result<(), StreamError> {
        Ok(())
    }

    fn blocking_flush(&self) -> Result<(), StreamError> {
        Ok(())
    }

    fn subscribe(&self) -> Pollable {
        ready()
    }

    fn write_zeroes(&self, len: u64) -> Result<(), StreamError> {
        let len = usize::try_from(len.min(ROOM)).unwrap_or_default();
        self.write(vec![0; len])
    }

    fn blocking_write_zeroes_and_flush(&self, len: u64) -> Result<(), StreamError> {
        self.write_zeroes(len)
    }

    fn splice(&self, _: InputStreamBorrow<'_>, _: u64) -> Result<u64, StreamError> {
        Err(StreamError::Closed)
    }

    fn blocking_splice(&self, _: InputStreamBorrow<'_>, _: u64) -> Result<u64, StreamError> {
        Err(StreamError::Closed)
    }
}

/// A stream that has ended: functions get their input as an argument.
pub(crate) struct Input;

impl GuestInputStream for Input {
    fn read(&self, _: u64) -> Result<Vec<u8>, StreamError> {
        Err(StreamError::Closed)
    }

    fn blocking_read(&self, _: u64) -> Result<Vec<u8>, StreamError> {
        Err(StreamError::Closed)
    }

    fn skip(&self, _: u64) -> Result<u64, StreamError> {
        Err(StreamError::Closed)
    }

    fn blocking_skip(&self, _: u64) -> Result<u64, StreamError> {
        Err(StreamError::Closed)
    }

    fn subscribe(&self) -> Pollable {
        ready()
    }
}

impl Guest for bindings::Exports {
    type InputStream = Input;
    type OutputStream = Output;
}

/// What need not be waited for.
fn ready() -> Pollable {
    monotonic_clock::subscribe_duration(0)
}

impl stdin::Guest for bindings::Exports {
    fn get_stdin() -> InputStream {
        InputStream::new(Input)
    }
}

impl stdout::Guest for bindings::Exports {
    fn get_stdout() -> OutputStream {
        OutputStream::new(Output { stream: Stream::Stdout, host: host::stdout::get_stdout() })
    }
}

impl stderr::Guest for bindings::Exports {
    fn get_stderr() -> OutputStream {
        OutputStream::new(Output { stream: Stream::Stderr, host: host::stderr::get_stderr() })
    }
}
