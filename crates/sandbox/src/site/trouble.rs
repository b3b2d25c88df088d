//! What can be wrong with the whole of a product: faults that tests ask for.

use std::time::Duration;

use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};

use super::answer::html;

/// How a stand-in is unwell. By default it is not.
#[derive(Clone, Copy, Default)]
pub(crate) struct Trouble {
    /// Every answer waits for so long.
    pub(crate) delay: Duration,
    /// Every answer is 503.
    pub(crate) is_down: bool,
    /// Whoever asks for JSON gets a page.
    pub(crate) talks_nonsense: bool,
}

/// What stands before a product that is down says to everybody. It knows no user.
pub(crate) fn down(product: &str) -> Response {
    let said = format!("<p>{product} is starting up, or has stopped. Please try again later.</p>");
    html(product, StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable (503)", &said)
}

/// A page where JSON was asked for, as if all were well.
pub(crate) fn nonsense() -> Response {
    let page = "<html>\n<head><title>Welcome</title></head>\n<body>It works!</body>\n</html>\n";
    ([(header::CONTENT_TYPE, "text/html;charset=UTF-8")], page).into_response()
}

/// Whether a call asks for JSON: by what it names, or because nothing else is there.
pub(crate) fn asks_for_json(headers: &HeaderMap, path: &str) -> bool {
    let accepts = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    path.starts_with("/rest/") || accepts.is_some_and(|kinds| kinds.contains("application/json"))
}
