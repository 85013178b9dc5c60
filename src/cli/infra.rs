//! `pelato infra`

use clap::Args;

use super::context::Context;
use super::flags;
use crate::infra::{self, Environment};
use crate::pelato::{Error, InfraOptions, Pelato};
use crate::ui::prompt::{Form, Question};

/// Write configuration files for the machines of a cluster: cloud (Kubernetes), edge and this machine (docker compose)
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  pelato infra infra --only local    # all on this machine\n  \
    pelato infra infra --cloud-nats nats.example.org --registry registry.example.org/team\n\n\
    PLATFORM says for which platform: wasmCloud 2, or wasmCloud 1.9.\nEach folder has a README.md with the commands that start it. Values that are not given come from the settings. Passwords are never asked for and never written.")]
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
    /// Name of the lattice of wasmCloud 1.9 [default: LATTICE]
    #[arg(long, value_name = "NAME")]
    lattice: Option<String>,
    /// What tasks name as the target of the edge's host: its host group, or its label host-type
    #[arg(long, value_name = "LABEL", default_value = "edge")]
    edge_label: String,
    /// The same of the cloud's hosts
    #[arg(long, value_name = "LABEL", default_value = "cloud")]
    cloud_label: String,
    /// JetStream domain of the cluster's data, in the cloud [default: JETSTREAM_DOMAIN, else `cloud`]
    #[arg(long, value_name = "NAME")]
    jetstream_domain: Option<String>,
    /// JetStream domain of the edge: different for each edge [default: its label]
    #[arg(long, value_name = "NAME")]
    edge_domain: Option<String>,
    #[command(flatten)]
    ports: Ports,
    /// Use another image or version, such as nats=nats:2.12-alpine; may be repeated
    #[arg(long = "image", value_name = "NAME=IMAGE")]
    images: Vec<String>,
    /// Only show what would be written
    #[arg(long)]
    dry_run: bool,
}

#[derive(Debug, Args)]
struct Ports {
    /// Port at which the cloud's NATS server accepts leaf nodes
    #[arg(long, value_name = "PORT", default_value_t = 7422, value_parser = port())]
    leaf_port: u16,
    /// Port of the cluster's NATS server for clients [default: NATS_PORT]
    #[arg(long, value_name = "PORT", value_parser = port())]
    nats_port: Option<u16>,
    /// Port on 127.0.0.1 at which each host reaches NATS [default: that of HOSTS_NATS_URL]
    #[arg(long, value_name = "PORT", value_parser = port())]
    host_nats_port: Option<u16>,
    /// Port of tasks with HTTP; on this machine the cloud host uses the next one
    #[arg(long, value_name = "PORT", default_value_t = 8000, value_parser = port())]
    http_port: u16,
    /// Port of MQTT at the edge of wasmCloud 2 [default: 1883]
    #[arg(long, value_name = "PORT", value_parser = port())]
    mqtt_port: Option<u16>,
    /// Port of Kubernetes on this machine, for wasmCloud 2 [default: 6443]
    #[arg(long, value_name = "PORT", value_parser = port())]
    kubernetes_port: Option<u16>,
    /// Port of the registry on this machine
    #[arg(long, value_name = "PORT", default_value_t = 5000, value_parser = port())]
    local_registry_port: u16,
}

fn port() -> impl Fn(&str) -> Result<u16, String> + Clone {
    flags::number(1..=u16::MAX)
}

impl Arguments {
    /// As the facade takes them.
    fn to_options(&self) -> InfraOptions {
        let ports = &self.ports;
        InfraOptions {
            environments: self.only.clone(),
            cloud_nats: self.cloud_nats.clone(),
            registry: self.registry.clone(),
            registry_insecure: self.registry_insecure,
            lattice: self.lattice.clone(),
            edge_label: Some(self.edge_label.clone()),
            cloud_label: Some(self.cloud_label.clone()),
            jetstream_domain: self.jetstream_domain.clone(),
            edge_domain: self.edge_domain.clone(),
            leaf_port: Some(ports.leaf_port),
            nats_port: ports.nats_port,
            host_nats_port: ports.host_nats_port,
            http_port: Some(ports.http_port),
            mqtt_port: ports.mqtt_port,
            kubernetes_port: ports.kubernetes_port,
            local_registry_port: Some(ports.local_registry_port),
            images: self.images.clone(),
        }
    }
}

/// Runs the command.
pub fn run(arguments: &Arguments, context: &Context) -> Result<(), Error> {
    let (pelato, ui) = (context.open()?, &context.ui);
    let question = Question {
        prompt: "Folder to write into",
        flag: "infra",
        default: Some("infra".to_owned()),
        check: &|text| Ok(infra::folder(text)?),
        ..Question::default()
    };
    let (folder, plan, environments) = ui.form(|form| {
        let folder = form.ask(arguments.folder.clone(), &question)?;
        let options = complete(arguments.to_options(), &pelato, form)?;
        let (Some(folder), true) = (folder, form.is_complete()) else { return Err(form.unanswered()) };
        let folder = context.parent().join(folder);
        let environments = options.environments();
        let plan = form.admit(pelato.plan_infra(&folder, options))?;
        if !arguments.dry_run {
            form.confirm("Write the files?", &plan.paths())?;
        }
        Ok((folder, plan, environments))
    })?;
    if arguments.dry_run {
        ui.plan(&folder, &plan);
        return Ok(());
    }
    plan.apply()?;
    ui.infra(&folder, &plan.paths(), &environments);
    Ok(())
}

/// Asks for what neither flags nor settings say.
fn complete(mut options: InfraOptions, pelato: &Pelato, form: &mut Form<'_>) -> Result<InfraOptions, Error> {
    if options.is_remote() {
        let question = Question {
            prompt: "Address of the cloud's NATS server, as edge hosts reach it",
            flag: "--cloud-nats nats.example.org",
            default: pelato.cloud_nats()?,
            check: &|text| Ok(infra::host(text).map(drop)?),
            ..Question::default()
        };
        options.cloud_nats = form.ask(or_default(options.cloud_nats, &question, form), &question)?;
        let question = Question {
            prompt: "Registry, with an address that all hosts can reach",
            flag: "--registry registry.example.org/team",
            default: pelato.shared_registry()?,
            check: &|text| Ok(infra::registry(text).map(drop)?),
            ..Question::default()
        };
        options.registry = form.ask(or_default(options.registry, &question, form), &question)?;
    }
    Ok(options)
}

/// Without a person, what the settings say will do: it is what the help promises.
fn or_default(given: Option<String>, question: &Question<'_>, form: &Form<'_>) -> Option<String> {
    given.or_else(|| question.default.clone().filter(|_| !form.may_ask()))
}
