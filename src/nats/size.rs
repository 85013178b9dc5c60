//! How large a message may be.

use async_nats::{Client, HeaderMap};

/// How many bytes of headers a stream takes.
const MOST_HEADERS: usize = u16::MAX as usize;

/// Whether headers fit to a message of so many bytes: a server counts both, and a stream limits the headers.
pub fn fits(client: &Client, headers: &HeaderMap, body: usize) -> bool {
    let size = size(headers);
    size <= MOST_HEADERS && size + body <= client.max_payload()
}

/// How many bytes headers take: a line with the version, one for each value, and an empty one.
fn size(headers: &HeaderMap) -> usize {
    let line = |name: &str, value: &str| name.len() + value.len() + ": \r\n".len();
    let of = |name: &str, values: &[async_nats::HeaderValue]| {
        values.iter().map(|value| line(name, value.as_str())).sum::<usize>()
    };
    let lines: usize = headers.iter().map(|(name, values)| of(name.as_ref(), values)).sum();
    "NATS/1.0\r\n\r\n".len() + lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_take_what_is_sent_for_them() {
        let mut headers = HeaderMap::new();
        headers.append("Unit", "C");
        headers.append("Unit", "F");
        assert_eq!(size(&headers), "NATS/1.0\r\nUnit: C\r\nUnit: F\r\n\r\n".len());
    }
}
