//! Bodies: read ahead up to a bound, streamed beyond it.

use std::pin::Pin;
use std::task::{Context, Poll};

use http_body_util::BodyExt;
use http_body_util::Full;
use hyper::body::{Body, Bytes, Frame, SizeHint};
use wasmtime_wasi_http::WasiBody;

/// How much of a body is read ahead.
pub(super) const AHEAD: usize = 1 << 20;

/// A body of which the beginning was read already.
pub(super) struct ReadAhead<B> {
    start: Option<Bytes>,
    rest: Option<B>,
}

impl<B: Body<Data = Bytes> + Unpin> ReadAhead<B> {
    /// Reads until the end, but not much more than [`AHEAD`].
    pub async fn of(mut body: B) -> Result<Self, B::Error> {
        // Most bodies are one piece: nothing is copied then.
        let mut pieces: Vec<Bytes> = Vec::new();
        let mut size = 0;
        let mut rest = None;
        loop {
            if size > AHEAD {
                rest = Some(body);
                break;
            }
            match body.frame().await {
                None => break,
                Some(frame) => {
                    if let Ok(piece) = frame?.into_data() {
                        size += piece.len();
                        pieces.push(piece);
                    }
                }
            }
        }
        let start = match pieces.len() {
            1 => pieces.swap_remove(0),
            _ => pieces.concat().into(),
        };
        Ok(Self { start: Some(start), rest })
    }

    /// What was read ahead.
    pub fn start(&self) -> Bytes {
        self.start.clone().unwrap_or_default()
    }

    pub fn complete(&self) -> bool {
        self.rest.is_none()
    }
}

impl<B: Body<Data = Bytes> + Unpin> Body for ReadAhead<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        if let Some(start) = self.start.take().filter(|start| !start.is_empty()) {
            return Poll::Ready(Some(Ok(Frame::data(start))));
        }
        match &mut self.rest {
            Some(rest) => Pin::new(rest).poll_frame(context),
            None => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.start.as_ref().is_none_or(Bytes::is_empty) && self.rest.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        match &self.rest {
            // Tells hyper the content-length, so that it need not send chunks.
            None => SizeHint::with_exact(self.start.as_ref().map_or(0, Bytes::len) as u64),
            Some(_) => SizeHint::new(),
        }
    }
}

/// A body that is all there.
pub(super) fn whole(bytes: impl Into<Bytes>) -> WasiBody {
    Full::new(bytes.into()).map_err(|never| match never {}).boxed_unsync()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_short_body_is_read_whole() {
        let ahead = ReadAhead::of(Full::new(Bytes::from_static(b"abc"))).await.expect("a body");
        assert!(ahead.complete());
        assert_eq!(ahead.start(), "abc");
        assert_eq!(ahead.size_hint().exact(), Some(3));
        assert_eq!(ahead.collect().await.expect("a body").to_bytes(), "abc");
    }

    #[tokio::test]
    async fn nothing_of_a_long_body_is_lost() {
        let first = Full::new(Bytes::from(vec![b'a'; AHEAD + 1]));
        let ahead = ReadAhead::of(first).await.expect("a body");
        assert!(!ahead.complete());
        assert_eq!(ahead.start().len(), AHEAD + 1);
        assert_eq!(ahead.collect().await.expect("a body").to_bytes().len(), AHEAD + 1);
    }

    #[tokio::test]
    async fn an_empty_body_ends_at_once() {
        let ahead = ReadAhead::of(Full::new(Bytes::new())).await.expect("a body");
        assert!(ahead.is_end_stream() && ahead.complete());
    }
}
