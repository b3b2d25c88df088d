//! What goes wrong, as Bitbucket says it: `{"errors":[{"context":…,"message":…,"exceptionName":…}]}`.

use axum::http::StatusCode;
use serde_json::json;

use crate::site::answer::Fault;

/// `exception` is a name below `com.atlassian.bitbucket`.
fn of(status: StatusCode, exception: &str, message: &str) -> Fault {
    let body = json!({ "errors": [{
        "context": null,
        "message": message,
        "exceptionName": format!("com.atlassian.bitbucket.{exception}"),
    }] });
    Fault { status, body }
}

/// For nobody, and for somebody who may not.
pub(super) fn not_permitted() -> Fault {
    let said = "You are not permitted to access this resource";
    of(StatusCode::UNAUTHORIZED, "AuthorisationException", said)
}

/// For a password or a token that is none.
pub(super) fn wrong_credential() -> Fault {
    let said = "Authentication failed. Please check your credentials and try again.";
    of(StatusCode::UNAUTHORIZED, "auth.IncorrectPasswordAuthenticationException", said)
}

/// After too many wrong passwords.
pub(super) fn captcha() -> Fault {
    let said = "CAPTCHA required. Your Bitbucket account has been marked as requiring a CAPTCHA to \
                be solved before it may be used to log in again.";
    of(StatusCode::UNAUTHORIZED, "auth.CaptchaRequiredAuthenticationException", said)
}

/// For a body or a parameter that is not as it should be.
pub(super) fn invalid(message: &str) -> Fault {
    of(StatusCode::BAD_REQUEST, "validation.ArgumentValidationException", message)
}

pub(super) fn no_user(slug: &str) -> Fault {
    let said = format!("User {slug} does not exist.");
    of(StatusCode::NOT_FOUND, "user.NoSuchUserException", &said)
}

pub(super) fn no_project(key: &str) -> Fault {
    let said = format!("Project {key} does not exist.");
    of(StatusCode::NOT_FOUND, "project.NoSuchProjectException", &said)
}

pub(super) fn no_token(id: &str) -> Fault {
    let said = format!("No access token with the id {id} exists.");
    of(StatusCode::NOT_FOUND, "NoSuchEntityException", &said)
}

pub(super) fn repository_exists() -> Fault {
    let said = "This repository URL is already taken.";
    of(StatusCode::CONFLICT, "repository.DuplicateRepositoryNameException", said)
}
