//! What goes wrong, as Confluence says it.

use axum::http::StatusCode;
use serde_json::json;

use crate::site::answer::Fault;

/// `{"statusCode":…,"data":{…},"message":…,"reason":…}`
pub(super) fn of(status: StatusCode, message: &str) -> Fault {
    let body = json!({
        "statusCode": status.as_u16(),
        "data": {
            "authorized": false, "valid": true, "allowedInReadOnlyMode": true, "errors": [],
            "successful": false,
        },
        "message": message,
        "reason": status.canonical_reason(),
    });
    Fault { status, body }
}

/// Fact B: nobody gets 403 where anonymous use is not allowed.
pub(super) fn not_permitted() -> Fault {
    of(StatusCode::FORBIDDEN, "User not permitted to use Confluence")
}

pub(super) fn not_found(message: &str) -> Fault {
    of(StatusCode::NOT_FOUND, message)
}
