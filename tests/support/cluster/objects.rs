//! A client of the API server that is not PELATO.

use std::path::Path;

use kube::api::{
    Api, ApiResource, DeleteParams, DynamicObject, GroupVersionKind, ListParams, Patch, PatchParams,
};
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};
use serde::Deserialize as _;
use serde_json::Value;
use tokio::runtime::Runtime;

/// The group of wasmCloud's resources, and its version.
pub const GROUP: &str = "runtime.wasmcloud.dev";
pub const VERSION: &str = "v1alpha1";

/// Group, version, kind and plural of what tests look at. A kind that is not here is not needed yet.
const RESOURCES: [(&str, &str, &str, &str); 18] = [
    (GROUP, VERSION, "WorkloadDeployment", "workloaddeployments"),
    (GROUP, VERSION, "WorkloadReplicaSet", "workloadreplicasets"),
    (GROUP, VERSION, "Workload", "workloads"),
    (GROUP, VERSION, "Host", "hosts"),
    ("", "v1", "Namespace", "namespaces"),
    ("", "v1", "Service", "services"),
    ("", "v1", "Secret", "secrets"),
    ("", "v1", "ServiceAccount", "serviceaccounts"),
    ("", "v1", "ConfigMap", "configmaps"),
    ("", "v1", "ResourceQuota", "resourcequotas"),
    ("events.k8s.io", "v1", "Event", "events"),
    ("networking.k8s.io", "v1", "Ingress", "ingresses"),
    ("rbac.authorization.k8s.io", "v1", "Role", "roles"),
    ("rbac.authorization.k8s.io", "v1", "RoleBinding", "rolebindings"),
    ("apiextensions.k8s.io", "v1", "CustomResourceDefinition", "customresourcedefinitions"),
    ("admissionregistration.k8s.io", "v1", "ValidatingAdmissionPolicy", "validatingadmissionpolicies"),
    (
        "admissionregistration.k8s.io",
        "v1",
        "ValidatingAdmissionPolicyBinding",
        "validatingadmissionpolicybindings",
    ),
    (
        "admissionregistration.k8s.io",
        "v1",
        "ValidatingWebhookConfiguration",
        "validatingwebhookconfigurations",
    ),
];

/// What is in no namespace.
const OF_THE_CLUSTER: [&str; 5] = [
    "namespaces",
    "customresourcedefinitions",
    "validatingadmissionpolicies",
    "validatingadmissionpolicybindings",
    "validatingwebhookconfigurations",
];

/// A resource by its plural or its kind.
pub fn resource(name: &str) -> ApiResource {
    let (group, version, kind, plural) = RESOURCES
        .into_iter()
        .find(|(_, _, kind, plural)| [*kind, *plural].contains(&name))
        .unwrap_or_else(|| panic!("no resource is named {name}"));
    ApiResource::from_gvk_with_plural(&GroupVersionKind::gvk(group, version, kind), plural)
}

/// A client for what a kubeconfig says; none if it names files that are not there yet.
pub async fn client(kubeconfig: &Path) -> Option<Client> {
    // Another part of this program may have said so already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let kubeconfig = Kubeconfig::read_from(kubeconfig).unwrap();
    let config = Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default()).await.ok()?;
    Client::try_from(config).ok()
}

/// A connection.
pub struct Objects {
    runtime: Runtime,
    client: Client,
}

impl Objects {
    /// As the kubeconfig says.
    pub fn connect(kubeconfig: &Path) -> Self {
        Self::try_connect(kubeconfig).expect("the API server has its certificate")
    }

    /// None if there is no certificate of the API server yet.
    pub fn try_connect(kubeconfig: &Path) -> Option<Self> {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let client = runtime.block_on(client(kubeconfig))?;
        Some(Self { runtime, client })
    }

    /// Whether the API server answers and says that it is ready.
    pub fn is_ready(&self) -> bool {
        let request = hyper::http::Request::get("/readyz").body(Vec::new()).unwrap();
        self.runtime.block_on(self.client.request_text(request)).is_ok()
    }

    fn api(&self, namespace: &str, name: &str) -> Api<DynamicObject> {
        let resource = resource(name);
        match OF_THE_CLUSTER.contains(&&*resource.plural) {
            true => Api::all_with(self.client.clone(), &resource),
            false => Api::namespaced_with(self.client.clone(), namespace, &resource),
        }
    }

    pub fn get(&self, namespace: &str, resource: &str, name: &str) -> Option<Value> {
        let found = self.runtime.block_on(self.api(namespace, resource).get_opt(name)).unwrap();
        found.map(|object| serde_json::to_value(object).unwrap())
    }

    pub fn list(&self, namespace: &str, resource: &str) -> Vec<Value> {
        let found = self.runtime.block_on(self.api(namespace, resource).list(&ListParams::default()));
        let found = found.unwrap().items.into_iter();
        found.map(|object| serde_json::to_value(object).unwrap()).collect()
    }

    /// Server-side apply. Whoever else manages a field loses it. What the API server says if it refuses.
    pub fn try_apply(&self, namespace: &str, object: &Value) -> Result<Value, String> {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let (kind, name) = (text(&object["kind"]), text(&object["metadata"]["name"]));
        let params = PatchParams::apply("rig").force();
        let api = self.api(namespace, &kind);
        let applied = self.runtime.block_on(api.patch(&name, &params, &Patch::Apply(object)));
        applied.map(|object| serde_json::to_value(object).unwrap()).map_err(|error| error.to_string())
    }

    #[track_caller]
    pub fn apply(&self, namespace: &str, object: &Value) -> Value {
        self.try_apply(namespace, object).unwrap_or_else(|error| panic!("{error}: {object}"))
    }

    /// Applies the documents of a YAML file.
    pub fn apply_all(&self, namespace: &str, text: &str) {
        for document in serde_yaml::Deserializer::from_str(text) {
            self.apply(namespace, &Value::deserialize(document).unwrap());
        }
    }

    /// Deletes an object that is there. It is gone when nothing holds it any more.
    pub fn delete(&self, namespace: &str, resource: &str, name: &str) {
        let deleted = self.api(namespace, resource);
        let _ = self.runtime.block_on(deleted.delete(name, &DeleteParams::default())).unwrap();
    }
}
