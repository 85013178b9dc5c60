use super::{Context, Finding, Rule};
use crate::check::logs::switch;

/// A value of `logs` that is neither true nor false.
pub struct Logs;

impl Rule for Logs {
    fn id(&self) -> &'static str {
        "logs"
    }

    fn check(&self, context: &Context<'_>) -> Vec<Finding> {
        let common = context.workflow.logs.as_ref();
        let common = common.and_then(|field| {
            let wrong = switch(&field.text).err()?;
            Some(Finding::at(field, wrong.message).advise(wrong.help))
        });
        let own = context.entries.iter().filter_map(|entry| entry.validate(entry.task.logs.as_ref(), switch));
        common.into_iter().chain(own).collect()
    }
}

#[cfg(test)]
mod tests {
    use crate::check::rules::testing::{check_in, found_with, project, show, task, workflow};

    #[test]
    fn it_is_true_or_false() {
        for good in ["logs: true", "logs: false", "logs: \"true\""] {
            assert_eq!(found_with(&[good]), [] as [&str; 0], "{good}");
        }
        assert_eq!(
            found_with(&["logs: yes"]),
            ["11:11 logs: `yes` does not say whether the log is published (expected one of `false`, `true`)"]
        );
        let text = format!("logs: 1\n{}", workflow(&[task(&[])]));
        let folder = project();
        let (report, _) = check_in(folder.path(), &text);
        assert_eq!(
            report.problems.iter().map(show).collect::<Vec<_>>(),
            ["1:7 logs: `1` does not say whether the log is published (expected one of `false`, `true`)"]
        );
    }
}
