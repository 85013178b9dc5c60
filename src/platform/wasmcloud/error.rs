//! Why a cluster of wasmCloud 2 cannot be used, or not for a workflow.

use crate::platform::{Class, DeployError, Fault};
use crate::remedy::{Argument, Operation};

/// Why a cluster of wasmCloud 2 cannot be used, or not for a workflow.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum WasmCloudError {
    /// Hosts do not have an interface.
    #[error("`{component}` needs {interface}, which hosts of wasmCloud 2 do not have")]
    #[diagnostic(
        code(pelato::deploy::no_interface),
        help("the template `{template}` can be used with {} only", Operation::Run)
    )]
    NoInterface {
        /// The component.
        component: String,
        /// Its template.
        template: String,
        /// The interface.
        interface: String,
    },
    /// A component answers HTTP only where a request's path decides who gets it.
    #[error(
        "`{component}` answers HTTP and takes no messages, as which HTTP requests reach it on wasmCloud 2"
    )]
    #[diagnostic(
        code(pelato::deploy::no_requests),
        help(
            "the trigger of the template `{template}` has to export wasmcloud:messaging/handler and call \
             `handle_message_or_request`; or deploy to wasmCloud 1.9 with PLATFORM=wadm"
        )
    )]
    NoRequests {
        /// The component.
        component: String,
        /// Its template.
        template: String,
    },
    /// Two components have one path.
    #[error(
        "`{one}` and `{other}` both answer HTTP at {path}, and hosts of wasmCloud 2 have one port for all"
    )]
    #[diagnostic(
        code(pelato::deploy::same_path),
        help("give one of them another `http: {{path: …}}` in workflow.yaml")
    )]
    SamePath {
        /// The one.
        one: String,
        /// The other.
        other: String,
        /// The path.
        path: String,
    },
    /// The topics of a component are shared in several groups.
    #[error("the topics of `{component}` have several queue groups: {groups}")]
    #[diagnostic(
        code(pelato::deploy::several_groups),
        help(
            "a component has one group on wasmCloud 2: give all subscriptions of the template `{template}` the same"
        )
    )]
    Groups {
        /// The component.
        component: String,
        /// Its template.
        template: String,
        /// The groups.
        groups: String,
    },
    /// Two resources would have one name.
    #[error("{one} and {other} would both be called `{name}` in the cluster")]
    #[diagnostic(
        code(pelato::deploy::name_clash),
        help("names consist of lower-case letters, digits and `-`: rename a component, a target or a host")
    )]
    NameClash {
        /// The one.
        one: String,
        /// The other.
        other: String,
        /// The name.
        name: String,
    },
    /// Nothing says where the cluster is.
    #[error(
        "no cluster is known: KUBECONFIG is not set, {looked} does not exist, and PELATO does not run in a pod"
    )]
    #[diagnostic(
        code(pelato::deploy::no_kubeconfig),
        help("set KUBECONFIG to a kubeconfig file; for wasmCloud 1.9, set PLATFORM=wadm")
    )]
    NoKubeconfig {
        /// Where one would have been.
        looked: String,
    },
    /// A kubeconfig cannot be used.
    #[error("the kubeconfig {file} cannot be used: {message}")]
    #[diagnostic(
        code(pelato::deploy::kubeconfig),
        help(
            "correct the file, or set KUBECONFIG to another: {} shows where it comes from",
            Operation::Config
        )
    )]
    Kubeconfig {
        /// The files.
        file: String,
        /// What is wrong.
        message: String,
    },
    /// The kubeconfig has no such context.
    #[error("the kubeconfig {file} has no context `{context}`")]
    #[diagnostic(code(pelato::deploy::no_context))]
    NoContext {
        /// The files.
        file: String,
        /// The context.
        context: String,
        /// Those that it has.
        #[help]
        known: String,
    },
    /// The API server does not answer.
    #[error("the Kubernetes API at {address} cannot be reached: {message}")]
    #[diagnostic(
        code(pelato::deploy::api_unreachable),
        help(
            "check that the cluster is running and that KUBECONFIG and KUBE_CONTEXT are correct: {} shows where they come from",
            Operation::Config
        )
    )]
    Unreachable {
        /// Where.
        address: String,
        /// What happened.
        message: String,
    },
    /// The API server does not know who comes.
    #[error("authentication failed at the Kubernetes API {address}: {message}")]
    #[diagnostic(
        code(pelato::deploy::api_unauthorized),
        help("log in to the cluster again, or use another context: `kubectl auth whoami` tells who you are")
    )]
    NotLetIn {
        /// Where.
        address: String,
        /// Its words.
        message: String,
    },
    /// A right is missing.
    #[error("the Kubernetes API does not permit to {what}: {message}")]
    #[diagnostic(
        code(pelato::deploy::forbidden),
        help("give this user the rights that docs/wasmcloud.md lists, or use another context")
    )]
    Forbidden {
        /// What was to be done.
        what: String,
        /// Its words.
        message: String,
    },
    /// The cluster does not know wasmCloud's resources.
    #[error("the cluster at {address} does not know {kind} of {version}")]
    #[diagnostic(
        code(pelato::deploy::no_definitions),
        help(
            "install wasmCloud's operator with its resource definitions, or use the context of a cluster that has it: {} shows which is used",
            Operation::Config
        )
    )]
    NoDefinitions {
        /// Where.
        address: String,
        /// The resource.
        kind: &'static str,
        /// Its group and version.
        version: &'static str,
    },
    /// The cluster's definitions are other ones.
    #[error("the resource definitions of the cluster are of another version: {message}")]
    #[diagnostic(
        code(pelato::deploy::other_definitions),
        help(
            "install the resource definitions of wasmCloud 2.7 or newer: an upgrade of the chart leaves old ones in place"
        )
    )]
    OtherDefinitions {
        /// The API server's words.
        message: String,
    },
    /// There is no such namespace.
    #[error("the cluster has no namespace `{namespace}`")]
    #[diagnostic(
        code(pelato::deploy::no_namespace),
        help("create it with `kubectl create namespace {namespace}`, or set KUBE_NAMESPACE to another")
    )]
    NoNamespace {
        /// The namespace.
        namespace: String,
    },
    /// Secrets are neither known here nor stored in the cluster.
    #[error("no value is known of {names}: neither here nor in the secret `{object}` of the cluster")]
    #[diagnostic(
        code(pelato::deploy::no_secret),
        help(
            "add a line `{first}=…` to .env, set PELATO_SECRET_{first} in the environment, or give the secret `{object}` \
             of the namespace `{namespace}` an entry `{first}`, with kubectl"
        )
    )]
    NoSecret {
        /// The names.
        names: String,
        /// One of them.
        first: String,
        /// Where they would be.
        object: String,
        /// The namespace.
        namespace: String,
    },
    /// The namespace may not have more.
    #[error("the namespace `{namespace}` may not have more: {message}")]
    #[diagnostic(
        code(pelato::deploy::quota),
        help("remove something from the namespace, have its quota raised, or set KUBE_NAMESPACE to another")
    )]
    Quota {
        /// The namespace.
        namespace: String,
        /// The API server's words.
        message: String,
    },
    /// The API server says no for another reason.
    #[error("the Kubernetes API rejected the request to {what}: {message}")]
    #[diagnostic(
        code(pelato::deploy::api_rejected),
        help("{} shows the resources", Operation::Deploy.with(Argument::DryRun))
    )]
    Rejected {
        /// What was to be done.
        what: String,
        /// Its words.
        message: String,
    },
    /// A policy of the cluster says no.
    #[error("a policy of the cluster rejected the request to {what}: {message}")]
    #[diagnostic(
        code(pelato::deploy::policy),
        help(
            "ask the administrators of the cluster; `kubectl get validatingwebhookconfigurations,validatingadmissionpolicies` shows what decides"
        )
    )]
    Policy {
        /// What was to be done.
        what: String,
        /// Its words.
        message: String,
    },
}

impl From<WasmCloudError> for DeployError {
    fn from(error: WasmCloudError) -> Self {
        use WasmCloudError::*;
        let class = match error {
            Unreachable { .. } | NoKubeconfig { .. } => Class::Unreachable,
            NotLetIn { .. } | NoDefinitions { .. } => Class::Network,
            NoRequests { .. }
            | SamePath { .. }
            | NoInterface { .. }
            | Groups { .. }
            | NameClash { .. }
            | NoSecret { .. }
            | Kubeconfig { .. }
            | NoContext { .. } => Class::Project,
            Rejected { .. }
            | Forbidden { .. }
            | OtherDefinitions { .. }
            | NoNamespace { .. }
            | Quota { .. }
            | Policy { .. } => Class::Platform,
        };
        Fault::new(class, error).into()
    }
}
