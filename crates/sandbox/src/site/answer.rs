//! Answers: JSON, pages, redirects, and what went wrong.

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// JSON, typed as the products type it: clients compare the whole string.
pub(crate) fn json(status: StatusCode, value: &Value) -> Response {
    let kind = HeaderValue::from_static("application/json;charset=UTF-8");
    (status, [(header::CONTENT_TYPE, kind)], value.to_string()).into_response()
}

/// 200 with JSON.
pub(crate) fn ok(value: &Value) -> Response {
    json(StatusCode::OK, value)
}

/// A page without surroundings: what the server itself says.
pub(crate) fn html(product: &str, status: StatusCode, title: &str, body: &str) -> Response {
    document(product, status, title, "", body)
}

/// A page; `title`, `header` and `body` are trusted HTML.
pub(crate) fn document(
    product: &str,
    status: StatusCode,
    title: &str,
    header: &str,
    body: &str,
) -> Response {
    const LOOK: &str = include_str!("look.css");
    let kind = HeaderValue::from_static("text/html;charset=UTF-8");
    // No tags are known in a title.
    let plain = title.replace("<bdi>", "").replace("</bdi>", "");
    let id = product.to_lowercase();
    let page = format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n\
         <title>{plain} - Stand-in {product}</title>\n<style>\n{LOOK}</style></head>\n\
         <body id=\"{id}\">\n{header}<main>\n<h1>{title}</h1>\n{body}\n</main>\n</body></html>\n"
    );
    (status, [(header::CONTENT_TYPE, kind)], page).into_response()
}

/// To another place.
pub(crate) fn redirect(to: &str) -> Response {
    let mut answer = StatusCode::FOUND.into_response();
    if let Ok(to) = HeaderValue::from_str(to) {
        answer.headers_mut().insert(header::LOCATION, to);
    }
    answer
}

/// Puts a header into an answer, in the place of the one with its name.
pub(crate) fn put(answer: &mut Response, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        answer.headers_mut().insert(HeaderName::from_static(name), value);
    }
}

/// Text as it may stand in a page: between tags, and in the quotes of an attribute.
pub(crate) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            // No character of HTML, and nothing that a name needs.
            letter if letter.is_control() && !letter.is_ascii_whitespace() => safe.push('\u{fffd}'),
            letter => safe.push(letter),
        }
    }
    safe
}

/// What went wrong, in the words of a product.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) status: StatusCode,
    pub(crate) body: Value,
}

/// What a handler gives.
pub(crate) type Outcome = Result<Response, Fault>;

impl Fault {
    /// `{"message":…,"status-code":…}`: what the REST machinery itself says.
    pub(crate) fn plain(status: StatusCode, message: &str) -> Self {
        Self { status, body: json!({ "message": message, "status-code": status.as_u16() }) }
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        json(self.status, &self.body)
    }
}
