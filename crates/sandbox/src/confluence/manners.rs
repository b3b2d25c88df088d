//! What Confluence does its own way, where other products have another.

use std::sync::Arc;

use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::fault;
use super::settings::ConfluenceSettings;
use super::state::{Call, Shared, World};
use crate::site::auth::Caller;
use crate::site::shared::Setup;
use crate::site::target::{drop_ending, fold_version};
use crate::site::{Guard, Manners, Product, seraph};

pub(crate) static MANNERS: Manners = Manners {
    name: "Confluence",
    guard: Guard::Seraph,
    session_cookie: "JSESSIONID",
    login_page: "/login.action",
    login_target: "/dologin.action",
    administrators: "confluence-administrators",
    // Fact A2.
    native_tokens_since: [7, 9, 0],
    scopes: &[],
    fold: |segments| fold(segments),
    malformed: |said| fault::of(StatusCode::BAD_REQUEST, said),
    key: |id, _, _| format!("8a7f808a{id:024x}"),
};

/// Another than the other products draw from: no secret of one is one of another.
pub(super) const SEED: u64 = 0xc0;

/// `/rest/api` has no version in its path.
fn fold(segments: &mut [String]) {
    fold_version(segments, &[("pat", "1.0")]);
    drop_ending(segments, &["pat"]);
}

/// What the handlers of a Confluence of these settings share.
pub(super) fn share(settings: &ConfluenceSettings) -> Shared {
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

    fn early(call: &Call, headers: &HeaderMap, path: &str) -> Option<Response> {
        seraph::early(call, headers, path)
    }

    fn introduce(answer: &mut Response, caller: &Caller) {
        seraph::introduce(answer, caller);
    }

    fn more_cookies(_: &str) -> Vec<(&'static str, String)> {
        Vec::new()
    }
}
