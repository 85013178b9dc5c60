//! A real NATS server on a port that it has chosen, and a client that is not PELATO.

use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::Command;

use futures_util::StreamExt;

use super::place::PATIENCE;
use super::{Running, address, tools};

/// A server; killed when dropped.
pub struct Server {
    process: Running,
    how: How,
    pub port: u16,
}

/// How a server is started.
struct How {
    program: PathBuf,
    arguments: Vec<String>,
    variables: Vec<(&'static str, String)>,
    address: Ipv4Addr,
    folder: tempfile::TempDir,
}

/// The user `restricted`, with these permissions, as a server's configuration has it.
pub fn restricted(permissions: &str) -> String {
    format!("{{user: restricted, password: pw, permissions: {{{permissions}}}}}")
}

impl Server {
    /// Starts a server with its data in a folder of its own, in which it is started.
    pub fn start(arguments: &[&str]) -> Self {
        Self::of(&tools::nats_server(), arguments)
    }

    /// The same with this program.
    pub fn of(program: &Path, arguments: &[&str]) -> Self {
        Self::at(program, Ipv4Addr::LOCALHOST, arguments)
    }

    /// The same on this process's own address: it can be stopped, and nobody else listens at its port meanwhile.
    pub fn to_be_restarted(arguments: &[&str]) -> Self {
        Self::at(&tools::nats_server(), address::own(), arguments)
    }

    /// With a configuration, which says where it listens, and with environment variables that it wants.
    pub fn configured(text: &str, variables: &[(&'static str, String)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("nats.conf");
        std::fs::write(&file, text).unwrap();
        let data = folder.path().join("data").display().to_string();
        let how = How {
            program: tools::new_nats_server().unwrap_or_else(tools::nats_server),
            arguments: vec![
                "--config".to_owned(),
                file.display().to_string(),
                "--store_dir".to_owned(),
                data,
            ],
            variables: variables.to_vec(),
            address: address::own(),
            folder,
        };
        Self::launched(how)
    }

    /// A server whose only user, `restricted`, has these permissions.
    pub fn restricted(permissions: &str) -> Self {
        let user = restricted(permissions);
        Self::configured(
            &format!("listen: \"{}:-1\"\nauthorization: {{users: [{user}]}}\n", address::own()),
            &[],
        )
    }

    /// The address for that user.
    pub fn url_of_restricted(&self) -> String {
        self.url().replace("://", "://restricted:pw@")
    }

    fn at(program: &Path, address: Ipv4Addr, arguments: &[&str]) -> Self {
        let listen = ["-a".to_owned(), address.to_string(), "-p".to_owned(), "-1".to_owned()];
        let arguments = listen.into_iter().chain(arguments.iter().map(|&one| one.to_owned())).collect();
        let folder = tempfile::Builder::new().prefix("pelato-nats-").tempdir().unwrap();
        Self::launched(How { program: program.to_owned(), arguments, variables: Vec::new(), address, folder })
    }

    fn launched(how: How) -> Self {
        let process = how.launch();
        process.wait_for("Server is ready");
        let line = process.wait_for("Listening for client connections on");
        let port = line.rsplit(':').next().unwrap().trim().parse().unwrap();
        Self { process, how, port }
    }

    pub fn id(&self) -> u32 {
        self.process.id()
    }

    pub fn host(&self) -> Ipv4Addr {
        self.how.address
    }

    pub fn url(&self) -> String {
        format!("nats://{}:{}", self.how.address, self.port)
    }

    /// Waits for a text in its log.
    #[track_caller]
    pub fn wait_for(&self, text: &str) -> String {
        self.process.wait_for(text)
    }

    /// What it has logged.
    pub fn log(&self) -> String {
        self.process.err()
    }

    pub fn signal(&self, signal: &str) {
        self.process.signal(signal);
    }

    /// Ends it at once.
    pub fn kill(&mut self) {
        self.process.kill();
    }

    /// Ends it at once, and starts it again where it was, without the data that it had in this folder.
    pub fn restart_without(&mut self, data: &str) {
        self.kill();
        std::fs::remove_dir_all(self.how.folder.path().join(data)).unwrap();
        self.restart();
    }

    /// Starts it again where it was, with the data that it had.
    pub fn restart(&mut self) {
        assert_eq!(self.how.address, address::own(), "somebody else may have its port by now");
        if let Some(port) = self.how.arguments.iter_mut().find(|argument| *argument == "-1") {
            *port = self.port.to_string();
        }
        self.process = self.how.launch();
        self.process.wait_for("Server is ready");
    }
}

impl How {
    fn launch(&self) -> Running {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).current_dir(self.folder.path());
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        Running::start(command)
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
        let message = tokio::time::timeout(PATIENCE, messages.next()).await;
        String::from_utf8(message.expect("no message came").unwrap().payload.to_vec()).unwrap()
    })
}

/// Waits until so many messages have come on a topic.
pub fn hear(url: &str, subject: &str, count: usize) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let client = async_nats::connect(url).await.unwrap();
        let messages = client.subscribe(subject.to_owned()).await.unwrap();
        let heard = messages.take(count).count();
        let heard = tokio::time::timeout(PATIENCE, heard).await.expect("too few messages came");
        assert_eq!(heard, count, "the server is gone");
    });
}

/// The value of a key in a bucket, if it is there.
pub async fn value(url: &str, bucket: &str, key: &str) -> Option<String> {
    let context = async_nats::jetstream::new(async_nats::connect(url).await.unwrap());
    let value = context.get_key_value(bucket).await.ok()?.get(key).await.unwrap()?;
    Some(String::from_utf8(value.to_vec()).unwrap())
}
