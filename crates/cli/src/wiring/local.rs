//! What lies below `console_path`: the router of the API, as the gate calls it.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderName, HeaderValue, Request, Response, header};
use gatepass_api as api;
use gatepass_gate::{Caller, LocalAnswer, LocalFuture, LocalRequest, LocalService};
use tower::ServiceExt as _;

/// Longest answer: pages and lists are far below.
const LONGEST: usize = 64 << 20;

/// The API, behind the gate.
pub(crate) struct LocalApi {
    router: Router,
}

impl LocalApi {
    pub(crate) const fn new(router: Router) -> Self {
        Self { router }
    }
}

impl LocalService for LocalApi {
    fn call(&self, request: LocalRequest) -> LocalFuture {
        let router = self.router.clone();
        Box::pin(async move {
            let Some(request) = translate(request) else { return failed(404) };
            // A router's error is `Infallible`.
            match router.oneshot(request).await {
                Ok(response) => answer(response).await,
                Err(never) => match never {},
            }
        })
    }
}

/// `None` for a path that the router's types can't hold: nothing is there.
fn translate(request: LocalRequest) -> Option<Request<Body>> {
    let LocalRequest { method, path, query, headers, body, caller, .. } = request;
    let uri = match query {
        Some(query) => format!("{path}?{query}"),
        None => path,
    };
    let mut translated =
        Request::builder().method(method.as_str()).uri(uri).body(Body::from(body)).ok()?;
    for (name, value) in headers {
        // The caller was judged already: no handler needs to see a secret.
        if name == header::AUTHORIZATION.as_str() {
            continue;
        }
        let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
        translated.headers_mut().append(name, HeaderValue::from_bytes(&value).ok()?);
    }
    translated.extensions_mut().insert(match caller {
        Caller::Nobody => api::Caller::Nobody,
        Caller::Token(id) => api::Caller::Token(id),
        Caller::Refused(refusal) => api::Caller::Refused(refusal),
    });
    Some(translated)
}

async fn answer(response: Response<Body>) -> LocalAnswer {
    let (parts, body) = response.into_parts();
    let Ok(body) = to_bytes(body, LONGEST).await else { return failed(500) };
    let headers = parts.headers.iter();
    LocalAnswer {
        status: parts.status.as_u16(),
        headers: headers
            .map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_vec()))
            .collect(),
        body: body.into(),
    }
}

const fn failed(status: u16) -> LocalAnswer {
    LocalAnswer { status, headers: Vec::new(), body: Vec::new() }
}
