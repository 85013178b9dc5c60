//! What triggers and hosts have agreed on. It is the triggers' own file, so that neither side can differ from it; by the
//! link in `templates/template/`, cargo packs it with this crate.

#[path = "../templates/template/flow/protocol.rs"]
mod shared;

pub use shared::*;

/// The header of a dead letter with the component that could not process it.
pub const COMPONENT_HEADER: &str = "Pelato-Component";
/// The header with the topic that it had been sent to.
pub const SUBJECT_HEADER: &str = "Pelato-Subject";
/// The header with the reason.
pub const ERROR_HEADER: &str = "Pelato-Error";

/// How much of a reason fits into its header, in bytes: streams take 64 KiB of headers.
const LONGEST_ERROR: usize = 4096;

/// The headers of a dead letter: its component, its subject, and the error. Messages of components have no headers, so
/// the host adds them.
pub fn dead_letter_headers(component: &str, subject: &str, error: &str) -> [(&'static str, String); 3] {
    // A header is one line.
    let line = |text: &str| text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>();
    let error = match error.trim() {
        short if short.len() <= LONGEST_ERROR => line(short),
        long => {
            let beginning = &long[..long.floor_char_boundary(LONGEST_ERROR)];
            format!("{} … (the first {} of {} bytes)", line(beginning), beginning.len(), long.len())
        }
    };
    [(COMPONENT_HEADER, component.to_owned()), (SUBJECT_HEADER, subject.to_owned()), (ERROR_HEADER, error)]
}

#[cfg(test)]
mod tests {
    use super::dead_letter_headers;

    #[test]
    fn a_reason_is_one_line_that_a_stream_takes() {
        let reason = |error: &str| dead_letter_headers("a", "in", error)[2].1.clone();
        assert_eq!(reason(" no\nway\n"), "no way");
        let all = reason(&"ä".repeat(2048));
        assert_eq!(all, "ä".repeat(2048));
        let long = reason(&format!("x{}", "ä".repeat(50_000)));
        assert!(long.starts_with("xäää") && long.len() < 5000, "{}", long.len());
        assert!(long.ends_with("ä … (the first 4095 of 100001 bytes)"), "{}", &long[4000..]);
    }
}
