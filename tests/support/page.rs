//! How a page shows commands: blocks marked `console`, in which a line that begins with `$ ` is a command and the
//! lines below it are what it prints, stdout and stderr as a terminal shows them.
//!
//! - A block with a path behind its language, such as `zig shell/main.zig`, is a file: it is written as shown.
//! - A command without lines below it may print anything.
//! - It must end with 0, or with N if `# exits N` is behind it.
//! - A line `...` stands for any lines, `[..]` within a line for any text.
//! - These may differ without being marked, so that a page can show what was really printed: times (`7.5 ms`,
//!   `22.80 s`), sizes in MB, and in a line of `run` the time and the message's mark; the same in JSON, and digests;
//!   also how many spaces, where there are two or more.
//! - `/home/you` is the home folder.

use regex::Regex;

/// A command and what it prints.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Where it stands in its page.
    pub line: usize,
    /// The command, without what says how it ends.
    pub command: String,
    /// How it ends.
    pub exits: i32,
    /// What it prints.
    pub shown: Vec<String>,
}

const END_OF_FILE: &str = "END-OF-FILE";

/// The commands of a page.
pub fn steps(page: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let (mut inside, mut fresh) = (false, false);
    let mut file: Option<Step> = None;
    for (index, line) in page.lines().enumerate() {
        if let Some(mut step) = file.take() {
            if line.trim() == "```" {
                step.command.push_str(END_OF_FILE);
                steps.push(step);
            } else {
                step.command.push_str(&format!("{line}\n"));
                file = Some(step);
            }
            continue;
        }
        if let Some(path) = line.strip_prefix("```").and_then(|info| Some(info.split_once(' ')?.1)) {
            let command = format!("mkdir -p $(dirname {path}) && cat > {path} <<'{END_OF_FILE}'\n");
            file = Some(Step { line: index + 1, command, exits: 0, shown: Vec::new() });
            continue;
        }
        if line.trim_start().starts_with("```") {
            (inside, fresh) = (!inside && line.trim() == "```console", true);
        } else if let Some(command) = line.strip_prefix("$ ").filter(|_| inside) {
            let (command, exits) = match command.split_once("# exits ") {
                Some((command, code)) => (command.trim_end(), code.trim().parse().expect("a number")),
                None => (command, 0),
            };
            steps.push(Step { line: index + 1, command: command.to_owned(), exits, shown: Vec::new() });
            fresh = false;
        } else if inside {
            assert!(!fresh, "line {}: a console block begins with a command", index + 1);
            steps.last_mut().unwrap().shown.push(line.to_owned());
        }
    }
    steps
}

/// A line without what may differ.
fn plain(line: &str) -> String {
    let masks = [
        (r"^\s*\d+\.\d{3}  [0-9a-f]{6}\b", "<time> <mark>"),
        (r"\b\d+\.\d+ (ms|s|MB)\b", "<number> $1"),
        (r#""(milliseconds|seconds)":[\d.]+"#, "$1: <number>"),
        (r#""(trace|sha256)":"[0-9a-f]+""#, "$1: <digits>"),
        (r" {2,}", "  "),
    ];
    let line = masks.iter().fold(line.trim_end().to_owned(), |line, (pattern, instead)| {
        Regex::new(pattern).unwrap().replace_all(&line, *instead).into_owned()
    });
    line.trim_start().to_owned()
}

fn fits(shown: &str, printed: &str) -> bool {
    let parts: Vec<_> = plain(shown).split("[..]").map(regex::escape).collect();
    Regex::new(&format!("^{}$", parts.join(".*"))).unwrap().is_match(&plain(printed))
}

/// Whether what a command printed, in this order, is what is shown; an empty line counts at no end.
pub fn compare(shown: &[String], printed: &str) -> Result<(), String> {
    let lines: Vec<_> = printed.trim_end().lines().collect();
    match all_fit(shown, &lines) {
        true => Ok(()),
        false => Err(format!("shows\n{}\nbut this was printed:\n{printed}", shown.join("\n"))),
    }
}

fn all_fit(shown: &[String], printed: &[&str]) -> bool {
    match (shown.split_first(), printed.split_first()) {
        (None, rest) => rest.is_none(),
        (Some((dots, rest)), _) if dots.trim() == "..." => {
            (0..=printed.len()).any(|skipped| all_fit(rest, &printed[skipped..]))
        }
        (Some(_), None) => false,
        (Some((line, shown)), Some((other, printed))) => fits(line, other) && all_fit(shown, printed),
    }
}

/// Whether each line that is shown was printed: functions that run at the same time are told of in any order.
pub fn contains(shown: &[String], printed: &str) -> Result<(), String> {
    let mut lines: Vec<_> = printed.lines().collect();
    for line in shown.iter().filter(|line| line.trim() != "...") {
        match lines.iter().position(|other| fits(line, other)) {
            Some(at) => drop(lines.remove(at)),
            None => return Err(format!("shows\n{line}\nbut this was printed:\n{printed}")),
        }
    }
    Ok(())
}
