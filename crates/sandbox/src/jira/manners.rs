//! What Jira does its own way, where other products have another.

use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use sha2::{Digest as _, Sha256};

use super::settings::JiraSettings;
use super::state::{Fixed, Shared, World};
use super::target;
use crate::site::answer::Fault;
use crate::site::auth::Caller;
use crate::site::call::Call;
use crate::site::entropy::hex;
use crate::site::settings::AfterSignedCall;
use crate::site::shared::Setup;
use crate::site::{Guard, Manners, Product, seraph};

pub(crate) static MANNERS: Manners = Manners {
    name: "Jira",
    guard: Guard::Seraph,
    session_cookie: "JSESSIONID",
    login_page: "/login.jsp",
    login_target: "/login.jsp",
    administrators: "jira-administrators",
    // Fact A2.
    native_tokens_since: [8, 14, 0],
    scopes: &[],
    fold: target::fold,
    malformed: |said| Fault::say(StatusCode::BAD_REQUEST, &[said]),
    key: |id, _, _| format!("JIRAUSER{id}"),
};

/// What a Jira of these settings leaves of the session of a signed call.
pub(super) fn after_signed_calls(settings: &JiraSettings) -> AfterSignedCall {
    let is_old = settings.version < MANNERS.native_tokens_since;
    match (is_old, settings.ends_signed_sessions) {
        (_, false) => AfterSignedCall::Session,
        (true, true) => AfterSignedCall::Cookie,
        (false, true) => AfterSignedCall::Nothing,
    }
}

/// What the handlers of a Jira of these settings share.
pub(crate) fn share(settings: &JiraSettings) -> Shared {
    let setup = Setup {
        manners: &MANNERS,
        version: settings.version,
        context_path: settings.context_path.clone(),
        base_url_as_seen: settings.base_url_as_seen.clone(),
        secure_cookies: settings.secure_cookies,
        trusted_header: settings.trusted_header.clone(),
        native_token_limits: settings.native_token_limits.clone(),
        clock: std::sync::Arc::clone(&settings.clock),
    };
    let fixed = Fixed {
        attachment_bound: settings.attachment_bound,
        navigator_links: settings.navigator_links.clone(),
    };
    Shared::new(setup, fixed, World::new(settings))
}

impl Product for World {
    type Fixed = Fixed;

    fn early(call: &Call<Self>, headers: &HeaderMap, path: &str) -> Option<Response> {
        seraph::early(call, headers, path)
    }

    fn introduce(answer: &mut Response, caller: &Caller) {
        seraph::introduce(answer, caller);
    }

    /// Fact B: the token against forged forms, which tells `lin` (signed in) from `lout`.
    fn more_cookies(session: &str) -> Vec<(&'static str, String)> {
        let digest = Sha256::digest(session.as_bytes());
        let hash = hex(digest.get(..20).unwrap_or_default()).to_lowercase();
        vec![("atlassian.xsrf.token", format!("BSTD-1N00-0000-0000_{hash}_lin"))]
    }
}
