//! Calls that HTTP requests start.

use std::convert::Infallible;
use std::sync::{Arc, PoisonError};
use std::time::Instant;

use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HOST, HeaderName, HeaderValue};
use hyper::{Request, Response, StatusCode};
use tokio::sync::{mpsc, oneshot};
use wasmtime::Store;
use wasmtime_wasi_http::p2::bindings::ProxyPre;
use wasmtime_wasi_http::p2::bindings::http::types::{ErrorCode, Scheme};
use wasmtime_wasi_http::p2::body::HyperOutgoingBody;
use wasmtime_wasi_http::{WasiBody, WasiHttpView};

use super::Site;
use super::access::{is_preflight, permission, readable_by};
use super::body::{ReadAhead, whole};
use crate::host::core::{Admission, Core};
use crate::host::message::succeeded;
use crate::host::observe::{Call, Event, Outcome, Refusal, Trigger};
use crate::host::run::Work;
use crate::host::service::{Routes, Service};
use crate::host::state::State;
use crate::host::trace::{TraceContext, TraceId};

/// How much of an error's text is reported.
const MESSAGE: usize = 4096;

type Given = Result<Response<HyperOutgoingBody>, ErrorCode>;

/// A request for a component.
struct Handle<'a> {
    proxy: &'a ProxyPre<State>,
    request: Request<ReadAhead<Incoming>>,
    answer: oneshot::Sender<Given>,
}

impl Work for Handle<'_> {
    type Output = ();

    async fn run(self, store: &mut Store<State>) -> wasmtime::Result<()> {
        let request = store.data_mut().http().new_incoming_request(Scheme::Http, self.request)?;
        let answer = store.data_mut().http().new_response_outparam(self.answer)?;
        let instance = self.proxy.instantiate_async(&mut *store).await?;
        store.data().record.instantiated();
        instance.wasi_http_incoming_handler().call_handle(store, request, answer).await
    }
}

/// A request, as far as reports need it.
struct Asked {
    trace: TraceId,
    method: String,
    path: String,
    received: Instant,
}

impl Asked {
    fn of<B>(request: &Request<B>) -> Self {
        Self {
            trace: TraceId::fresh(),
            method: request.method().to_string(),
            path: request.uri().path_and_query().map_or_else(String::new, ToString::to_string),
            received: Instant::now(),
        }
    }
}

/// What the component answered.
struct Answer {
    response: Response<WasiBody>,
    /// The beginning of the body if the status says that something went wrong.
    complaint: Option<String>,
}

pub(super) async fn answer(site: Site, request: Request<Incoming>) -> Result<Response<WasiBody>, Infallible> {
    let asked = Asked::of(&request);
    let routes = Arc::clone(&site.routes.read().unwrap_or_else(PoisonError::into_inner));
    let route = routes.get(request.uri().path());
    let origins = route.map_or(&[][..], |route| &route.allow_origins);
    let component = route.map(|route| Arc::clone(&route.service.name));
    let core = Arc::clone(&site.core);
    let (origin, mut response) = match site.access.admit(&request, origins) {
        Err(reason) => (None, refused(&core, &asked, reason)),
        Ok(origin) => match route {
            None => (origin, unknown(request.uri().path(), &routes)),
            Some(_) if origin.is_some() && is_preflight(&request) => (origin, permission(&request)),
            Some(route) => (origin, called(&site, Arc::clone(&route.service), request, &asked).await),
        },
    };
    origin.inspect(|origin| readable_by(origin, &mut response));
    Ok(reported(&core, asked, component, response))
}

/// The answer of the component.
async fn called(
    site: &Site,
    service: Arc<Service>,
    request: Request<Incoming>,
    asked: &Asked,
) -> Response<WasiBody> {
    if !has_authority(&request) {
        return text(StatusCode::BAD_REQUEST, "the request has no valid `Host` header");
    }
    let limit = site.core.limits.time;
    let (parts, body) = request.into_parts();
    // Read ahead, so that a slow client does not hold an instance.
    let body = match tokio::time::timeout(limit, ReadAhead::of(body)).await {
        Ok(Ok(body)) => body,
        Ok(Err(cause)) => {
            return text(StatusCode::BAD_REQUEST, &format!("the request's body ended early: {cause}"));
        }
        Err(_) => {
            return text(StatusCode::REQUEST_TIMEOUT, &format!("the body did not arrive within {limit:?}"));
        }
    };
    let (sender, receiver) = oneshot::channel();
    let call = call_of(asked, &service, &body);
    let core = Arc::clone(&site.core);
    let request = Request::from_parts(parts, body);
    // On its own: it goes on to its end even if the client goes away.
    let token = site.token.clone();
    let handled = handle(Arc::clone(&core), service, request, call, asked.received, sender, token);
    core.threads().spawn(handled);
    receiver.await.unwrap_or_else(|_| text(StatusCode::SERVICE_UNAVAILABLE, "the host is stopping"))
}

/// Without it there is no `incoming-request`: wasi:http requires an authority.
fn has_authority(request: &Request<Incoming>) -> bool {
    request.uri().authority().is_some()
        || request.headers().get(HOST).is_some_and(|host| host.to_str().is_ok())
}

fn call_of(asked: &Asked, service: &Service, body: &ReadAhead<Incoming>) -> Arc<Call> {
    Arc::new(Call {
        trace: asked.trace,
        hop: 1,
        component: Arc::clone(&service.name),
        trigger: Trigger::Http { method: asked.method.clone(), path: asked.path.clone() },
        input: body.start(),
    })
}

async fn handle(
    core: Arc<Core>,
    service: Arc<Service>,
    request: Request<ReadAhead<Incoming>>,
    call: Arc<Call>,
    received: Instant,
    client: oneshot::Sender<Response<WasiBody>>,
    _token: mpsc::Sender<()>,
) {
    let _active = core.activity.begin();
    let code = service.code.get();
    let Some(proxy) = &code.http else {
        // The component was replaced by one that answers no HTTP, between the look at the routes and now.
        let _ = client.send(text(StatusCode::SERVICE_UNAVAILABLE, "the component was just replaced"));
        return;
    };
    let (sender, given) = oneshot::channel();
    let admission =
        Admission { call: Arc::clone(&call), received, reply_to: None, resources: code.resources.clone() };
    let work = core.call(admission, &code.tier, Handle { proxy, request, answer: sender });
    let (done, (client, answer)) = futures_util::join!(work, forward(given, client));
    let failed = |message| Outcome::failed(message, done.failed_outside);
    let (outcome, response) = match (done.result, answer) {
        (Ok(()), Ok(Answer { complaint: Some(message), response })) => (failed(message), Some(response)),
        (Ok(()), Ok(Answer { response, .. })) => match succeeded(done.sent, done.stored) {
            Outcome::Filtered if response.status() != StatusCode::NO_CONTENT => {
                (Outcome::Replied, Some(response))
            }
            outcome => (outcome, Some(response)),
        },
        (Ok(()), Err(message)) => {
            let response = text(StatusCode::INTERNAL_SERVER_ERROR, &format!("{}: {message}", call.component));
            (failed(message), Some(response))
        }
        (Err(cut_off), Ok(Answer { response, .. })) => (cut_off, Some(response)),
        (Err(cut_off), Err(_)) => {
            let response = gone(&call.component, &cut_off);
            (cut_off, Some(response))
        }
    };
    // Before the answer: 200 promises that the message is on its way, and the client is who a full queue has to slow down.
    let (outcome, response) = match done.parked.settled().await {
        false if is_success(&outcome) => {
            let message = format!("{}: its output could not be published", call.component);
            let response = text(StatusCode::SERVICE_UNAVAILABLE, &message);
            (Outcome::failed(message, true), Some(response))
        }
        _ => (outcome, response),
    };
    core.observer.event(Event::Ended { call, outcome, times: done.times, disposition: None });
    if let (Some(client), Some(response)) = (client, response) {
        // The client may have gone.
        let _ = client.send(response);
    }
}

fn is_success(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Sent(_) | Outcome::Stored { .. } | Outcome::Replied | Outcome::Filtered)
}

/// Waits for the component's answer and takes its body in. One that is too large for that goes to the client at once.
async fn forward(
    given: oneshot::Receiver<Given>,
    client: oneshot::Sender<Response<WasiBody>>,
) -> (Option<oneshot::Sender<Response<WasiBody>>>, Result<Answer, String>) {
    let response = match given.await {
        Ok(Ok(response)) => response,
        Ok(Err(code)) => return (Some(client), Err(format!("it answered with an error: {code:?}"))),
        Err(_) => return (Some(client), Err("it did not answer".to_owned())),
    };
    let (parts, body) = response.into_parts();
    let body = match ReadAhead::of(body).await {
        Ok(body) => body,
        Err(cause) => return (Some(client), Err(format!("its response ended early: {cause}"))),
    };
    let bad = parts.status.is_client_error() || parts.status.is_server_error();
    let complaint = bad.then(|| complaint(parts.status, &body.start()));
    if body.complete() {
        let response = Response::from_parts(parts, body.boxed_unsync());
        return (Some(client), Ok(Answer { response, complaint }));
    }
    let shell = Response::builder().status(parts.status).body(whole("")).unwrap_or_default();
    let _ = client.send(Response::from_parts(parts, body.boxed_unsync()));
    (None, Ok(Answer { response: shell, complaint }))
}

fn complaint(status: StatusCode, body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body.get(..MESSAGE).unwrap_or(body));
    match text.trim() {
        "" => format!("HTTP status {status}"),
        text => text.to_owned(),
    }
}

/// What the client hears when the call was cut off before it answered.
fn gone(component: &str, outcome: &Outcome) -> Response<WasiBody> {
    let (status, reason) = match outcome {
        Outcome::TimedOut { limit } => (StatusCode::GATEWAY_TIMEOUT, format!("no result within {limit:?}")),
        Outcome::OutOfMemory { limit } => {
            (StatusCode::INTERNAL_SERVER_ERROR, format!("it needs more memory than {limit} bytes"))
        }
        Outcome::Trapped { message } => (StatusCode::INTERNAL_SERVER_ERROR, message.clone()),
        other => (StatusCode::INTERNAL_SERVER_ERROR, format!("{other:?}")),
    };
    text(status, &format!("{component}: {reason}"))
}

/// The answer to who may not ask; what could be done about it is for the one who runs this to know.
fn refused(core: &Core, asked: &Asked, reason: Refusal) -> Response<WasiBody> {
    let message = match &reason {
        Refusal::Host { .. } => "this host name is not one of the machine that runs the workflow",
        Refusal::Origin { .. } | Refusal::Site => "pages of this site may not send requests to the workflow",
    };
    let (trace, method, path) = (asked.trace, asked.method.clone(), asked.path.clone());
    core.observer.event(Event::Refused { trace, method, path, reason });
    text(StatusCode::FORBIDDEN, message)
}

fn unknown(path: &str, routes: &Routes) -> Response<WasiBody> {
    let known: Vec<_> =
        routes.iter().map(|(path, route)| format!("  {path}  {}\n", route.service.name)).collect();
    let known = match known.is_empty() {
        true => "No component answers HTTP here.".to_owned(),
        false => format!("These are answered:\n{}", known.concat()),
    };
    text(StatusCode::NOT_FOUND, &format!("Nothing is at {path}. {}", known.trim_end()))
}

fn text(status: StatusCode, message: &str) -> Response<WasiBody> {
    let mut response = Response::new(whole(format!("{message}\n")));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}

fn reported(
    core: &Core,
    asked: Asked,
    component: Option<Arc<str>>,
    mut response: Response<WasiBody>,
) -> Response<WasiBody> {
    let Asked { trace, method, path, received } = asked;
    if let Ok(value) = HeaderValue::try_from(trace.to_string()) {
        let name = HeaderName::from_bytes(TraceContext::HEADER.as_bytes());
        response.headers_mut().extend(name.ok().map(|name| (name, value)));
    }
    let (status, elapsed) = (response.status().as_u16(), received.elapsed());
    core.observer.event(Event::Answered { trace, component, method, path, status, elapsed });
    response
}
