//! What the docs say about a rule of `check`, an error, or a subject: compiled in, so that messages can point at it
//! wherever PELATO runs.

use std::sync::OnceLock;

use regex::Regex;

/// How the code of an error begins that a rule of `check` has found.
const OF_RULES: &str = "pelato::rule::";

const RULES: &str = include_str!("../docs/reference/checks.md");
const ERRORS: &str = include_str!("../docs/reference/errors.md");

/// Pages, by the name that they are asked for.
const PAGES: [(&str, &str); 28] = [
    ("checks", RULES),
    ("completion", include_str!("../docs/completion.md")),
    ("containers", include_str!("../docs/containers.md")),
    ("delivery", include_str!("../docs/delivery.md")),
    ("deploy", include_str!("../docs/deploy.md")),
    ("doctor", include_str!("../docs/doctor.md")),
    ("drill", include_str!("../docs/drill.md")),
    ("exit-codes", include_str!("../docs/reference/exit-codes.md")),
    ("infrastructure", include_str!("../docs/infrastructure.md")),
    ("infrastructure-wadm", include_str!("../docs/infrastructure-wadm.md")),
    ("language-packs", include_str!("../docs/contributing/language-packs.md")),
    ("languages", include_str!("../docs/languages.md")),
    ("logs", include_str!("../docs/logs.md")),
    ("measure", include_str!("../docs/measure.md")),
    ("migrate", include_str!("../docs/migrate.md")),
    ("move", include_str!("../docs/move.md")),
    ("pack-check", include_str!("../docs/reference/pack-check.md")),
    ("run", include_str!("../docs/run.md")),
    ("send-on", include_str!("../docs/send-on.md")),
    ("settings", include_str!("../docs/reference/settings.md")),
    ("sites", include_str!("../docs/sites.md")),
    ("store-data", include_str!("../docs/store-data.md")),
    ("template-check", include_str!("../docs/reference/template-check.md")),
    ("templates", include_str!("../docs/contributing/templates.md")),
    ("triggers", include_str!("../docs/contributing/triggers.md")),
    ("trust", include_str!("../docs/reference/trust.md")),
    ("workflow", include_str!("../docs/reference/workflow.md")),
    ("write-a-task", include_str!("../docs/write-a-task.md")),
];

/// Other names of pages, where people look for what they say: commands and subjects.
const ALIASES: [(&str, &str); 4] =
    [("dead-letters", "delivery"), ("secrets", "write-a-task"), ("send", "run"), ("tail", "run")];

/// Something that can be explained.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Topic<'a> {
    /// What it is asked for by.
    pub name: &'a str,
    pub kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A rule of `check`.
    Rule,
    /// An error, by its code.
    Error,
    /// A page of the docs.
    Page,
}

impl Kind {
    /// The kind in a word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rule => "rule",
            Self::Error => "error",
            Self::Page => "page",
        }
    }
}

/// All that can be explained: rules, pages, errors.
pub fn topics() -> Vec<Topic<'static>> {
    let rules = sections().map(|(name, _)| Topic { name, kind: Kind::Rule });
    let pages = PAGES.iter().map(|(name, _)| *name).chain(ALIASES.iter().map(|(alias, _)| *alias));
    let mut pages: Vec<_> = pages.map(|name| Topic { name, kind: Kind::Page }).collect();
    pages.sort_by_key(|page| page.name);
    let errors = errors().map(|(name, _)| Topic { name, kind: Kind::Error });
    rules.chain(pages).chain(errors).collect()
}

/// The page that a name stands for.
fn page_of(name: &str) -> &str {
    ALIASES.iter().find(|(alias, _)| *alias == name).map_or(name, |(_, page)| *page)
}

/// What the docs say about a rule, a page or an error code; none if there is no such thing.
pub fn explain(name: &str) -> Option<String> {
    let rule = name.strip_prefix(OF_RULES).map(|rule| rule.replace('_', "-"));
    let rule = rule.as_deref().unwrap_or(name);
    let section = sections().find(|(known, _)| *known == rule);
    let section = section.map(|(name, text)| format!("{name}\n\n{}", text.trim()));
    let page =
        PAGES.iter().find(|(known, _)| *known == page_of(name)).map(|(_, text)| text.trim().to_owned());
    let error = || {
        let (code, message) = errors().find(|(code, _)| *code == name)?;
        Some(format!("{code}\n\nAn error. Its message is\n\n    {message}\n\nand its help says what to do."))
    };
    // A rule can have the name of a page: what is more comes after it.
    let both = match (section, page) {
        (Some(section), Some(page)) => Some(format!("{section}\n\n{page}")),
        (section, page) => section.or(page),
    };
    both.or_else(error).map(|text| without_links(&text))
}

/// The rules of the page about them, and their sections.
fn sections() -> impl Iterator<Item = (&'static str, &'static str)> {
    RULES.split("\n### `").skip(1).filter_map(|section| {
        let (name, text) = section.split_once("`\n")?;
        Some((name, text.split("\n## ").next().unwrap_or(text)))
    })
}

/// The codes of the page about errors, and their messages.
fn errors() -> impl Iterator<Item = (&'static str, &'static str)> {
    let rows = ERRORS.lines().filter_map(|line| line.strip_prefix("| `"));
    rows.filter_map(|row| row.strip_suffix(" |")?.split_once("` | "))
}

/// The text of links, without where they lead: the other pages are not at hand.
fn without_links(text: &str) -> String {
    static LINK: OnceLock<Option<Regex>> = OnceLock::new();
    match LINK.get_or_init(|| Regex::new(r"\[([^\]]+)\]\([^)\s]+\)").ok()) {
        Some(link) => link.replace_all(text, "$1").into_owned(),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_errors_and_pages_are_explained() {
        let rule = explain("code-requires").unwrap();
        assert!(rule.starts_with("code-requires\n\nError. The sources do not contain"), "{rule}");
        assert_eq!(explain("pelato::rule::code_requires"), Some(rule));
        let error = explain("pelato::build::failed").unwrap();
        assert!(error.contains("components could not be built"), "{error}");
        assert!(explain("workflow").unwrap().starts_with("# workflow.yaml\n"));
        assert_eq!(explain("nothing"), None);
        let delivery = explain("delivery").unwrap();
        assert!(delivery.starts_with("delivery\n") && delivery.contains("The error is in the host's log"));
        for command in ["dead-letters", "send", "secrets", "move", "tail"] {
            assert!(explain(command).is_some(), "{command}");
        }
    }

    #[test]
    fn all_topics_are_explained_without_links() {
        let all = topics();
        assert!(all.len() > 200, "{}", all.len());
        for topic in all {
            let text = explain(topic.name).unwrap();
            assert!(!text.contains("](") && text.len() > 20, "{}: {text}", topic.name);
        }
    }

    #[test]
    fn a_section_ends_where_the_next_begins() {
        for (name, text) in sections() {
            assert!(!text.contains("\n## ") && !text.contains("\n### "), "{name}");
        }
    }
}
