//! Messages with headers that the NATS client cannot read: servers take them, and the client's connection breaks.

use std::io::{Read, Write};
use std::net::TcpStream;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::chain::{JETSTREAM, accept, block_on, client, count, next, place, start, until};
use crate::support::Place;
use crate::support::functions::PROJECT;
use crate::support::nats::{Server, exchange};

/// Not UTF-8, without a colon, with a name that is not one.
const HEADERS: [&[u8]; 3] = [
    b"NATS/1.0\r\nName: \xff\xfe\r\n\r\n",
    b"NATS/1.0\r\nno colon\r\n\r\n",
    b"NATS/1.0\r\nn\xc3\xa4me: x\r\n\r\n",
];

/// Publishes as the protocol has it, and waits until the server has read it.
fn publish(server: &Server, subject: &str, headers: &[u8], body: &str) {
    let mut stream = TcpStream::connect((server.host(), server.port)).unwrap();
    let mut request = b"CONNECT {\"verbose\":false,\"headers\":true}\r\n".to_vec();
    let sizes = format!("HPUB {subject} {} {}\r\n", headers.len(), headers.len() + body.len());
    request.extend([sizes.as_bytes(), headers, body.as_bytes(), b"\r\nPING\r\n"].concat());
    stream.write_all(&request).unwrap();
    let mut answer = Vec::new();
    while !String::from_utf8_lossy(&answer).contains("PONG\r\n") {
        let mut buffer = [0; 4096];
        let size = stream.read(&mut buffer).unwrap();
        assert!(size > 0, "{}", String::from_utf8_lossy(&answer));
        answer.extend(&buffer[..size]);
    }
    assert!(!String::from_utf8_lossy(&answer).contains("-ERR"), "{}", String::from_utf8_lossy(&answer));
}

#[test]
fn a_stored_message_that_cannot_be_read_is_dead_lettered() {
    let server = Server::start(JETSTREAM);
    let place = place("");
    block_on(async {
        let client = client(&server).await;
        let mut running = start(&place, &server, &[]);
        let mut out = client.subscribe("out").await.unwrap();
        for (number, headers) in (1..).zip(HEADERS) {
            publish(&server, "mid", headers, "poison");
            until("a dead letter", async || count(&client, "PELATO_dead_second").await == number).await;
            until("an empty stream", async || count(&client, "PELATO_mid").await == 0).await;
            accept(&client, "after").await;
            assert_eq!(next(&mut out).await, "after");
        }
        running.wait_for("a message for `second` with headers that cannot be read → dead.second");
        running.wait_for_out("a message ended the connection to the NATS server, because its headers");
        let stream =
            async_nats::jetstream::new(client.clone()).get_stream("PELATO_dead_second").await.unwrap();
        let letter = stream.get_raw_message(1).await.unwrap();
        let header = |name: &str| letter.headers.get(name).unwrap().to_string();
        assert_eq!(letter.payload, "poison");
        assert_eq!((header("Pelato-Component"), header("Pelato-Subject")), ("second".into(), "mid".into()));
        assert_eq!(STANDARD.decode(header("Pelato-Headers")).unwrap(), HEADERS[0]);
        running.stop("INT");
    });
}

#[test]
fn a_message_that_cannot_be_read_and_is_not_stored_is_counted_as_lost() {
    let server = Server::start(&[]);
    let place = Place::with(PROJECT);
    let mut running = start(&place, &server, &[]);
    publish(&server, "room.single", HEADERS[0], "21");
    running.wait_for_out(
        "a message ended the connection to the NATS server, because its headers or its subject are not valid UTF-8, or a \
         header has no colon: unless a stream stores it, it came on one of `room.double` and `room.single` and is lost",
    );
    running.wait_for_out("reconnected to the NATS server");
    assert_eq!(exchange(&server.url(), ("room.single", "21"), "room.played"), "42");
    running.signal("INT");
    assert_eq!(running.wait().code(), Some(6), "{}", running.err());
    assert!(
        running.err().contains(
            "error: messages that cannot be read are lost: 1 or more\n  help: find who sends messages \
             with headers that are not UTF-8 or have no colon: the output above says when they came\n"
        ),
        "{}",
        running.err()
    );
}
