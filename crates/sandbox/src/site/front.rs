//! How a call is taken: its target folded, its form read, its caller found, and what every
//! answer carries.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, HOST, SET_COOKIE, WWW_AUTHENTICATE};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::{Digest as _, Sha256};

use super::Product;
use super::answer::{html, put};
use super::auth::{Caller, Offer};
use super::call::{Call, media_type};
use super::consumer::Attempt;
use super::entropy::hex;
use super::params::Params;
use super::seen::SeenRequest;
use super::shared::{Setup, Shared};
use super::target::{BadTarget, fold};
use super::trouble::{self, Trouble};

/// Tomcat's `maxPostSize`.
const FORM_BOUND: usize = 2 << 20;

/// Handlers leave this in an answer to say that the caller has just signed in or out.
#[derive(Clone)]
pub(crate) struct Turned(pub(crate) Caller);

/// Takes a call and gives its answer, when the answer may go.
pub(crate) async fn take<W: Product>(
    State(shared): State<Arc<Shared<W>>>,
    request: Request,
    next: Next,
) -> Response {
    let trouble = shared.world().trouble;
    let answer = answer(shared, request, next, trouble).await;
    if !trouble.delay.is_zero() {
        tokio::time::sleep(trouble.delay).await;
    }
    answer
}

/// Has a call answered, and completes the answer.
async fn answer<W: Product>(
    shared: Arc<Shared<W>>,
    request: Request,
    next: Next,
    trouble: Trouble,
) -> Response {
    let manners = shared.setup.manners;
    let (mut parts, body) = request.into_parts();
    if trouble.is_down {
        shared.world().remember(seen(&parts, &Caller::nobody()));
        return trouble::down(manners.name);
    }
    let folded = match fold(parts.uri.path(), &shared.setup.context_path, manners.fold) {
        Ok(folded) => folded,
        Err(bad) => return refuse(&shared, &parts, bad),
    };
    let mut params = Params::default();
    params.add(parts.uri.query().unwrap_or_default());
    let Ok(body) = read_form(&parts, body, &mut params).await else {
        shared.world().remember(seen(&parts, &Caller::nobody()));
        return html(manners.name, StatusCode::PAYLOAD_TOO_LARGE, "Form too large", "");
    };
    let now = shared.now();
    let base = base_url(&shared.setup, &parts);
    let origin = base.strip_suffix(&shared.setup.context_path).unwrap_or(&base);
    let offer = Offer::read(&parts.headers, &params, manners)
        .or_named(&parts.headers, shared.setup.trusted_header.as_deref())
        .or_signed(Attempt::read(&parts, &params, origin));
    let (caller, number) = {
        let mut world = shared.world();
        let caller = world.identify(&offer, now);
        world.remember(seen(&parts, &caller));
        world.requests_taken += 1;
        (caller, world.requests_taken)
    };
    let call = Call {
        caller: caller.clone(),
        base: base.clone(),
        host: host(&parts).map(str::to_owned),
        target: within(&parts, &shared.setup.context_path),
        params: Arc::new(params),
        now,
        shared,
    };
    let mut answer = if let Some(answer) = W::early(&call, &parts.headers, &folded) {
        answer
    } else if trouble.talks_nonsense && trouble::asks_for_json(&parts.headers, &folded) {
        trouble::nonsense()
    } else {
        rewrite(&mut parts, &folded);
        parts.extensions.insert(manners);
        parts.extensions.insert(call.clone());
        next.run(Request::from_parts(parts, body)).await
    };
    let caller = answer.extensions_mut().remove::<Turned>().map_or(caller, |turned| turned.0);
    complete(&mut answer, &call, &caller, number);
    answer
}

/// Tomcat's own answers: no filter of a product's adds to them. They are remembered all the same.
fn refuse<W: Product>(shared: &Shared<W>, parts: &Parts, bad: BadTarget) -> Response {
    shared.world().remember(seen(parts, &Caller::nobody()));
    let name = shared.setup.manners.name;
    match bad {
        BadTarget::Malformed => html(name, StatusCode::BAD_REQUEST, "Bad Request", ""),
        BadTarget::Elsewhere => html(name, StatusCode::NOT_FOUND, "Not Found", ""),
    }
}

/// A form's fields are parameters, as a servlet has them. What was read is given back.
async fn read_form(parts: &Parts, body: Body, params: &mut Params) -> Result<Body, axum::Error> {
    let is_form = media_type(&parts.headers) == "application/x-www-form-urlencoded";
    if parts.method != Method::POST || !is_form {
        return Ok(body);
    }
    let bytes = axum::body::to_bytes(body, FORM_BOUND).await?;
    params.add(&String::from_utf8_lossy(&bytes));
    Ok(Body::from(bytes))
}

fn base_url(setup: &Setup, parts: &Parts) -> String {
    if let Some(base) = &setup.base_url_as_seen {
        return base.clone();
    }
    let forwarded = parts.headers.get("x-forwarded-proto").map(HeaderValue::as_bytes);
    let scheme = if forwarded == Some(b"https") { "https" } else { "http" };
    format!("{scheme}://{}{}", host(parts).unwrap_or("localhost"), setup.context_path)
}

fn host(parts: &Parts) -> Option<&str> {
    let host = parts.headers.get(HOST).and_then(|value| value.to_str().ok());
    host.or_else(|| parts.uri.authority().map(axum::http::uri::Authority::as_str))
}

/// Path and query as they came, without the context path.
fn within(parts: &Parts, context_path: &str) -> String {
    let path = parts.uri.path();
    let path = path.strip_prefix(context_path).unwrap_or(path);
    match parts.uri.query() {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    }
}

fn seen(parts: &Parts, caller: &Caller) -> SeenRequest {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    SeenRequest {
        method: parts.method.to_string(),
        target: parts.uri.path_and_query().map(ToString::to_string).unwrap_or_default(),
        user: caller.username.clone(),
        identified: caller.how,
        user_agent: parts.headers.get("user-agent").map(text),
        headers: parts
            .headers
            .iter()
            .map(|(name, value)| (name.to_string(), text(value)))
            .collect(),
    }
}

fn rewrite(parts: &mut Parts, folded: &str) {
    let target = match parts.uri.query() {
        Some(query) => format!("{folded}?{query}"),
        None => folded.to_owned(),
    };
    if let Ok(uri) = target.parse::<Uri>() {
        parts.uri = uri;
    }
}

/// The headers and cookies of every answer.
fn complete<W: Product>(answer: &mut Response, call: &Call<W>, caller: &Caller, number: u64) {
    let minute = call.now.div_euclid(60_000).rem_euclid(1440);
    put(answer, "x-arequestid", &format!("{minute}x{number}x1"));
    put(answer, "x-anodeid", "standin1");
    W::introduce(answer, caller);
    // Fact A1: any 401 gets this challenge too.
    if answer.status() == StatusCode::UNAUTHORIZED {
        let realm = utf8_percent_encode(&call.base, NON_ALPHANUMERIC);
        let problem = caller.oauth_problem.map(|problem| format!(", oauth_problem=\"{problem}\""));
        let value = format!("OAuth realm=\"{realm}\"{}", problem.unwrap_or_default());
        if let Ok(value) = HeaderValue::from_str(&value) {
            answer.headers_mut().append(WWW_AUTHENTICATE, value);
        }
    }
    if !answer.headers().contains_key(CACHE_CONTROL) {
        put(answer, "cache-control", "no-cache, no-store, no-transform");
    }
    put(answer, "x-content-type-options", "nosniff");
    // Bad habit (facts B, clients 15): every answer to somebody carries a session, which clients
    // keep and send ever after. Not so with native tokens: their session is invalidated.
    if let Some(session) = &caller.session {
        give_cookies(answer, call, session);
    }
}

/// As `java.net.URLEncoder` writes it: letters, digits and `-._*` stay, a space is `+`.
pub(crate) fn java_url_encoded(text: &str) -> String {
    const PLAIN: &percent_encoding::AsciiSet =
        &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'*').remove(b' ');
    utf8_percent_encode(text, PLAIN).to_string().replace(' ', "+")
}

fn give_cookies<W: Product>(answer: &mut Response, call: &Call<W>, session: &str) {
    let setup = &call.shared.setup;
    let path = if setup.context_path.is_empty() { "/" } else { &setup.context_path };
    let digest = Sha256::digest(session.as_bytes());
    put(answer, "x-asessionid", &hex(digest.get(20..24).unwrap_or_default()).to_lowercase());
    let secure = if setup.secure_cookies { "; Secure" } else { "" };
    let own = format!("{}={session}; Path={path}{secure}; HttpOnly", setup.manners.session_cookie);
    let more = W::more_cookies(session);
    let more = more.into_iter().map(|(name, value)| format!("{name}={value}; Path={path}{secure}"));
    for cookie in std::iter::once(own).chain(more) {
        if let Ok(value) = HeaderValue::from_str(&cookie) {
            answer.headers_mut().append(SET_COOKIE, value);
        }
    }
}

/// An answer that says that the caller has changed with it.
pub(crate) fn turned(answer: impl IntoResponse, caller: Caller) -> Response {
    let mut answer = answer.into_response();
    answer.extensions_mut().insert(Turned(caller));
    answer
}
