//! Moving components to other targets: by way of both.
//!
//! If a component's targets become others, wadm stops it before it starts it there, and links it to another provider only half
//! a minute later. If it runs at both in between, only its links change at first, and then nothing but where it runs.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures_util::StreamExt;

use super::lattice::Lattice;
use super::manifest::Manifest;
use super::manifest::model::{HOST_TYPE, Part, Scaler, Spread, Texts, Trait};
use super::{relink, watch};
use crate::platform::{DeployError, Outlook};

/// How long all of it may take to run at both. If it does not, it is moved as wadm does it.
const PATIENCE: Duration = Duration::from_secs(40);

/// Has components that move run at both targets. The version that is to be forgotten once they have moved; none if none
/// moves.
///
/// # Errors
/// When wadm does not answer or refuses.
pub async fn deploy(
    lattice: &Lattice,
    name: &str,
    wanted: &Manifest,
    version: &str,
) -> Result<Option<String>, DeployError> {
    let versions = lattice.versions(name).await?;
    let Some(deployed) = versions.into_iter().find(|version| version.deployed) else { return Ok(None) };
    let deployed = lattice.manifest(name, Some(&deployed.version)).await?;
    let Some(both) = deployed.and_then(|deployed| at_both(&deployed, wanted)) else { return Ok(None) };
    let version = format!("{version}-between");
    let both = both.versioned(&version);
    let mut statuses = watch::statuses(lattice, name).await?;
    lattice.put(&both).await?;
    lattice.deploy(name, &version).await?;
    let run = async {
        while let Some(Ok(status)) = statuses.next().await {
            match status.outlook {
                _ if status.version != version => {}
                Outlook::Underway | Outlook::SettledButBusy => {}
                Outlook::Hopeless => return,
                // What it cannot do is no reason not to go on.
                Outlook::Settled => return drop(relink::tell(lattice, &both, &status).await),
            }
        }
    };
    let _ = tokio::time::timeout(PATIENCE, run).await;
    Ok(Some(version))
}

/// The manifest in which components that get other targets run at the old ones, too, with the providers that they are
/// linked with; none if there are no such components.
fn at_both(deployed: &Manifest, wanted: &Manifest) -> Option<Manifest> {
    let mut wider = BTreeMap::<&str, BTreeSet<&str>>::new();
    for part in wanted.components() {
        let Some(before) = deployed.components().find(|before| before.name == part.name) else { continue };
        let (old, new): (BTreeSet<_>, BTreeSet<_>) = (before.targets().collect(), part.targets().collect());
        if old.is_empty() || new.is_empty() || !old.is_disjoint(&new) {
            continue;
        }
        let calls = |other: &&Part| other.links().any(|link| link.target.name == part.name);
        let callers = wanted.spec.components.iter().filter(calls).map(|caller| caller.name.as_str());
        let called = part.links().map(|link| link.target.name.as_str());
        for name in callers.chain(called).chain([part.name.as_str()]) {
            wider.entry(name).or_default().extend(&old);
        }
    }
    let mut both = wanted.clone();
    for part in &mut both.spec.components {
        if let Some(targets) = wider.get(part.name.as_str()) {
            widen(part, targets);
        }
    }
    (!wider.is_empty()).then_some(both)
}

fn widen(part: &mut Part, targets: &BTreeSet<&str>) {
    let known: BTreeSet<_> = part.targets().map(str::to_owned).collect();
    let new = targets.iter().filter(|target| !known.contains(**target)).map(|target| Spread {
        name: (*target).to_owned(),
        requirements: Texts::from([(HOST_TYPE.to_owned(), (*target).to_owned())]),
    });
    let new: Vec<_> = new.collect();
    for each in &mut part.traits {
        match each {
            Trait::SpreadScaler(Scaler { instances, spread }) => {
                let count = |spread: &[Spread]| u32::try_from(spread.len().max(1)).unwrap_or(u32::MAX);
                let share = *instances / count(spread);
                spread.extend(new.iter().cloned());
                *instances = share.saturating_mul(count(spread));
            }
            Trait::DaemonScaler(scaler) => scaler.spread.extend(new.iter().cloned()),
            Trait::Link(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(target: &str, scaler: &str) -> Manifest {
        let spread = |target: &str| {
            format!(
                "{{type: {scaler}, properties: {{instances: 100, spread: [{{name: {target}, requirements: {{host-type: \
                 {target}}}}}]}}}}"
            )
        };
        let text = format!(
            "{{apiVersion: a, kind: Application, metadata: {{name: p}}, spec: {{components: [\
             {{name: a, type: component, properties: {{image: i}}, traits: [{}, {{type: link, properties: {{namespace: w, \
             package: m, interfaces: [c], target: {{name: m-{target}}}}}}}]}}, \
             {{name: m-{target}, type: capability, properties: {{image: i}}, traits: [{}]}}, \
             {{name: other, type: component, properties: {{image: i}}, traits: [{}]}}]}}}}",
            spread(target),
            spread(target),
            spread("fog")
        );
        serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    fn shown(manifest: &Manifest) -> Vec<(String, u32, Vec<&str>)> {
        let part = |part: &Part| {
            let instances = part.scaler().unwrap().0.instances;
            let targets =
                manifest.spec.components.iter().find(|one| one.name == part.name).unwrap().targets();
            (part.name.clone(), instances, targets.collect())
        };
        manifest.spec.components.iter().map(part).collect()
    }

    #[test]
    fn what_moves_runs_at_both_with_its_providers() {
        for (scaler, instances) in [("spreadscaler", 200), ("daemonscaler", 100)] {
            let both = at_both(&manifest("edge", scaler), &manifest("cloud", scaler)).unwrap();
            let name = str::to_owned;
            assert_eq!(
                shown(&both),
                [
                    (name("a"), instances, vec!["cloud", "edge"]),
                    (name("m-cloud"), instances, vec!["cloud", "edge"]),
                    (name("other"), 100, vec!["fog"]),
                ]
            );
        }
        let same = manifest("edge", "spreadscaler");
        assert_eq!(at_both(&same, &same), None);
    }
}
