use std::collections::HashSet;

use super::{Context, Finding, Rule};
use crate::check::NeedError;
use crate::report::{Problem, Source};

/// A template whose texts cannot be filled in.
pub struct TemplateText;

impl Rule for TemplateText {
    fn id(&self) -> &'static str {
        "template-text"
    }

    fn check(&self, context: &Context<'_>) -> Vec<Finding> {
        let mut told = HashSet::new();
        let mut found = Vec::new();
        for entry in &context.entries {
            let Some(component) = entry.component() else { continue };
            if let Err(error) = component.needs()
                && told.insert(component.template.manifest.name.clone())
            {
                found.push(
                    Finding::elsewhere(problem(self.id(), &component.template, &error)).of(entry.index),
                );
            }
        }
        found
    }
}

fn problem(rule: &'static str, template: &crate::catalog::Template, error: &NeedError) -> Problem {
    let file = crate::catalog::template::MANIFEST;
    let bytes = template.folder.read(file).unwrap_or_default();
    let source = Source::new(template.folder.shown(file), String::from_utf8_lossy(&bytes));
    let at = source.text.find(&error.text).map(|start| start..start + error.text.len());
    Problem::error(rule, &source, error.to_string())
        .at(at)
        .advise("the texts may use the template's parameters, `component_name`, `task_name`, `version` and `http_path`")
}

#[cfg(test)]
mod tests {
    use crate::check::rules::testing::{check_in, project, show, task, workflow};

    #[test]
    fn a_text_with_an_unknown_value_is_pointed_at() {
        for text in ["{{ nobody }}", "{{ component_name"] {
            let folder = project();
            let dir = folder.path().join("templates/own");
            std::fs::create_dir_all(&dir).unwrap();
            let manifest = format!(
                "schema = 1\nname = \"own\"\nsummary = \"s\"\ntrigger = \"t\"\n[[capabilities]]\n\
                 wit = \"a:b/c@1.0.0\"\nconfig = {{ x = \"{text}\" }}\n"
            );
            std::fs::write(dir.join("template.toml"), manifest).unwrap();
            let changes = ["type: own", "source_topic", "dest_topic"];
            let (report, components) = check_in(folder.path(), &workflow(&[task(&changes)]));
            let found = show(&report.problems[0]);
            assert!(found.starts_with("7:17 template-text: the text of `x` cannot be filled in"), "{found}");
            assert_eq!((report.problems.len(), components.len()), (1, 0));
        }
    }
}
