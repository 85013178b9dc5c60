//! Edge and cloud as `pelato infra` writes them: their NATS servers with TLS, the operator and a host of each as they are
//! started there, and a workflow whose functions are at both ends of the leaf connection.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::{SocketAddrV4, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;

use async_nats::ConnectOptions;
use serde_json::Value;

use super::link::Link;
use crate::deploy::project::{Project, Task, workflow};
use crate::support::address;
use crate::support::cluster::{Cluster, Operator, OperatorSetup, Setup, User};
use crate::support::lattice::{Bus, Program, Topic};
use crate::support::nats::Server;
use crate::support::written::{Written, replaced};

/// So many messages before the link is cut, and so many while it is.
const COUNT: usize = 50;

#[test]
fn edge_and_cloud_exchange_messages_and_lose_none_when_the_link_is_cut() {
    let api = Setup { hosts: &[], operator: false, ..Setup::new() };
    let Some(cluster) = Cluster::with(&api) else { return };
    let sites = Sites::start(&cluster);
    let task = |name: &str, targets, from: &str, to: &str| Task {
        name: name.to_owned(),
        from: from.to_owned(),
        to: to.to_owned(),
        targets,
        ..Task::default()
    };
    let tasks = [
        task("at_edge", "edge, cloud", "room.in", "room.middle"),
        task("in_cloud", "cloud", "room.middle", "room.out"),
    ];
    let version = "    version: 1.0.0\n";
    let kept = workflow("Rooms", &tasks).replace(version, &format!("{version}    delivery: at-least-once\n"));
    let both = "    targets: [edge, cloud]\n";
    let kept = replaced(&kept, &[(both, &format!("{both}    prefer: edge\n"))]);
    let project = Project::of_echoes(&kept).set(&sites.settings(&cluster));
    project.brush();

    let edge = Bus::connect(&sites.edge.url(), None).unwrap();
    let cloud = sites.cloud_client("pelato").unwrap();
    let (mut middle, mut out, mut home) =
        (edge.subscribe("room.middle"), cloud.subscribe("room.out"), edge.subscribe("room.out"));
    send(&edge, 0..COUNT);
    await_all(&mut out, 0..COUNT);
    // What the cloud's function says is heard at the edge.
    await_all(&mut home, 0..COUNT);
    await_all(&mut middle, 0..COUNT);

    sites.link.cut();
    sites.edge.wait_for("Leafnode connection closed");
    send(&edge, COUNT..2 * COUNT);
    await_all(&mut middle, COUNT..2 * COUNT);
    sites.link.restore();
    await_all(&mut out, COUNT..2 * COUNT);

    // A device at the edge, which speaks MQTT.
    sites.publish_as_device("room/in", "from a device");
    let came = std::iter::from_fn(|| Some(out.next())).find(|text| text == "from a device");
    assert!(came.is_some());
    project.pelato(&["remove"]);
}

/// Functions and edges do not start and stop components of others.
#[test]
fn only_operator_and_pelato_command_hosts() {
    let api = Setup { hosts: &[], operator: false, ..Setup::new() };
    let Some(cluster) = Cluster::with(&api) else { return };
    let sites = Sites::start(&cluster);
    let hosts = cluster.list_in(cluster.operator_namespace(), "hosts");
    let id = |group: &str| {
        let is_of = |host: &&Value| host["metadata"]["labels"]["hostgroup"] == group;
        hosts.iter().find(is_of).unwrap()["hostId"].as_str().unwrap().to_owned()
    };
    let heartbeat = |id: &str| format!("runtime.host.{id}.heartbeat");
    let (at_cloud, at_edge) = (heartbeat(&id("cloud")), heartbeat(&id("edge")));
    for (user, may) in [("operator", true), ("pelato", true), ("data", false)] {
        let bus = sites.cloud_client(user).unwrap();
        for subject in [&at_cloud, &at_edge] {
            assert_eq!(bus.request(subject, "{}").is_some(), may, "{user}: {subject}");
        }
    }
    let edge = Bus::connect(&sites.edge.url(), None).unwrap();
    assert!(edge.request(&at_edge, "{}").is_some());
    assert!(edge.request(&at_cloud, "{}").is_none());
    // Who has no certificate is not let in.
    assert!(sites.cloud_client("").is_none());
}

/// All that runs at both ends; it ends with this value.
struct Sites {
    written: Written,
    /// The ports of the cloud's first server, as written.
    client: u16,
    mqtt: u16,
    cloud: [Server; 3],
    link: Link,
    edge: Server,
    _operator: Operator,
    _hosts: [Program; 2],
}

impl Sites {
    fn start(cluster: &Cluster) -> Self {
        let own = address::own().to_string();
        let [client, leaf, host, mqtt, http] = [(); 5].map(|()| address::reserve().port());
        let text = |port: u16| port.to_string();
        let registry = format!("{}/team", cluster.registry.host());
        let [client_text, leaf_text, host_text, mqtt_text, http_text] =
            [client, leaf, host, mqtt, http].map(text);
        let flags = [
            ["--cloud-nats", &own],
            ["--registry", &registry],
            ["--nats-port", &client_text],
            ["--leaf-port", &leaf_text],
            ["--host-nats-port", &host_text],
            ["--mqtt-port", &mqtt_text],
            ["--http-port", &http_text],
        ];
        let flags = [&["--registry-insecure"], flags.as_flattened()].concat();
        let written = Written::within(cluster.namespace(), cluster.operator_namespace(), &flags);
        let link = Link::to(SocketAddrV4::new(address::own(), leaf));
        prepare(&written, &link);
        let cloud = cloud(&written, client, leaf);
        let edge = edge(&written);
        let operator = Operator::start(OperatorSetup {
            rig: cluster.rig,
            kubeconfig: cluster.kubeconfig(User::Operator),
            nats: format!("tls://{own}:{client}"),
            namespace: cluster.namespace().to_owned(),
            own_namespace: cluster.operator_namespace().to_owned(),
            flags: operator_flags(&written),
            haste: 1,
            folder: cluster.folder.path().to_owned(),
            started: 0,
        });
        let hosts = ["edge", "cloud"].map(|site| launch(cluster, &written, site));
        cluster.wait_for_hosts(2);
        Self { written, client, mqtt, cloud, link, edge, _operator: operator, _hosts: hosts }
    }

    /// The settings that are written, where this test has them.
    fn settings(&self, cluster: &Cluster) -> Vec<(&'static str, String)> {
        let file = self.written.read("cloud/nats.env") + &self.written.read("cloud/pelato.env");
        let value = |name: &str| {
            let line = file.lines().find_map(|line| line.strip_prefix(&format!("{name}=")));
            line.unwrap().to_owned()
        };
        let mut settings = cluster.settings();
        settings.retain(|(name, _)| ["KUBECONFIG", "REGISTRY_INSECURE"].contains(name));
        let names = [
            "PLATFORM",
            "KUBE_NAMESPACE",
            "OPERATOR_NAMESPACE",
            "NATS_PORT",
            "NATS_CA",
            "NATS_CERT",
            "NATS_KEY",
            "JETSTREAM_DOMAIN",
            "TARGET_DOMAINS",
            "REGISTRY_URL",
        ];
        settings.extend(names.map(|name| (name, value(name))));
        settings.push(("NATS_HOST", address::own().to_string()));
        settings
    }

    /// A client of the cloud with the certificate of a user; none if it is not let in.
    fn cloud_client(&self, user: &str) -> Option<Bus> {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let file = |name: &str| self.written.path(&format!("cloud/tls/{name}"));
        let options = ConnectOptions::new().add_root_certificates(file("ca.crt"));
        let options = match user {
            "" => options,
            user => {
                options.add_client_certificate(file(&format!("{user}.crt")), file(&format!("{user}.key")))
            }
        };
        Bus::with(&format!("tls://{}:{}", self.cloud[0].host(), self.client), options)
    }

    /// Publishes by MQTT 3.1.1, without waiting for more than the answer to the greeting.
    fn publish_as_device(&self, topic: &str, text: &str) {
        let variables = self.written.read("edge/.env");
        let password = variables.lines().find_map(|line| line.strip_prefix("DEVICE_PASSWORD=")).unwrap();
        let string =
            |text: &str| [&u16::try_from(text.len()).unwrap().to_be_bytes(), text.as_bytes()].concat();
        let packet = |kind: u8, body: Vec<u8>| [vec![kind, u8::try_from(body.len()).unwrap()], body].concat();
        let flags_and_patience = [4, 0b1100_0010, 0, 60];
        let credentials = [string("sensor"), string("device"), string(password)].concat();
        let greeting = packet(0x10, [string("MQTT"), flags_and_patience.to_vec(), credentials].concat());
        assert!(greeting.len() < 128);
        let mut stream = TcpStream::connect((address::own(), self.mqtt)).unwrap();
        stream.write_all(&greeting).unwrap();
        let mut answer = [0; 4];
        stream.read_exact(&mut answer).unwrap();
        assert_eq!(answer, [0x20, 2, 0, 0], "accepted");
        stream.write_all(&packet(0x30, [string(topic), text.as_bytes().to_vec()].concat())).unwrap();
        stream.write_all(&[0xe0, 0]).unwrap();
    }
}

/// What the pages say to do before the start; the leaf connection goes by way of the link.
fn prepare(written: &Written, link: &Link) {
    let own = address::own().to_string();
    let edit = |name: &str, others: &[(&str, &str)]| {
        let text = replaced(&written.read(name), others);
        std::fs::write(written.path(name), text).unwrap();
    };
    // The servers have no names here.
    edit("cloud/secrets.sh", &[("DNS:*.nats-cluster", &format!("IP:{own}"))]);
    assert!(written.script("cloud", "secrets.sh", &[]).status.success());
    let leaf = written.read("cloud/edge.env");
    let (server, _) = leaf.rsplit_once(':').unwrap();
    std::fs::write(written.path("edge/.env"), format!("{server}:{}\n", link.port)).unwrap();
    std::fs::copy(written.path("cloud/tls/ca.crt"), written.path("edge/ca.crt")).unwrap();
    assert!(written.script("edge", "secrets.sh", &[]).status.success());
}

/// The three servers of the cloud: the first at the ports that are written.
fn cloud(written: &Written, client: u16, leaf: u16) -> [Server; 3] {
    let own = address::own().to_string();
    let password = written.read("cloud/.env");
    let password = password.trim().strip_prefix("LEAF_PASSWORD=").unwrap().to_owned();
    let tls = written.path("cloud/tls").display().to_string();
    let file = |name: &str| format!("{tls}/{name}");
    let routes = [(); 3].map(|()| address::reserve().port());
    let mut servers = (0..3).map(|index| {
        let ports = match index {
            0 => [client, leaf],
            _ => [(); 2].map(|()| address::reserve().port()),
        };
        let text = replaced(
            &written.read("cloud/nats.conf"),
            &[
                ("/etc/nats/tls/tls.crt", &file("nats.crt")),
                ("/etc/nats/tls/tls.key", &file("nats.key")),
                ("/etc/nats/tls/ca.crt", &file("ca.crt")),
                ("/etc/nats/routes/tls.crt", &file("routes.crt")),
                ("/etc/nats/routes/tls.key", &file("routes.key")),
                (&format!("0.0.0.0:{client}"), &format!("{own}:{}", ports[0])),
                (&format!("0.0.0.0:{leaf}"), &format!("{own}:{}", ports[1])),
                ("0.0.0.0:6222", &format!("{own}:{}", routes[index])),
                ("nats-0.nats-cluster:6222", &format!("{own}:{}", routes[0])),
                ("nats-1.nats-cluster:6222", &format!("{own}:{}", routes[1])),
                ("nats-2.nats-cluster:6222", &format!("{own}:{}", routes[2])),
            ],
        );
        let variables =
            [("SERVER_NAME", format!("nats-{index}")), ("LEAF_PASSWORD", format!("\"{password}\""))];
        Server::configured(&text, &variables)
    });
    [(); 3].map(|()| servers.next().unwrap())
}

/// The server of the edge, with the variables as systemd gives them.
fn edge(written: &Written) -> Server {
    let own = format!("\"{}:", address::own());
    let authority = written.path("edge/ca.crt").display().to_string();
    let text = replaced(
        &written.read("edge/nats-leaf.conf"),
        &[("\"127.0.0.1:", &own), ("\"0.0.0.0:", &own), ("ca.crt", &authority)],
    );
    let file = written.read("edge/.env");
    let variables = ["LEAF_URL", "DEVICE_PASSWORD"].map(|name| {
        let line = file.lines().find_map(|line| line.strip_prefix(&format!("{name}=")));
        (name, line.unwrap().to_owned())
    });
    Server::configured(&text, &variables)
}

/// The flags of the operator about certificates and hosts, as they are written.
fn operator_flags(written: &Written) -> Vec<String> {
    let operator = written.object("cloud/operator.yaml", "Deployment", "operator");
    let tls = written.path("cloud/tls");
    let file = |flag: &str| match flag.rsplit_once("/etc/nats/") {
        Some((flag, "ca.crt")) => format!("{flag}{}", tls.join("ca.crt").display()),
        Some((flag, file)) => format!("{flag}{}", tls.join(file.replace("tls.", "operator.")).display()),
        None => flag.to_owned(),
    };
    let arguments = operator["spec"]["template"]["spec"]["containers"][0]["args"].as_array().unwrap();
    let arguments = arguments.iter().map(|one| one.as_str().unwrap());
    arguments.filter(|one| one.starts_with("-nats-c") || one.starts_with("-allow")).map(file).collect()
}

/// The host of a site, with exactly the flags and variables that are written for it.
fn launch(cluster: &Cluster, written: &Written, site: &str) -> Program {
    let home = cluster.folder.path().join(format!("home-{site}"));
    std::fs::create_dir_all(&home).unwrap();
    let mut command = Command::new(&cluster.rig.wash);
    command.args(match site {
        "edge" => edge_flags(written, &home),
        _ => cloud_flags(written, &home),
    });
    command.env("RUST_BACKTRACE", "0").env("HOME", &home).current_dir(&home);
    let mut host = Program::start(&format!("host-{site}"), command, cluster.folder.path());
    host.wait("a host", |host| host.log().contains("Host started").then_some(()));
    host
}

fn edge_flags(written: &Written, home: &Path) -> Vec<String> {
    let compose = written.one_yaml("edge/compose.yaml");
    let flags = compose["services"]["host"]["command"].as_array().unwrap();
    let own = address::own().to_string();
    let here = |flag: &Value| {
        let flag = flag.as_str().unwrap();
        let flag = flag.replace("${MACHINE:?run secrets.sh}", "pi-1").replace("${MACHINE}", "pi-1");
        let flag = flag.replace("127.0.0.1:", &format!("{own}:")).replace("0.0.0.0:", &format!("{own}:"));
        flag.replace("=/images", &format!("={}", home.join("images").display()))
    };
    flags.iter().map(here).collect()
}

fn cloud_flags(written: &Written, home: &Path) -> Vec<String> {
    let hosts = written.object("cloud/hosts.yaml", "StatefulSet", "host");
    let flags = hosts["spec"]["template"]["spec"]["containers"][0]["args"].as_array().unwrap();
    let own = address::own().to_string();
    let tls = written.path("cloud/tls");
    let file = |text: &str| -> Option<PathBuf> {
        let (user, file) = text.strip_prefix("/etc/nats/")?.split_once('/')?;
        Some(tls.join(if file == "ca.crt" { file.to_owned() } else { file.replace("tls", user) }))
    };
    let here = |flag: &Value| {
        let flag = flag.as_str().unwrap();
        let flag = flag
            .replace("$(POD_NAME)", "host-0")
            .replace("$(POD_IP)", &own)
            .replace("//nats:", &format!("//{own}:"));
        match flag.split_once('=') {
            Some((name @ ("--http-addr" | "--probe-addr"), _)) => format!("{name}={}", address::reserve()),
            Some((name @ "--oci-cache-dir", _)) => format!("{name}={}", home.join("images").display()),
            Some((name, value)) => {
                file(value).map_or(flag.clone(), |file| format!("{name}={}", file.display()))
            }
            None => flag,
        }
    };
    flags.iter().map(here).collect()
}

fn send(bus: &Bus, numbers: std::ops::Range<usize>) {
    numbers.for_each(|number| bus.publish("room.in", &number.to_string()));
}

/// Waits until each of these numbers has come, some perhaps more than once.
fn await_all(topic: &mut Topic<'_>, numbers: std::ops::Range<usize>) {
    let mut missing: BTreeSet<_> = numbers.map(|number| number.to_string()).collect();
    while !missing.is_empty() {
        missing.remove(&topic.next());
    }
}
