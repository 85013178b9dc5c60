//! The output of functions: lines, attributed to their call, up to a limit.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use hyper::body::Bytes;
use tokio::io::AsyncWrite;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamResult};

use super::absent::explain;
use super::observe::{Call, Event, Observer, Stream};

/// How much of one call's output is reported.
const LIMIT: usize = 256 << 10;
/// Longer lines are reported in pieces.
const LONGEST_LINE: usize = 8 << 10;

/// The remaining output quota of one call, shared by its streams and its log.
pub(super) struct Output {
    call: Arc<Call>,
    observer: Arc<dyn Observer>,
    state: Mutex<Account>,
}

#[derive(Default)]
struct Account {
    taken: usize,
    cut: bool,
    pending: [Vec<u8>; 2],
    /// What a line on stderr means, if it says that something does not exist here.
    explanation: Option<&'static str>,
}

impl Output {
    pub fn new(call: Arc<Call>, observer: Arc<dyn Observer>) -> Arc<Self> {
        Arc::new(Self { call, observer, state: Mutex::default() })
    }

    /// Takes `size` bytes from the quota; false if that exceeds it.
    pub fn admit(&self, size: usize) -> bool {
        self.admit_in(&mut self.account(), size) == size
    }

    fn admit_in(&self, account: &mut Account, size: usize) -> usize {
        let admitted = size.min(LIMIT - account.taken);
        account.taken += admitted;
        if admitted < size && !account.cut {
            account.cut = true;
            self.observer.event(Event::OutputCut { call: Arc::clone(&self.call), limit: LIMIT });
        }
        admitted
    }

    fn write(&self, stream: Stream, bytes: &[u8]) {
        let mut account = self.account();
        let admitted = self.admit_in(&mut account, bytes.len());
        let bytes = bytes.get(..admitted).unwrap_or_default();
        let mut explanation = account.explanation;
        for piece in bytes.split_inclusive(|&byte| byte == b'\n') {
            let pending = pending(&mut account, stream);
            for part in piece.chunks(LONGEST_LINE) {
                pending.extend_from_slice(part);
                if part.ends_with(b"\n") || pending.len() >= LONGEST_LINE {
                    self.line(stream, pending, &mut explanation);
                }
            }
        }
        account.explanation = explanation;
    }

    /// What the function has written means, if it is that something does not exist here.
    pub fn explanation(&self) -> Option<&'static str> {
        self.account().explanation
    }

    /// Reports what was written without the end of a line.
    pub fn finish(&self) {
        let mut account = self.account();
        let mut explanation = account.explanation;
        for stream in [Stream::Stdout, Stream::Stderr] {
            let pending = pending(&mut account, stream);
            if !pending.is_empty() {
                self.line(stream, pending, &mut explanation);
            }
        }
        account.explanation = explanation;
    }

    fn line(&self, stream: Stream, pending: &mut Vec<u8>, explanation: &mut Option<&'static str>) {
        let line = pending.strip_suffix(b"\n").unwrap_or(pending);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let text = String::from_utf8_lossy(line).into_owned();
        if stream == Stream::Stderr {
            *explanation = explanation.or_else(|| explain(&text));
        }
        pending.clear();
        self.observer.event(Event::Line { call: Arc::clone(&self.call), stream, text, detail: false });
    }

    fn account(&self) -> MutexGuard<'_, Account> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn pending(account: &mut Account, stream: Stream) -> &mut Vec<u8> {
    let [stdout, stderr] = &mut account.pending;
    match stream {
        Stream::Stdout => stdout,
        Stream::Stderr => stderr,
    }
}

/// One of the two streams, in the form that WASI requires.
#[derive(Clone)]
pub(super) struct Pipe {
    pub output: Arc<Output>,
    pub stream: Stream,
}

impl StdoutStream for Pipe {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(self.clone())
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }
}

impl IsTerminal for Pipe {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl OutputStream for Pipe {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.output.write(self.stream, &bytes);
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(LIMIT)
    }
}

#[wasmtime_wasi::async_trait]
impl Pollable for Pipe {
    async fn ready(&mut self) {}
}

impl AsyncWrite for Pipe {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.output.write(self.stream, bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::observe::Trigger;
    use crate::host::trace::TraceId;

    #[derive(Default)]
    struct Lines(Mutex<Vec<String>>);

    impl Observer for Lines {
        fn event(&self, event: Event) {
            let text = match event {
                Event::Line { stream: Stream::Stdout, text, .. } => format!("out {text}"),
                Event::Line { text, .. } => format!("err {text}"),
                Event::OutputCut { limit, .. } => format!("cut {limit}"),
                other => format!("{other:?}"),
            };
            self.0.lock().expect("lock").push(text);
        }
    }

    fn output() -> (Arc<Output>, Arc<Lines>) {
        let lines = Arc::new(Lines::default());
        let call = Call {
            trace: TraceId::fresh(),
            hop: 1,
            component: "c".into(),
            trigger: Trigger::Direct,
            input: Bytes::new(),
        };
        (Output::new(Arc::new(call), Arc::clone(&lines) as Arc<dyn Observer>), lines)
    }

    #[test]
    fn lines_are_put_together() {
        let (output, lines) = output();
        output.write(Stream::Stdout, b"a");
        output.write(Stream::Stderr, b"e\r\n");
        output.write(Stream::Stdout, b"b\n\nc\xff");
        output.finish();
        output.finish();
        assert_eq!(*lines.0.lock().expect("lock"), ["err e", "out ab", "out ", "out c\u{fffd}"]);
    }

    #[test]
    fn what_a_function_writes_last_is_explained_also_without_the_end_of_its_line() {
        for text in
            [&b"hosts: No such file or directory\nbye\n"[..], b"hello\nhosts: No such file or directory"]
        {
            let (output, _) = output();
            output.write(Stream::Stdout, text);
            output.finish();
            assert_eq!(output.explanation(), None, "stdout is for other things");
            output.write(Stream::Stderr, text);
            output.finish();
            assert!(output.explanation().is_some_and(|words| words.starts_with("functions have no files")));
        }
    }

    #[test]
    fn a_flood_is_cut() {
        let (output, lines) = output();
        for _ in 0..100 {
            output.write(Stream::Stdout, &[b'x'; 10_000]);
        }
        assert!(!output.admit(1));
        output.finish();
        let lines = lines.0.lock().expect("lock");
        assert_eq!(lines.iter().filter(|line| line.starts_with("cut")).count(), 1);
        assert!(lines.iter().all(|line| line.len() <= LONGEST_LINE * 2 + 4));
        let reported: usize = lines.iter().filter_map(|line| line.strip_prefix("out ")).map(str::len).sum();
        assert_eq!(reported, LIMIT);
    }
}
