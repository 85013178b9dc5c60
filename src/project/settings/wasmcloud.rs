//! The settings of wasmCloud 2.x, whose workloads an operator schedules from resources of Kubernetes.

use super::keys::{Key, Kind, Role};

keys! {
    /// Kubeconfig file of the cluster; otherwise `~/.kube/config`, or the account of the pod in which PELATO runs.
    KUBECONFIG: Text [Identity] = None;
    /// Context of the kubeconfig, if it is not its current one.
    KUBE_CONTEXT: Text [Identity] = None;
    /// Namespace of the applications, if it is not that of the context.
    KUBE_NAMESPACE: Namespace = None;
    /// Namespace in which the operator lists the hosts.
    OPERATOR_NAMESPACE: Namespace = Some("wasmcloud-system");
    /// Database of tasks that write to PostgreSQL, on the server that the hosts were started with.
    POSTGRES_DATABASE: Text = Some("postgres");
}
