//! What goes back to the browser, and what every page's head must say.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use gatepass_console::page::{CachePolicy, Page};
use gatepass_console::{Chrome, NavEntry};

use crate::cookie::{self, Cookie};
use crate::flash::{self, Flash};
use crate::halt::{self, Halt};
use crate::visit::Visit;

/// A page.
pub(crate) fn page<P: Page>(
    visit: &Visit,
    current: Option<NavEntry>,
    page: &P,
) -> Result<Response, Halt> {
    let html = page.render(&visit.chrome(current))?;
    Ok(html_response(visit, html, 200, P::CACHE))
}

/// A page that is an error: what was typed stands in it again.
pub(crate) fn page_with_faults<P: Page>(
    visit: &Visit,
    current: Option<NavEntry>,
    page: &P,
) -> Result<Response, Halt> {
    let html = page.render(&visit.chrome(current))?;
    Ok(html_response(visit, html, 422, P::CACHE))
}

/// A page with another status than 200. Where even it can't be written, plain words.
pub(crate) fn page_with_status<P: Page>(
    visit: &Visit,
    current: Option<NavEntry>,
    page: &P,
    status: u16,
) -> Response {
    let chrome: Chrome = visit.chrome(current);
    match page.render(&chrome) {
        Ok(html) => html_response(visit, html, status, P::CACHE),
        Err(error) => {
            tracing::error!(%error, "a page failed");
            plain(500, "Gatepass could not write this page.")
        }
    }
}

fn html_response(visit: &Visit, html: String, status: u16, cache: CachePolicy) -> Response {
    let mut response = Response::new(Body::from(html));
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    let html = HeaderValue::from_static("text/html; charset=utf-8");
    headers.insert(header::CONTENT_TYPE, html);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache.header()));
    put(headers, header::CONTENT_SECURITY_POLICY, &content_policy(visit));
    put(headers, header::CONTENT_LANGUAGE, visit.language.as_str());
    guard(headers);
    if visit.cookies.get(Cookie::Notice).is_some() {
        // It was shown.
        append_cookie(headers, &cookie::clear(Cookie::Notice, visit.arrival.is_secure()));
    }
    response
}

/// Nothing but our own style sheet and scripts. `form-action` counts for redirects after a form too,
/// so it names where signing in leads.
fn content_policy(visit: &Visit) -> String {
    let mut forms = String::from("'self'");
    for instance in &visit.config().instances {
        let origin = instance.origin(&visit.arrival);
        if (instance.signs_in || instance.makes_natives) && !forms.contains(&origin) {
            forms.push(' ');
            forms.push_str(&origin);
        }
    }
    format!(
        "default-src 'none'; script-src 'nonce-{}'; style-src 'self'; img-src 'self' data:; \
         connect-src 'self'; form-action {forms}; base-uri 'none'; frame-ancestors 'none'",
        visit.nonce
    )
}

/// What every answer says, page or not.
fn guard(headers: &mut HeaderMap) {
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("permissions-policy", "clipboard-write=(self), camera=(), microphone=(), geolocation=()"),
    ] {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
}

fn put(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

pub(crate) fn append_cookie(headers: &mut HeaderMap, line: &str) {
    if let Ok(value) = HeaderValue::from_str(line) {
        headers.append(header::SET_COOKIE, value);
    }
}

/// To another page of the console: 303, so that a form is not sent again.
pub(crate) fn see_other(visit: &Visit, path: &str) -> Response {
    elsewhere(&format!("{}{path}", visit.config().base))
}

/// The same, and says there what just happened.
pub(crate) fn see_other_with(visit: &Visit, path: &str, notices: &[Flash]) -> Response {
    let mut response = see_other(visit, path);
    let line = cookie::set(Cookie::Notice, &flash::encode(notices), visit.arrival.is_secure());
    append_cookie(response.headers_mut(), &line);
    response
}

/// To a whole address.
pub(crate) fn elsewhere(address: &str) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SEE_OTHER;
    let headers = response.headers_mut();
    match HeaderValue::from_str(address) {
        Ok(value) => headers.insert(header::LOCATION, value),
        Err(_) => return plain(500, "Gatepass could not send you on."),
    };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    guard(headers);
    response
}

/// Plain words, where there is no page.
pub(crate) fn plain(status: u16, words: &'static str) -> Response {
    let mut response = Response::new(Body::from(words));
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    guard(headers);
    response
}

/// An asset, to be kept for long.
pub(crate) fn asset(asset: &'static gatepass_console::asset::Asset) -> Response {
    let mut response = Response::new(Body::from(asset.bytes));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.media_type));
    let cached = gatepass_console::asset::CACHE_CONTROL;
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cached));
    put(headers, header::ETAG, &format!("\"{}\"", gatepass_console::asset::version()));
    guard(headers);
    response
}

/// What a handler gives.
pub(crate) fn answered(visit: &Visit, result: Result<Response, Halt>) -> Response {
    result.unwrap_or_else(|halt| halt::answer(visit, halt))
}
