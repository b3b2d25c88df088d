//! What every handler gets: who calls, with which parameters, and how links must look.

use std::sync::Arc;

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use serde_json::{Map, Value};

use super::answer::Fault;
use super::auth::Caller;
use super::params::Params;
use super::state::{Issue, Shared, World};

/// The most bytes of a JSON body.
const JSON_BOUND: usize = 8 << 20;

/// A call that was taken. The front puts it into the request, handlers take it out.
#[derive(Clone)]
pub(crate) struct Call {
    pub(crate) shared: Arc<Shared>,
    pub(crate) caller: Caller,
    /// Base URL for links, context path included.
    pub(crate) base: String,
    /// As the `Host` header names this Jira.
    pub(crate) host: Option<String>,
    /// Path and query as they came, without the context path: where a browser goes back to.
    pub(crate) target: String,
    pub(crate) params: Arc<Params>,
    /// Unix milliseconds.
    pub(crate) now: i64,
}

impl Call {
    /// The caller's username; 401 for nobody.
    pub(crate) fn signed_in(&self) -> Result<&str, Fault> {
        self.caller.username.as_deref().ok_or_else(Fault::unauthenticated)
    }

    /// Whether the caller may see projects and issues at all.
    pub(crate) fn may_read(&self, world: &World) -> bool {
        self.caller.username.is_some() || world.anonymous_may_read
    }

    /// Whether the caller is an administrator.
    pub(crate) fn is_administrator(&self, world: &World) -> bool {
        self.caller.username.as_ref().is_some_and(|name| world.is_in(name, "jira-administrators"))
    }

    /// The issue with this key or id, when the caller may see it.
    pub(crate) fn issue<'a>(&self, world: &'a World, key: &str) -> Result<&'a Issue, Fault> {
        let issue = world.issue(key).ok_or_else(Fault::no_issue)?;
        if self.may_read(world) {
            return Ok(issue);
        }
        let said = ["You do not have the permission to see the specified issue.", "Login Required"];
        Err(Fault::say(StatusCode::UNAUTHORIZED, &said))
    }

    /// Changes the issue with this key or id, which a caller who signed in may see.
    pub(crate) fn change<T>(
        &self,
        world: &mut World,
        key: &str,
        change: impl FnOnce(&mut Issue, &str) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let id = self.issue(world, key)?.id;
        let caller = self.signed_in()?;
        let issue = world.issues.get_mut(&id).ok_or_else(Fault::no_issue)?;
        let done = change(issue, caller)?;
        issue.updated = self.now;
        Ok(done)
    }
}

impl<S: Sync> FromRequestParts<S> for Call {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Fault> {
        let lost = || Fault::plain(StatusCode::INTERNAL_SERVER_ERROR, "no call was taken");
        parts.extensions.get::<Self>().cloned().ok_or_else(lost)
    }
}

/// A JSON object as body.
pub(crate) struct Body(pub(crate) Map<String, Value>);

impl<S: Sync> FromRequest<S> for Body {
    type Rejection = Fault;

    async fn from_request(request: Request, _: &S) -> Result<Self, Fault> {
        if !media_type(request.headers()).ends_with("json") {
            let said = "Unsupported Media Type";
            return Err(Fault::plain(StatusCode::UNSUPPORTED_MEDIA_TYPE, said));
        }
        let bytes = axum::body::to_bytes(request.into_body(), JSON_BOUND)
            .await
            .map_err(|_| Fault::plain(StatusCode::PAYLOAD_TOO_LARGE, "Request too large"))?;
        match serde_json::from_slice(&bytes) {
            Ok(Value::Object(object)) => Ok(Self(object)),
            Ok(_) => Err(Fault::bad_request("Can not deserialize instance out of this token")),
            Err(error) => Err(Fault::bad_request(&format!("Unexpected character: {error}"))),
        }
    }
}

/// The body's media type in lower case, without parameters; empty when there is none.
pub(crate) fn media_type(headers: &HeaderMap) -> String {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    value.unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}
