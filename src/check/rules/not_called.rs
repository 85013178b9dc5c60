use super::{Context, Finding, Rule};

/// A task whose component nothing calls: its template subscribes to no topic and answers no HTTP.
pub struct NotCalled;

impl Rule for NotCalled {
    fn id(&self) -> &'static str {
        "not-called"
    }

    fn check(&self, context: &Context<'_>) -> Vec<Finding> {
        let find = |entry: &crate::check::Entry<'_>| {
            let component = entry.component()?;
            let reads = component.subscriptions().map_or(true, |subscriptions| !subscriptions.is_empty());
            if reads || component.http.is_some() {
                return None;
            }
            let template = &component.template.manifest.name;
            let message = format!(
                "nothing calls this task: components of the template `{template}` subscribe to no topic and answer no HTTP"
            );
            let help = "in the template's `template.toml`, add a capability `wasmcloud:messaging/handler@0.2.0` with `subscriptions`, or `wasi:http/incoming-handler@0.2.0`; the trigger must export it";
            Some(entry.wrong(entry.task.template.as_ref()?, message).advise(help))
        };
        context.entries.iter().filter_map(find).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use crate::check::rules::testing::{check_in, project, show, task, workflow};

    #[test]
    fn a_template_that_nothing_calls_is_an_error_of_its_tasks() {
        let folder = project();
        let template = folder.path().join("templates/timer");
        fs::create_dir_all(&template).unwrap();
        fs::write(template.join("trigger.wasm"), "").unwrap();
        let manifest = |capability: &str| {
            format!(
                "schema = 1\nname = \"timer\"\nsummary = \"A timer\"\ntrigger = \"trigger.wasm\"\n{capability}"
            )
        };
        let found = |capability: &str| -> Vec<_> {
            fs::write(template.join("template.toml"), manifest(capability)).unwrap();
            let text = workflow(&[task(&["type: timer", "source_topic", "dest_topic"])]);
            check_in(folder.path(), &text).0.problems.iter().map(show).collect()
        };
        let nothing = found("");
        assert!(
            nothing.len() == 1 && nothing[0].starts_with("4:11 not-called: nothing calls this task"),
            "{nothing:?}"
        );
        let handler = "[[capabilities]]\nwit = \"wasmcloud:messaging/handler@0.2.0\"\n";
        assert_eq!(found(&format!("{handler}config = {{ subscriptions = \"\" }}\n")).len(), 1);
        assert_eq!(found(&format!("{handler}config = {{ subscriptions = \"a\" }}\n")), [""; 0]);
        assert_eq!(found("[[capabilities]]\nwit = \"wasi:http/incoming-handler@0.2.0\"\n"), [""; 0]);
    }
}
