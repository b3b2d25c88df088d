//! The addresses of the console: one table, with what a visitor needs for each.

mod all_tokens;
mod audit;
mod bootstrap;
mod confirm;
mod create;
mod created;
mod draft;
mod my_tokens;
pub(crate) mod native_page;
mod preferences;
mod proof;
mod provider;
mod sessions;
mod settings;
mod sign_in;
pub(crate) mod sign_in_answer;
mod token;
mod upstream;
mod view;

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::Path;
use axum::http::Request;
use axum::response::Response;
use axum::routing::{MethodFilter, get, on};
use gatepass_console::page::message::Happened;

use crate::guard;
use crate::halt::Halt;
use crate::reply;
use crate::service::Parts;
use crate::visit::Visit;

/// What a visitor needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Nothing.
    Nobody,
    /// To be signed in.
    SignedIn,
    /// To administer Gatepass.
    Administrator,
}

/// How an address is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// Shows something, and changes nothing but what the visitor's own browser has.
    Get,
    /// Changes something.
    Post,
}

pub(crate) type Answer = Pin<Box<dyn Future<Output = Result<Response, Halt>> + Send>>;

/// An address.
#[derive(Clone, Copy)]
pub struct Route {
    /// How it is asked.
    pub verb: Verb,
    /// Below the console's base; `{…}` stands for one segment.
    pub path: &'static str,
    /// What its visitor needs.
    pub need: Need,
    /// Whether he must have proved lately who he is, where a product has the same origin.
    pub wants_proof: bool,
    pub(crate) run: fn(Visit) -> Answer,
}

impl fmt::Debug for Route {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:?} {}", self.verb, self.path)
    }
}

macro_rules! routes {
    ($($verb:ident $path:literal $need:ident $proof:ident => $($run:ident)::+;)*) => {
        /// All of them.
        pub const ROUTES: &[Route] = &[$(Route {
            verb: Verb::$verb,
            path: $path,
            need: Need::$need,
            wants_proof: routes!(@$proof),
            run: |visit| Box::pin($($run)::+(visit)),
        },)*];
    };
    (@proof) => { true };
    (@plain) => { false };
}

routes! {
    Get "/" SignedIn plain => my_tokens::show;
    Get "/tokens/new" SignedIn proof => create::show;
    Post "/tokens/new" SignedIn proof => create::send;
    Get "/tokens/{id}" SignedIn plain => token::show;
    Get "/tokens/{id}/created" SignedIn proof => created::show;
    Get "/tokens/{id}/rotate" SignedIn proof => confirm::show_rotate;
    Post "/tokens/{id}/rotate" SignedIn proof => confirm::rotate;
    Get "/tokens/{id}/suspend" SignedIn plain => confirm::show_suspend;
    Post "/tokens/{id}/suspend" SignedIn plain => confirm::suspend;
    Get "/tokens/{id}/resume" SignedIn plain => confirm::show_resume;
    Post "/tokens/{id}/resume" SignedIn plain => confirm::resume;
    Get "/tokens/{id}/revoke" SignedIn plain => confirm::show_revoke;
    Post "/tokens/{id}/revoke" SignedIn plain => confirm::revoke;
    Post "/upstream/{instance}/mend" SignedIn plain => upstream::mend;
    Get "/sessions" SignedIn plain => sessions::show;
    Post "/sessions/end-others" SignedIn plain => sessions::end_others;
    Post "/sessions/{id}/end" SignedIn plain => sessions::end;
    Get "/sign-in" Nobody plain => sign_in::show;
    Get "/sign-in/{instance}" Nobody plain => sign_in::begin;
    Get "/signed-in" Nobody plain => sign_in::finish;
    Get "/sign-in/provider/{directory}" Nobody plain => provider::begin;
    Get "/signed-in/{directory}" Nobody plain => provider::finish;
    Post "/sign-out" SignedIn plain => sessions::sign_out;
    Get "/proof" SignedIn plain => proof::show;
    Post "/proof" SignedIn plain => proof::send;
    Get "/proof/provider" SignedIn plain => provider::prove;
    Get "/draft" SignedIn plain => draft::show;
    Get "/bootstrap" Nobody plain => bootstrap::show;
    Post "/bootstrap" SignedIn plain => bootstrap::send;
    Post "/preferences" Nobody plain => preferences::send;
    Get "/all" Administrator proof => all_tokens::show;
    Post "/all/preview" Administrator proof => all_tokens::preview;
    Post "/all/apply" Administrator proof => all_tokens::apply;
    Get "/settings" Administrator proof => settings::show;
    Post "/settings/modes/{instance}" Administrator proof => settings::modes;
    Post "/settings/noncompliant" Administrator proof => settings::noncompliant;
    Get "/settings/rules/new" Administrator proof => settings::create;
    Post "/settings/rules/new" Administrator proof => settings::add;
    Get "/settings/rules/{name}" Administrator proof => settings::edit;
    Post "/settings/rules/{name}" Administrator proof => settings::save;
    Get "/settings/rules/{name}/delete" Administrator proof => settings::show_delete;
    Post "/settings/rules/{name}/delete" Administrator proof => settings::delete;
    Get "/audit" Administrator proof => audit::show;
}

/// The router of all of them.
pub(crate) fn router(parts: Arc<Parts>) -> Router {
    let mut router = Router::new();
    for route in ROUTES {
        let filter = match route.verb {
            Verb::Get => MethodFilter::GET,
            Verb::Post => MethodFilter::POST,
        };
        let parts = Arc::clone(&parts);
        let answer = move |request: Request<Body>| guard::dispatch(route, parts, request);
        router = router.route(route.path, on(filter, answer));
    }
    let lost = move |what: Happened| {
        let parts = Arc::clone(&parts);
        move |request: Request<Body>| guard::lost(parts, request, what)
    };
    router
        .route("/assets/{version}/{name}", get(asset))
        .fallback(lost(Happened::NotFound))
        .method_not_allowed_fallback(lost(Happened::MethodNotAllowed))
}

async fn asset(Path((version, name)): Path<(String, String)>) -> Response {
    match gatepass_console::asset::find(&version, &name) {
        Some(found) => reply::asset(found),
        None => reply::plain(404, "There is nothing at this address."),
    }
}
