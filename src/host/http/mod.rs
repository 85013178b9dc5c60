//! HTTP: a listener, the routes by path, and the calls that requests start.

mod access;
mod body;
mod call;

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, RwLock};
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::JoinHandle;

use super::HostError;
use super::core::Core;
use super::service::Routes;

pub(super) use access::Access;

/// How many connections are open at a time; more wait to be accepted.
const CONNECTIONS: usize = 1024;
/// How long a client may take for its headers, or be idle between requests.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long accepting pauses when the system has no more sockets.
const PAUSE: Duration = Duration::from_millis(50);

/// What all connections share.
#[derive(Clone)]
pub(super) struct Site {
    pub core: Arc<Core>,
    pub routes: Arc<RwLock<Arc<Routes>>>,
    pub access: Access,
    pub token: mpsc::Sender<()>,
}

pub(super) struct Server {
    pub address: SocketAddr,
    stop: watch::Sender<bool>,
    accepting: JoinHandle<()>,
}

/// Takes the address, without serving yet. The port is chosen if it is 0.
pub(super) async fn bind(address: SocketAddr) -> Result<(TcpListener, SocketAddr), HostError> {
    let bound = TcpListener::bind(address).await.and_then(|listener| {
        let address = listener.local_addr()?;
        Ok((listener, address))
    });
    bound.map_err(|cause| match cause.kind() {
        io::ErrorKind::AddrInUse => HostError::AddressTaken { address },
        _ => HostError::Bind { address, cause },
    })
}

impl Server {
    pub fn start(listener: TcpListener, address: SocketAddr, site: Site) -> Self {
        let (stop, stopping) = watch::channel(false);
        let accepting = tokio::spawn(accept(listener, site, stopping));
        Self { address, stop, accepting }
    }

    /// Accepts nothing more; requests under way are still answered.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        // It can only fail when the runtime ends.
        let _ = self.accepting.await;
    }
}

async fn accept(listener: TcpListener, site: Site, mut stopping: watch::Receiver<bool>) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        let next = async {
            let place = Arc::clone(&places).acquire_owned().await;
            (place, listener.accept().await)
        };
        let (place, accepted) = tokio::select! {
            // Also when the server was dropped.
            _ = stopping.wait_for(|stop| *stop) => return,
            next = next => next,
        };
        match accepted {
            Ok((stream, _)) => {
                let (site, stopping) = (site.clone(), stopping.clone());
                tokio::spawn(async move {
                    serve(stream, site, stopping).await;
                    drop(place);
                });
            }
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
    }
}

async fn serve(stream: TcpStream, site: Site, mut stopping: watch::Receiver<bool>) {
    // Answers are small and written at once: waiting for more only delays them. Without it they are late, not lost.
    let _ = stream.set_nodelay(true);
    let service = service_fn(|request| call::answer(site.clone(), request));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(PATIENCE)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = std::pin::pin!(connection);
    // An error means that the client is gone or spoke nonsense, which hyper has answered.
    tokio::select! {
        _ = connection.as_mut() => return,
        _ = stopping.wait_for(|stop| *stop) => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = connection.await;
}
