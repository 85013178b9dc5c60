//! Addresses that nobody else uses, for programs that have to be told their port before they listen.

use std::net::{Ipv4Addr, SocketAddrV4};
use std::sync::atomic::{AtomicU16, Ordering};

/// This process's own address on the loopback: all of 127.0.0.0/8 is this machine, and no two processes that run have
/// the same number. A port of it is free unless this process has given it away.
pub fn own() -> Ipv4Addr {
    let [_, high, middle, low] = std::process::id().to_be_bytes();
    // Numbers of processes have 22 bits.
    Ipv4Addr::new(127, 64 | (high & 63), middle, low)
}

/// A port of this process's own address that it has not given to anybody yet: nobody listens there. It is below those
/// that the system gives out.
pub fn reserve() -> SocketAddrV4 {
    static NEXT: AtomicU16 = AtomicU16::new(10_000);
    SocketAddrV4::new(own(), NEXT.fetch_add(1, Ordering::SeqCst))
}

#[test]
fn a_reserved_port_can_be_listened_at_and_is_given_once() {
    let (first, second) = (reserve(), reserve());
    assert_ne!(first, second);
    assert!(std::net::TcpStream::connect(first).is_err(), "nobody listens there");
    let _first = std::net::TcpListener::bind(first).unwrap();
    let _second = std::net::TcpListener::bind(second).unwrap();
    std::net::TcpStream::connect(first).unwrap();
}
