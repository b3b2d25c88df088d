//! What goes wrong, as Jira says it.

use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use crate::site::answer::Fault;

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
