//! Answers in Jira's shapes, the bad ones included.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

/// JSON, typed as Jira types it: clients compare the whole string.
pub(crate) fn json(status: StatusCode, value: &Value) -> Response {
    let kind = HeaderValue::from_static("application/json;charset=UTF-8");
    (status, [(header::CONTENT_TYPE, kind)], value.to_string()).into_response()
}

/// 200 with JSON.
pub(crate) fn ok(value: &Value) -> Response {
    json(StatusCode::OK, value)
}

/// A page without surroundings: what the server itself says.
pub(crate) fn html(status: StatusCode, title: &str, body: &str) -> Response {
    document(status, title, "", body)
}

/// A page; `title`, `header` and `body` are trusted HTML.
pub(crate) fn document(status: StatusCode, title: &str, header: &str, body: &str) -> Response {
    const LOOK: &str = include_str!("page/look.css");
    let kind = HeaderValue::from_static("text/html;charset=UTF-8");
    // No tags are known in a title.
    let plain = title.replace("<bdi>", "").replace("</bdi>", "");
    let page = format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n\
         <title>{plain} - Stand-in Jira</title>\n<style>\n{LOOK}</style></head>\n\
         <body id=\"jira\">\n{header}<main>\n<h1>{title}</h1>\n{body}\n</main>\n</body></html>\n"
    );
    (status, [(header::CONTENT_TYPE, kind)], page).into_response()
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

/// What went wrong, as Jira says it.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) status: StatusCode,
    pub(crate) body: Value,
}

/// What a handler gives.
pub(crate) type Outcome = Result<Response, Fault>;

impl Fault {
    /// `{"errorMessages":[…],"errors":{}}`
    pub(crate) fn say(status: StatusCode, messages: &[&str]) -> Self {
        Self { status, body: json!({ "errorMessages": messages, "errors": {} }) }
    }

    /// `{"errorMessages":[],"errors":{field: message}}`, 400.
    pub(crate) fn fields(errors: &Map<String, Value>) -> Self {
        let body = json!({ "errorMessages": [], "errors": errors });
        Self { status: StatusCode::BAD_REQUEST, body }
    }

    /// One field's message, 400.
    pub(crate) fn field(name: &str, message: &str) -> Self {
        let mut errors = Map::new();
        errors.insert(name.to_owned(), message.into());
        Self::fields(&errors)
    }

    /// `{"message":…,"status-code":…}`: what the REST machinery itself says.
    pub(crate) fn plain(status: StatusCode, message: &str) -> Self {
        Self { status, body: json!({ "message": message, "status-code": status.as_u16() }) }
    }

    pub(crate) fn bad_request(message: &str) -> Self {
        Self::say(StatusCode::BAD_REQUEST, &[message])
    }

    pub(crate) fn forbidden(message: &str) -> Self {
        Self::say(StatusCode::FORBIDDEN, &[message])
    }

    pub(crate) fn not_found(message: &str) -> Self {
        Self::say(StatusCode::NOT_FOUND, &[message])
    }

    pub(crate) fn unauthenticated() -> Self {
        Self::say(
            StatusCode::UNAUTHORIZED,
            &["You are not authenticated. Authentication required to perform this operation."],
        )
    }

    pub(crate) fn no_issue() -> Self {
        Self::not_found("Issue Does Not Exist")
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        json(self.status, &self.body)
    }
}
