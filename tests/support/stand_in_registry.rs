//! Stands for a registry that misbehaves in a way that no real one can be made to: it stores what is pushed, in memory,
//! and a test says which requests it answers otherwise.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use sha2::{Digest, Sha256};

/// What is asked of it.
pub struct Request {
    pub method: String,
    /// Without the query.
    pub path: String,
    pub query: String,
    /// Names in lower case.
    pub fields: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// The same requests that came before this one.
    pub before: usize,
}

impl Request {
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// What opens the registry, as it was sent.
    pub fn authorization(&self) -> Option<&str> {
        self.field("authorization")
    }

    pub fn is_upload(&self) -> bool {
        self.method == "PUT" && self.path.contains("/blobs/uploads/")
    }
}

/// What it answers.
#[derive(Clone)]
pub struct Answer {
    status: u16,
    fields: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

impl Answer {
    pub fn new(status: u16) -> Self {
        Self { status, fields: Vec::new(), body: Vec::new() }
    }

    pub fn field(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.fields.push((name, value.into()));
        self
    }

    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// A page for browsers.
    pub fn page() -> Self {
        Self::new(200).field("Content-Type", "text/html; charset=utf-8").body("<html>Please log in</html>")
    }

    pub fn json(self, text: impl Into<Vec<u8>>) -> Self {
        self.field("Content-Type", "application/json").body(text)
    }
}

/// A registry; its threads end with the test.
pub struct StandIn {
    /// Host and port.
    pub host: String,
    heard: Arc<Mutex<Vec<String>>>,
}

#[derive(Default)]
struct Store {
    blobs: BTreeMap<String, Vec<u8>>,
    manifests: BTreeMap<String, Vec<u8>>,
    seen: BTreeMap<String, usize>,
}

/// What a test has it answer, where it is not what a registry would answer.
type Otherwise = dyn Fn(&Request) -> Option<Answer> + Send + Sync;

impl StandIn {
    /// One that answers as `otherwise` says, and else as a registry does. The function is made of the host and port.
    pub fn start<F>(otherwise: impl FnOnce(&str) -> F) -> Self
    where
        F: Fn(&Request) -> Option<Answer> + Send + Sync + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let otherwise: Arc<Otherwise> = Arc::new(otherwise(&host));
        let (heard, store) = (Arc::default(), Arc::default());
        let started = Self { host, heard: Arc::clone(&heard) };
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (heard, store) = (Arc::clone(&heard), Arc::clone(&store));
                let otherwise = Arc::clone(&otherwise);
                thread::spawn(move || serve(stream, &heard, &store, otherwise.as_ref()));
            }
        });
        started
    }

    /// Every request: method, path, and what was sent to open the registry.
    pub fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }

    /// How many requests begin like this.
    pub fn count(&self, begin: &str) -> usize {
        self.heard().iter().filter(|line| line.starts_with(begin)).count()
    }
}

fn serve(
    stream: TcpStream,
    heard: &Mutex<Vec<String>>,
    store: &Mutex<Store>,
    otherwise: &Otherwise,
) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut stream = stream;
    loop {
        let Some(mut request) = read(&mut reader) else {
            // Also when somebody begins with TLS.
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
            return None;
        };
        let line = format!("{} {}", request.method, request.path);
        heard.lock().unwrap().push(format!("{line} {}", request.authorization().unwrap_or("-")));
        let seen = {
            let mut store = store.lock().unwrap();
            let seen = store.seen.entry(line).or_default();
            *seen += 1;
            *seen - 1
        };
        request.before = seen;
        let answer = otherwise(&request).unwrap_or_else(|| store.lock().unwrap().answer(&request));
        let mut text = format!("HTTP/1.1 {} X\r\nContent-Length: {}\r\n", answer.status, answer.body.len());
        for (name, value) in &answer.fields {
            text += &format!("{name}: {value}\r\n");
        }
        stream.write_all(format!("{text}\r\n").as_bytes()).ok()?;
        if request.method != "HEAD" {
            stream.write_all(&answer.body).ok()?;
        }
    }
}

fn read(reader: &mut BufReader<TcpStream>) -> Option<Request> {
    let line = |reader: &mut BufReader<TcpStream>| {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|count| *count > 0)?;
        Some(line.trim_end().to_owned())
    };
    let first = line(reader)?;
    let mut words = first.split(' ');
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut fields = Vec::new();
    loop {
        let text = line(reader)?;
        let Some((name, value)) = text.split_once(':') else { break };
        fields.push((name.to_lowercase(), value.trim().to_owned()));
    }
    let length = fields.iter().find(|(name, _)| name == "content-length");
    let mut body = vec![0; length.map_or(0, |(_, value)| value.parse().unwrap())];
    reader.read_exact(&mut body).ok()?;
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    Some(Request { method, path: path.to_owned(), query: query.to_owned(), fields, body, before: 0 })
}

/// The digest of some bytes, as registries write it.
pub fn sha256(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    format!("sha256:{}", digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
}

impl Store {
    /// What a registry answers.
    fn answer(&mut self, request: &Request) -> Answer {
        let missing = |code: &str| {
            Answer::new(404).json(format!(r#"{{"errors":[{{"code":"{code}","message":"unknown"}}]}}"#))
        };
        let content = |bytes: &Vec<u8>| {
            Answer::new(200).field("Docker-Content-Digest", sha256(bytes)).body(bytes.clone())
        };
        let reads = matches!(&*request.method, "GET" | "HEAD");
        match (&*request.method, request.path.rsplit_once('/')) {
            ("POST", Some((place, ""))) if place.ends_with("/blobs/uploads") => {
                Answer::new(202).field("Location", format!("{}1?state=a%2Fb%3D", request.path))
            }
            ("PUT", _) if request.is_upload() => {
                let digest = sha256(&request.body);
                assert!(request.query.replace("%3A", ":").contains(&digest), "{}", request.query);
                self.blobs.insert(digest.clone(), request.body.clone());
                Answer::new(201).field("Docker-Content-Digest", digest)
            }
            ("PUT", Some((place, name))) if place.ends_with("/manifests") => {
                self.manifests.insert(name.to_owned(), request.body.clone());
                Answer::new(201).field("Docker-Content-Digest", sha256(&request.body))
            }
            (_, Some((place, digest))) if reads && place.ends_with("/blobs") => {
                self.blobs.get(digest).map_or_else(|| missing("BLOB_UNKNOWN"), content)
            }
            (_, Some((place, name))) if reads && place.ends_with("/manifests") => {
                let found = self.manifests.get(name);
                let kind = "application/vnd.oci.image.manifest.v1+json";
                found.map_or_else(
                    || missing("MANIFEST_UNKNOWN"),
                    |bytes| content(bytes).field("Content-Type", kind),
                )
            }
            ("GET", _) if request.path == "/v2/" => Answer::new(200).json("{}"),
            ("DELETE", _) => Answer::new(204),
            _ => missing("UNKNOWN"),
        }
    }
}
