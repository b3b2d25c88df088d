//! How a call is taken: its target folded, its form read, its caller found, and what every
//! answer carries.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, CACHE_CONTROL, HOST, SET_COOKIE, WWW_AUTHENTICATE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::{Digest as _, Sha256};

use super::SeenRequest;
use super::answer::html;
use super::auth::{Caller, LoginReason, Offer};
use super::call::{Call, media_type};
use super::consumer::Attempt;
use super::entropy::hex;
use super::params::Params;
use super::state::Shared;
use super::target::{BadTarget, fold};
use super::trouble::{self, Trouble};

/// Tomcat's `maxPostSize`.
const FORM_BOUND: usize = 2 << 20;

/// Handlers leave this in an answer to say that the caller has just signed in or out.
#[derive(Clone)]
pub(crate) struct Turned(pub(crate) Caller);

/// Takes a call and gives its answer, when the answer may go.
pub(crate) async fn take(
    State(shared): State<Arc<Shared>>,
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
async fn answer(shared: Arc<Shared>, request: Request, next: Next, trouble: Trouble) -> Response {
    let (mut parts, body) = request.into_parts();
    if trouble.is_down {
        shared.world().remember(seen(&parts, &Caller::nobody()));
        return trouble::down();
    }
    let folded = match fold(parts.uri.path(), &shared.context_path) {
        Ok(folded) => folded,
        Err(bad) => return refuse(&shared, &parts, bad),
    };
    let mut params = Params::default();
    params.add(parts.uri.query().unwrap_or_default());
    let Ok(body) = read_form(&parts, body, &mut params).await else {
        shared.world().remember(seen(&parts, &Caller::nobody()));
        return html(StatusCode::PAYLOAD_TOO_LARGE, "Form too large", "");
    };
    let now = shared.now();
    let base = base_url(&shared, &parts);
    let origin = base.strip_suffix(&shared.context_path).unwrap_or(&base);
    let offer = Offer::read(&parts.headers, &params)
        .or_named(&parts.headers, shared.trusted_header.as_deref())
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
        target: within(&parts, &shared.context_path),
        params: Arc::new(params),
        now,
        shared,
    };
    let mut answer = if let Some(answer) = early(&call, &parts.headers, &folded) {
        answer
    } else if trouble.talks_nonsense && trouble::asks_for_json(&parts.headers, &folded) {
        trouble::nonsense()
    } else {
        rewrite(&mut parts, &folded);
        parts.extensions.insert(call.clone());
        next.run(Request::from_parts(parts, body)).await
    };
    let caller = answer.extensions_mut().remove::<Turned>().map_or(caller, |turned| turned.0);
    complete(&mut answer, &call, &caller, number);
    answer
}

/// Tomcat's own answers: no filter of Jira's adds to them. They are remembered all the same.
fn refuse(shared: &Shared, parts: &Parts, bad: BadTarget) -> Response {
    shared.world().remember(seen(parts, &Caller::nobody()));
    match bad {
        BadTarget::Malformed => html(StatusCode::BAD_REQUEST, "Bad Request", ""),
        BadTarget::Elsewhere => html(StatusCode::NOT_FOUND, "Not Found", ""),
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

fn base_url(shared: &Shared, parts: &Parts) -> String {
    if let Some(base) = &shared.base_url_as_seen {
        return base.clone();
    }
    let forwarded = parts.headers.get("x-forwarded-proto").map(HeaderValue::as_bytes);
    let scheme = if forwarded == Some(b"https") { "https" } else { "http" };
    format!("{scheme}://{}{}", host(parts).unwrap_or("localhost"), shared.context_path)
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

/// The answers that no handler has a say in.
fn early(call: &Call, headers: &HeaderMap, path: &str) -> Option<Response> {
    if call.caller.oauth_problem.is_some() {
        return Some(html(StatusCode::UNAUTHORIZED, "Unauthorized (401)", ""));
    }
    match call.caller.reason {
        // The login page has its own words for it, and a way out.
        Some(LoginReason::Denied) if path == "/login.jsp" => {}
        Some(LoginReason::Denied) if call.caller.is_stopped => {
            let mut answer = html(StatusCode::FORBIDDEN, "Forbidden (403)", CAPTCHA);
            let reason = format!("CAPTCHA_CHALLENGE; login-url={}/login.jsp", call.base);
            put(&mut answer, "x-authentication-denied-reason", &reason);
            return Some(answer);
        }
        _ if call.caller.is_stopped => {
            return Some(html(StatusCode::UNAUTHORIZED, "Unauthorized (401)", WRONG_BASIC));
        }
        _ => {}
    }
    // Fact C4: `os_authType=basic` asks for a challenge instead of an anonymous answer.
    let wants = call.params.first("os_authType") == Some("basic");
    if wants && call.caller.username.is_none() && !headers.contains_key(AUTHORIZATION) {
        let mut answer = html(StatusCode::UNAUTHORIZED, "Unauthorized (401)", "");
        put(&mut answer, "www-authenticate", "Basic realm=\"protected-area\"");
        return Some(answer);
    }
    None
}

const WRONG_BASIC: &str = "<p>Basic Authentication Failure - Reason : AUTHENTICATED_FAILED</p>";
const CAPTCHA: &str = "<p>Basic Authentication Failure - Reason : AUTHENTICATION_DENIED</p>";

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
fn complete(answer: &mut Response, call: &Call, caller: &Caller, number: u64) {
    let minute = call.now.div_euclid(60_000).rem_euclid(1440);
    put(answer, "x-arequestid", &format!("{minute}x{number}x1"));
    put(answer, "x-anodeid", "standin1");
    let name = caller.username.as_deref().unwrap_or("anonymous");
    put(answer, "x-ausername", &java_url_encoded(name));
    if let Some(reason) = caller.reason {
        put(answer, "x-seraph-loginreason", reason.as_str());
    }
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
fn java_url_encoded(text: &str) -> String {
    const PLAIN: &percent_encoding::AsciiSet =
        &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'*').remove(b' ');
    utf8_percent_encode(text, PLAIN).to_string().replace(' ', "+")
}

fn give_cookies(answer: &mut Response, call: &Call, session: &str) {
    let context = &call.shared.context_path;
    let path = if context.is_empty() { "/" } else { context };
    let digest = Sha256::digest(session.as_bytes());
    let hash = hex(digest.get(..20).unwrap_or_default()).to_lowercase();
    put(answer, "x-asessionid", &hex(digest.get(20..24).unwrap_or_default()).to_lowercase());
    let secure = if call.shared.secure_cookies { "; Secure" } else { "" };
    for cookie in [
        format!("JSESSIONID={session}; Path={path}{secure}; HttpOnly"),
        format!("atlassian.xsrf.token=BSTD-1N00-0000-0000_{hash}_lin; Path={path}{secure}"),
    ] {
        if let Ok(value) = HeaderValue::from_str(&cookie) {
            answer.headers_mut().append(SET_COOKIE, value);
        }
    }
}

fn put(answer: &mut Response, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        answer.headers_mut().insert(HeaderName::from_static(name), value);
    }
}

/// An answer that says that the caller has changed with it.
pub(crate) fn turned(answer: impl IntoResponse, caller: Caller) -> Response {
    let mut answer = answer.into_response();
    answer.extensions_mut().insert(Turned(caller));
    answer
}
