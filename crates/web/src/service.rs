//! What the console is made of, and where a request comes in.

use std::net::IpAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response};
use gatepass_control::Control;
use gatepass_model::{Clock, InstanceName};
use tower::ServiceExt as _;

use crate::place::ConsoleConfig;
use crate::route;

/// How a request came in: whoever calls the console puts it into the request's extensions.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// `http` or `https`, as the browser used it.
    pub scheme: &'static str,
    /// The `Host` that it asked for.
    pub host: String,
    /// Who asks, as far as anybody may be believed.
    pub client: IpAddr,
    /// The name of the request in logs.
    pub request_id: String,
}

impl Arrival {
    /// Whether cookies can be kept from http.
    pub(crate) fn is_secure(&self) -> bool {
        self.scheme == "https"
    }

    /// Scheme, host and port of the console.
    pub(crate) fn origin(&self) -> String {
        format!("{}://{}", self.scheme, self.host)
    }
}

/// Where a request was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// Below the console's path.
    Console,
    /// To where the people of this instance sign in.
    SignIn(InstanceName),
    /// To this instance's own page of native tokens, in whose place the console stands.
    NativeTokens(InstanceName),
}

/// The console. Cheap to clone.
#[derive(Clone)]
pub struct Console {
    router: Router,
    pub(crate) parts: Arc<Parts>,
}

/// What handlers work with.
pub(crate) struct Parts {
    pub(crate) control: Arc<Control>,
    pub(crate) config: ConsoleConfig,
    pub(crate) clock: Arc<dyn Clock>,
}

impl Console {
    /// Over these use cases.
    pub fn new(control: Arc<Control>, config: ConsoleConfig, clock: Arc<dyn Clock>) -> Self {
        let parts = Arc::new(Parts { control, config, clock });
        Self { router: route::router(Arc::clone(&parts)), parts }
    }

    /// Answers a request that was sent to `target`; one without an [`Arrival`] is a fault of the
    /// caller's, and gets 500.
    pub async fn answer(&self, target: Target, request: Request<Body>) -> Response<Body> {
        match target {
            Target::Console => match self.router.clone().oneshot(request).await {
                Ok(response) => response,
                Err(never) => match never {},
            },
            Target::SignIn(instance) => {
                route::sign_in_answer::answer(&self.parts, &instance, request).await
            }
            Target::NativeTokens(instance) => {
                route::native_page::answer(&self.parts.config, &instance, &request)
            }
        }
    }
}
