//! Two sites behind one cloud, with the configurations that were written for a workflow: what has `scope: site` stays at its
//! site, and all else crosses.

use std::net::SocketAddrV4;
use std::time::Duration;

use super::leaves::check;
use crate::deploy::project::{Project, Task, workflow};
use crate::support::lattice::{Bus, Topic};
use crate::support::nats::Server;
use crate::support::process::wait_until;
use crate::support::written::{Written, replaced};
use crate::support::{Ran, address};

/// What the first task has besides.
const KEPT: &str = "    scope: site\n    delivery: at-least-once\n    dead_letter_topic: room.dead\n";

/// What comes from devices stays at a site; what is made of it goes to the cloud.
fn rooms() -> String {
    let task = |name: &str, from: &str, to: &str, targets, more| Task {
        name: name.to_owned(),
        from: from.to_owned(),
        to: to.to_owned(),
        targets,
        more,
        ..Task::default()
    };
    let tasks = [
        task("clean", "room.raw.*", "room.clean", "edge", KEPT),
        task("mail", "room.clean", "room.mail", "cloud", ""),
    ];
    workflow("Rooms", &tasks)
}

/// The cloud's server and those of two sites.
struct Sites {
    cloud: Server,
    sites: [Server; 2],
}

impl Sites {
    /// With what was written for a workflow.
    fn start(workflow: &str) -> Self {
        let (client, leaves) = (address::reserve(), address::reserve());
        let written = ["site-a", "site-b"]
            .map(|domain| Written::beside(workflow, &["--only", "local", "--edge-domain", domain]));
        let cloud = cloud(&written[0], client, leaves);
        let sites = written.map(|written| written.leaf(leaves));
        Self { cloud, sites }
    }

    fn clients(&self) -> [Bus; 3] {
        [&self.cloud, &self.sites[0], &self.sites[1]].map(|server| Bus::connect(&server.url(), None).unwrap())
    }

    /// What `pelato doctor` says, with a server of these.
    fn doctor(&self, server: &Server) -> Ran {
        let project = Project::of_echoes(&rooms()).env("NATS_HOST", &server.host().to_string());
        let project = project.env("NATS_PORT", &server.port.to_string()).env("PLATFORM", "wadm");
        project.env("JETSTREAM_DOMAIN", "cloud").env("TARGET_DOMAINS", "edge=site-a").run(&["doctor"])
    }
}

fn cloud(written: &Written, client: SocketAddrV4, leaves: SocketAddrV4) -> Server {
    let (client, leaves) = (client.to_string(), leaves.to_string());
    let others = [("0.0.0.0:4222", &*client), ("0.0.0.0:7422", &*leaves)];
    Server::configured(&replaced(&written.read("local/nats.conf"), &others), &[])
}

/// Publishes until all have heard it: the servers need a moment until they know of a subscription.
fn is_heard(from: &Bus, topic: &str, text: &str, topics: &mut [Topic<'_>]) {
    for heard in topics {
        wait_until("a message that crosses", || {
            from.publish(topic, text);
            heard.within(Duration::from_millis(200)).is_some_and(|message| message == text)
        });
    }
}

/// Which of the others hear what one of three publishes on a topic; what is published after it reaches them all.
fn hearers(clients: &[Bus; 3], from: usize, topic: &str) -> Vec<usize> {
    let others: Vec<_> = (0..3).filter(|other| *other != from).collect();
    let mut topics: Vec<_> = others.iter().map(|other| clients[*other].subscribe("room.>")).collect();
    is_heard(&clients[from], "room.clean", "ready", &mut topics);
    clients[from].publish(topic, "it");
    clients[from].publish("room.clean", "end");
    let hears = |topic: &mut Topic<'_>| {
        let messages: Vec<_> =
            std::iter::repeat_with(|| topic.next()).take_while(|text| text != "end").collect();
        messages.iter().any(|text| text == "it")
    };
    others.into_iter().zip(&mut topics).filter_map(|(other, topic)| hears(topic).then_some(other)).collect()
}

#[test]
fn what_a_site_keeps_stays_apart_and_all_else_crosses() {
    let sites = Sites::start(&rooms());
    let clients = sites.clients();
    for from in 0..3 {
        assert_eq!(hearers(&clients, from, "room.raw.kitchen"), [] as [usize; 0], "from {from}");
        assert_eq!(hearers(&clients, from, "room.dead"), [] as [usize; 0], "from {from}");
        assert_eq!(hearers(&clients, from, "room.mail").len(), 2, "from {from}");
    }
    let said = sites.doctor(&sites.cloud);
    let row = "`room.dead` and `room.raw.*` stay within the site of `edge`";
    assert!(said.out.contains(row), "{}{}", said.out, said.err);
    let there = sites.doctor(&sites.sites[0]);
    assert!(there.out.contains("is not known: NATS_HOST is the server there"), "{}", there.out);
    // Another site's server is as good as the cloud's.
    assert!(sites.doctor(&sites.sites[1]).out.contains(row));
}

#[test]
fn a_configuration_that_is_older_than_the_workflow_is_found() {
    let sites = Sites::start(&rooms().replace("    scope: site\n", ""));
    let clients = sites.clients();
    assert_eq!(hearers(&clients, 1, "room.raw.kitchen"), [0, 2]);
    let said = sites.doctor(&sites.cloud);
    let row = "messages on `room.dead` and `room.raw.*` are to stay within the site of `edge`";
    assert!(said.out.contains(row), "{}", said.out);
    assert!(said.out.contains("`pelato infra`"), "{}", said.out);
    // What it has looked with is gone.
    let names = clients[0].request("$JS.site-a.API.STREAM.NAMES", "").unwrap();
    assert_eq!(names["total"], 0, "{names}");
}

/// With what a topic may consist of, quotes among it.
#[test]
fn nats_server_takes_the_configurations_of_both_platforms() {
    let odd = rooms().replace("source_topic: room.raw.*", "source_topic: 'room.\"raw\\.$x.*'");
    let leaf = ("LEAF_URL", "\"nats://leaf:p12e4@127.0.0.1:7422\"");
    for platform in ["wasmcloud", "wadm"] {
        let written = Written::beside_on(platform, &odd, &["--only", "edge"]);
        let text = written.read("edge/nats-leaf.conf");
        assert_eq!(text.matches(r#"room.\"raw\\.$x.*""#).count(), 4, "{text}");
        let plain = text.replace("      tls { ca_file: \"ca.crt\" }\n", "");
        std::fs::write(written.path("edge/nats-leaf.conf"), plain).unwrap();
        let checked = check(&written.path("edge/nats-leaf.conf"), &[leaf, ("DEVICE_PASSWORD", "p12e4")]);
        assert!(checked.status.success(), "{platform}: {checked:?}");
        // A site with other hosts keeps nothing to itself.
        let barn = Written::beside_on(platform, &odd, &["--only", "edge", "--edge-label", "barn"]);
        assert!(!barn.read("edge/nats-leaf.conf").contains("room."));
    }
}
