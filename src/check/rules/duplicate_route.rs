use std::collections::HashMap;

use super::{Context, Finding, Rule};
use crate::check::{Entry, Spot};
use crate::text::quoted;

/// Two components at one HTTP address.
pub struct DuplicateRoute;

impl Rule for DuplicateRoute {
    fn id(&self) -> &'static str {
        "duplicate-route"
    }

    fn check(&self, context: &Context<'_>) -> Vec<Finding> {
        let mut first: HashMap<(Option<u16>, String), &Entry<'_>> = HashMap::new();
        let mut found = Vec::new();
        for entry in &context.entries {
            let Some(route) = entry.route() else { continue };
            match first.get(&(route.port, route.path.clone())) {
                // Both have the path that follows from their name: the name is the mistake, and reported.
                Some(other) if [entry, other].iter().all(|entry| entry.task.http_path.is_none()) => {}
                Some(other) => found.push(duplicate(entry, other, &route.path)),
                None => drop(first.insert((route.port, route.path), entry)),
            }
        }
        found
    }
}

fn duplicate(entry: &Entry<'_>, other: &Entry<'_>, path: &str) -> Finding {
    let at = entry.task.http_path.as_ref().or(entry.task.component_name.as_ref());
    let spot = at.map_or(Spot::File, |field| Spot::Place(field.place.clone()));
    let message = format!("two components answer on the path {}", quoted(path));
    Finding::error(spot, message)
        .of(entry.index)
        .label(format!("the first is {}", other.label()))
        .advise("give one of them another `http: {path: …}` or `port`")
}

#[cfg(test)]
mod tests {
    use crate::check::rules::testing::{found, task};

    #[test]
    fn one_address_has_one_component() {
        let with = |name: &str, http: &str| {
            let name = format!("component_name: {name}");
            task(&["type: http_producer_nats", &name, http])
        };
        assert_eq!(
            found(&[with("a", "http: {path: /x}"), with("b", "http: {path: /x}")]),
            ["20:18 duplicate-route: two components answer on the path `/x` \
              (give one of them another `http: {path: …}` or `port`)"]
        );
        assert_eq!(found(&[with("a", "http: {path: /b}"), with("b", "replicas: 1")]).len(), 1);
        assert_eq!(
            found(&[with("a", "http: {path: /x}"), with("b", "http: {path: /x, port: 8001}")]).len(),
            0
        );
        assert_eq!(found(&[with("a", "replicas: 1"), with("a", "replicas: 1")]).len(), 1, "the name only");
    }
}
