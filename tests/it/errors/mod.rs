//! What messages promise to programs and to every front end: each error has a code of its own, which
//! docs/reference/errors.md lists; and only the command line and the user interface know flags and commands.
//!
//! Sources are parsed, not searched: comments and `#[cfg(test)]` do not count, macros' arguments do.
//! `SNAPSHOTS=overwrite` writes the page.

mod source;

use std::collections::BTreeMap;

use snapbox::file;
use source::{literals, variants};

const HEAD: &str = "# Errors

Each error has a code, which stays the same when the words of its message change. [JSON output](json.md#an-error) has it
as `code`; `-v` shows it below the message. The [exit code](exit-codes.md) says what kind of error it is.

An error in a file, such as workflow.yaml, has the code `pelato::rule::<rule>`: the [rule](checks.md) with `_` for `-`,
or `syntax`, `shape`, `missing_field`, `unknown_field`, `env_file`, `lock_file`, `manifest`, `metrics`, `drill`, `slo` or
`trust` for what is checked when the file is read.

This page is generated from the sources by `SNAPSHOTS=overwrite cargo test --test it errors`.

| code | message |
|---|---|
";

#[test]
fn each_error_has_a_code_of_its_own_and_the_page_lists_it() {
    let mut rows = BTreeMap::new();
    let mut wrong = Vec::new();
    for variant in variants() {
        let place = format!("{}: {}::{}", variant.file, variant.owner, variant.name);
        match variant.code {
            None => wrong.push(format!("{place} has no code")),
            Some(code) if !code.starts_with("pelato::") => wrong.push(format!("{place}: {code}")),
            Some(code) => {
                if let Some((_, other)) = rows.insert(code.clone(), (variant.message, place.clone())) {
                    wrong.push(format!("{code} is that of {place} and of {other}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(rows.len() > 200, "{} errors are found", rows.len());
    let lines: String =
        rows.iter().map(|(code, (message, _))| format!("| `{code}` | {message} |\n")).collect();
    snapbox::assert_data_eq!(format!("{HEAD}{lines}"), file!["../../../docs/reference/errors.md"].raw());
}

#[test]
fn only_the_command_line_and_the_user_interface_know_flags_and_commands() {
    let mut found = Vec::new();
    for literal in literals() {
        let text = &literal.text;
        let flag = text.match_indices("--").any(|(at, _)| {
            let before =
                text[..at].chars().next_back().is_none_or(|c| c.is_whitespace() || "`('\"".contains(c));
            before && text[at + 2..].starts_with(|c: char| c.is_ascii_lowercase())
        });
        // A single word is an argument for another program.
        if flag && text.contains(' ') || text.contains("`pelato ") {
            found.push(format!("src/{}:{}: {text:?}", literal.file, literal.line));
        }
    }
    assert!(found.is_empty(), "use `remedy` instead of:\n{}", found.join("\n"));
}
