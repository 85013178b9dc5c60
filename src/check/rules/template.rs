use std::collections::HashSet;

use super::{Context, Finding, Rule};
use crate::catalog::CatalogError;
use crate::text::{list, meant, quoted};

/// A template that is not there, or broken.
pub struct UnknownTemplate;

impl Rule for UnknownTemplate {
    fn id(&self) -> &'static str {
        "unknown-template"
    }

    fn check(&self, context: &Context<'_>) -> Vec<Finding> {
        let mut told = HashSet::new();
        let of_entry = |entry: &super::super::Entry<'_>| {
            let field = entry.task.template.as_ref()?;
            match entry.no_template.as_ref()? {
                // However many tasks use it, it is one manifest to mend.
                CatalogError::Broken(problem) if told.insert(problem.source.name.clone()) => {
                    Some(Finding::elsewhere((**problem).clone()).of(entry.index))
                }
                CatalogError::Broken(_) => None,
                CatalogError::Unknown { .. } => {
                    let names = context.catalog.templates.names();
                    let help = match meant(&field.text, names.iter().copied()) {
                        Some(name) => format!("did you mean `{name}`?"),
                        None => format!("there are {}", list(names)),
                    };
                    let message = format!("there is no template {}", quoted(&field.text));
                    Some(entry.wrong(field, message).advise(help))
                }
            }
        };
        context.entries.iter().filter_map(of_entry).collect()
    }
}

#[cfg(test)]
mod tests {
    use crate::check::rules::testing::{check_in, found_with, project, task, workflow};

    #[test]
    fn the_nearest_template_is_named() {
        assert_eq!(
            found_with(&["type: proccesor_nats"]),
            ["4:11 unknown-template: there is no template `proccesor_nats` (did you mean `processor_nats`?)"]
        );
        assert!(found_with(&["type: cron"])[0].contains("there are `dbsync_nats`, `http_producer_nats`"));
        assert_eq!(found_with(&["type: producer_nats"]).len(), 0, "another name of http_producer_nats");
    }

    #[test]
    fn a_broken_manifest_is_shown_once() {
        let folder = project();
        let broken = folder.path().join("templates/processor_nats");
        std::fs::create_dir_all(&broken).unwrap();
        std::fs::write(broken.join("template.toml"), "schema = 1\nnam = \"x\"\n").unwrap();
        let text =
            workflow(&[task(&[]), task(&["component_name: b", "source_topic: last_out", "dest_topic: x"])]);
        let (report, components) = check_in(folder.path(), &text);
        let rules: Vec<_> = report.problems.iter().map(|problem| problem.rule).collect();
        assert_eq!(rules, ["manifest"]);
        assert!(components.is_empty());
    }
}
