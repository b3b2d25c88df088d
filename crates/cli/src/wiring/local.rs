//! What Gatepass answers itself: the API and the console, as the gate calls them.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderName, HeaderValue, Request, Response, header};
use gatepass_api as api;
use gatepass_gate::{Caller, LocalAnswer, LocalFuture, LocalPlace, LocalRequest, LocalService};
use gatepass_web::{Arrival, Console, Target};
use tower::ServiceExt as _;

/// Longest answer: pages and lists are far below.
const LONGEST: usize = 64 << 20;

/// API and console, behind the gate.
pub(crate) struct LocalDesk {
    api: Router,
    console: Console,
}

impl LocalDesk {
    pub(crate) const fn new(api: Router, console: Console) -> Self {
        Self { api, console }
    }
}

impl LocalService for LocalDesk {
    fn call(&self, request: LocalRequest) -> LocalFuture {
        let (api, console) = (self.api.clone(), self.console.clone());
        Box::pin(async move {
            let target = match &request.place {
                LocalPlace::Console if is_of_api(&request.path) => None,
                LocalPlace::Console => Some(Target::Console),
                LocalPlace::SignIn(instance) => Some(Target::SignIn(instance.clone())),
                LocalPlace::NativeTokens(instance) => Some(Target::NativeTokens(instance.clone())),
            };
            let Some(request) = translate(request) else { return failed(404) };
            let response = match target {
                Some(target) => console.answer(target, request).await,
                // A router's error is `Infallible`.
                None => match api.oneshot(request).await {
                    Ok(response) => response,
                    Err(never) => match never {},
                },
            };
            answer(response).await
        })
    }
}

/// What is for programs; all else is the console's.
fn is_of_api(path: &str) -> bool {
    matches!(path, "/healthz" | "/readyz" | "/.well-known/jwks.json" | "/api")
        || path.starts_with("/api/")
}

/// `None` for a path that the router's types can't hold: nothing is there.
fn translate(request: LocalRequest) -> Option<Request<Body>> {
    let LocalRequest {
        method,
        path,
        query,
        headers,
        body,
        caller,
        scheme,
        host,
        client,
        request_id,
        ..
    } = request;
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
    translated.extensions_mut().insert(Arrival { scheme, host, client, request_id });
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
