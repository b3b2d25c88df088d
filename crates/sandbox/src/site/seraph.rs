//! What Seraph says, which looks at credentials in Jira and Confluence.

use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::answer::{html, put};
use super::auth::{Caller, LoginReason};
use super::call::Call;
use super::front::java_url_encoded;
use super::{Manners, Product};

/// The answers that no handler has a say in.
pub(crate) fn early<W: Product>(
    call: &Call<W>,
    headers: &HeaderMap,
    path: &str,
) -> Option<Response> {
    let Manners { name, login_page, login_target, .. } = *call.shared.setup.manners;
    if call.caller.oauth_problem.is_some() {
        return Some(html(name, StatusCode::UNAUTHORIZED, "Unauthorized (401)", ""));
    }
    match call.caller.reason {
        // The login page has its own words for it, and a way out.
        Some(LoginReason::Denied) if path == login_page || path == login_target => {}
        Some(LoginReason::Denied) if call.caller.is_stopped => {
            let mut answer = html(name, StatusCode::FORBIDDEN, "Forbidden (403)", CAPTCHA);
            let reason = format!("CAPTCHA_CHALLENGE; login-url={}{login_page}", call.base);
            put(&mut answer, "x-authentication-denied-reason", &reason);
            return Some(answer);
        }
        _ if call.caller.is_stopped => {
            return Some(html(name, StatusCode::UNAUTHORIZED, "Unauthorized (401)", WRONG_BASIC));
        }
        _ => {}
    }
    // Fact C4: `os_authType=basic` asks for a challenge instead of an anonymous answer.
    let wants = call.params.first("os_authType") == Some("basic");
    if wants && call.caller.username.is_none() && !headers.contains_key(AUTHORIZATION) {
        let mut answer = html(name, StatusCode::UNAUTHORIZED, "Unauthorized (401)", "");
        put(&mut answer, "www-authenticate", "Basic realm=\"protected-area\"");
        return Some(answer);
    }
    None
}

const WRONG_BASIC: &str = "<p>Basic Authentication Failure - Reason : AUTHENTICATED_FAILED</p>";
const CAPTCHA: &str = "<p>Basic Authentication Failure - Reason : AUTHENTICATION_DENIED</p>";

/// Names the caller, nobody too, and says what came of signing in.
pub(crate) fn introduce(answer: &mut Response, caller: &Caller) {
    let name = caller.username.as_deref().unwrap_or("anonymous");
    put(answer, "x-ausername", &java_url_encoded(name));
    if let Some(reason) = caller.reason {
        put(answer, "x-seraph-loginreason", reason.as_str());
    }
}
