use std::collections::BTreeMap;

use super::{Context, Finding, Rule};
use crate::check::Spot;
use crate::check::env::{name, secret, text};
use crate::check::values::Wrong;
use crate::project::{Place, Variable, Workflow};

/// A name or a value of `env` that cannot be one.
pub struct Env;

impl Rule for Env {
    fn id(&self) -> &'static str {
        "env"
    }

    fn check(&self, context: &Context<'_>) -> Vec<Finding> {
        let workflow = context.workflow;
        let mut found = wrong_in(workflow, &workflow.env);
        for entry in &context.entries {
            let mut own = wrong_in(workflow, &entry.task.env);
            let place = if entry.task.env.is_empty() { &Place::top() } else { &entry.task.place };
            let fits = entry.env.fits().err();
            own.extend(fits.map(|wrong| error(Spot::Place(place.key("env").name()), wrong)));
            found.extend(own.into_iter().map(|finding| finding.of(entry.index)));
        }
        found
    }
}

fn wrong_in(workflow: &Workflow, env: &BTreeMap<String, Variable>) -> Vec<Finding> {
    let wrong = |(key, variable): (&String, &Variable)| {
        let (Variable::Text(field) | Variable::Secret(field)) = variable;
        let value = match variable {
            Variable::Text(field) => text(workflow, &field.text).err(),
            Variable::Secret(field) => secret(&field.text).err(),
        };
        let at_value = value.map(|wrong| error(Spot::Place(field.place.clone()), wrong));
        match name(key) {
            Ok(_) => at_value,
            Err(wrong) => Some(error(Spot::Place(place_of(variable).name()), wrong)),
        }
    };
    env.iter().filter_map(wrong).collect()
}

/// The place of a variable's own name.
fn place_of(variable: &Variable) -> Place {
    match variable {
        Variable::Text(field) => field.place.clone(),
        Variable::Secret(field) => field.place.above(),
    }
}

fn error(spot: Spot, wrong: Wrong) -> Finding {
    Finding::error(spot, wrong.message).advise(wrong.help)
}

#[cfg(test)]
mod tests {
    use crate::check::rules::testing::{check_in, found_with, project, show, task, workflow};

    #[test]
    fn names_and_values_have_to_be_usable() {
        assert_eq!(
            found_with(&["env: {THRESHOLD: -18.5, UNIT: '', ON: true, KEY: {secret: KEY}}"]),
            [] as [&str; 0]
        );
        assert_eq!(
            found_with(&["env: {a-b: 1, SITE: \"${SITE}\"}"]),
            [
                "11:11 env: `a-b` is not a valid name of an environment variable (use up to 128 letters, digits and \
                 `_`, not beginning with a digit, such as `THRESHOLD`)",
                "11:25 env: `SITE` has no value in .env (add a line `SITE=…` to .env, which is for this machine and not \
                 committed, or write a value that all machines share here in its place; the shell's environment is not \
                 used)",
            ]
        );
        assert_eq!(found_with(&["env: [A]"]).len(), 1);
        assert_eq!(found_with(&["env: {A: \"a\\0\"}"]).len(), 1);
        assert_eq!(found_with(&["env: {A: }"]).len(), 1);
        let large = "x".repeat(8192);
        assert_eq!(found_with(&[&format!("env: {{A: {large}}}")]), [] as [&str; 0]);
        assert_eq!(
            found_with(&[&format!("env: {{A: {large}x}}")]),
            [
                "11:14 env: the value has 8193 bytes; the limit is 8192 (put the data into a file beside the code, or into \
              the message)"
            ]
        );
        let many: Vec<_> = (0..9).map(|index| format!("A{index}: {large}")).collect();
        assert_eq!(
            found_with(&[&format!("env: {{{}}}", many.join(", "))]),
            [
                "11:5 env: the names and values of `env` have 73746 bytes in all; the limit is 65536 (put the data into a \
              file beside the code, or into the message)"
            ]
        );
    }

    #[test]
    fn secrets_have_names_and_are_no_part_of_a_text() {
        for shape in
            ["{A: {}}", "{A: [b]}", "{A: {secert: B}}", "{A: {secret: }}", "{A: {secret: {secret: B}}}"]
        {
            assert_eq!(found_with(&[&format!("env: {shape}")]).len(), 1, "{shape}");
        }
        assert_eq!(
            found_with(&[
                "env: {A: {secret: a b}, B: {secret: NATS_PASSWORD}, C: \"${KEY}\", K-: {secret: KEY}}"
            ]),
            [
                "11:23 env: `a b` is not a valid name of a secret (use up to 128 letters, digits and `_`, not beginning \
                 with a digit, such as `API_KEY`; the value does not belong in workflow.yaml)",
                "11:41 env: `NATS_PASSWORD` is a setting of PELATO itself (give the function's secret another name: what \
                 PELATO uses to connect is not for functions)",
                "11:60 env: `KEY` is a secret of this workflow: in a component, everybody who can fetch it could read it \
                 (write `{secret: KEY}` instead of `${KEY}`)",
                "11:70 env: `K-` is not a valid name of an environment variable (use up to 128 letters, digits and `_`, \
                 not beginning with a digit, such as `THRESHOLD`)",
            ]
        );
    }

    #[test]
    fn secret_settings_are_no_part_of_a_text() {
        for also in ["", ", B: {secret: NATS_PASSWORD}"] {
            let found = found_with(&[&format!("env: {{A: \"${{NATS_PASSWORD}}\"{also}}}")]);
            assert!(found[0].contains("`NATS_PASSWORD` is a secret setting"), "{found:?}");
        }
        let folder = project();
        let file = "NATS_PASSWORD=hunter2\nREGISTRY_USER=hunter2\nREGISTRY_URL=r.org\nHOSTS_NATS_URL=nats://u:hunter2@n\n";
        std::fs::write(folder.path().join(".env"), "SITE=\n").unwrap();
        let (report, _) = check_in(folder.path(), &workflow(&[task(&["env: {A: \"${SITE}\"}"])]));
        assert_eq!(report.errors(), 1, "an empty value counts as not set");
        std::fs::write(folder.path().join(".env"), file).unwrap();
        for (setting, problems) in
            [("NATS_PASSWORD", 1), ("REGISTRY_USER", 1), ("HOSTS_NATS_URL", 1), ("REGISTRY_URL", 0)]
        {
            let text = workflow(&[task(&[&format!("env: {{A: \"${{{setting}}}\"}}")])]);
            let (report, _) = check_in(folder.path(), &text);
            assert_eq!(report.errors(), problems, "{setting}");
            assert!(!format!("{report:?}").contains("hunter2"));
        }
    }

    #[test]
    fn a_task_has_the_workflows_values_and_its_own_before_them() {
        let folder = project();
        std::fs::write(folder.path().join(".env"), "SITE=north\n").unwrap();
        let own = "env: {UNIT: K, PLACE: \"at ${SITE}\", LEVEL: {secret: L}, KEY: plain}";
        let tasks = workflow(&[task(&[own])]);
        let text = format!("env: {{UNIT: C, LEVEL: 2, MAX: 1_000, KEY: {{secret: K}}}}\n{tasks}");
        let (report, components) = check_in(folder.path(), &text);
        assert_eq!(report.problems.iter().map(show).collect::<Vec<_>>(), [] as [&str; 0]);
        let env = &components[0].env;
        let texts: Vec<_> = env.texts.iter().map(|(name, text)| format!("{name}={text}")).collect();
        assert_eq!(texts, ["KEY=plain", "MAX=1_000", "PLACE=at north", "UNIT=K"]);
        assert_eq!(env.secrets.iter().collect::<Vec<_>>(), [(&"LEVEL".to_owned(), &"L".to_owned())]);
        let (report, _) = check_in(folder.path(), &text.replace("LEVEL: 2", "LEVEL: '${'"));
        assert_eq!(report.errors(), 1);
    }
}
