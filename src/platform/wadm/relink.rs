//! Telling providers their links once more.
//!
//! A host tells a provider of a link at two times only: when the provider starts, of all links that are there; and when
//! a link is new, if the provider runs. wadm puts the links as soon as one host runs a provider. The provider of a
//! second host, which is starting at that moment, has got its list without them and does not listen yet: it never hears
//! of them, and all that it is asked to send or receive is lost, while the lattice says that everything runs. (Seen in
//! one of twenty deployments with hosts of wasmCloud 1.9.) So when everything runs, the links are put again, each with
//! a change that has no meaning, by which hosts take it for new; then as it was. Providers that know a link let it be.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use futures_util::future::join_all;

use super::lattice::Lattice;
use super::lattice::links::{DEFAULT, Link};
use super::manifest::Manifest;
use super::manifest::model::{BUILT_IN_IMAGE, PartKind};
use crate::platform::{DeployError, Part, Problem, Status};
use crate::remedy::Operation;

/// How long providers have to start listening, after their hosts said that they run. Longer, they are not waited for: a
/// NATS account may not let us ask.
const LISTENING: Duration = Duration::from_secs(10);
/// How long a link may be missing that wadm calls deployed: it looks after all of them every 30 s.
const WADMS_ROUND: Duration = Duration::from_secs(40);
/// How long the hosts have to hear of a changed link from their store.
const SPREAD: Duration = Duration::from_millis(200);
/// What to do when a link is lost.
fn help() -> String {
    let (deploy, remove) = (Operation::Deploy, Operation::Remove);
    format!(
        "run {deploy} again; if the link stays missing, {remove} and then {deploy} create everything again"
    )
}

/// How long between two looks.
const PAUSE: Duration = Duration::from_millis(100);

/// A link of the manifest: who calls, who is called, what, and its name: a component may have several for one interface.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Wanted {
    source: String,
    target: String,
    package: String,
    name: String,
}

/// Tells the providers of an application that runs all its links again.
///
/// # Errors
/// When the hosts do not know a link that wadm has put, and wadm does not put it again.
pub async fn tell(lattice: &Lattice, manifest: &Manifest, status: &Status) -> Result<(), DeployError> {
    let start = Instant::now();
    let wanted = wanted(manifest, status);
    if wanted.is_empty() {
        return Ok(());
    }
    listen(lattice, manifest, status).await;
    let Some(links) = known(lattice, &wanted).await else { return Ok(()) };
    let lost = wanted.iter().filter(|wanted| !links.iter().any(|link| wanted.is(link)));
    let problems: Vec<_> = lost.map(Wanted::lost).collect();
    if !problems.is_empty() {
        let (name, help) = (manifest.metadata.name.clone(), help());
        return Err(DeployError::TooSlow { name, waited: start.elapsed(), problems, help });
    }
    let ours = links.into_iter().filter(|link| wanted.iter().any(|wanted| wanted.is(link)));
    let ours: Vec<_> = ours.map(plain).collect();
    put(lattice, ours.iter().map(changed)).await;
    tokio::time::sleep(SPREAD).await;
    put(lattice, ours.iter().cloned()).await;
    Ok(())
}

/// The links between parts that run.
fn wanted(manifest: &Manifest, status: &Status) -> BTreeSet<Wanted> {
    let application = &manifest.metadata.name;
    let id = |name: &str| {
        let runs = status.parts.iter().find(|part| part.name == name).is_some_and(|part| !part.waits());
        let part = manifest.spec.components.iter().find(|part| part.name == name).filter(|_| runs);
        part.map(|part| part.id(application))
    };
    let links = manifest.spec.components.iter().flat_map(|part| part.links().map(move |link| (part, link)));
    let ends = links.filter_map(|(part, link)| Some((id(&part.name)?, id(&link.target.name)?, link)));
    ends.map(|(source, target, link)| {
        let package = format!("{}:{}", link.namespace, link.package);
        let name = link.name.clone().unwrap_or_else(|| DEFAULT.to_owned());
        Wanted { source, target, package, name }
    })
    .collect()
}

impl Wanted {
    fn is(&self, link: &Link) -> bool {
        link.source_id == self.source
            && link.target == self.target
            && self.package.split_once(':') == Some((&link.wit_namespace, &link.wit_package))
            && link.name() == self.name
    }

    fn lost(&self) -> Problem {
        let Self { source, target, package, .. } = self;
        Problem {
            part: "between the parts".to_owned(),
            words: format!(
                "no host knows the link {source} -({package})-> {target}, although wadm reports it as deployed"
            ),
        }
    }
}

/// Waits until the providers' processes listen, as far as they can be asked.
async fn listen(lattice: &Lattice, manifest: &Manifest, status: &Status) {
    let parts = manifest.spec.components.iter().filter(|part| part.kind == PartKind::Capability);
    let processes = parts.filter(|part| !part.properties.image.starts_with(BUILT_IN_IMAGE));
    let waiting = processes.filter_map(|part| {
        let status: &Part = status.parts.iter().find(|status| status.name == part.name)?;
        Some(listens(lattice, part.id(&manifest.metadata.name), status.hosts.len()))
    });
    join_all(waiting).await;
}

async fn listens(lattice: &Lattice, provider: String, processes: usize) {
    let start = Instant::now();
    while lattice.listening(&provider, processes).await < processes && start.elapsed() < LISTENING {
        tokio::time::sleep(PAUSE).await;
    }
}

/// The links of the lattice, once all that are wanted are there or have had their time.
async fn known(lattice: &Lattice, wanted: &BTreeSet<Wanted>) -> Option<Vec<Link>> {
    let start = Instant::now();
    loop {
        let links = lattice.links().await?;
        let complete = wanted.iter().all(|wanted| links.iter().any(|link| wanted.is(link)));
        if complete || start.elapsed() >= WADMS_ROUND {
            return Some(links);
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Puts links: those of one source one after the other, as hosts keep them together and two could overwrite each other.
async fn put(lattice: &Lattice, links: impl Iterator<Item = Link>) {
    let mut sources = BTreeMap::<String, Vec<Link>>::new();
    links.for_each(|link| sources.entry(link.source_id.clone()).or_default().push(link));
    join_all(sources.into_values().map(|links| async move {
        for link in links {
            lattice.put_link(&link).await;
        }
    }))
    .await;
}

/// The link with an interface named twice: it means the same, but is not equal.
fn changed(link: &Link) -> Link {
    let mut link = link.clone();
    link.interfaces.extend(link.interfaces.first().cloned());
    link
}

/// The link without what an interrupted run may have left.
fn plain(mut link: Link) -> Link {
    let mut seen = BTreeSet::new();
    link.interfaces.retain(|name| seen.insert(name.clone()));
    link
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link() -> Link {
        let json = r#"{"source_id":"a-t","target":"a-messaging","name":"default","wit_namespace":"wasmcloud",
            "wit_package":"messaging","interfaces":["consumer"],"source_config":[],"target_config":["a-urls"]}"#;
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn a_changed_link_differs_and_can_be_put_right() {
        let changed = changed(&link());
        assert_eq!(changed.interfaces, ["consumer", "consumer"]);
        assert_eq!(changed.rest["target_config"][0], "a-urls");
        assert_eq!(plain(changed), link());
        let json = serde_json::to_value(link()).unwrap();
        assert_eq!((&json["name"], &json["source_id"]), (&"default".into(), &"a-t".into()));
    }

    #[test]
    fn links_are_recognised_by_their_ends_and_package() {
        let text = |text: &str| text.to_owned();
        let wanted = Wanted {
            source: text("a-t"),
            target: text("a-messaging"),
            package: text("wasmcloud:messaging"),
            name: text(DEFAULT),
        };
        assert!(wanted.is(&link()));
        assert!(!wanted.is(&Link { wit_package: text("keyvalue"), ..link() }));
        assert!(!wanted.is(&Link { target: text("b-messaging"), ..link() }));
        assert!(!wanted.is(&Link { source_id: text("a-u"), ..link() }));
        assert!(!Wanted { name: text("by-name"), ..wanted }.is(&link()));
    }
}
