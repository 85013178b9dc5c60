//! What a pack's manifest says will be run, for a person who has to decide about it.

use toml_edit::{DocumentMut, Item, TableLike, Value};

/// Keys of `[toolchain]` and `[build]` that are only read or told.
const TOLD: [&str; 13] = [
    "toolchain.version",
    "toolchain.requires",
    "toolchain.help",
    "toolchain.alternatives.version",
    "toolchain.alternatives.requires",
    "toolchain.alternatives.help",
    "build.produces",
    "build.fail",
    "build.dependencies",
    "build.leaves",
    "build.reproducible",
    "build.runs",
    "build.runs_above",
];
const EXPLANATIONS: &str = "build.explain.";

/// Tables of environment variables: they come first, so that the commands are nearest to the question.
const ENVIRONMENT: [&str; 4] =
    ["toolchain.env.", "toolchain.alternatives.env.", "build.env.", "build.offline."];

/// Everything in the sections about programs, but what is only read or told. By the file and not by the types: a key that
/// comes later is shown, too.
pub fn runs(manifest: &str) -> Vec<[String; 2]> {
    let mut rows = Vec::new();
    if let Ok(document) = manifest.parse::<DocumentMut>() {
        for section in ["toolchain", "build"] {
            if let Some(table) = document.get(section).and_then(Item::as_table_like) {
                flatten(section, table, &mut rows);
            }
        }
    }
    rows.retain(|[key, _]| !TOLD.contains(&key.as_str()) && !key.starts_with(EXPLANATIONS));
    let is_environment = |[key, _]: &[String; 2]| ENVIRONMENT.iter().any(|table| key.starts_with(table));
    let (mut environment, commands): (Vec<_>, Vec<_>) = rows.into_iter().partition(is_environment);
    environment.extend(commands);
    environment
}

fn flatten(prefix: &str, table: &dyn TableLike, rows: &mut Vec<[String; 2]>) {
    for (key, item) in table.iter() {
        let key = format!("{prefix}.{key}");
        if let Some(table) = item.as_table_like() {
            flatten(&key, table, rows);
        } else if let Some(tables) = item.as_array_of_tables() {
            tables.iter().for_each(|table| flatten(&key, table, rows));
        } else if let Some(value) = item.as_value() {
            values(&key, value, rows);
        }
    }
}

fn values(key: &str, value: &Value, rows: &mut Vec<[String; 2]>) {
    // A list of commands is one row for each; a list of tables may be written in one line.
    let parts =
        value.as_array().filter(|items| items.iter().any(|item| item.is_array() || item.is_inline_table()));
    for part in parts.map_or(vec![value], |items| items.iter().collect()) {
        match part.as_inline_table() {
            Some(table) => flatten(key, table, rows),
            None => {
                let text = words(part);
                rows.extend((!text.is_empty()).then(|| [key.to_owned(), text]));
            }
        }
    }
}

/// A value as a shell would be told it.
fn words(value: &Value) -> String {
    match value {
        Value::String(text) => shell_words::quote(text.value()).into_owned(),
        Value::Array(items) => items.iter().map(words).collect::<Vec<_>>().join(" "),
        other => other.to_string().trim().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(manifest: &str) -> Vec<String> {
        runs(manifest).iter().map(|[key, value]| format!("{key}: {value}")).collect()
    }

    #[test]
    fn all_that_is_run_is_shown_and_the_commands_come_last() {
        let shown = shown(
            "[toolchain]\nprogram = \"zig\"\ncheck = [\"zig\", \"version\"]\nversion = 'x(.)'\n\
             [toolchain.later]\nhook = [\"rm\", \"-rf\", \"a b\"]\n[build]\ncommand = [\"sh\", \"-c\", \"echo {output}\"]\n\
             before = [[\"mkdir\", \"x\"], [\"ls\"]]\ncache = []\nenv = { A = \"1 2\", help = \"me\" }\n\
             [build.offline]\nversion = \"1\"\n[[build.explain]]\npattern = \"p\"\nhelp = \"h\"\n",
        );
        assert_eq!(
            shown,
            [
                "build.env.A: '1 2'",
                "build.env.help: me",
                "build.offline.version: 1",
                "toolchain.program: zig",
                "toolchain.check: zig version",
                "toolchain.later.hook: rm -rf 'a b'",
                "build.command: sh -c 'echo {output}'",
                "build.before: mkdir x",
                "build.before: ls",
            ]
        );
    }

    #[test]
    fn alternatives_are_shown_however_they_are_written() {
        let tables =
            shown("[[toolchain.alternatives]]\nprogram = \"zig\"\nprobe = [\"x\"]\nversion = \"v\"\n");
        assert_eq!(tables, ["toolchain.alternatives.program: zig", "toolchain.alternatives.probe: x"]);
        let inline =
            shown("[toolchain]\nalternatives = [{ program = \"zig\", probe = [\"x\"], version = \"v\" }]\n");
        assert_eq!(inline, tables);
    }

    #[test]
    fn nothing_of_the_built_in_packs_that_runs_is_left_out() {
        for pack in crate::catalog::Catalog::built_in().packs.iter() {
            let text = String::from_utf8(pack.folder.read("pack.toml").unwrap().into_owned()).unwrap();
            let rows = runs(&text);
            let command = pack.manifest.build.command.last().unwrap();
            assert!(rows.iter().any(|[key, value]| key == "build.command" && value.contains(command)));
        }
    }
}
