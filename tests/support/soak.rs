//! How often tests repeat what has to hold every time.

/// So many times in each run, and fifty times as many with `PELATO_SOAK=1`: see docs/contributing/README.md.
pub fn times(usual: usize) -> usize {
    if std::env::var_os("PELATO_SOAK").is_some_and(|value| value == "1") { usual * 50 } else { usual }
}

/// The same for the cases of a property test.
pub fn cases(usual: usize) -> u32 {
    times(usual).try_into().unwrap()
}
