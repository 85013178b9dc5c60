//! The entry: takes HTTP requests for all tasks and hands each on, as a NATS request, to the task that has its path. For
//! platforms on which the path of a request does not decide who gets it.

use bindings::exports::wasi::http::incoming_handler;
use bindings::wasi::cli::environment::get_environment;
use flow::entry::{Entry, ROUTES};
use flow::web::types::{IncomingRequest, ResponseOutparam};
use flow::{Component, web};

// Generated: the lints are for what people write.
#[allow(unsafe_code, missing_docs, clippy::all)]
mod bindings {
    wit_bindgen::generate!({
        world: "http-entry",
        path: "../wit",
        with: { "wasi:http/types@0.2.0": flow::web::types },
        generate_all,
    });
    export!(Exports with_types_in self);

    /// The component's exports.
    pub(crate) struct Exports;
}

impl incoming_handler::Guest for bindings::Exports {
    fn handle(request: IncomingRequest, outparam: ResponseOutparam) {
        let routes = get_environment().into_iter().find(|(name, _)| name == ROUTES);
        let request = web::Incoming(request);
        let answer = match Entry::of(routes.as_ref().map(|(_, routes)| routes.as_str())) {
            Ok(entry) => entry.answer(&Component, &request),
            Err(answer) => answer,
        };
        web::send(answer, outparam);
    }
}
