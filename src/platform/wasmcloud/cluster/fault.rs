//! What the Kubernetes API says, as what it means.

use kube::Error;
use kube::client::AuthError;
use kube::core::Status;

use super::Cluster;
use crate::platform::DeployError;
use crate::platform::wasmcloud::WasmCloudError;
use crate::platform::wasmcloud::manifest::model::{API_VERSION, KIND};

/// An error of a request to do something.
pub fn of(cluster: &Cluster, what: &str, error: &Error) -> DeployError {
    match error {
        Error::Api(status) => said(cluster, what, status),
        other => match not_let_in(cluster.address(), other) {
            Some(error) => error,
            None => DeployError::Lost { place: cluster.place(), message: words(other) },
        },
    }
}

/// An error of the first request.
pub fn at_first(address: &str, error: &Error) -> DeployError {
    match error {
        Error::Api(status) if status.code == 401 => {
            let (address, message) = (address.to_owned(), status.message.clone());
            WasmCloudError::NotLetIn { address, message }.into()
        }
        // Whoever may not see the version may be allowed to do the rest.
        Error::Api(status) if status.message.trim().is_empty() => unreachable_at(
            address,
            format!("it answers with status {}: it may be another server", status.code),
        ),
        other => not_let_in(address, other).unwrap_or_else(|| unreachable_at(address, words(other))),
    }
}

pub fn unreachable_at(address: &str, message: String) -> DeployError {
    WasmCloudError::Unreachable { address: address.to_owned(), message }.into()
}

fn said(cluster: &Cluster, what: &str, status: &Status) -> DeployError {
    let (message, namespace) = (status.message.clone(), cluster.namespace.clone());
    let what = what.to_owned();
    let lower = message.to_lowercase();
    if lower.contains("admission webhook")
        || lower.contains("calling webhook")
        || lower.contains("validatingadmissionpolicy")
    {
        return WasmCloudError::Policy { what, message }.into();
    }
    if lower.contains("exceeded quota") {
        return WasmCloudError::Quota { namespace, message }.into();
    }
    if lower.contains("field not declared in schema") || lower.contains("unknown field") {
        return WasmCloudError::OtherDefinitions { message }.into();
    }
    match status.code {
        401 => WasmCloudError::NotLetIn { address: cluster.address().to_owned(), message }.into(),
        403 => WasmCloudError::Forbidden { what, message }.into(),
        404 if lower.starts_with("namespaces ") => WasmCloudError::NoNamespace { namespace }.into(),
        404 if what.contains(KIND)
            || lower.contains("page not found")
            || lower.contains("requested resource") =>
        {
            let address = cluster.address().to_owned();
            WasmCloudError::NoDefinitions { address, kind: KIND, version: API_VERSION }.into()
        }
        _ => WasmCloudError::Rejected { what, message }.into(),
    }
}

fn not_let_in(address: &str, error: &Error) -> Option<DeployError> {
    let auth = match error {
        Error::Auth(auth) => auth,
        Error::Service(cause) => cause.downcast_ref::<AuthError>()?,
        _ => return None,
    };
    // What a program printed is not repeated: that may be the token.
    let message = match auth {
        AuthError::AuthExecRun { cmd, out } => format!("`{cmd}` failed: {}", out.status),
        AuthError::AuthExecStart(error) => format!("the program for it cannot be started: {error}"),
        AuthError::ReadTokenFile(error, path) => format!("{} cannot be read: {error}", path.display()),
        _ => "the credentials of the kubeconfig cannot be used".to_owned(),
    };
    Some(WasmCloudError::NotLetIn { address: address.to_owned(), message }.into())
}

/// The last cause: those before it repeat it.
pub fn words(error: &Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}
