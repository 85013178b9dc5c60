//! The rules, one file for each. `docs/reference/checks.md` says the same to people; a test holds the two together.

mod code;
mod code_absent;
mod component_name;
mod cycle;
mod delivery;
mod duplicate_component;
mod duplicate_route;
mod empty_workflow;
mod env;
mod feeds_itself;
mod http;
mod logs;
mod missing_field;
mod mqtt_topic;
mod name;
mod not_called;
mod parameter;
mod placement;
mod prefer;
mod replicas;
mod reserved_topic;
mod scope;
mod subject;
mod targets;
mod template;
mod template_text;
mod topic_edge;
mod topic_typo;
mod unknown_field;
mod version;
mod wildcard;

use super::context::Context;
use super::finding::Finding;

/// Looks for one kind of mistake.
pub trait Rule: Sync {
    /// The name that it is known by, for ever.
    fn id(&self) -> &'static str;
    /// Everything of its kind in a workflow.
    fn check(&self, context: &Context<'_>) -> Vec<Finding>;
}

/// All rules. Problems at one place are shown in this order.
pub const ALL: &[&dyn Rule] = &[
    &empty_workflow::EmptyWorkflow,
    &missing_field::MissingField,
    &unknown_field::UnknownField,
    &template::UnknownTemplate,
    &template_text::TemplateText,
    &name::Name,
    &component_name::ComponentName,
    &duplicate_component::DuplicateComponent,
    &version::Version,
    &targets::Targets,
    &replicas::Replicas,
    &placement::Placement,
    &prefer::Prefer,
    &scope::Scope,
    &delivery::Delivery,
    &http::Http,
    &env::Env,
    &logs::Logs,
    &duplicate_route::DuplicateRoute,
    &parameter::Parameter,
    &subject::Subject,
    &wildcard::Wildcard,
    &reserved_topic::ReservedTopic,
    &mqtt_topic::MqttTopic,
    &feeds_itself::FeedsItself,
    &not_called::NotCalled,
    &code::PATH,
    &code::MISSING,
    &code::FILES,
    &code::LANGUAGE,
    &code::REQUIRES,
    &code_absent::CodeAbsent,
    &topic_typo::TopicTypo,
    &topic_edge::TopicEdge,
    &cycle::Cycle,
];

/// Rules of the stages before: what is no YAML, of another shape, or a broken pack or template.
pub const EARLIER: [&str; 3] = ["syntax", "shape", "manifest"];

#[cfg(test)]
pub(crate) mod testing;

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_rule_has_a_name_of_its_own_and_a_section_in_the_docs() {
        let docs = include_str!("../../../docs/reference/checks.md");
        let ids: Vec<_> = ALL.iter().map(|rule| rule.id()).chain(EARLIER).collect();
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
        for id in &ids {
            assert!(docs.contains(&format!("\n### `{id}`\n")), "{id} is not in docs/reference/checks.md");
        }
        for line in docs.lines().filter_map(|line| line.strip_prefix("### `")) {
            assert!(ids.contains(&line.trim_end_matches('`')), "{line} is no rule");
        }
    }
}
