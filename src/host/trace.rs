//! The trace id that a message carries through the flow.

use std::fmt;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::str::FromStr;
use std::sync::atomic::{AtomicU64, Ordering};

/// The id of a message that entered the system, and of everything that resulted from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TraceId(u64);

impl TraceId {
    /// A new, unique id.
    #[must_use]
    pub fn fresh() -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        // The standard library's random keys, so that two processes on one NATS server do not collide.
        let mut hasher = RandomState::new().build_hasher();
        hasher.write_u64(COUNT.fetch_add(1, Ordering::Relaxed));
        Self(hasher.finish())
    }
}

impl fmt::Display for TraceId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:016x}", self.0)
    }
}

/// A position in a trace: its id, and the number of calls so far. Between processes it is the header
/// [`TraceContext::HEADER`], written `<trace>/<hop>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TraceContext {
    pub trace: TraceId,
    /// The number of the call that comes next; the first is 1.
    pub hop: u32,
}

impl TraceContext {
    /// The header of a NATS message, and of an HTTP response.
    pub const HEADER: &'static str = "Pelato-Trace";

    /// The context of a message that just entered the system.
    pub fn entering() -> Self {
        Self { trace: TraceId::fresh(), hop: 1 }
    }
}

impl fmt::Display for TraceContext {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}/{}", self.trace, self.hop)
    }
}

impl FromStr for TraceContext {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (trace, hop) = text.split_once('/').ok_or(())?;
        if trace.len() != 16 || !trace.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(());
        }
        Ok(Self {
            trace: TraceId(u64::from_str_radix(trace, 16).map_err(drop)?),
            hop: hop.parse().map_err(drop)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_survive_the_header() {
        let mark = TraceContext { trace: TraceId(0xab), hop: 7 };
        assert_eq!(mark.to_string(), "00000000000000ab/7");
        assert_eq!(mark.to_string().parse(), Ok(mark));
    }

    #[test]
    fn foreign_headers_are_no_marks() {
        for text in ["", "1", "ab/1", "00000000000000ab/", "00000000000000ab/-1", "+0000000000000ab/1", "x/y"]
        {
            assert_eq!(text.parse::<TraceContext>(), Err(()), "{text}");
        }
    }

    #[test]
    fn fresh_marks_differ() {
        let marks: std::collections::HashSet<_> = (0..10_000).map(|_| TraceId::fresh()).collect();
        assert_eq!(marks.len(), 10_000);
    }
}
