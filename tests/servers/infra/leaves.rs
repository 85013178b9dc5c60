//! Cloud, a host in the cloud, and an edge, with the configurations that were written: messages in all directions.

use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use async_nats::{Client, Subscriber};
use futures_util::StreamExt;
use serde_json::{Value, json};

use crate::support::nats::Server;
use crate::support::written::{PASSWORD, Written};
use crate::support::{address, tools};

const PATIENCE: Duration = Duration::from_secs(60);

/// Ports of this process's own address.
fn ports<const N: usize>() -> [u16; N] {
    [(); N].map(|()| address::reserve().port())
}

/// A server with a configuration that was written, and these environment variables. It listens at this process's own
/// address alone, and texts of the configuration may be others here.
fn start(configuration: &Path, variables: &[(&'static str, String)], others: &[(String, String)]) -> Server {
    let mut text = std::fs::read_to_string(configuration).unwrap();
    for (written, here) in others {
        assert!(text.contains(written), "{written} in {text}");
        text = text.replace(written, here);
    }
    let own = format!("\"{}:", address::own());
    let text = text.replace("\"0.0.0.0:", &own).replace("\"127.0.0.1:", &own);
    Server::configured(&text, variables)
}

/// `nats-server -t`: whether a configuration is right.
pub fn check(configuration: &Path, variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new(tools::new_nats_server().unwrap_or_else(tools::nats_server));
    command.arg("-t").arg("--config").arg(configuration).env_clear().envs(variables.iter().copied());
    command.output().unwrap()
}

#[test]
fn nats_server_takes_every_configuration() {
    let written = Written::wadm(&[]);
    let right = [
        ("cloud/nats.conf", &[("SERVER_NAME", "nats-0"), ("LEAF_PASSWORD", "\"12e4\"")][..]),
        ("cloud/nats-host.conf", &[("LEAF_URL", "\"nats://leaf:12e4@nats:7422\"")]),
        ("edge/nats-leaf.conf", &[("LEAF_URL", "\"nats://leaf:12e4@127.0.0.1:7422\"")]),
        ("local/nats.conf", &[]),
    ];
    for (file, variables) in right {
        let checked = check(&written.path(file), variables);
        assert!(checked.status.success(), "{file}: {checked:?}");
    }
    // An edge that nobody gave a password, or a cloud that would let everybody in, does not start.
    for (file, variables) in right.iter().filter(|(_, variables)| !variables.is_empty()) {
        let checked = check(&written.path(file), &variables[..variables.len() - 1]);
        let said = String::from_utf8_lossy(&checked.stderr).into_owned();
        assert!(!checked.status.success() && said.contains("LEAF_"), "{file}: {said}");
    }
}

/// The servers of the cloud, of a host there, and of an edge.
pub struct Servers {
    /// Three that are one; clients and leaves of the tests are at the first.
    pub cloud: [Server; 3],
    /// The one beside a host in the cloud.
    beside: Server,
    edge: Server,
}

impl Servers {
    /// With the variables as the written files set them, and this password at the edge.
    fn start(password: &str) -> Self {
        Self::start_with(password, |_| {})
    }

    /// The same with the files edited.
    pub fn start_with(password: &str, edit: impl Fn(&Written)) -> Self {
        let [client, leaf, beside, edge] = ports();
        let text = |port: u16| port.to_string();
        let written = |host_port: u16| {
            let [client, leaf, host_port] = [client, leaf, host_port].map(text);
            let ports = ["--nats-port", &client, "--leaf-port", &leaf, "--host-nats-port", &host_port];
            let written = Written::wadm(&ports);
            edit(&written);
            written
        };
        let (in_cloud, at_edge) = (written(beside), written(edge));
        let cloud = start_cloud(&in_cloud, client, leaf);
        let here = format!("@{}:", address::own());
        let host = in_cloud.object("cloud/hosts.yaml", "Deployment", "host");
        let url = host["spec"]["template"]["spec"]["containers"][0]["env"][1]["value"].as_str().unwrap();
        let url = url.replace("$(LEAF_PASSWORD)", PASSWORD).replace("@nats:", &here);
        let beside = start(&in_cloud.path("cloud/nats-host.conf"), &[("LEAF_URL", url)], &[]);
        let compose = at_edge.one_yaml("edge/compose.yaml");
        let url = compose["services"]["nats"]["environment"]["LEAF_URL"].as_str().unwrap();
        let url = url.replace("${LEAF_PASSWORD:?set it in .env}", password).replace("@127.0.0.1:", &here);
        let edge = start(&at_edge.path("edge/nats-leaf.conf"), &[("LEAF_URL", url)], &[]);
        Self { cloud, beside, edge }
    }

    /// A server of the cloud is lost, whatever its number.
    fn lose(&mut self, index: usize) {
        self.cloud[index].kill();
    }

    /// A client of the cloud's first server, the one beside a host there, or the edge's.
    pub async fn client(&self, index: usize) -> Client {
        let server = [&self.cloud[0], &self.beside, &self.edge][index];
        async_nats::connect(server.url()).await.unwrap()
    }
}

/// The three servers of the cloud: the first at the ports that are written.
fn start_cloud(written: &Written, client: u16, leaf: u16) -> [Server; 3] {
    let others: [u16; 4] = ports();
    let routes: [u16; 3] = ports();
    let ports = [(client, leaf), (others[0], others[1]), (others[2], others[3])];
    let password = "\"$(PLAIN_LEAF_PASSWORD)\"".replace("$(PLAIN_LEAF_PASSWORD)", PASSWORD);
    let mut servers = (0..3).map(|index| {
        let (own_client, own_leaf) = ports[index];
        let mut here = vec![
            (format!("0.0.0.0:{client}\""), format!("0.0.0.0:{own_client}\"")),
            (format!("0.0.0.0:{leaf}\""), format!("0.0.0.0:{own_leaf}\"")),
            ("0.0.0.0:6222".to_owned(), format!("0.0.0.0:{}", routes[index])),
        ];
        here.extend((0..3).map(|at| {
            (format!("nats-{at}.nats-cluster:6222"), format!("{}:{}", address::own(), routes[at]))
        }));
        let variables = [("SERVER_NAME", format!("nats-{index}")), ("LEAF_PASSWORD", password.clone())];
        start(&written.path("cloud/nats.conf"), &variables, &here)
    });
    [(); 3].map(|()| servers.next().unwrap())
}

pub fn block_on(work: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work);
}

/// Publishes until it is heard: the servers need a moment until they know of a subscription.
pub async fn is_heard(from: &Client, by: &mut Subscriber, subject: &str) {
    let try_it = async {
        loop {
            from.publish(subject.to_owned(), "hello".into()).await.unwrap();
            if let Ok(Some(message)) = tokio::time::timeout(Duration::from_millis(200), by.next()).await {
                assert_eq!((&*message.payload, message.subject.as_str()), (&b"hello"[..], subject));
                return;
            }
        }
    };
    tokio::time::timeout(PATIENCE, try_it).await.unwrap_or_else(|_| panic!("{subject} is never heard"));
}

/// The domain that answers at a JetStream prefix.
async fn domain(client: &Client, prefix: &str) -> Value {
    until(client, format!("{prefix}.INFO"), "", |answer| answer["domain"].is_string()).await["domain"].clone()
}

#[test]
fn messages_go_all_ways_and_each_domain_answers_everywhere() {
    let servers = Servers::start(PASSWORD);
    block_on(async {
        let names = ["cloud", "beside", "edge"];
        let clients = [servers.client(0).await, servers.client(1).await, servers.client(2).await];
        for (from, publisher) in clients.iter().enumerate() {
            for (to, subscriber) in clients.iter().enumerate().filter(|(to, _)| *to != from) {
                let subject = format!("{}.{}", names[from], names[to]);
                let mut messages = subscriber.subscribe(subject.clone()).await.unwrap();
                is_heard(publisher, &mut messages, &subject).await;
            }
        }
        // wadm and all hosts keep the lattice's data in the cloud's; the edge has its own beside it.
        for client in &clients {
            assert_eq!(domain(client, "$JS.cloud.API").await, "cloud");
            assert_eq!(domain(client, "$JS.edge.API").await, "edge");
        }
        assert_eq!(domain(&clients[0], "$JS.API").await, "cloud");
        assert_eq!(domain(&clients[2], "$JS.API").await, "edge");
    });
}

#[test]
fn the_edge_goes_on_alone_and_finds_the_cloud_again() {
    let mut servers = Servers::start(PASSWORD);
    block_on(async {
        let (edge, other) = (servers.client(2).await, servers.client(2).await);
        let cloud = servers.client(0).await;
        let mut in_cloud = cloud.subscribe("a").await.unwrap();
        is_heard(&edge, &mut in_cloud, "a").await;
        (0..3).for_each(|index| servers.lose(index));
        let mut at_edge = other.subscribe("b").await.unwrap();
        is_heard(&edge, &mut at_edge, "b").await;
        servers.cloud.iter_mut().for_each(Server::restart);
        let mut again = servers.client(0).await.subscribe("c").await.unwrap();
        is_heard(&edge, &mut again, "c").await;
    });
}

/// What wadm and the hosts keep is there, and can be changed, as long as two of the three servers are: a stream of three
/// replicas, which is made while all three are there, as NATS places none on a server that is away.
#[test]
fn the_cloud_goes_on_with_two_of_its_three_servers() {
    let mut servers = Servers::start(PASSWORD);
    block_on(async {
        let edge = servers.client(2).await;
        let stream = json!({"name": "KEPT", "subjects": ["kept"], "num_replicas": 3});
        until(&edge, "$JS.cloud.API.STREAM.CREATE.KEPT", &stream.to_string(), |answer| {
            answer["config"]["name"] == "KEPT" && answer["cluster"]["leader"].is_string()
        })
        .await;
        until(&edge, "kept", "before", |answer| answer["seq"].is_u64()).await;
        servers.lose(2);
        until(&edge, "kept", "after", |answer| answer["seq"].is_u64()).await;
        let last = json!({"last_by_subj": "kept"}).to_string();
        let kept =
            until(&edge, "$JS.cloud.API.STREAM.MSG.GET.KEPT", &last, |answer| answer["message"].is_object())
                .await;
        assert_eq!(kept["message"]["data"], "YWZ0ZXI=", "`after` in base64");
    });
}

/// The first answer to a request, asked again and again, that is as expected.
async fn until(
    client: &Client,
    subject: impl Into<String>,
    request: &str,
    is_expected: impl Fn(&Value) -> bool,
) -> Value {
    let (subject, mut last) = (subject.into(), None);
    let ask = async {
        loop {
            if let Ok(answer) = client.request(subject.clone(), request.to_owned().into()).await {
                let answer: Value = serde_json::from_slice(&answer.payload).unwrap();
                if is_expected(&answer) {
                    return answer;
                }
                last = Some(answer);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let answer = tokio::time::timeout(PATIENCE, ask).await;
    answer.unwrap_or_else(|_| panic!("{subject} never answers as expected, but last: {last:?}"))
}

#[test]
fn an_edge_with_another_password_stays_outside() {
    let servers = Servers::start("0therPassword");
    servers.edge.wait_for("Authorization Violation");
    assert!(!servers.edge.log().contains("0therPassword"));
    servers.cloud[0].wait_for("authentication error");
}
