//! `pelato infra`

use clap::Args;

use super::context::Context;
use crate::infra::{self, Environment, Images, Infra, InfraError};
use crate::pelato::Error;
use crate::project::Settings;
use crate::project::settings::{self, Key, Origin};
use crate::ui::prompt::Question;
use crate::ui::{json, worded};

/// Port at which NATS servers usually take leaves.
const LEAF_PORT: u16 = 7422;
/// Port at which NATS usually is.
const NATS_PORT: u16 = 4222;

/// Write configuration files for the machines of a cluster: cloud (Kubernetes), edge and this machine (docker compose)
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  pelato infra infra --only local    # all on this machine\n  \
    pelato infra infra --cloud-nats nats.example.org --registry registry.example.org/team\n\n\
    Each folder has a README.md with the commands that start it. Values that are not given come from the settings. Passwords are never asked for and never written.")]
pub struct Arguments {
    /// The folder to write into: gets `cloud`, `edge` and `local`
    #[arg(value_name = "DIR")]
    folder: Option<String>,
    /// Only these; may be repeated
    #[arg(long, value_name = "ENVIRONMENT", value_delimiter = ',')]
    only: Vec<Environment>,
    /// Host name or address at which edge hosts reach the cloud's NATS server [default: NATS_HOST]
    #[arg(long, value_name = "HOST")]
    cloud_nats: Option<String>,
    /// Registry that components are pushed to, with an address that all hosts can reach [default: REGISTRY_URL]
    #[arg(long, value_name = "HOST/PATH")]
    registry: Option<String>,
    /// Use plain HTTP for the registry [default: whether REGISTRY_INSECURE lists it]
    #[arg(long)]
    registry_insecure: bool,
    /// Name of the lattice [default: LATTICE]
    #[arg(long, value_name = "NAME")]
    lattice: Option<String>,
    /// Label host-type of the edge's host
    #[arg(long, value_name = "LABEL", default_value = "edge")]
    edge_label: String,
    /// Label host-type of the cloud's hosts
    #[arg(long, value_name = "LABEL", default_value = "cloud")]
    cloud_label: String,
    /// JetStream domain of the lattice's data, in the cloud [default: JETSTREAM_DOMAIN, else `cloud`]
    #[arg(long, value_name = "NAME")]
    jetstream_domain: Option<String>,
    /// JetStream domain of the edge: different for each edge [default: its label]
    #[arg(long, value_name = "NAME")]
    edge_domain: Option<String>,
    #[command(flatten)]
    ports: Ports,
    /// Use another image or version of nats, wadm, wasmcloud or registry; may be repeated
    #[arg(long = "image", value_name = "NAME=IMAGE")]
    images: Vec<String>,
    /// Only show what would be written
    #[arg(long)]
    dry_run: bool,
}

#[derive(Debug, Args)]
struct Ports {
    /// Port at which the cloud's NATS server accepts leaf nodes
    #[arg(long, value_name = "PORT", default_value_t = LEAF_PORT, value_parser = port())]
    leaf_port: u16,
    /// Port of the lattice's NATS server for clients [default: NATS_PORT]
    #[arg(long, value_name = "PORT", value_parser = port())]
    nats_port: Option<u16>,
    /// Port on 127.0.0.1 at which each host reaches NATS [default: that of HOSTS_NATS_URL]
    #[arg(long, value_name = "PORT", value_parser = port())]
    host_nats_port: Option<u16>,
    /// Port of tasks with HTTP; on this machine the cloud host uses the next one
    #[arg(long, value_name = "PORT", default_value_t = 8000, value_parser = port())]
    http_port: u16,
    /// Port of the registry on this machine
    #[arg(long, value_name = "PORT", default_value_t = 5000, value_parser = port())]
    local_registry_port: u16,
}

fn port() -> clap::builder::RangedI64ValueParser<u16> {
    clap::value_parser!(u16).range(1..)
}

/// Runs the command.
pub fn run(arguments: Arguments, context: &Context) -> Result<(), Error> {
    let ui = &context.ui;
    let settings = context.settings(&context.root())?;
    let question = Question {
        prompt: "Folder to write into",
        flag: "infra",
        default: Some("infra".to_owned()),
        check: &|text| if text.trim().is_empty() { Err("give it a name".to_owned()) } else { Ok(()) },
    };
    let folder = context.parent().join(ui.ask(arguments.folder.clone(), &question)?);
    let dry_run = arguments.dry_run;
    let infra = complete(arguments, &settings, context)?;
    let plan = infra::plan(&folder, &infra)?;
    if dry_run {
        ui.result(plan.diff());
        return Ok(());
    }
    plan.apply()?;
    let written = plan.paths();
    if ui.json() {
        ui.result_json(&json::Made::new(&folder, &written));
        return Ok(());
    }
    written.iter().for_each(|file| ui.detail(format!("wrote {file}")));
    match written.len() {
        0 => {
            ui.status("Unchanged", format!("all files in {} are as they would be written", folder.display()))
        }
        count => ui.status("Wrote", format!("{count} files in {}", folder.display())),
    }
    for environment in &infra.environments {
        ui.status("Next", format!("read {}", folder.join(environment.folder()).join("README.md").display()));
    }
    Ok(())
}

/// Takes the flags, then the settings; asks for what neither says.
fn complete(arguments: Arguments, settings: &Settings, context: &Context) -> Result<Infra, Error> {
    let chosen =
        |environment: &Environment| arguments.only.is_empty() || arguments.only.contains(environment);
    let environments: Vec<_> = Environment::ALL.into_iter().filter(chosen).collect();
    let (mut cloud_nats, mut registry) = Default::default();
    if environments.iter().any(|environment| environment.is_remote()) {
        cloud_nats = ask_cloud_nats(arguments.cloud_nats, settings, context)?;
        registry = ask_registry(arguments.registry, settings, context)?;
    }
    let listed = settings.text(settings::REGISTRY_INSECURE).unwrap_or_default();
    let text = |given: Option<String>, key: Key, default: &str| {
        given.or_else(|| settings.text(key).map(str::to_owned)).unwrap_or_else(|| default.to_owned())
    };
    let ports = &arguments.ports;
    Ok(Infra {
        environments,
        cloud_nats,
        leaf_port: ports.leaf_port,
        nats_port: ports
            .nats_port
            .or_else(|| port_of(settings.text(settings::NATS_PORT)?))
            .unwrap_or(NATS_PORT),
        host_nats_port: ports.host_nats_port.or_else(|| host_nats_port(settings)).unwrap_or(NATS_PORT),
        http_port: ports.http_port,
        registry_insecure: arguments.registry_insecure || infra::is_insecure(listed, &registry),
        registry,
        local_registry_port: ports.local_registry_port,
        lattice: text(arguments.lattice, settings::wadm::LATTICE, "default"),
        jetstream_domain: text(arguments.jetstream_domain, settings::JETSTREAM_DOMAIN, "cloud"),
        // A label may have dots, a domain may not.
        edge_domain: arguments.edge_domain.unwrap_or_else(|| arguments.edge_label.replace('.', "-")),
        edge_label: arguments.edge_label,
        cloud_label: arguments.cloud_label,
        images: Images::new(&arguments.images)?,
    })
}

fn ask_cloud_nats(given: Option<String>, settings: &Settings, context: &Context) -> Result<String, Error> {
    // A name for this machine is no use to another.
    let default = set(settings, settings::NATS_HOST).filter(|host| !infra::is_loopback(host));
    let question = Question {
        prompt: "Host name or address at which edge hosts reach the cloud's NATS server",
        flag: "--cloud-nats nats.example.org",
        default,
        check: &|text| in_words(infra::host(text).map(drop)),
    };
    ask(given, &question, context)
}

fn ask_registry(given: Option<String>, settings: &Settings, context: &Context) -> Result<String, Error> {
    let bare = |url: String| {
        let rest = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
        rest.trim().trim_end_matches('/').to_owned()
    };
    let name = |registry: &str| registry.split([':', '/']).next().unwrap_or_default().to_owned();
    let question = Question {
        prompt: "Registry that components are pushed to, with an address that all hosts can reach",
        flag: "--registry registry.example.org/team",
        default: set(settings, settings::REGISTRY_URL)
            .map(bare)
            .filter(|registry| !infra::is_loopback(&name(registry))),
        check: &|text| in_words(infra::registry(text).map(drop)),
    };
    ask(given, &question, context)
}

/// Without a person, what the settings say will do: it is what the help promises.
fn ask(given: Option<String>, question: &Question<'_>, context: &Context) -> Result<String, Error> {
    let given = given.or_else(|| question.default.clone().filter(|_| !context.ui.may_ask()));
    Ok(context.ui.ask(given, question)?)
}

fn in_words(checked: Result<(), InfraError>) -> Result<(), String> {
    checked.map_err(|error| worded(&error.to_string()).into_owned())
}

/// A setting that somebody has set.
fn set(settings: &Settings, key: Key) -> Option<String> {
    let effective = settings.iter().find(|effective| effective.key == key)?;
    effective.value.clone().filter(|_| effective.origin != Origin::Default)
}

fn port_of(text: &str) -> Option<u16> {
    text.parse().ok().filter(|port| *port > 0)
}

/// The port of `HOSTS_NATS_URL`, if it is on the hosts themselves.
fn host_nats_port(settings: &Settings) -> Option<u16> {
    let url = settings.text(settings::wadm::HOSTS_NATS_URL)?;
    let address = url.strip_prefix("nats://").unwrap_or(url);
    let (host, port) = address.split_once(':')?;
    port_of(port).filter(|_| infra::is_loopback(host))
}
