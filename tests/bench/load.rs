//! A load of HTTP requests over kept-alive connections, as plain as it can be: it shares the machine with what it loads.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

pub struct Load {
    pub port: u16,
    pub path: String,
    pub body: String,
}

impl Load {
    /// Requests for so long on so many connections; gives the answers per second. Every answer has to be a 200.
    pub fn run(&self, connections: usize, time: Duration) -> f64 {
        let start = Instant::now();
        let answers: usize = thread::scope(|scope| {
            let threads: Vec<_> =
                (0..connections).map(|_| scope.spawn(|| self.connection(start + time))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        answers as f64 / start.elapsed().as_secs_f64()
    }

    fn connection(&self, end: Instant) -> usize {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).unwrap();
        stream.set_nodelay(true).unwrap();
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let Self { path, body, .. } = self;
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let mut answers = 0;
        while Instant::now() < end {
            stream.write_all(request.as_bytes()).unwrap();
            answer(&mut reader);
            answers += 1;
        }
        answers
    }
}

fn answer(reader: &mut impl BufRead) {
    let mut line = String::new();
    reader.read_line(&mut line).unwrap();
    assert!(line.starts_with("HTTP/1.1 200"), "{line}");
    let (mut length, mut chunked) = (0, false);
    loop {
        line.clear();
        reader.read_line(&mut line).unwrap();
        let header = line.trim().to_ascii_lowercase();
        match header.split_once(": ") {
            Some(("content-length", value)) => length = value.parse().unwrap(),
            Some(("transfer-encoding", "chunked")) => chunked = true,
            Some(_) => {}
            None => break,
        }
    }
    if !chunked {
        return discard(reader, length);
    }
    loop {
        line.clear();
        reader.read_line(&mut line).unwrap();
        let size = usize::from_str_radix(line.trim(), 16).unwrap();
        discard(reader, size + 2);
        if size == 0 {
            return;
        }
    }
}

fn discard(reader: &mut impl Read, bytes: usize) {
    let mut rest = vec![0; bytes];
    reader.read_exact(&mut rest).unwrap();
}
