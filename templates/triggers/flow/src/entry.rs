//! The entry of a host: who gets an HTTP request is decided by its path.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::http::{Answer, Request, Unread};
use crate::{Platform, relay};

/// The environment variable with the routes, as JSON.
pub const ROUTES: &str = "PELATO_ROUTES";

/// Where requests go: `{"max_bytes": 1048576, "timeout_ms": 30000, "routes": {"/convert": {"component": "convert",
/// "subject": "pelato.http.rooms.convert"}}}`.
#[derive(Debug, Deserialize)]
pub struct Entry {
    /// The largest message that NATS carries.
    max_bytes: usize,
    /// How long a task may take.
    timeout_ms: u32,
    routes: BTreeMap<String, Route>,
}

#[derive(Debug, Deserialize)]
struct Route {
    component: String,
    subject: String,
}

impl Entry {
    /// The entry with these routes.
    ///
    /// # Errors
    /// The answer to every request, if they are missing or not valid.
    pub fn of(routes: Option<&str>) -> Result<Self, Answer> {
        let routes = routes.ok_or_else(|| Answer::text(500, &format!("{ROUTES} is not set")))?;
        serde_json::from_str(routes)
            .map_err(|error| Answer::text(500, &format!("{ROUTES} is not valid: {error}")))
    }

    /// The answer of the task that has the request's path.
    #[must_use]
    pub fn answer(&self, platform: &impl Platform, request: &impl Request) -> Answer {
        let path = request.path();
        let path = path.split_once('?').map_or(path.as_str(), |(path, _)| path);
        let Some(route) = self.routes.get(path) else { return self.unknown(path) };
        let body = match request.body(self.max_bytes as u64) {
            Ok(body) => body,
            Err(Unread::TooLarge) => return Answer::too_large(self.max_bytes as u64),
            Err(Unread::Incomplete) => return Answer::incomplete(),
        };
        let message = match relay::request(request, &body) {
            Ok(message) if message.len() > self.max_bytes => return self.above_limit(message.len()),
            Ok(message) => message,
            Err(error) => return Answer::text(400, &error),
        };
        let reply = platform.request(&route.subject, &message, self.timeout_ms);
        match reply.map(|reply| relay::answer(&reply)) {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) => Answer::text(502, &format!("{}: unexpected answer: {error}", route.component)),
            Err(cause) => self.unanswered(route, &cause),
        }
    }

    fn unknown(&self, path: &str) -> Answer {
        let known: String =
            self.routes.iter().map(|(path, route)| format!("\n  {path}  {}", route.component)).collect();
        Answer::text(404, &format!("Nothing is at {path}. These are answered:{known}"))
    }

    fn above_limit(&self, bytes: usize) -> Answer {
        let message =
            format!("the request has {bytes} bytes with its headers, and NATS carries {}", self.max_bytes);
        Answer::text(413, &message)
    }

    /// Hosts say in words why a request failed.
    fn unanswered(&self, route: &Route, cause: &str) -> Answer {
        let (component, ms) = (&route.component, self.timeout_ms);
        let words = cause.to_ascii_lowercase();
        if words.contains("timed out") || words.contains("timeout") {
            return Answer::text(504, &format!("{component} did not answer within {ms} ms"));
        }
        Answer::text(503, &format!("{component} does not run on any host: {cause}"))
    }
}
