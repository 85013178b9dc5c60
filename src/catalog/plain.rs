//! What stands in a manifest is what is seen: no character can be overlooked, and no text begins another line.

use std::ops::Range;
use std::sync::Arc;

use toml_edit::{Document, Item, TableLike, Value};

use crate::report::{Problem, Source};
use crate::text::is_plain;

/// Looks through all keys and texts of a manifest. `texts` are the keys of values that may have several lines.
///
/// # Errors
/// When there is a character that is not seen.
pub fn check(source: &Arc<Source>, texts: &[&str]) -> Result<(), Problem> {
    // It has been read before.
    let Ok(document) = Document::parse(source.text.as_str()) else { return Ok(()) };
    let search = Search { source, texts };
    search.table("", document.as_table())
}

struct Search<'a> {
    source: &'a Arc<Source>,
    texts: &'a [&'a str],
}

impl Search<'_> {
    fn table(&self, above: &str, table: &dyn TableLike) -> Result<(), Problem> {
        for (name, item) in table.iter() {
            let key = if above.is_empty() { name.to_owned() } else { format!("{above}.{name}") };
            self.text(&key, name, table.key(name).and_then(|key| key.span()), false)?;
            self.item(&key, item)?;
        }
        Ok(())
    }

    fn item(&self, key: &str, item: &Item) -> Result<(), Problem> {
        match item {
            Item::None => Ok(()),
            Item::Value(value) => self.value(key, value),
            Item::Table(table) => self.table(key, table),
            Item::ArrayOfTables(tables) => tables.iter().try_for_each(|table| self.table(key, table)),
        }
    }

    fn value(&self, key: &str, value: &Value) -> Result<(), Problem> {
        match value {
            Value::String(text) => {
                let has_lines = self.texts.iter().any(|pattern| fits_key(pattern, key));
                self.text(key, text.value(), value.span(), has_lines)
            }
            Value::Array(values) => values.iter().try_for_each(|value| self.value(key, value)),
            Value::InlineTable(table) => self.table(key, table),
            _ => Ok(()),
        }
    }

    fn text(
        &self,
        key: &str,
        text: &str,
        span: Option<Range<usize>>,
        has_lines: bool,
    ) -> Result<(), Problem> {
        let is_wrong = |c: &char| !(is_plain(*c) || has_lines && matches!(c, '\n' | '\t'));
        let Some(wrong) = text.chars().find(is_wrong) else { return Ok(()) };
        let words =
            format!("`{}` has a character that is not seen: {}", key.escape_debug(), wrong.escape_unicode());
        Err(Problem::error("manifest", self.source, words)
            .at(span)
            .advise("remove it: what stands in a manifest has to be what people see of it"))
    }
}

/// Whether a dotted key is the one of a pattern; `*` stands for one part.
fn fits_key(pattern: &str, key: &str) -> bool {
    let (wanted, parts) = (pattern.split('.'), key.split('.'));
    wanted.clone().count() == parts.clone().count()
        && wanted.zip(parts).all(|(wanted, part)| wanted == "*" || wanted == part)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The line and the words of what is wrong.
    fn problem(text: &str) -> Option<(usize, String)> {
        let problem =
            check(&Source::new("pack.toml", text), &["build.fail", "parameters.*.pattern"]).err()?;
        Some((problem.position().map_or(0, |(line, _)| line), problem.message))
    }

    #[test]
    fn what_is_not_seen_is_refused_with_its_line() {
        for (text, line, character) in [
            ("name = \"a\"\nsummary = \"a\\nbuild  true\"\n", 2, "\\u{a}"),
            ("name = \"a\"\nsummary = \"\"\"a\nb\"\"\"\n", 2, "\\u{a}"),
            ("[build]\ncommand = [\"sh\", \"a\u{200b}b\"]\n", 2, "\\u{200b}"),
            ("[build]\nbefore = [[\"sh\"], [\"\\uFEFF\"]]\n", 2, "\\u{feff}"),
            ("[build.env]\nA = \"1\"\n\"B\u{e0041}\" = \"1\"\n", 3, "\\u{e0041}"),
            ("[[x]]\na = \"\"\n[[x]]\na = { b = \"\\t\" }\n", 4, "\\u{9}"),
            ("a = '\u{202e}'\n", 1, "\\u{202e}"),
        ] {
            let (found, words) = problem(text).unwrap();
            assert!(found == line && words.ends_with(character), "{text:?}: {found} {words}");
        }
    }

    #[test]
    fn patterns_may_have_lines_and_comments_anything() {
        assert_eq!(problem("# \u{200b}\n[build]\nfail = [\"\"\"a\nb\"\"\"]\n"), None);
        assert_eq!(problem("[parameters.a]\npattern = \"\\n\"\n"), None);
        assert!(problem("[parameters.a]\nhelp = \"\\n\"\n").is_some());
        assert!(problem("[build]\nfail = [\"\\u200b\"]\n").is_some());
    }
}
