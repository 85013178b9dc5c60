//! Pages of other origins that may send requests: Cross-Origin Resource Sharing, as the Fetch standard defines it.

use crate::Platform;
use crate::http::Answer;
use crate::protocol::ALLOW_ORIGINS;

/// Any origin.
const ANY: &str = "*";
/// How long a browser may remember the answer to a preflight request, in seconds.
const MAX_AGE: &str = "600";

/// What a request's origin may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cors {
    /// The request's origin, if the task allows it.
    allowed: Option<String>,
    /// Whether other origins are answered differently.
    varies: bool,
}

impl Cors {
    /// For a request with this `Origin` header, if it has one.
    pub fn of(platform: &impl Platform, origin: Option<&[u8]>) -> Self {
        let setting = platform.setting(ALLOW_ORIGINS).unwrap_or_default();
        let origins = || setting.split(',').map(str::trim).filter(|origin| !origin.is_empty());
        let is_any = origins().any(|allowed| allowed == ANY);
        let origin = origin.and_then(|origin| core::str::from_utf8(origin).ok());
        let allowed = origin.filter(|origin| is_any || origins().any(|one| one.eq_ignore_ascii_case(origin)));
        let allowed = allowed.map(|origin| if is_any { ANY } else { origin }.to_owned());
        Self { allowed, varies: !is_any && origins().next().is_some() }
    }

    /// The answer to a request with the method OPTIONS, if it is the preflight request of an allowed origin. `method`
    /// and `headers` are what it asks for.
    #[must_use]
    pub fn preflight(&self, method: Option<&[u8]>, headers: Option<&[u8]>) -> Option<Answer> {
        let (Some(_), Some(_)) = (&self.allowed, method) else { return None };
        let mut answer = Answer { status: 204, headers: Vec::new(), body: None };
        // Another method is answered the same: the browser compares.
        answer.headers.push(("access-control-allow-methods".into(), "POST".to_owned()));
        if let Some(headers) = headers.and_then(|headers| core::str::from_utf8(headers).ok()) {
            answer.headers.push(("access-control-allow-headers".into(), headers.to_owned()));
        }
        answer.headers.push(("access-control-max-age".into(), MAX_AGE.to_owned()));
        Some(self.apply(answer))
    }

    /// Adds to an answer what lets the page read it.
    #[must_use]
    pub fn apply(&self, mut answer: Answer) -> Answer {
        answer
            .headers
            .extend(self.allowed.clone().map(|origin| ("access-control-allow-origin".into(), origin)));
        answer.headers.extend(self.varies.then(|| ("vary".into(), "origin".to_owned())));
        answer
    }
}
