//! The socket by which other commands reach the workflow that `pelato run` runs. Only programs of the same user are heard.
//!
//! A connection has one request, a line of JSON, and answers, a line each.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::broadcast::error::RecvError;

use super::tap::{Tap, missed};
use crate::build::record::digest;
use crate::files;
use crate::host::{Host, HostError, Message};
use crate::protocol::{self, Record};

/// The folder of the sockets in PELATO's cache.
const FOLDER: &str = "sockets";
/// The file in it that is locked while one is opened.
const LOCK: &str = "lock";
/// How long there is between two attempts to take over from another process.
const PAUSE: Duration = Duration::from_millis(100);
/// How many characters of the digest of a project's path name its socket: a socket's path may have 107 bytes.
const NAME: usize = 16;
/// The longest request, in bytes: a message of 64 MiB as base64.
const LONGEST: u64 = 90 << 20;

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Request {
    Send {
        topic: String,
        body: Body,
    },
    /// `wait_ms`: how long a reply may take.
    Ask {
        topic: String,
        body: Body,
        wait_ms: u64,
    },
    Tail {
        topics: Vec<String>,
    },
    /// All of the workflow, if none is named.
    Logs {
        components: Vec<String>,
    },
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Answer {
    /// A message was sent, or what was asked for is observed from now on.
    Done,
    Message {
        topic: String,
        body: Body,
    },
    Logged(Record),
    /// There is no reply: the message was filtered out.
    Filtered,
    /// There is no reply: a function has failed.
    Unanswered {
        component: String,
        how: String,
    },
    Failed {
        message: String,
        help: Option<String>,
    },
}

/// Bytes, as base64.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Body(String);

impl Body {
    pub fn new(bytes: &[u8]) -> Self {
        Self(STANDARD.encode(bytes))
    }

    pub fn bytes(&self) -> io::Result<Vec<u8>> {
        STANDARD.decode(&self.0).map_err(io::Error::other)
    }
}

fn path(root: &Path, cache: &Path) -> io::Result<PathBuf> {
    let name = digest(fs::canonicalize(root)?.as_os_str().as_encoded_bytes());
    Ok(cache.join(FOLDER).join(&name[..NAME]))
}

/// Where a running workflow is reached. Its socket is gone when this is dropped.
pub(super) struct Listener {
    listener: UnixListener,
    path: PathBuf,
}

impl Drop for Listener {
    fn drop(&mut self) {
        // One that is left is replaced by the next.
        let _ = files::remove(files::anywhere(), &self.path);
    }
}

impl Listener {
    /// None if another process runs the project: it is reached already. Whoever connects waits until it is served.
    pub async fn open(root: &Path, cache: &Path) -> io::Result<Option<Self>> {
        let path = path(root, cache)?;
        let folder = cache.join(FOLDER);
        files::create_folder(files::anywhere(), &folder)?;
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o700))?;
        // Of those that look at the same time, one opens it.
        let lock = files::open_lock(files::anywhere(), &folder.join(LOCK))?;
        lock.lock()?;
        if UnixStream::connect(&path).await.is_ok() {
            return Ok(None);
        }
        match files::remove(files::anywhere(), &path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        Ok(Some(Self { listener: UnixListener::bind(&path)?, path }))
    }

    /// Opens it as soon as no other process that runs the project is reached.
    pub async fn succeed(root: &Path, cache: &Path) -> io::Result<Self> {
        loop {
            if let Some(listener) = Self::open(root, cache).await? {
                return Ok(listener);
            }
            if let Ok(mut other) = UnixStream::connect(path(root, cache)?).await {
                // It says nothing to one that asks nothing, until it ends.
                let _ = other.read(&mut [0]).await;
            }
            // One that does not serve this user ends the connection at once.
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Serves requests, as long as it is not dropped.
    pub async fn serve(&self, host: &Host, tap: &Tap) {
        let mut connections = FuturesUnordered::new();
        loop {
            tokio::select! {
                arrived = self.listener.accept() => {
                    if let Ok((stream, _)) = arrived {
                        connections.push(serve(stream, host, tap));
                    }
                }
                // One that goes away concerns nobody else.
                Some(_) = connections.next() => {}
            }
        }
    }
}

async fn serve(stream: UnixStream, host: &Host, tap: &Tap) -> io::Result<()> {
    if stream.peer_cred()?.uid() != rustix::process::geteuid().as_raw() {
        return Ok(());
    }
    let (read, mut write) = stream.into_split();
    let mut line = String::new();
    BufReader::new(read.take(LONGEST)).read_line(&mut line).await?;
    let mut answer = async |answer: Answer| {
        let mut text = serde_json::to_vec(&answer)?;
        text.push(b'\n');
        write.write_all(&text).await
    };
    let request = match serde_json::from_str(&line) {
        Ok(request) => request,
        Err(error) => {
            let message = format!("the running workflow does not understand the request: {error}");
            let help = Some("use the same version of PELATO for both".to_owned());
            return answer(Answer::Failed { message, help }).await;
        }
    };
    let failed = |error: &HostError| Answer::Failed {
        message: error.to_string(),
        help: miette::Diagnostic::help(error).map(|help| help.to_string()),
    };
    match request {
        Request::Send { topic, body } => match host.publish(&topic, body.bytes()?).await {
            Ok(_) => answer(Answer::Done).await,
            Err(error) => answer(failed(&error)).await,
        },
        Request::Ask { topic, body, wait_ms } => {
            match host.request(&topic, body.bytes()?, Duration::from_millis(wait_ms)).await {
                Ok(reply) => answer(message(&reply)).await,
                Err(HostError::Filtered { .. }) => answer(Answer::Filtered).await,
                Err(HostError::Unanswered { component, how }) => {
                    answer(Answer::Unanswered { component, how }).await
                }
                Err(error) => answer(failed(&error)).await,
            }
        }
        Request::Tail { topics } => {
            let mut all = Vec::new();
            for topic in topics {
                match host.subscribe(&topic).await {
                    Ok(messages) => all.push(messages),
                    Err(error) => return answer(failed(&error)).await,
                }
            }
            answer(Answer::Done).await?;
            let streams = all.into_iter().map(|messages| {
                Box::pin(futures_util::stream::unfold(messages, async |mut messages| {
                    Some((messages.next().await?, messages))
                }))
            });
            let mut heard = futures_util::stream::select_all(streams);
            while let Some(next) = heard.next().await {
                // JetStream hands over what it has stored: it was heard when it was sent.
                if next.reply_to.as_deref().is_some_and(protocol::is_ack) {
                    continue;
                }
                answer(message(&next)).await?;
            }
            Ok(())
        }
        Request::Logs { components } => {
            let mut records = tap.listen();
            answer(Answer::Done).await?;
            loop {
                match records.recv().await {
                    Ok(record) if components.is_empty() || components.contains(&record.component) => {
                        answer(Answer::Logged(record)).await?;
                    }
                    Ok(_) => {}
                    Err(RecvError::Lagged(count)) => answer(Answer::Logged(missed(count))).await?,
                    Err(RecvError::Closed) => return Ok(()),
                }
            }
        }
    }
}

fn message(message: &Message) -> Answer {
    Answer::Message { topic: message.subject.to_string(), body: Body::new(&message.body) }
}

/// A connection to a workflow that runs.
pub(super) struct Connection {
    lines: Lines<BufReader<UnixStream>>,
}

impl Connection {
    /// None if the project does not run.
    pub async fn begin(root: &Path, cache: &Path, request: &Request) -> io::Result<Option<Self>> {
        let Ok(mut stream) = UnixStream::connect(path(root, cache)?).await else { return Ok(None) };
        let mut text = serde_json::to_vec(request)?;
        text.push(b'\n');
        stream.write_all(&text).await?;
        Ok(Some(Self { lines: BufReader::new(stream).lines() }))
    }

    /// The next answer; none when the workflow has ended.
    pub async fn next(&mut self) -> io::Result<Option<Answer>> {
        let Some(line) = self.lines.next_line().await? else { return Ok(None) };
        Ok(Some(serde_json::from_str(&line)?))
    }
}
