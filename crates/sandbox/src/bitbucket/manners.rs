//! What Bitbucket does its own way, where other products have another.

use std::sync::Arc;

use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Response};

use super::settings::BitbucketSettings;
use super::state::{Call, Shared, World};
use super::{fault, permission, slug};
use crate::site::answer::put;
use crate::site::auth::{Caller, LoginReason};
use crate::site::front::java_url_encoded;
use crate::site::shared::Setup;
use crate::site::target::fold_version;
use crate::site::{Guard, Manners, Product};

pub(crate) static MANNERS: Manners = Manners {
    name: "Bitbucket",
    guard: Guard::Bitbucket,
    session_cookie: "BITBUCKETSESSIONID",
    login_page: "/login",
    login_target: "/j_atl_security_check",
    administrators: "stash-administrators",
    // Fact A2.
    native_tokens_since: [5, 5, 0],
    scopes: permission::ALL_THAT_A_TOKEN_MAY,
    fold: |segments| fold_version(segments, &[("api", "1.0"), ("access-tokens", "1.0")]),
    malformed: fault::invalid,
    key: |_, site, name| slug::of_person(name, &site.people),
};

/// Another than the other products draw from: no secret of one is one of another.
pub(super) const SEED: u64 = 0xb1;

/// What the handlers of a Bitbucket of these settings share.
pub(super) fn share(settings: &BitbucketSettings) -> Shared {
    let setup = Setup {
        manners: &MANNERS,
        version: settings.version,
        context_path: settings.context_path.clone(),
        base_url_as_seen: None,
        secure_cookies: false,
        trusted_header: None,
        native_token_limits: settings.native_token_limits.clone(),
        clock: Arc::clone(&settings.clock),
    };
    Shared::new(setup, (), World::new(settings))
}

impl Product for World {
    type Fixed = ();

    /// What was shown and is wrong is refused, on every path.
    fn early(call: &Call, _: &HeaderMap, _: &str) -> Option<Response> {
        if call.caller.oauth_problem.is_some() {
            return Some(fault::not_permitted().into_response());
        }
        let refused = match call.caller.reason {
            Some(LoginReason::Denied) => fault::captcha(),
            _ => fault::wrong_credential(),
        };
        call.caller.is_stopped.then(|| refused.into_response())
    }

    /// Nobody is not named.
    fn introduce(answer: &mut Response, caller: &Caller) {
        if let Some(name) = &caller.username {
            put(answer, "x-ausername", &java_url_encoded(name));
        }
    }

    fn more_cookies(_: &str) -> Vec<(&'static str, String)> {
        Vec::new()
    }
}
