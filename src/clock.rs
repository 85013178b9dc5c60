//! Times as they are written, and how far this machine's clock is from another's.

use std::time::SystemTime;

use chrono::{DateTime, SecondsFormat, Utc};

/// A time as servers write it: `2026-11-23T14:30:00.5Z`, or `Mon, 23 Nov 2026 14:30:00 GMT` in headers of HTTP.
pub fn read(text: &str) -> Option<SystemTime> {
    let date = DateTime::parse_from_rfc3339(text).or_else(|_| DateTime::parse_from_rfc2822(text));
    date.ok().map(SystemTime::from)
}

/// A time in milliseconds since 1970, as it is written for people and for programs.
pub fn written(unix_ms: u64) -> String {
    let date = i64::try_from(unix_ms).ok().and_then(DateTime::<Utc>::from_timestamp_millis);
    date.unwrap_or_default().to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// The seconds that this machine is ahead; behind, if they are negative. The server told its time between two of ours:
/// only what lies outside of these counts. `step` is how coarse its time is, in seconds.
pub fn ahead((before, after): (SystemTime, SystemTime), theirs: SystemTime, step: f64) -> f64 {
    let earliest = seconds(before, theirs) - step;
    let latest = seconds(after, theirs);
    match (earliest > 0.0, latest < 0.0) {
        (true, _) => earliest,
        (_, true) => latest,
        _ => 0.0,
    }
}

fn seconds(ours: SystemTime, theirs: SystemTime) -> f64 {
    match ours.duration_since(theirs) {
        Ok(ahead) => ahead.as_secs_f64(),
        Err(behind) => -behind.duration().as_secs_f64(),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn both_ways_to_write_a_time_are_read() {
        let expected = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
        for text in
            ["Sun, 06 Nov 1994 08:49:37 GMT", "1994-11-06T08:49:37Z", "1994-11-06T09:49:37.000000000+01:00"]
        {
            assert_eq!(read(text), Some(expected), "{text}");
        }
        for text in ["", "yesterday", "1994-11-06", "Sun, 06 Nov 1994"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn a_time_is_written_to_the_millisecond() {
        assert_eq!(written(784_111_777_042), "1994-11-06T08:49:37.042Z");
        assert_eq!(written(u64::MAX), "1970-01-01T00:00:00.000Z");
    }

    #[test]
    fn only_what_the_way_does_not_explain_counts() {
        let at = |seconds| SystemTime::UNIX_EPOCH + Duration::from_millis(seconds);
        assert_eq!(ahead((at(1_000), at(1_200)), at(1_100), 0.0), 0.0);
        assert_eq!(ahead((at(1_900), at(1_950)), at(1_000), 1.0), 0.0, "the header has no parts of a second");
        assert!((ahead((at(9_000), at(9_100)), at(1_000), 1.0) - 7.0).abs() < 1e-6);
        assert!((ahead((at(1_000), at(1_500)), at(9_500), 1.0) + 8.0).abs() < 1e-6);
    }
}
