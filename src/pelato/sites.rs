//! The facade's part that keeps messages within a site.

use std::collections::BTreeMap;

use super::operation::Operation;
use super::{Checked, Error};
use crate::check::{self, Component, Site};
use crate::progress::Event;
use crate::project::ReadError;
use crate::report::Problem;
use crate::stream::{self, StreamError};
use crate::text::list;

impl Operation {
    /// What stays within sites, by the target that is there.
    pub(super) fn sites(&self, components: &[Component]) -> Result<BTreeMap<String, Site>, Error> {
        if let Some((component, target)) = self.nowhere(components).next() {
            let (component, target) = (component.name.clone(), target.to_owned());
            return Err(StreamError::NoSite { component, target }.into());
        }
        all(components)
    }

    /// Components whose messages are to stay within a site that nobody knows, and the target that is there.
    fn nowhere<'c>(&self, components: &'c [Component]) -> impl Iterator<Item = (&'c Component, &'c str)> {
        let domains = self.settings.target_domains();
        let at_site = components.iter().filter(|component| component.at_site);
        let targets = at_site.flat_map(|one| one.targets.iter().map(move |target| (one, target.as_str())));
        targets.filter(move |(_, target)| !domains.contains_key(*target))
    }

    /// Reports messages that are to stay within a site that nobody knows.
    pub(super) fn check_sites(&self, checked: &mut Checked) {
        let Checked { workflow, report, components } = checked;
        for (component, target) in self.nowhere(components) {
            let is_it = |task: &&crate::project::Task| {
                task.component_name.as_ref().is_some_and(|name| name.text == component.name)
            };
            let field = workflow.tasks.iter().find(is_it).and_then(|task| task.scope.as_ref());
            let message = format!(
                "TARGET_DOMAINS does not say which JetStream domain the NATS server of `{target}` has"
            );
            let problem = Problem::error("scope", &workflow.source, message);
            let span = field.and_then(|field| workflow.span(&field.place));
            report.push(problem.at(span).advise(format!("set TARGET_DOMAINS={target}=DOMAIN")));
        }
        report.sort();
    }

    /// Sees that messages do not leave the sites that they are to stay in. Where that is not known, it says so.
    pub(super) async fn look_at_sites(&self, sites: &BTreeMap<String, Site>) -> Result<(), Error> {
        if sites.is_empty() {
            return Ok(());
        }
        let (client, domains) = (self.topics().await?, self.settings.target_domains());
        for (target, site) in sites {
            let Some(domain) = domains.get(target) else { continue };
            let unknown = match stream::crossing(&client, domain, &site.topics).await {
                Ok(Some(topics)) if topics.is_empty() => continue,
                Ok(Some(topics)) => {
                    let topics = list(&topics);
                    return Err(StreamError::Crosses { topics, target: target.clone() }.into());
                }
                Ok(None) => "PELATO is connected to the NATS server there".to_owned(),
                Err(error) => error.to_string(),
            };
            let message =
                format!("whether messages stay within the site of `{target}` is not known: {unknown}");
            self.progress.report(Event::DeployWarning { message });
        }
        Ok(())
    }

    /// The subjects that the NATS server of a site with this target and JetStream domain keeps there, for the workflow of
    /// the project, if there is one.
    pub(super) fn denied_at(&self, target: &str, domain: &str) -> Result<Vec<String>, Error> {
        let checked = match self.check() {
            Ok(checked) => checked,
            Err(Error::Read(ReadError::Missing { .. })) => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        // Others need no workflow that is right.
        if checked.workflow.tasks.iter().all(|task| task.scope.is_none()) {
            return Ok(Vec::new());
        }
        let (sites, domains) = (all(&checked.accepted()?.components)?, self.settings.target_domains());
        let is_here = |other: &String| {
            other == target || domains.get(other).is_some_and(|its_domain| its_domain == domain)
        };
        let here = sites.iter().filter(|(target, _)| is_here(target));
        let mut subjects: Vec<_> = here.flat_map(|(_, site)| site.denied()).collect();
        subjects.sort();
        subjects.dedup();
        Ok(subjects)
    }
}

fn all(components: &[Component]) -> Result<BTreeMap<String, Site>, Error> {
    // A check has found that before: templates whose texts cannot be filled in make no components.
    check::sites(components).map_err(|source| {
        let template = components.first().map_or_else(String::new, |one| one.template.manifest.name.clone());
        Error::TemplateText { template, source }
    })
}
