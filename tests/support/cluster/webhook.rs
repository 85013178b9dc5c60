//! A webhook that an API server asks whether it may do something: it always says no.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddrV4, TcpListener, TcpStream};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::{Value, json};

use crate::support::address;

/// A webhook; its thread ends with the test.
pub struct Webhook {
    address: SocketAddrV4,
    certificate: String,
}

impl Webhook {
    /// One that refuses everything in these words.
    pub fn refusing(words: &'static str) -> Self {
        let address = address::reserve();
        let made = rcgen::generate_simple_self_signed([address.ip().to_string()]).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config =
            ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
        let config =
            config.with_no_client_auth().with_single_cert(vec![made.cert.der().clone()], key).unwrap();
        let (config, listener) = (Arc::new(config), TcpListener::bind(address).unwrap());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
                // A client that goes away is no concern of the test.
                std::thread::spawn(move || drop(answer(StreamOwned::new(connection, stream), words)));
            }
        });
        Self { address, certificate: STANDARD.encode(made.cert.pem()) }
    }

    /// What tells the API server of it, for one namespace.
    pub fn configuration(&self, namespace: &str) -> Value {
        json!({
            "apiVersion": "admissionregistration.k8s.io/v1",
            "kind": "ValidatingWebhookConfiguration",
            "metadata": { "name": format!("refusing-{namespace}") },
            "webhooks": [{
                "name": "refusing.example.org",
                "admissionReviewVersions": ["v1"],
                "sideEffects": "None",
                "clientConfig": { "url": format!("https://{}/", self.address), "caBundle": self.certificate },
                "namespaceSelector": { "matchLabels": { "kubernetes.io/metadata.name": namespace } },
                "rules": [{
                    "apiGroups": ["runtime.wasmcloud.dev"], "apiVersions": ["*"],
                    "operations": ["CREATE", "UPDATE"], "resources": ["workloaddeployments"],
                }],
            }],
        })
    }
}

/// Answers requests of a connection until it ends.
fn answer(stream: StreamOwned<ServerConnection, TcpStream>, words: &str) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    loop {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line)? == 0 {
                return Ok(());
            }
            if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
            if line.trim().is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        stream.read_exact(&mut body)?;
        let review: Value = serde_json::from_slice(&body)?;
        let response = json!({
            "apiVersion": "admission.k8s.io/v1",
            "kind": "AdmissionReview",
            "response": { "uid": review["request"]["uid"], "allowed": false, "status": { "message": words } },
        });
        let text = response.to_string();
        let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ";
        write!(stream.get_mut(), "{head}{}\r\n\r\n{text}", text.len())?;
        stream.get_mut().flush()?;
    }
}
