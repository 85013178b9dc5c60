use super::{Context, Finding, Rule};
use crate::catalog::Kind;
use crate::check::values::integer;

/// A parameter whose value is not of its kind.
pub struct Parameter;

impl Rule for Parameter {
    fn id(&self) -> &'static str {
        "parameter"
    }

    fn check(&self, context: &Context<'_>) -> Vec<Finding> {
        let mut found = Vec::new();
        for entry in &context.entries {
            let Some(template) = &entry.template else { continue };
            for (name, parameter) in template.manifest.parameters.iter() {
                if parameter.kind == Kind::Integer {
                    found.extend(entry.judge(entry.task.parameters.get(name), integer));
                }
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use crate::check::rules::testing::{check_in, project, show, task, workflow};

    #[test]
    fn numbers_are_numbers() {
        let folder = project();
        let other = folder.path().join("templates/ticker");
        std::fs::create_dir_all(&other).unwrap();
        let manifest = "schema = 1\nname = \"ticker\"\nsummary = \"s\"\ntrigger = \"t.wasm\"\n\
                        [parameters.every]\nkind = \"integer\"\nprompt = \"p\"\ndefault = \"5\"\n";
        std::fs::write(other.join("template.toml"), manifest).unwrap();
        let check = |every: &str| {
            let changes = ["type: ticker", "source_topic", "dest_topic", every];
            check_in(folder.path(), &workflow(&[task(&changes)]))
        };
        let (report, _) = check("every: 5s");
        assert_eq!(
            show(&report.problems[0]),
            "9:12 parameter: `5s` is no whole number (write digits only, such as `10`)"
        );
        assert_eq!(check("every: 7").1[0].parameters["every"], "7");
        assert_eq!(check("replicas: 1").1[0].parameters["every"], "5", "the default");
    }
}
