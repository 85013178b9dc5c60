//! What is no registry: sockets that never answer, and a proxy that fails first.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// A port that accepts connections and never says anything.
pub fn silent() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    thread::spawn(move || {
        let mut open = Vec::new();
        for stream in listener.incoming().flatten() {
            open.push(stream);
        }
    });
    address
}

/// A port at which nobody listens: the system gives it to nobody, and it belongs to a service that has died out.
pub fn nobody() -> String {
    "127.0.0.1:1".to_owned()
}

/// A port that gives this answer to every request, and closes the connection.
pub fn answering(head: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _ = stream.read(&mut [0; 4096]);
            let answer = format!("HTTP/1.1 {head}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    address
}

/// How the proxy fails.
#[derive(Clone, Copy)]
pub enum Failing {
    /// It closes the connection without an answer.
    Closing,
    /// It answers with this status.
    Answering(&'static str),
}

/// A proxy in front of a registry that fails the first connections, and then forwards.
pub struct Proxy {
    pub address: String,
    connections: Arc<AtomicUsize>,
}

impl Proxy {
    pub fn failing_first(times: usize, failing: Failing, registry: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let connections = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&connections);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if count.fetch_add(1, Ordering::SeqCst) < times {
                    fail(stream, failing);
                } else {
                    forward(stream, registry);
                }
            }
        });
        Self { address, connections }
    }

    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

fn fail(mut stream: TcpStream, failing: Failing) {
    // Whoever closes before it has read is asked again by every client without a word.
    let _ = stream.read(&mut [0; 4096]);
    if let Failing::Answering(status) = failing {
        let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        let _ = stream.write_all(answer.as_bytes());
    }
}

fn forward(stream: TcpStream, port: u16) {
    let Ok(registry) = TcpStream::connect(("127.0.0.1", port)) else { return };
    for (mut from, mut to) in
        [(stream.try_clone().unwrap(), registry.try_clone().unwrap()), (registry, stream)]
    {
        thread::spawn(move || {
            let _ = std::io::copy(&mut from, &mut to);
            let _ = to.shutdown(std::net::Shutdown::Write);
        });
    }
}
