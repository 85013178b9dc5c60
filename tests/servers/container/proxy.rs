//! A line to a registry that can be cut.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

pub struct Proxy {
    pub port: u16,
    /// Bytes that may still come from the registry.
    left: Arc<AtomicU64>,
}

impl Proxy {
    /// In front of a port: cut as soon as so many bytes have come from there.
    pub fn cut_after(bytes: u64, port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let left = Arc::new(AtomicU64::new(bytes));
        let proxy = Self { port: listener.local_addr().unwrap().port(), left: Arc::clone(&left) };
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let registry = TcpStream::connect(("127.0.0.1", port)).unwrap();
                let (mut to_registry, mut asks) =
                    (registry.try_clone().unwrap(), stream.try_clone().unwrap());
                thread::spawn(move || drop(std::io::copy(&mut asks, &mut to_registry)));
                let left = Arc::clone(&left);
                thread::spawn(move || answer(registry, stream, &left));
            }
        });
        proxy
    }

    /// From now on everything comes through.
    pub fn mend(&self) {
        self.left.store(u64::MAX, Ordering::SeqCst);
    }
}

fn answer(mut registry: TcpStream, mut stream: TcpStream, left: &AtomicU64) {
    let mut buffer = vec![0; 64 << 10];
    while let Ok(count @ 1..) = registry.read(&mut buffer) {
        let taken =
            left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(count as u64));
        if taken.is_err() || stream.write_all(&buffer[..count]).is_err() {
            break;
        }
    }
    let _ = (stream.shutdown(Shutdown::Both), registry.shutdown(Shutdown::Both));
}
