//! What it was measured on.

use std::process::Command;

use crate::support::tools::path;

/// The machine and the versions, as rows of a table.
pub fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let rows = [
        ("processor", format!("{}, {cores} threads", field("/proc/cpuinfo", "model name", ':'))),
        ("memory", memory()),
        ("system", field("/etc/os-release", "PRETTY_NAME", '=').trim_matches('"').to_owned()),
        ("Go", output_of("go", &["version"])),
        (
            "PELATO",
            format!(
                "{}, commit {}",
                env!("CARGO_PKG_VERSION"),
                output_of("git", &["rev-parse", "--short", "HEAD"])
            ),
        ),
        ("measured on", output_of("date", &["-u", "+%Y-%m-%d"])),
    ];
    let rows = rows.iter().map(|(name, value)| format!("| {name} | {value} |\n"));
    format!("| | |\n|---|---|\n{}", rows.collect::<String>())
}

fn memory() -> String {
    let kib = field("/proc/meminfo", "MemTotal", ':');
    let kib: f64 = kib.trim_end_matches("kB").trim().parse().unwrap_or_default();
    format!("{:.1} GiB", kib / f64::from(1 << 20))
}

/// The value of the first line that begins with a name.
fn field(file: &str, name: &str, between: char) -> String {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let line = text.lines().find(|line| line.starts_with(name));
    line.and_then(|line| line.split_once(between)).map_or("unknown", |(_, value)| value.trim()).to_owned()
}

fn output_of(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program)
        .args(arguments)
        .env("PATH", path())
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output();
    match output {
        Ok(output) if output.status.success() => String::from_utf8_lossy(&output.stdout).trim().to_owned(),
        _ => "unknown".to_owned(),
    }
}
