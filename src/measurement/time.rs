//! Times as people write and read them.

use std::time::Duration;

/// The longest time that is taken: a day.
const LONGEST: f64 = 86_400.0;
/// The units, the longest names first: `ms` ends with `s`, too.
const UNITS: [(&str, f64); 4] = [("ms", 0.001), ("s", 1.0), ("m", 60.0), ("h", 3600.0)];

/// A time such as `500ms`, `5s`, `2m`, or `5`, which is in seconds.
///
/// # Errors
/// When it is none; in words.
pub fn parse(text: &str) -> Result<Duration, String> {
    let text = text.trim();
    let (number, unit) = split(text).unwrap_or((text, 1.0));
    let number = number.trim_end();
    // As people write numbers: without `+` and exponent. What is negative is out of range.
    if !number.strip_prefix('-').unwrap_or(number).bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        return Err(expected());
    }
    let number: f64 = number.parse().map_err(|_| expected())?;
    let seconds = number * unit;
    // Neither endless nor "not a number" is within.
    match (0.0..=LONGEST).contains(&seconds) {
        true => Ok(Duration::from_secs_f64(seconds)),
        false => Err(format!("{}, from 0 to a day", expected())),
    }
}

/// Whether a time's unit is written.
pub fn has_unit(text: &str) -> bool {
    split(text.trim()).is_some()
}

fn split(text: &str) -> Option<(&str, f64)> {
    UNITS.iter().find_map(|(unit, seconds)| Some((text.strip_suffix(unit)?, *seconds)))
}

fn expected() -> String {
    "expected a time, such as 500ms, 5s or 2m".to_owned()
}

/// A time with the digits that say something: `1.42 ms`, `43.1 ms`, `2.40 s`.
pub fn shown(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    match seconds {
        s if s < 0.01 => format!("{:.2} ms", s * 1e3),
        s if s < 1.0 => format!("{:.1} ms", s * 1e3),
        s if s < 100.0 => format!("{s:.2} s"),
        s => format!("{s:.1} s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_units() {
        for (text, milliseconds) in [
            ("500ms", 500),
            ("5s", 5000),
            ("5", 5000),
            ("0.5 s", 500),
            ("2m", 120_000),
            ("1h", 3_600_000),
            ("0", 0),
        ] {
            assert_eq!(parse(text), Ok(Duration::from_millis(milliseconds)), "{text}");
        }
        for text in ["", "s", "five", "5 days", "-1s", "+5s", "1e3", "1e3s", "NaN", "inf", "1e400s", "25h"] {
            assert!(parse(text).is_err(), "{text}");
        }
        assert!(has_unit("5 s") && !has_unit("5"));
    }

    #[test]
    fn shown_with_few_digits() {
        let shown = |microseconds| shown(Duration::from_micros(microseconds));
        assert_eq!(shown(1420), "1.42 ms");
        assert_eq!(shown(43_060), "43.1 ms");
        assert_eq!(shown(2_400_000), "2.40 s");
        assert_eq!(shown(120_040_000), "120.0 s");
    }
}
