//! A network that can be cut.

use std::net::{Shutdown, SocketAddrV4, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use crate::support::address;

/// The network in front of a server.
pub struct Link {
    pub port: u16,
    is_open: Arc<AtomicBool>,
    streams: Arc<Mutex<Vec<TcpStream>>>,
}

impl Link {
    pub fn to(server: SocketAddrV4) -> Self {
        let listener = TcpListener::bind((address::own(), 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let (is_open, streams) = (Arc::new(AtomicBool::new(true)), Arc::new(Mutex::new(Vec::new())));
        let link = Self { port, is_open: Arc::clone(&is_open), streams: Arc::clone(&streams) };
        thread::spawn(move || {
            for near in listener.incoming().flatten() {
                let Some(far) =
                    is_open.load(Ordering::SeqCst).then(|| TcpStream::connect(server).ok()).flatten()
                else {
                    continue;
                };
                let both = [near.try_clone().unwrap(), far.try_clone().unwrap()];
                streams.lock().unwrap().extend(both);
                for (mut from, mut to) in [(near.try_clone().unwrap(), far.try_clone().unwrap()), (far, near)]
                {
                    thread::spawn(move || {
                        let _ = std::io::copy(&mut from, &mut to);
                        let _ = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
                    });
                }
            }
        });
        link
    }

    pub fn cut(&self) {
        self.is_open.store(false, Ordering::SeqCst);
        for stream in self.streams.lock().unwrap().drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    pub fn restore(&self) {
        self.is_open.store(true, Ordering::SeqCst);
    }
}
