//! Refusals and failures of the API: problems (RFC 9457) with a stable code.

use axum::Json;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use gatepass_control::ControlError;
use gatepass_model::{Reason, Refusal};
use serde::Serialize;

static REASON_HEADER: HeaderName = HeaderName::from_static("x-gatepass-reason");
const MEDIA_TYPE: HeaderValue = HeaderValue::from_static("application/problem+json");
/// RFC 6750 3.
const CHALLENGE: HeaderValue = HeaderValue::from_static("Bearer realm=\"Gatepass\"");

/// A refusal, as this API answers it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    refusal: Refusal,
    challenge: bool,
}

/// RFC 9457 3.1, and the code.
#[derive(Serialize)]
struct Document<'a> {
    r#type: &'static str,
    title: &'static str,
    status: u16,
    detail: &'a str,
    code: &'static str,
}

impl Problem {
    /// Of a refusal. A page's own fetch gets no challenge with a 401, so that no browser asks its
    /// user for anything: `headers` are those of the request.
    pub fn new(refusal: Refusal, headers: &HeaderMap) -> Self {
        let mode = headers.get("sec-fetch-mode").map(HeaderValue::as_bytes);
        Self { refusal, challenge: matches!(mode, None | Some(b"navigate")) }
    }

    /// What a use case failed with, for a bearer who asks about his own token. What is not his
    /// business goes to the log.
    pub(crate) fn of_control(error: &ControlError, headers: &HeaderMap) -> Self {
        let refusal = match error {
            ControlError::NotFound(_) => {
                Refusal::new(Reason::TokenInvalid, "There is no such API token any more.")
            }
            other => {
                tracing::error!(error = %other, "an operation of the API failed");
                Refusal::new(Reason::NotReady, "Gatepass can't answer that now. Try again later.")
            }
        };
        Self::new(refusal, headers)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let Self { refusal: Refusal { reason, message, .. }, challenge } = self;
        let status =
            StatusCode::from_u16(reason.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let document = Document {
            r#type: "about:blank",
            title: status.canonical_reason().unwrap_or_default(),
            status: status.as_u16(),
            detail: &message,
            code: reason.as_str(),
        };
        let mut response = (status, Json(document)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, MEDIA_TYPE);
        headers.insert(&REASON_HEADER, HeaderValue::from_static(reason.as_str()));
        if status == StatusCode::UNAUTHORIZED && challenge {
            headers.insert(header::WWW_AUTHENTICATE, CHALLENGE);
        }
        response
    }
}

/// A path that is none.
pub(crate) async fn not_found(headers: HeaderMap) -> Problem {
    Problem::new(Refusal::new(Reason::NotFound, "There is nothing at this address."), &headers)
}

/// A method that the path does not take. `Allow`, which names those that it does (RFC 9110
/// 15.5.6), is added by the router.
pub(crate) async fn method_not_allowed(headers: HeaderMap) -> Problem {
    let words = "This address does not take that method; Allow names those that it takes.";
    Problem::new(Refusal::new(Reason::MethodNotAllowed, words), &headers)
}
