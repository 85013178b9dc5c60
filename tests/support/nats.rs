//! A real NATS server on a free port, and a client that is not PELATO.

use std::process::Command;
use std::time::Duration;

use futures_util::StreamExt;

use super::Running;

/// A server; killed when dropped.
pub struct Server {
    process: Running,
    _folder: tempfile::TempDir,
    pub port: u16,
}

impl Server {
    /// Starts Debian's `nats-server`. Without one these tests fail: they do not skip.
    pub fn start(arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new("nats-server");
        command.args(["-a", "127.0.0.1", "-p", "-1"]).args(arguments).current_dir(folder.path());
        let process = Running::start(command);
        process.wait_for("Server is ready");
        let line = process.wait_for("Listening for client connections on");
        let port = line.rsplit(':').next().unwrap().trim().parse().unwrap();
        Self { process, _folder: folder, port }
    }

    pub fn id(&self) -> u32 {
        self.process.id()
    }

    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }
}

/// Subscribes to a topic, publishes a message to another, and gives the first one that comes.
pub fn exchange(url: &str, publish: (&str, &str), subscribe: &str) -> String {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        // This client does not look at what an address says about who comes.
        let address: async_nats::ServerAddr = url.parse().unwrap();
        let options = match (address.username(), address.password()) {
            (Some(user), Some(password)) => {
                async_nats::ConnectOptions::with_user_and_password(user.to_owned(), password.to_owned())
            }
            _ => async_nats::ConnectOptions::new(),
        };
        let client = options.connect(address).await.unwrap();
        let mut messages = client.subscribe(subscribe.to_owned()).await.unwrap();
        client.flush().await.unwrap();
        client.publish(publish.0.to_owned(), publish.1.to_owned().into()).await.unwrap();
        client.flush().await.unwrap();
        let message = tokio::time::timeout(Duration::from_secs(60), messages.next()).await;
        String::from_utf8(message.expect("no message came").unwrap().payload.to_vec()).unwrap()
    })
}
