//! What the stand-ins have in common: people, sessions, native tokens, application links, how a
//! call is taken, and what can be wrong with all of it.
//!
//! A product is a type for all that can change in it: [`Product`] says what it does its own way,
//! and it has a [`Site`] inside. Start with `front.rs` (how a call is taken) and `auth.rs` (for
//! whom).

pub(crate) mod answer;
pub(crate) mod auth;
pub(crate) mod call;
pub(crate) mod consumer;
pub(crate) mod demo;
pub(crate) mod destination;
pub(crate) mod entropy;
pub(crate) mod form;
pub(crate) mod front;
#[macro_use]
mod handle;
pub(crate) mod native_token;
pub(crate) mod params;
pub(crate) mod people;
pub(crate) mod resource;
pub(crate) mod running;
pub(crate) mod seen;
pub(crate) mod seraph;
pub(crate) mod session;
pub(crate) mod settings;
pub(crate) mod shared;
pub(crate) mod sign_in;
pub(crate) mod target;
pub(crate) mod time;
pub(crate) mod trouble;

use std::ops::DerefMut;

use axum::http::HeaderMap;
use axum::response::Response;

use auth::Caller;
use call::Call;
use shared::Site;

/// All that can change in a product: a [`Site`], and what is the product's own.
pub(crate) trait Product: DerefMut<Target = Site> + Send + Sized + 'static {
    /// What no other product has and what does not change while it runs.
    type Fixed: Send + Sync + 'static;

    /// The answers that no handler has a say in. `path` is folded.
    fn early(call: &Call<Self>, headers: &HeaderMap, path: &str) -> Option<Response>;

    /// Puts into an answer whom its call was taken for.
    fn introduce(answer: &mut Response, caller: &Caller);

    /// The cookies, name and value, that a session is given beside its own.
    fn more_cookies(session: &str) -> Vec<(&'static str, String)>;
}

/// What a product does its own way, as far as it is no code.
pub(crate) struct Manners {
    /// As people call it.
    pub(crate) name: &'static str,
    pub(crate) guard: Guard,
    /// The cookie that names a session.
    pub(crate) session_cookie: &'static str,
    /// The path of the sign-in page below the context path.
    pub(crate) login_page: &'static str,
    /// Where its form is sent.
    pub(crate) login_target: &'static str,
    /// The group whose members administer.
    pub(crate) administrators: &'static str,
    /// The first version with native tokens.
    pub(crate) native_tokens_since: [u16; 3],
    /// All that a native token may be limited to; empty where it always may all.
    pub(crate) scopes: &'static [&'static str],
    /// Brings the aliases of a path, which are the product's own, to one spelling.
    pub(crate) fold: fn(&mut Vec<String>),
    /// Says 400 for a body that is no JSON object.
    pub(crate) malformed: fn(&str) -> answer::Fault,
    /// What it calls a person beside the name, by a number that nobody else has.
    pub(crate) key: fn(u64, &Site, &str) -> String,
}

/// Who looks at credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Guard {
    /// Seraph, in Jira and Confluence. It believes `os_username`, and a Bearer that is wrong is to
    /// it as if it were not there.
    Seraph,
    /// Bitbucket's own. It takes an access token as a password too, and a wrong Bearer for a
    /// refusal.
    Bitbucket,
}
