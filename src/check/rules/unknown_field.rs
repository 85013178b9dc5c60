use super::{Context, Finding, Rule};
use crate::check::{Entry, Spot, Unknown};
use crate::project::read::TASK_FIELDS;
use crate::text::{list, quoted};

/// Fields that neither tasks nor the task's template have.
pub struct UnknownField;

impl Rule for UnknownField {
    fn id(&self) -> &'static str {
        "unknown-field"
    }

    fn check(&self, context: &Context<'_>) -> Vec<Finding> {
        let of_entry = |entry| move |unknown| finding(context, entry, unknown);
        context.entries.iter().flat_map(|entry| entry.unknown_fields.iter().map(of_entry(entry))).collect()
    }
}

fn finding(context: &Context<'_>, entry: &Entry<'_>, unknown: &Unknown<'_>) -> Finding {
    let name = quoted(unknown.name);
    let spot = Spot::Place(unknown.field.place.clone().name());
    let error = |message| Finding::error(spot, message).of(entry.index);
    if let Some(meant) = &unknown.meant {
        return error(format!("unknown field {name}")).advise(format!("did you mean `{meant}`?"));
    }
    let Some(template) = &entry.template else {
        return error(format!("unknown field {name}"))
            .advise("no template has such a parameter: remove the line");
    };
    let own = &template.manifest.name;
    let others = context.catalog.templates.iter().filter(|other| other.parameter(unknown.name).is_some());
    let others: Vec<_> = others.map(|other| other.manifest.name.as_str()).collect();
    let fields = TASK_FIELDS.iter().copied().chain(template.manifest.parameters.names());
    if others.is_empty() {
        let help = format!("remove the line; a task of `{own}` has the fields {}", list(fields));
        return error(format!("unknown field {name}")).advise(help);
    }
    error(format!("{name} is not a field of a task of the template `{own}`"))
        .advise(format!("it belongs to {}: remove the line, or change `type`", list(others)))
}

#[cfg(test)]
mod tests {
    use crate::check::rules::testing::{check_in, found_with, project, show, task, workflow};

    #[test]
    fn the_nearest_field_is_named() {
        assert_eq!(
            found_with(&["replica: 2"]),
            ["11:5 unknown-field: unknown field `replica` (did you mean `replicas`?)"]
        );
        let found = found_with(&["colour: red"]);
        assert!(found[0].contains("has the fields `name`, `type`"), "{found:?}");
    }

    #[test]
    fn a_parameter_of_another_template_is_recognised() {
        let folder = project();
        let other = folder.path().join("templates/ticker");
        std::fs::create_dir_all(&other).unwrap();
        let manifest = "schema = 1\nname = \"ticker\"\nsummary = \"s\"\ntrigger = \"t.wasm\"\n\
                        [parameters.every_seconds]\nkind = \"integer\"\nprompt = \"p\"\n";
        std::fs::write(other.join("template.toml"), manifest).unwrap();
        let (report, _) = check_in(folder.path(), &workflow(&[task(&["every_seconds: 5"])]));
        assert_eq!(
            show(&report.problems[0]),
            "11:5 unknown-field: `every_seconds` is not a field of a task of the template `processor_nats` \
             (it belongs to `ticker`: remove the line, or change `type`)"
        );
    }

    #[test]
    fn without_a_template_only_what_no_template_has_is_unknown() {
        assert_eq!(found_with(&["type: cron_job"]).len(), 1);
        assert_eq!(found_with(&["type: cron_job", "colour: red"]).len(), 2);
    }
}
