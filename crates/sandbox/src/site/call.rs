//! What every handler gets: who calls, with which parameters, and how links must look.

use std::sync::Arc;

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use serde_json::{Map, Value};

use super::answer::Fault;
use super::auth::Caller;
use super::params::Params;
use super::shared::{Shared, Site};
use super::{Manners, Product};

/// The most bytes of a JSON body.
const JSON_BOUND: usize = 8 << 20;

/// A call that was taken. The front puts it into the request, handlers take it out.
pub(crate) struct Call<W: Product> {
    pub(crate) shared: Arc<Shared<W>>,
    pub(crate) caller: Caller,
    /// Base URL for links, context path included.
    pub(crate) base: String,
    /// As the `Host` header names this product.
    pub(crate) host: Option<String>,
    /// Path and query as they came, without the context path: where a browser goes back to.
    pub(crate) target: String,
    pub(crate) params: Arc<Params>,
    /// Unix milliseconds.
    pub(crate) now: i64,
}

// `derive` would ask for a product that can be cloned.
impl<W: Product> Clone for Call<W> {
    fn clone(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
            caller: self.caller.clone(),
            base: self.base.clone(),
            host: self.host.clone(),
            target: self.target.clone(),
            params: Arc::clone(&self.params),
            now: self.now,
        }
    }
}

impl<W: Product> Call<W> {
    /// Whether the caller is an administrator.
    pub(crate) fn is_administrator(&self, site: &Site) -> bool {
        let group = self.shared.setup.manners.administrators;
        self.caller.username.as_ref().is_some_and(|name| site.is_in(name, group))
    }

    /// The context path, as pages begin their links with it.
    pub(crate) fn context_path(&self) -> &str {
        &self.shared.setup.context_path
    }
}

impl<S: Sync, W: Product> FromRequestParts<S> for Call<W> {
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
        let manners = request.extensions().get::<&'static Manners>();
        let refuse = manners.map_or(plainly as fn(&str) -> Fault, |manners| manners.malformed);
        let bytes = axum::body::to_bytes(request.into_body(), JSON_BOUND)
            .await
            .map_err(|_| Fault::plain(StatusCode::PAYLOAD_TOO_LARGE, "Request too large"))?;
        match serde_json::from_slice(&bytes) {
            Ok(Value::Object(object)) => Ok(Self(object)),
            Ok(_) => Err(refuse("Can not deserialize instance out of this token")),
            Err(error) => Err(refuse(&format!("Unexpected character: {error}"))),
        }
    }
}

fn plainly(said: &str) -> Fault {
    Fault::plain(StatusCode::BAD_REQUEST, said)
}

/// The body's media type in lower case, without parameters; empty when there is none.
pub(crate) fn media_type(headers: &HeaderMap) -> String {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    value.unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}
