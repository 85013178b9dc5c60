use super::{Context, Finding, Rule};
use crate::check::values::title;

/// Names for people that are empty, endless, or hold what a terminal would obey.
pub struct Name;

impl Rule for Name {
    fn id(&self) -> &'static str {
        "name"
    }

    fn check(&self, context: &Context<'_>) -> Vec<Finding> {
        let project = context.workflow.project_name.iter().filter_map(|field| {
            let wrong = title(&field.text).err()?;
            Some(Finding::at(field, wrong.message).advise(wrong.help))
        });
        let tasks = context
            .entries
            .iter()
            .filter_map(|entry| entry.validate(entry.task.name.as_ref(), |text| title(text).map(drop)));
        project.chain(tasks).collect()
    }
}

#[cfg(test)]
mod tests {
    use crate::check::rules::testing::{check_in, found_with, project, task};

    #[test]
    fn names_are_one_line_of_text() {
        assert_eq!(
            found_with(&[r#"name: "a\eb""#]),
            ["3:11 name: the name contains the character U+001B (write it as one line of text)"]
        );
        let text = format!("project_name: ' '\ntasks:\n{}", task(&[]));
        let (report, components) = check_in(project().path(), &text);
        assert_eq!(report.problems[0].message, "the name is empty");
        assert_eq!(components.len(), 1, "the task itself is right");
    }
}
